// Reading the columns of `Members`: one row as a Net, and who holds, covers or lies inside a wanted address.

import { bitsOf, type Family, makeNet, type Net, widen } from './address.ts';
import type { Members } from './rows.ts';

/** The address or network of row `index`. Throws on an index outside the columns: that is a bug. */
export function memberNet(members: Members, index: number): Net {
  const prefix = members.prefixes[index];
  if (prefix === undefined || index >= members.length) throw new Error('no such member');
  return makeNet(members.family, memberValue(members, index), prefix);
}

/** Whole seconds left at `now`: null = no timeout, undefined = unknown. 0 and below = expired. */
export function secondsLeft(members: Members, index: number, now: number): number | null | undefined {
  const expires = members.expires[index];
  if (expires === undefined || Number.isNaN(expires)) return undefined;
  return expires === Number.POSITIVE_INFINITY ? null : Math.ceil((expires - now) / 1000);
}

/** Rows that hold each wanted net: they equal it or are wider. Expired rows are left out. One pass over the set. */
export function findHolders(
  members: Members,
  wanted: readonly Net[],
  now: number,
): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  const family = members.family;
  const nets = wanted.filter((net) => net.family === family);
  if (nets.length === 0) return found;
  const byPrefix = new Map<number, Map<string | number, readonly string[]>>();
  const keysAt = (prefix: number): Map<string | number, readonly string[]> => {
    const known = byPrefix.get(prefix);
    if (known !== undefined) return known;
    const keys = new Map<string | number, readonly string[]>();
    for (const net of nets) {
      if (net.prefix < prefix) continue;
      const key = valueKey(family, widen(net, prefix).value);
      keys.set(key, [...(keys.get(key) ?? []), net.text]);
    }
    byPrefix.set(prefix, keys);
    return keys;
  };
  for (let index = 0; index < members.length; index++) {
    const keys = keysAt(members.prefixes[index] ?? 0);
    if (keys.size === 0) continue;
    for (const text of keys.get(rowKey(members, index)) ?? []) {
      if (isExpired(members, index, now)) continue;
      const rows = found.get(text);
      if (rows === undefined) found.set(text, [index]);
      else rows.push(index);
    }
  }
  return found;
}

/** Rows strictly narrower than `net` and inside it: what an interval set will not let overlap. Expired rows are left out. */
export function findInside(members: Members, net: Net, now: number): readonly number[] {
  const rows: number[] = [];
  if (net.family !== members.family) return rows;
  const shift = BigInt(bitsOf(net.family) - net.prefix);
  const wanted = net.value >> shift;
  const low = Number(net.value & 0xffffffffn);
  const span = net.family === 4 ? 2 ** (32 - net.prefix) : 0;
  for (let index = 0; index < members.length; index++) {
    if ((members.prefixes[index] ?? 0) <= net.prefix) continue;
    const inside =
      members.family === 4
        ? (members.values[index] ?? 0) - low >= 0 && (members.values[index] ?? 0) - low < span
        : memberValue(members, index) >> shift === wanted;
    if (inside && !isExpired(members, index, now)) rows.push(index);
  }
  return rows;
}

function isExpired(members: Members, index: number, now: number): boolean {
  return (members.expires[index] ?? Number.NaN) <= now;
}

function memberValue(members: Members, index: number): bigint {
  if (members.family === 4) return BigInt(members.values[index] ?? 0);
  return ((members.values6[2 * index] ?? 0n) << 64n) | (members.values6[2 * index + 1] ?? 0n);
}

function rowKey(members: Members, index: number): string | number {
  if (members.family === 4) return members.values[index] ?? 0;
  return `${members.values6[2 * index] ?? 0n}:${members.values6[2 * index + 1] ?? 0n}`;
}

function valueKey(family: Family, value: bigint): string | number {
  return family === 4 ? Number(value) : `${value >> 64n}:${value & 0xffffffffffffffffn}`;
}
