// Which row of a set holds an address: rows grouped by prefix length and sorted, found by binary search. Built once
// per listing.

import { bitsOf, makeNet, type Net } from '../../core/address.ts';
import type { Members } from '../../core/rows.ts';
import { radixSort, wideWords } from './radix.ts';

/** Rows of one prefix length, by address. */
type Group = Readonly<{ prefix: number; rows: Uint32Array }>;

const indexes = new WeakMap<Members, readonly Group[]>();

function groupsOf(members: Members): readonly Group[] {
  const known = indexes.get(members);
  if (known !== undefined) return known;
  const counts = new Uint32Array(129);
  for (let row = 0; row < members.length; row++) {
    const prefix = members.prefixes[row] ?? 0;
    counts[prefix] = (counts[prefix] ?? 0) + 1;
  }
  const groups: Group[] = [];
  for (const [prefix, count] of counts.entries()) {
    if (count === 0) continue;
    const rows = new Uint32Array(count);
    let at = 0;
    for (let row = 0; row < members.length; row++) if (members.prefixes[row] === prefix) rows[at++] = row;
    groups.push({ prefix, rows: radixSort(rows, addressWords(members)) });
  }
  indexes.set(members, groups);
  return groups;
}

function addressWords(members: Members): ReturnType<typeof wideWords> {
  return members.family === 4 ? [{ data: members.values, stride: 1, offset: 0 }] : wideWords(members.values6);
}

/** The row that is exactly this address or network. */
export function rowOf(members: Members, net: Net): number | undefined {
  if (net.family !== members.family) return undefined;
  const group = groupsOf(members).find(({ prefix }) => prefix === net.prefix);
  return group === undefined ? undefined : search(members, group.rows, net.value);
}

/** Rows that equal the net or cover it, widest first. */
export function rowsCovering(members: Members, net: Net): readonly number[] {
  if (net.family !== members.family) return [];
  const found: number[] = [];
  for (const { prefix, rows } of groupsOf(members)) {
    if (prefix > net.prefix) break;
    const value = prefix === net.prefix ? net.value : makeNet(net.family, net.value, prefix).value;
    const row = search(members, rows, value);
    if (row !== undefined) found.push(row);
  }
  return found;
}

function search(members: Members, rows: Uint32Array, value: bigint): number | undefined {
  const four = bitsOf(members.family) === 32 ? Number(value) : 0;
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle] ?? 0;
    const order =
      members.family === 4 ? (members.values[row] ?? 0) - four : compareWide(members.values6, row, value);
    if (order === 0) return row;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function compareWide(halves: BigUint64Array, row: number, value: bigint): number {
  const high = value >> 64n;
  const ours = halves[2 * row] ?? 0n;
  if (ours !== high) return ours < high ? -1 : 1;
  const low = value & 0xffffffffffffffffn;
  const oursLow = halves[2 * row + 1] ?? 0n;
  return oursLow === low ? 0 : oursLow < low ? -1 : 1;
}
