// What the status lines and the outer frame leave for panes on a screen of a given size, and from which size on a
// window's own layout is shown. Store (edits of layouts) and views (drawing them) go by the same numbers.

import type { Rect } from './layouts.ts';

export type ScreenSize = Readonly<{ columns: number; rows: number }>;

/** Smaller than this in either direction: one pane at a time. */
export const PAIR_MIN: ScreenSize = { columns: 80, rows: 24 };
/** From here on in both directions the window's own layout is tried, however many panes it has. */
const FULL_MIN: ScreenSize = { columns: 100, rows: 30 };

/** Whether the window's own layout is tried on a screen of this size, with so many panes. */
export function showsLayout(size: ScreenSize, panes: number): boolean {
  if (size.columns < PAIR_MIN.columns || size.rows < PAIR_MIN.rows) return false;
  return panes <= 2 || (size.columns >= FULL_MIN.columns && size.rows >= FULL_MIN.rows);
}

/** `topRow`, `tabRow`, `bottomRow`: rows of the status lines, absent where there is no room. `framed`: panes have borders. */
export type Shell = Readonly<{ topRow?: number; tabRow?: number; bottomRow?: number; framed: boolean }>;

/** From so many rows on the tabs have a row of their own; below they stand in the top line. */
const TAB_ROWS_MIN = 8;

/**
 * What is left for panes after status lines and the outer frame; those go first when there is no room. `tabs`: panes
 * are shown one at a time and named in a line of their own.
 */
export function shellOf(size: ScreenSize, tabs = false): Readonly<{ body: Rect; chrome: Shell }> {
  const framed = size.rows >= 3 && size.columns >= 10;
  const bottom = size.rows >= 4;
  const top = size.rows >= 5;
  const inset = framed ? 1 : 0;
  const tabRow = tabs && size.rows >= TAB_ROWS_MIN;
  const above = (top ? 1 : 0) + (tabRow ? 1 : 0);
  const body: Rect = {
    x: inset,
    y: above + inset,
    columns: Math.max(0, size.columns - 2 * inset),
    rows: Math.max(0, size.rows - above - (bottom ? 1 : 0) - 2 * inset),
  };
  const chrome = {
    framed,
    ...(top ? { topRow: 0 } : {}),
    ...(tabRow ? { tabRow: 1 } : {}),
    ...(bottom ? { bottomRow: size.rows - 1 } : {}),
  };
  return { body, chrome };
}
