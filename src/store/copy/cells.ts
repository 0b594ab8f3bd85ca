// A line of text as the cells that a cursor stands on: graphemes with their place in the string and on the screen.

import type { SafeText } from '../../core/sanitise.ts';
import { graphemes } from '../../core/width.ts';

/** `index`: where it begins in the string. `at`: its first column on the screen. `width`: 1 or 2 columns. */
export type Cell = Readonly<{ text: string; index: number; at: number; width: number }>;

const KEPT_LINES = 512;
const kept = new Map<string, readonly Cell[]>();

/** The lines around the cursor are asked for again and again. */
export function cellsOf(line: SafeText): readonly Cell[] {
  const known = kept.get(line);
  if (known !== undefined) return known;
  const cells: Cell[] = [];
  let index = 0;
  let at = 0;
  for (const { text, width } of graphemes(line)) {
    // As the frame writer does: a mark that stands alone has a column of its own.
    const shown = Math.min(2, Math.max(1, width));
    cells.push({ text, index, at, width: shown });
    index += text.length;
    at += shown;
  }
  if (kept.size >= KEPT_LINES) kept.clear();
  kept.set(line, cells);
  return cells;
}

/** The cell that covers a column of the screen, at most the last one; 0 in an empty line. */
export function cellAtColumn(cells: readonly Cell[], column: number): number {
  return lastWhere(cells, (cell) => cell.at <= column);
}

/** The cell that holds a place of the string. */
export function cellAtIndex(cells: readonly Cell[], index: number): number {
  return lastWhere(cells, (cell) => cell.index <= index);
}

/** By halving: `holds` is true of a first part of the cells. */
function lastWhere(cells: readonly Cell[], holds: (cell: Cell) => boolean): number {
  let low = 0;
  let high = cells.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const cell = cells[middle];
    if (cell !== undefined && holds(cell)) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
