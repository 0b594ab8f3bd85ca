// Copy mode as data: a pane that stands still as lines of text, with a cursor, a selection and a search of its own.

import type { PaneId } from '../../core/pane.ts';
import { type SafeText, safe } from '../../core/sanitise.ts';
import type { Pattern } from '../logs/pattern.ts';
import { cellAtColumn, cellsOf } from './cells.ts';

/** From 0; `column` counts the graphemes of the line, not columns of the screen. */
export type CopyPoint = Readonly<{ line: number; column: number }>;
export type SelectBy = 'character' | 'line' | 'block';

/** What stood in a pane, oldest first. `cut`: there was more. `line`: where its cursor was; `top`: its first line on screen. */
export type Snapshot = Readonly<{ lines: readonly SafeText[]; cut: boolean; line: number; top: number }>;

/** Where the mode stands: what a search that is given up goes back to. */
export type CopyPlace = Readonly<{
  cursor: CopyPoint;
  /** The column of the screen that moving up and down keeps to; beyond every line after `$`. */
  wish: number;
  /** First line and first column on screen. */
  top: number;
  left: number;
}>;

export type CopyMode = CopyPlace &
  Readonly<{
    pane: PaneId;
    /** Never empty. */
    lines: readonly SafeText[];
    cut: boolean;
    /** The number typed before a key; 0 = none. */
    count: number;
    select: Readonly<{ from: CopyPoint; by: SelectBy }> | undefined;
    search: Readonly<{ pattern: Pattern; back: boolean }> | undefined;
    /** While the prompt of a search is open: what is typed so far, and where to go back to. */
    typing: Readonly<{ pattern: Pattern | undefined; from: CopyPlace }> | undefined;
    notice: SafeText | undefined;
  }>;

/** The size of the pane's body. */
export type CopyBox = Readonly<{ rows: number; columns: number }>;

const EMPTY: readonly SafeText[] = [safe('')];

export function enterCopy(pane: PaneId, { lines, cut, line, top }: Snapshot): CopyMode {
  const all = lines.length === 0 ? EMPTY : lines;
  return {
    pane,
    lines: all,
    cut,
    cursor: { line: clamp(line, all.length - 1), column: 0 },
    wish: 0,
    top: clamp(top, all.length - 1),
    left: 0,
    count: 0,
    select: undefined,
    search: undefined,
    typing: undefined,
    notice: undefined,
  };
}

export function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}

export function lineOf(mode: CopyMode, line: number): SafeText {
  return mode.lines[line] ?? safe('');
}

export function lastColumn(mode: CopyMode, line: number): number {
  return Math.max(0, cellsOf(lineOf(mode, line)).length - 1);
}

/** The first line and column on screen so that the cursor is seen: as before where that shows it. */
export function viewOf(mode: CopyMode, box: CopyBox): Readonly<{ top: number; left: number }> {
  const { cursor, lines } = mode;
  const rows = Math.max(1, box.rows);
  const columns = Math.max(1, box.columns);
  const highest = Math.max(0, Math.min(cursor.line, lines.length - rows));
  const top = Math.max(cursor.line - rows + 1, Math.min(mode.top, highest, cursor.line));
  const cell = cellsOf(lineOf(mode, cursor.line))[cursor.column] ?? { at: 0, width: 1 };
  // A wide character in a pane of one column cannot be seen whole.
  const left = Math.min(cell.at, Math.max(mode.left, cell.at + cell.width - columns));
  return { top: Math.max(0, top), left };
}

/** The mode with the cursor at a point, scrolled as little as that needs. `wish` absent: the point's own column. */
export function putCursor(mode: CopyMode, to: CopyPoint, box: CopyBox, wish?: number): CopyMode {
  const line = clamp(to.line, mode.lines.length - 1);
  const column = clamp(to.column, lastColumn(mode, line));
  const kept = wish ?? cellsOf(lineOf(mode, line))[column]?.at ?? 0;
  const moved: CopyMode = { ...mode, cursor: { line, column }, wish: kept, count: 0 };
  return { ...moved, ...viewOf(moved, box) };
}

/** To another line, in the column that the last sideways move chose. */
export function putLine(mode: CopyMode, line: number, box: CopyBox): CopyMode {
  const to = clamp(line, mode.lines.length - 1);
  return putCursor(
    mode,
    { line: to, column: cellAtColumn(cellsOf(lineOf(mode, to)), mode.wish) },
    box,
    mode.wish,
  );
}
