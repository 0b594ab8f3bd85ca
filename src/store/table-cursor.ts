// The cursor and the marks of a table whose rows come and go: the cursor stays on its row by key while that exists,
// so that an act key never meets another row than the one that was under the cursor when it was aimed.

import type { IntentId } from '../core/intent.ts';

/** `key`: the row that the cursor was put on; `index`: where it was, for when that row is gone. */
export type TableCursor = Readonly<{ index: number; key: string | undefined }>;

export const FIRST_ROW: TableCursor = { index: 0, key: undefined };

/** Index of the cursor in the rows as they are now; -1 without rows. */
export function cursorIndex(cursor: TableCursor, keys: readonly string[]): number {
  const found = cursor.key === undefined ? -1 : keys.indexOf(cursor.key);
  return found >= 0 ? found : Math.min(cursor.index, keys.length - 1);
}

/** The cursor on the `row`-th line of the table on screen, where there is one. */
export function pointed(
  cursor: TableCursor,
  row: number,
  table: Readonly<{ keys: readonly string[]; page: number }>,
): TableCursor {
  const { keys, page } = table;
  const index = firstRow(cursorIndex(cursor, keys), keys.length, page) + row;
  return row < 0 || row >= page || index >= keys.length ? cursor : { index, key: keys[index] };
}

/** The cursor on the row where it is among these, whatever their order becomes. */
export function pinned(cursor: TableCursor, keys: readonly string[]): TableCursor {
  const index = cursorIndex(cursor, keys);
  return { index, key: keys[index] };
}

/** The cursor after a moving intent; undefined when the intent does not move. `page`: rows of the table on screen. */
export function moveCursor(
  cursor: TableCursor,
  intent: IntentId,
  table: Readonly<{ keys: readonly string[]; page: number }>,
): TableCursor | undefined {
  const { keys } = table;
  const page = Math.max(1, table.page);
  const from = cursorIndex(cursor, keys);
  const top = firstRow(from, keys.length, page);
  const to = TARGETS[intent]?.({ from, page, top, last: keys.length - 1 });
  if (to === undefined) return undefined;
  const index = Math.max(0, Math.min(to, keys.length - 1));
  return { index, key: keys[index] };
}

type Place = Readonly<{ from: number; page: number; top: number; last: number }>;
const TARGETS: Readonly<Partial<Record<IntentId, (place: Place) => number>>> = {
  'line-down': ({ from }) => from + 1,
  'line-up': ({ from }) => from - 1,
  'half-down': ({ from, page }) => from + Math.ceil(page / 2),
  'half-up': ({ from, page }) => from - Math.ceil(page / 2),
  'page-down': ({ from, page }) => from + page,
  'page-up': ({ from, page }) => from - page,
  top: () => 0,
  bottom: ({ last }) => last,
  'screen-top': ({ top }) => top,
  'screen-middle': ({ top, page, last }) => top + Math.floor(Math.min(page - 1, last) / 2),
  'screen-bottom': ({ top, page, last }) => Math.min(top + page - 1, last),
};

/** First row on screen: the cursor in the middle, except near the ends. */
export function firstRow(cursor: number, length: number, page: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(page / 2), length - page));
}

export function toggled<V>(marks: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  const next = new Map(marks);
  if (!next.delete(key)) next.set(key, value);
  return next;
}
