// The state of one bans pane and its keys: cursor, pages, marks, sort, filter, and asking for a big set's listing.

import type { Net } from '../../core/address.ts';
import type { Intent } from '../../core/intent.ts';
import type { BansSpec } from '../../core/pane.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import {
  countItems,
  findItem,
  type ItemKey,
  itemAt,
  keyOf,
  SORTS,
  type Sort,
  type Table,
  tableOf,
} from './table.ts';

export type Marked = Readonly<{ set: SetKey; net: Net }>;

/** `cursor.key` follows its row through sorting and sampling; `cursor.index` is where it stays when the row is gone. */
export type BansPane = Readonly<{
  spec: BansSpec;
  /** Shown names; empty = those of the session file, or all. */
  only: readonly string[];
  filter: string;
  sort: Sort;
  reverse: boolean;
  cursor: Readonly<{ key: ItemKey | undefined; index: number }>;
  top: number;
  marks: ReadonlyMap<string, Marked>;
  /** Whether lines below the table say all about the row under the cursor. */
  detail: boolean;
  notice: SafeText | undefined;
}>;

/** What the panes have in common. */
export type Listing = Readonly<{
  sets: readonly SetInfo[];
  members: ReadonlyMap<SetKey, Members>;
}>;

const MARKS_MAX = 10_000;

export function newBansPane(spec: BansSpec): BansPane {
  return {
    spec,
    only: [],
    filter: '',
    sort: 'set',
    reverse: false,
    cursor: { key: undefined, index: 0 },
    top: 0,
    marks: new Map(),
    detail: false,
    notice: undefined,
  };
}

export function paneTable(pane: BansPane, listing: Listing): Table {
  const only = pane.only.length > 0 ? pane.only : pane.spec.sets;
  const { filter, sort, reverse } = pane;
  return tableOf({ ...listing, only, filter, sort, reverse });
}

/** Index of the cursor's line; -1 in an empty table. */
export function cursorAt(pane: BansPane, table: Table): number {
  const { key, index } = pane.cursor;
  const found = key === undefined ? undefined : findItem(table, key);
  return found ?? Math.min(Math.max(0, index), countItems(table) - 1);
}

/** The first line shown, so that the cursor is in view and no row is left empty. */
export function topAt(pane: BansPane, table: Table, rows: number): number {
  const cursor = cursorAt(pane, table);
  const fit = Math.max(1, rows);
  const first = Math.min(Math.max(pane.top, cursor - fit + 1), Math.max(0, cursor));
  return Math.max(0, Math.min(first, countItems(table) - fit));
}

export function markKey(set: SetKey, net: Net): string {
  return `${set} ${net.text}`;
}

/** To the line under the pointer; `row` 0 is the first line of the table, `rows` how many there are on screen. */
export function pointInBans(
  pane: BansPane,
  listing: Listing,
  { row, rows }: Readonly<{ row: number; rows: number }>,
): BansPane {
  const table = paneTable(pane, listing);
  const index = topAt(pane, table, rows) + row;
  return row < 0 || row >= rows || index >= countItems(table) ? pane : goTo(pane, table, index, rows);
}

/** To the index-th line of the table; `rows` as for a pointer. */
export function wentInBans(
  pane: BansPane,
  listing: Listing,
  { index, rows }: Readonly<{ index: number; rows: number }>,
): BansPane {
  return goTo(pane, paneTable(pane, listing), index, rows);
}

/** The cursor on the row where it is in this listing, whatever comes before it later. */
export function pinnedCursor(pane: BansPane, listing: Listing): BansPane {
  const table = paneTable(pane, listing);
  const index = cursorAt(pane, table);
  const item = itemAt(table, index);
  return item === undefined ? pane : { ...pane, cursor: { key: keyOf(item), index } };
}

/** `listing` asks for a big set to be listed. */
export type BansKeyResult = Readonly<{ pane: BansPane; list?: SetKey }>;

/** `rows`: lines of the table on screen, without its head. */
export function keyInBans(pane: BansPane, intent: Intent, listing: Listing, rows: number): BansKeyResult {
  const quiet: BansPane = pane.notice === undefined ? pane : { ...pane, notice: undefined };
  const table = paneTable(quiet, listing);
  const at = cursorAt(quiet, table);
  const target = moveTarget(intent.id, at, { rows, top: topAt(quiet, table, rows), table });
  if (target !== undefined) return { pane: goTo(quiet, table, target, rows) };
  switch (intent.id) {
    case 'mark':
      return { pane: mark(quiet, table, rows) };
    case 'mark-all':
      return { pane: markAll(quiet, table) };
    case 'mark-clear':
      return { pane: { ...quiet, marks: new Map() } };
    case 'sort-next': {
      const next = SORTS[(SORTS.indexOf(quiet.sort) + 1) % SORTS.length] ?? 'set';
      return { pane: { ...quiet, sort: next, reverse: false } };
    }
    case 'sort-reverse':
      return { pane: { ...quiet, reverse: !quiet.reverse } };
    case 'filter-clear':
    case 'cancel':
      return { pane: cancelled(quiet, intent.id) };
    case 'open':
      return opened(quiet, table, at);
    default:
      return { pane: quiet };
  }
}

function moveTarget(
  id: Intent['id'],
  at: number,
  view: Readonly<{ rows: number; top: number; table: Table }>,
): number | undefined {
  const { rows, top, table } = view;
  const last = countItems(table) - 1;
  const half = Math.max(1, rows >> 1);
  const bottom = Math.min(last, top + rows - 1);
  const targets: Readonly<Partial<Record<Intent['id'], number>>> = {
    'line-down': at + 1,
    'line-up': at - 1,
    'half-down': at + half,
    'half-up': at - half,
    'page-down': at + Math.max(1, rows),
    'page-up': at - Math.max(1, rows),
    top: 0,
    bottom: last,
    'screen-top': top,
    'screen-middle': (top + bottom) >> 1,
    'screen-bottom': bottom,
  };
  return targets[id];
}

function goTo(pane: BansPane, table: Table, index: number, rows: number): BansPane {
  const at = Math.max(0, Math.min(countItems(table) - 1, index));
  const item = itemAt(table, at);
  const cursor = { key: item === undefined ? undefined : keyOf(item), index: at };
  const moved: BansPane = { ...pane, cursor };
  return { ...moved, top: topAt({ ...moved, top: topAt(pane, table, rows) }, table, rows) };
}

/** Marks or unmarks the row and goes to the next, so that Space Space Space marks three. */
function mark(pane: BansPane, table: Table, rows: number): BansPane {
  const at = cursorAt(pane, table);
  const item = itemAt(table, at);
  if (item === undefined) return pane;
  const { set, net } = keyOf(item);
  if (net === undefined) return { ...pane, notice: safe('this set is not listed yet: open it first') };
  const marks = new Map(pane.marks);
  const key = markKey(set, net);
  if (!marks.delete(key)) {
    if (marks.size >= MARKS_MAX) return tooMany(pane);
    marks.set(key, { set, net });
  }
  return goTo({ ...pane, marks }, table, at + 1, rows);
}

/** Every row that the filter shows, or none when they are too many for one act. */
function markAll(pane: BansPane, table: Table): BansPane {
  if (table.rows > MARKS_MAX) return tooMany(pane);
  const marks = new Map(pane.marks);
  for (let index = table.unlisted.length; index < countItems(table); index++) {
    const item = itemAt(table, index);
    const key = item === undefined ? undefined : keyOf(item);
    if (key?.net !== undefined) marks.set(markKey(key.set, key.net), { set: key.set, net: key.net });
  }
  return marks.size > MARKS_MAX ? tooMany(pane) : { ...pane, marks };
}

function tooMany(pane: BansPane): BansPane {
  return { ...pane, notice: sanitise(`one act takes ${MARKS_MAX} rows at most: filter first`) };
}

/** Esc takes back one thing at a time: marks, then details, the filter, and the chosen set. */
function cancelled(pane: BansPane, id: Intent['id']): BansPane {
  if (id === 'cancel' && pane.marks.size > 0) return { ...pane, marks: new Map() };
  if (id === 'cancel' && pane.detail) return { ...pane, detail: false };
  if (pane.filter !== '') return { ...pane, filter: '' };
  return pane.only.length > 0 ? { ...pane, only: [] } : pane;
}

function opened(pane: BansPane, table: Table, at: number): BansKeyResult {
  const item = itemAt(table, at);
  if (item?.kind === 'set') return { pane, list: item.set.key };
  return { pane: { ...pane, detail: !pane.detail } };
}
