// The bans of several hosts as one table: every element of every set of every host, those of the same address beside each
// other. Numbers only: worked out once per listing, filter and order; a row becomes an object when it is looked at.

import type { Net } from '../../core/address.ts';
import type { HostId } from '../../core/hosts.ts';
import { memberNet } from '../../core/members.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { rowOf } from '../bans/address-index.ts';
import { findRows } from '../bans/filter-rows.ts';
import { allRows, doubleWords, type KeyWord, radixSort, wideWords } from '../bans/radix.ts';
import { setNames } from '../bans/set-names.ts';
import { consoleNow } from '../hosts/on-host.ts';
import type { ConsoleState } from '../state.ts';

export const FLEET_SORTS = ['address', 'hosts', 'left'] as const;
export type FleetSort = (typeof FLEET_SORTS)[number];

/** A listed set of one host. `start`: number of its first element in the whole. */
export type FleetPart = Readonly<{
  host: HostId;
  set: SetInfo;
  name: SafeText;
  members: Members;
  start: number;
}>;

/** `elements`: of all parts, by address. `starts`: where in it each address begins. `hosts`: how many have it. */
type Merged = Readonly<{
  elements: Uint32Array;
  starts: Uint32Array;
  hosts: Uint32Array;
  ends: Float64Array;
}>;

/** `rows`: numbers of addresses, as shown. `unsearched`: elements that the filter did not look at. */
export type FleetTable = Readonly<{
  parts: readonly FleetPart[];
  merged: Merged;
  rows: Uint32Array;
  unsearched: number;
}>;

export type FleetWish = Readonly<{
  hosts: readonly HostId[];
  filter: string;
  sort: FleetSort;
  reverse: boolean;
}>;

export function fleetTable(state: ConsoleState, wish: FleetWish): FleetTable {
  const { parts, kept } = listedOf(state, wish.hosts);
  const key = JSON.stringify([wish.filter, wish.sort, wish.reverse, parts.map(({ name }) => name)]);
  const known = kept.shown.get(key);
  const shown = known ?? shownOf(parts, kept.merged, wish);
  if (known === undefined) {
    if (kept.shown.size >= SHOWN_MAX) kept.shown.clear();
    kept.shown.set(key, shown);
  }
  return { parts, merged: kept.merged, ...shown };
}

/** Above this working it out anew costs more than a moment, and with many hosts some listing is always new. */
const MANY = 50_000;
const MANY_MS = 2000;
type Listed = Readonly<{ parts: readonly FleetPart[]; kept: Kept }>;
let many: (Listed & Readonly<{ hosts: string; slot: number }>) | undefined;

/** Very many elements are put together anew every two seconds only. */
function listedOf(state: ConsoleState, hosts: readonly HostId[]): Listed {
  const key = hosts.join(' ');
  const slot = Math.floor(consoleNow(state) / MANY_MS);
  if (many?.hosts === key && many.slot === slot) return many;
  const parts = partsOf(state, hosts);
  const kept = keptFor(parts);
  many = kept.merged.elements.length > MANY ? { parts, kept, hosts: key, slot } : undefined;
  return { parts, kept };
}

function partsOf(state: ConsoleState, hosts: readonly HostId[]): readonly FleetPart[] {
  const parts: FleetPart[] = [];
  let start = 0;
  for (const host of hosts) {
    const bans = host === state.at ? state.bans : state.hosts[host]?.bans;
    if (bans === undefined) continue;
    const names = setNames(bans.sets);
    for (const set of bans.sets) {
      const members = bans.members.get(set.key);
      if (members === undefined || members.length === 0) continue;
      parts.push({ host, set, name: names.get(set.key) ?? (set.key as string as SafeText), members, start });
      start += members.length;
    }
  }
  return parts;
}

type Shown = Readonly<{ rows: Uint32Array; unsearched: number }>;
type Kept = Readonly<{
  members: readonly Members[];
  hosts: readonly HostId[];
  merged: Merged;
  shown: Map<string, Shown>;
}>;
const keptTables = new WeakMap<Members, readonly Kept[]>();
const KEPT_MAX = 2;
const SHOWN_MAX = 4;

/** What sets say of themselves changes with every sample, their elements rarely: only these count. */
function keptFor(parts: readonly FleetPart[]): Kept {
  const first = parts[0]?.members;
  const all = first === undefined ? [] : (keptTables.get(first) ?? []);
  const known = all.find(
    (one) =>
      one.members.length === parts.length &&
      parts.every(({ members, host }, at) => one.members[at] === members && one.hosts[at] === host),
  );
  if (known !== undefined) return known;
  const kept: Kept = {
    members: parts.map(({ members }) => members),
    hosts: parts.map(({ host }) => host),
    merged: merge(parts),
    shown: new Map(),
  };
  if (first !== undefined) keptTables.set(first, [kept, ...all].slice(0, KEPT_MAX));
  return kept;
}

type Columns = Readonly<{
  families: Uint32Array;
  prefixes: Uint32Array;
  fours: Uint32Array;
  halves: BigUint64Array | undefined;
  /** Index of the part. */
  parts: Uint16Array;
}>;

function columnsOf(parts: readonly FleetPart[], total: number): Columns {
  const six = parts.some(({ members }) => members.family === 6);
  const columns: Columns = {
    families: new Uint32Array(total),
    prefixes: new Uint32Array(total),
    fours: new Uint32Array(total),
    halves: six ? new BigUint64Array(2 * total) : undefined,
    parts: new Uint16Array(total),
  };
  for (const [index, { members, start }] of parts.entries()) {
    const { length, family } = members;
    columns.families.fill(family, start, start + length);
    columns.parts.fill(index, start, start + length);
    columns.prefixes.set(members.prefixes.subarray(0, length), start);
    if (family === 4) columns.fours.set(members.values.subarray(0, length), start);
    else columns.halves?.set(members.values6.subarray(0, 2 * length), 2 * start);
  }
  return columns;
}

const word = (data: Uint32Array): KeyWord => ({ data, stride: 1, offset: 0 });

/** v4 before v6, then by address, wider networks first; of one address the hosts in their order. */
function merge(parts: readonly FleetPart[]): Merged {
  const last = parts.at(-1);
  const total = last === undefined ? 0 : last.start + last.members.length;
  const columns = columnsOf(parts, total);
  const { families, prefixes, fours, halves } = columns;
  const wide = halves === undefined ? [] : wideWords(halves);
  const words = [word(prefixes), ...wide, word(fours), word(families)];
  const elements = radixSort(allRows(total), words);
  const same = (a: number, b: number): boolean =>
    fours[a] === fours[b] &&
    prefixes[a] === prefixes[b] &&
    families[a] === families[b] &&
    halves?.[2 * a] === halves?.[2 * b] &&
    halves?.[2 * a + 1] === halves?.[2 * b + 1];
  const starts = new Uint32Array(total);
  let count = 0;
  for (let at = 0; at < total; at++)
    if (at === 0 || !same(elements[at - 1] ?? 0, elements[at] ?? 0)) starts[count++] = at;
  return { elements, starts: starts.slice(0, count), ...sums(parts, columns, { elements, starts, count }) };
}

type Groups = Readonly<{ elements: Uint32Array; starts: Uint32Array; count: number }>;

/** Per address: on how many hosts, and its latest end. */
function sums(
  parts: readonly FleetPart[],
  columns: Columns,
  { elements, starts, count }: Groups,
): Pick<Merged, 'hosts' | 'ends'> {
  const hosts = new Uint32Array(count);
  const ends = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    const to = group + 1 < count ? (starts[group + 1] ?? 0) : elements.length;
    let before: HostId | undefined;
    let end = Number.NEGATIVE_INFINITY;
    for (let at = starts[group] ?? 0; at < to; at++) {
      const element = elements[at] ?? 0;
      const part = parts[columns.parts[element] ?? 0];
      if (part === undefined) continue;
      if (part.host !== before) hosts[group] = (hosts[group] ?? 0) + 1;
      before = part.host;
      const expires = part.members.expires[element - part.start] ?? Number.NaN;
      end = Number.isNaN(expires) || Number.isNaN(end) ? Number.NaN : Math.max(end, expires);
    }
    ends[group] = end;
  }
  return { hosts, ends };
}

function shownOf(parts: readonly FleetPart[], merged: Merged, wish: FleetWish): Shown {
  const { rows, unsearched } = filtered(parts, merged, wish.filter);
  return { rows: ordered(rows, merged, wish), unsearched };
}

function filtered(parts: readonly FleetPart[], { elements, starts }: Merged, filter: string): Shown {
  const text = filter.trim().toLowerCase();
  if (text === '') return { rows: allRows(starts.length), unsearched: 0 };
  const hits = new Uint8Array(elements.length);
  let unsearched = 0;
  for (const { members, name, host, start } of parts) {
    if (host.toLowerCase().includes(text)) {
      hits.fill(1, start, start + members.length);
      continue;
    }
    const found = findRows(members, name, text);
    unsearched += found.unsearched;
    hits.set(found.hits, start);
  }
  const rows = new Uint32Array(starts.length);
  let count = 0;
  for (let group = 0; group < starts.length; group++) {
    const to = group + 1 < starts.length ? (starts[group + 1] ?? 0) : elements.length;
    for (let at = starts[group] ?? 0; at < to; at++)
      if (hits[elements[at] ?? 0] === 1) {
        rows[count++] = group;
        break;
      }
  }
  return { rows: rows.slice(0, count), unsearched };
}

/** By hosts: those on most of them first. By end: the soonest first; without end, and unknown, last. */
function ordered(rows: Uint32Array, { hosts, ends }: Merged, { sort, reverse }: FleetWish): Uint32Array {
  if (sort === 'address') return reverse ? rows.toReversed() : rows;
  if (sort === 'left') {
    const soonest = radixSort(rows, doubleWords(ends));
    return reverse ? soonest.toReversed() : soonest;
  }
  const most = hosts.reduce((highest, count) => Math.max(highest, count), 0);
  return radixSort(rows, [word(reverse ? hosts : hosts.map((count) => most - count))]);
}

/** One element of a row: in which set of which host. */
export type FleetElement = Readonly<{ part: FleetPart; row: number }>;
export type FleetRow = Readonly<{ net: Net; elements: readonly FleetElement[] }>;

/** The i-th row as shown. */
export function fleetRowAt({ parts, merged, rows }: FleetTable, index: number): FleetRow | undefined {
  const group = rows[index];
  if (group === undefined) return undefined;
  const { elements, starts } = merged;
  const to = group + 1 < starts.length ? (starts[group + 1] ?? 0) : elements.length;
  const found: FleetElement[] = [];
  for (let at = starts[group] ?? 0; at < to; at++) {
    const element = elements[at] ?? 0;
    const part = parts.findLast(({ start }) => start <= element);
    if (part !== undefined) found.push({ part, row: element - part.start });
  }
  const [first] = found;
  if (first === undefined) return undefined;
  return { net: memberNet(first.part.members, first.row), elements: found };
}

const places = new WeakMap<Uint32Array, Map<string, number>>();
const PLACES_MAX = 16;

/** Where an address is now; undefined when it is gone or filtered out. */
export function findFleetRow(table: FleetTable, net: Net): number | undefined {
  const cache = places.get(table.rows) ?? new Map<string, number>();
  places.set(table.rows, cache);
  const known = cache.get(net.text) ?? placeOf(table, net);
  if (cache.size > PLACES_MAX) cache.clear();
  cache.set(net.text, known);
  return known < 0 ? undefined : known;
}

function placeOf({ parts, merged, rows }: FleetTable, net: Net): number {
  for (const { members, start } of parts) {
    const row = rowOf(members, net);
    if (row === undefined) continue;
    const at = merged.elements.indexOf(start + row);
    // The last group that begins at or before it.
    const next = merged.starts.findIndex((first) => first > at);
    return rows.indexOf(next < 0 ? merged.starts.length - 1 : next - 1);
  }
  return -1;
}
