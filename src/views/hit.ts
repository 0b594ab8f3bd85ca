// What is under the pointer: the parts of the status lines and of the open box, by the lines that are drawn there, and
// the borders and panes by the arrangement. Pure; read from the state that is on screen.

import type { Border } from '../core/layout/borders.ts';
import type { Rect } from '../core/layout/layouts.ts';
import type { Hit, Line } from '../core/line.ts';
import { widthOf } from '../core/width.ts';
import type { ConsoleState } from '../store/state.ts';
import type { Arrangement } from './arrange.ts';
import { overlayBox } from './overlays.ts';
import type { ScreenOptions } from './screen.ts';
import { statusLines } from './status-rows.ts';

/** A cell of the screen, from 0. */
export type Cell = Readonly<{ column: number; row: number }>;
export type HitOptions = Pick<ScreenOptions, 'glyphs' | 'keys' | 'summary'>;

/** Undefined where a click means nothing, or is for a pane. */
export function hitAt(
  state: ConsoleState,
  look: HitOptions & Readonly<{ arrangement: Arrangement }>,
  cell: Cell,
): Hit | undefined {
  const box = overlayBox(state, look);
  if (box !== undefined)
    return inside(box.area, cell)
      ? hitInLine(box.lines[cell.row - box.area.y] ?? [], cell.column - box.area.x)
      : undefined;
  if (state.copy.plain !== undefined) return undefined;
  return hitInLine(statusLines(state, look, look.arrangement).get(cell.row) ?? [], cell.column);
}

/** The hit of the span that covers the column. */
export function hitInLine(line: Line, column: number): Hit | undefined {
  let at = 0;
  for (const { text, hit } of line) {
    at += widthOf(text);
    if (column < at) return hit;
  }
  return undefined;
}

/** How far the border is from the cell, outwards of its pane; undefined when it is not on screen any more. */
export function borderDistance(
  { placed, mode }: Arrangement,
  { pane, side }: Border,
  cell: Cell,
): number | undefined {
  const body = mode === 'full' ? placed.find((one) => one.pane === pane)?.body : undefined;
  if (body === undefined) return undefined;
  return side === 'right' ? cell.column - (body.x + body.columns) : cell.row - (body.y + body.rows);
}

export function inside(rect: Rect, { column, row }: Cell): boolean {
  return column >= rect.x && column < rect.x + rect.columns && row >= rect.y && row < rect.y + rect.rows;
}
