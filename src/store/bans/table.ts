// The rows of a bans pane: listed sets one after the other as columns, in an order of row numbers. Computed once per
// listing, filter and sort order; a million rows never become a million objects.

import type { Net } from '../../core/address.ts';
import { memberNet } from '../../core/members.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { rowOf } from './address-index.ts';
import { findRows } from './filter-rows.ts';
import { allRows, doubleWords, type KeyWord, radixSort, wideWords } from './radix.ts';
import { setNames } from './set-names.ts';

export const SORTS = ['set', 'address', 'left', 'packets', 'by'] as const;
export type Sort = (typeof SORTS)[number];

/** `start`: number of the part's first row in the whole table. */
export type Part = Readonly<{ set: SetInfo; name: SafeText; members: Members; start: number }>;

/** `unlisted`: sets shown as one row each, before the others. `order`: row numbers as shown; undefined = as they are. */
export type Table = Readonly<{
  unlisted: readonly Readonly<{ set: SetInfo; name: SafeText }>[];
  parts: readonly Part[];
  rows: number;
  order: Uint32Array | undefined;
  unsearched: number;
}>;

export type Wanted = Readonly<{
  sets: readonly SetInfo[];
  members: ReadonlyMap<SetKey, Members>;
  /** Shown names of the sets to show; empty = all. */
  only: readonly string[];
  filter: string;
  sort: Sort;
  reverse: boolean;
}>;

const tables = new WeakMap<readonly SetInfo[], Map<string, Readonly<{ members: unknown; table: Table }>>>();
const TABLES_MAX = 8;

export function tableOf(wanted: Wanted): Table {
  const key = JSON.stringify([wanted.only, wanted.filter, wanted.sort, wanted.reverse]);
  const cache = tables.get(wanted.sets) ?? new Map();
  tables.set(wanted.sets, cache);
  const known = cache.get(key);
  if (known !== undefined && known.members === wanted.members) return known.table;
  if (cache.size >= TABLES_MAX) cache.clear();
  const table = makeTable(wanted);
  cache.set(key, { members: wanted.members, table });
  return table;
}

function makeTable(wanted: Wanted): Table {
  const names = setNames(wanted.sets);
  const shown = wanted.sets
    .map((set) => ({ set, name: names.get(set.key) ?? (set.key as string as SafeText) }))
    .filter(({ set, name }) => isWanted(wanted.only, set, name));
  shown.sort((a, b) => compareSets(a, b, wanted));
  const parts: Part[] = [];
  let rows = 0;
  for (const { set, name } of shown) {
    const members = wanted.members.get(set.key);
    if (members === undefined) continue;
    parts.push({ set, name, members, start: rows });
    rows += members.length;
  }
  const text = wanted.filter.trim().toLowerCase();
  // Of an empty one there is nothing to list.
  const unlisted = shown.filter(
    ({ set, name }) => set.count !== 0 && !wanted.members.has(set.key) && name.toLowerCase().includes(text),
  );
  const { order, unsearched } = orderOf(parts, rows, wanted);
  return { unlisted, parts, rows: order?.length ?? rows, order, unsearched };
}

/** A session file may name a set by its tool's name, its table and name, or the name shown. */
function isWanted(only: readonly string[], set: SetInfo, name: string): boolean {
  if (only.length === 0) return true;
  const spellings = [name, set.name, `${set.table ?? ''} ${set.name}`, set.key as string];
  return only.some((wanted) => spellings.includes(wanted));
}

type Named = Readonly<{ set: SetInfo; name: SafeText }>;

function compareSets(a: Named, b: Named, { sort, reverse }: Wanted): number {
  const byOwner = sort === 'by' ? compareText(a.set.owner, b.set.owner) : 0;
  const order = byOwner || compareText(a.name, b.name) || a.set.family - b.set.family;
  const turned = reverse && (sort === 'set' || sort === 'by') ? -order : order;
  return turned || compareText(a.set.key, b.set.key);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Order = Readonly<{ order: Uint32Array | undefined; unsearched: number }>;
type Ordered = Readonly<{ members: readonly Members[]; key: string; order: Order }>;

const ordersKept = new WeakMap<Members, readonly Ordered[]>();
const ORDERS_MAX = 4;

/** The sets' headers change with every sample, their members rarely: orders are kept by the members alone. */
function orderOf(parts: readonly Part[], rows: number, wanted: Wanted): Order {
  const members = parts.map((part) => part.members);
  const key = JSON.stringify([wanted.filter, wanted.sort, wanted.reverse, parts.map((part) => part.name)]);
  const first = members[0];
  const kept = (first === undefined ? undefined : ordersKept.get(first)) ?? [];
  const known = kept.find(
    (one) =>
      one.key === key &&
      one.members.length === members.length &&
      one.members.every((columns, index) => columns === members[index]),
  );
  if (known !== undefined) return known.order;
  const found = filtered(parts, rows, wanted.filter);
  const order: Order = { order: sorted(parts, found.rows, wanted), unsearched: found.unsearched };
  if (first !== undefined) ordersKept.set(first, [{ members, key, order }, ...kept].slice(0, ORDERS_MAX));
  return order;
}

function filtered(
  parts: readonly Part[],
  rows: number,
  filter: string,
): Readonly<{ rows: Uint32Array | undefined; unsearched: number }> {
  if (filter.trim() === '') return { rows: undefined, unsearched: 0 };
  const kept = new Uint32Array(rows);
  let count = 0;
  let unsearched = 0;
  for (const part of parts) {
    const found = findRows(part.members, part.name, filter);
    unsearched += found.unsearched;
    for (let row = 0; row < part.members.length; row++)
      if (found.hits[row] === 1) kept[count++] = part.start + row;
  }
  return { rows: kept.slice(0, count), unsearched };
}

function sorted(
  parts: readonly Part[],
  found: Uint32Array | undefined,
  wanted: Wanted,
): Uint32Array | undefined {
  const { sort, reverse } = wanted;
  if (sort === 'set' || sort === 'by') return found;
  const rows = found ?? allRows(parts.reduce((sum, part) => sum + part.members.length, 0));
  if (sort === 'address') {
    const inOrder = byAddress(parts, rows);
    return reverse ? inOrder.toReversed() : inOrder;
  }
  const keys = columnOf(parts, sort);
  const inOrder = radixSort(rows, doubleWords(keys));
  // Most packets first, soonest end first; what is not known stays last either way.
  const descending = (sort === 'packets') !== reverse;
  if (!descending) return inOrder;
  let known = inOrder.length;
  while (known > 0 && Number.isNaN(keys[inOrder[known - 1] ?? 0])) known--;
  const turned = new Uint32Array(inOrder.length);
  turned.set(inOrder.subarray(0, known).toReversed());
  turned.set(inOrder.subarray(known), known);
  return turned;
}

function columnOf(parts: readonly Part[], sort: 'left' | 'packets'): Float64Array {
  const last = parts.at(-1);
  const keys = new Float64Array(last === undefined ? 0 : last.start + last.members.length).fill(Number.NaN);
  for (const { members, start } of parts) {
    const column = sort === 'left' ? members.expires : members.packets;
    if (column !== undefined) keys.set(column.subarray(0, members.length), start);
  }
  return keys;
}

/** v4 before v6, then by address, wider networks first. */
function byAddress(parts: readonly Part[], rows: Uint32Array): Uint32Array {
  const last = parts.at(-1);
  const total = last === undefined ? 0 : last.start + last.members.length;
  const families = new Uint32Array(total);
  const prefixes = new Uint32Array(total);
  const halves = parts.some(({ members }) => members.family === 6)
    ? new BigUint64Array(2 * total)
    : undefined;
  const fours = new Uint32Array(total);
  for (const { members, start } of parts) {
    families.fill(members.family, start, start + members.length);
    prefixes.set(members.prefixes.subarray(0, members.length), start);
    if (members.family === 4) fours.set(members.values.subarray(0, members.length), start);
    else halves?.set(members.values6.subarray(0, 2 * members.length), 2 * start);
  }
  const word = (data: Uint32Array): KeyWord => ({ data, stride: 1, offset: 0 });
  const wide = halves === undefined ? [] : wideWords(halves);
  return radixSort(rows, [word(prefixes), ...wide, word(fours), word(families)]);
}

export type Item =
  | Readonly<{ kind: 'set'; set: SetInfo; name: SafeText }>
  | Readonly<{ kind: 'row'; part: Part; row: number }>;

export function countItems(table: Table): number {
  return table.unlisted.length + table.rows;
}

/** The i-th line of the table: an unlisted set, or a member. */
export function itemAt(table: Table, index: number): Item | undefined {
  const head = table.unlisted[index];
  if (head !== undefined) return { kind: 'set', ...head };
  const at = index - table.unlisted.length;
  if (at < 0 || at >= table.rows) return undefined;
  const number = table.order === undefined ? at : (table.order[at] ?? 0);
  const part = table.parts.findLast(({ start, members }) => start <= number && members.length > 0);
  return part === undefined ? undefined : { kind: 'row', part, row: number - part.start };
}

/** What a line is, whatever its place: the set, and the member in it. */
export type ItemKey = Readonly<{ set: SetKey; net: Net | undefined }>;

export function keyOf(item: Item): ItemKey {
  if (item.kind === 'set') return { set: item.set.key, net: undefined };
  return { set: item.part.set.key, net: memberNet(item.part.members, item.row) };
}

const places = new WeakMap<Table, Map<string, number>>();

/** Where a line is now; undefined when it is gone or filtered out. */
export function findItem(table: Table, key: ItemKey): number | undefined {
  const name = `${key.set} ${key.net?.text ?? ''}`;
  const cache = places.get(table) ?? new Map<string, number>();
  places.set(table, cache);
  const known = cache.get(name) ?? findPlace(table, key);
  if (cache.size > 16) cache.clear();
  cache.set(name, known);
  return known < 0 ? undefined : known;
}

function findPlace(table: Table, key: ItemKey): number {
  if (key.net === undefined) return table.unlisted.findIndex(({ set }) => set.key === key.set);
  const part = table.parts.find(({ set }) => set.key === key.set);
  const row = part === undefined ? undefined : rowOf(part.members, key.net);
  if (part === undefined || row === undefined) return -1;
  const number = part.start + row;
  const at = table.order === undefined ? number : table.order.indexOf(number);
  return at < 0 ? -1 : at + table.unlisted.length;
}
