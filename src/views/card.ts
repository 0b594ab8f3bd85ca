// The box of the card: where it stands, so that the row under the cursor stays in sight, and its frame. Arithmetic.

import type { Net } from '../core/address.ts';
import type { Rect } from '../core/layout/layouts.ts';
import type { Line, Span } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { ScreenSize } from './arrange.ts';
import type { KeyFor } from './dialogs/act.ts';
import { type Box, drawBox } from './dialogs/box.ts';
import type { Glyphs } from './glyphs.ts';
import { span } from './parts/lines.ts';

/** Frame and a blank on either side. */
const FRAME_COLUMNS = 4;
const FRAME_ROWS = 2;
/** From here on the card stands beside what it is about. */
const BESIDE_COLUMNS = 120;
const BESIDE_ROWS = 20;
/** A lower card says nothing: it then takes the whole screen between the status lines. */
const ROWS_MIN = 7;

/** `body`: of the focused pane. `cursor`: first and last row of the screen under its cursor; absent where it has none. */
export type CardRoom = Readonly<{
  size: ScreenSize;
  body: Rect | undefined;
  cursor: Readonly<{ first: number; last: number }> | undefined;
}>;

/** The most that the card may cover. */
export function cardRect({ size, body, cursor }: CardRoom): Rect {
  const top = size.rows >= 5 ? 1 : 0;
  const bottom = size.rows - (size.rows >= 4 ? 1 : 0);
  const whole: Rect = { x: 0, y: top, columns: size.columns, rows: Math.max(1, bottom - top) };
  const beside = size.columns >= BESIDE_COLUMNS && size.rows >= BESIDE_ROWS;
  const columns = beside ? Math.min(72, Math.max(52, Math.floor(size.columns * 0.36))) : size.columns;
  const x = beside && body !== undefined ? sideOf(body, columns, size) : size.columns - columns;
  const covers = body === undefined || (x < body.x + body.columns && body.x < x + columns);
  if (cursor === undefined || !covers) return { ...whole, x, columns };
  const above = cursor.first - top;
  const below = bottom - cursor.last - 1;
  const rows = Math.max(above, below);
  if (rows < ROWS_MIN) return whole;
  return { x, columns, rows, y: below >= above ? cursor.last + 1 : top };
}

/** On the right, unless the focused pane is covered less from the left. */
function sideOf(body: Rect, columns: number, size: ScreenSize): number {
  const right = body.x + body.columns - (size.columns - columns);
  const left = columns - body.x;
  return Math.max(0, left) < Math.max(0, right) ? 0 : size.columns - columns;
}

/** Columns for the card's lines in a rectangle. */
export function cardColumns(rect: Rect): number {
  return Math.max(1, rect.columns - FRAME_COLUMNS);
}

/** How many of the lines are on screen; one row is kept for what is hidden, when something is. */
export function cardRows(rect: Rect, lines: number): number {
  const rows = Math.max(1, rect.rows - FRAME_ROWS);
  return lines <= rows ? rows : Math.max(1, rows - 1);
}

export type CardText = Readonly<{ net: Net; lines: readonly Line[]; top: number }>;

export function drawCard(
  text: CardText,
  rect: Rect,
  look: Readonly<{ glyphs: Glyphs; keyFor: KeyFor }>,
): Box {
  const { glyphs, keyFor } = look;
  const columns = cardColumns(rect);
  const rows = cardRows(rect, text.lines.length);
  const top = Math.max(0, Math.min(text.top, text.lines.length - rows));
  const below = text.lines.length - rows - top;
  const hidden = text.lines.length > rows;
  const used = Math.min(rect.rows, text.lines.length + FRAME_ROWS);
  // At the lower end of its room when it is below the cursor's row or beside, so that it does not float.
  const area: Rect = { ...rect, rows: used };
  const title: Line = [
    span(sanitise(`${glyphs.followed} `), 'accent'),
    span(safe('following '), 'title'),
    span(sanitise(text.net.text), 'strong'),
  ];
  const footer = hidden ? moreLine({ top, below }, keyFor) : undefined;
  const box = drawBox(
    { title, body: text.lines.slice(top, top + rows), ...(footer === undefined ? {} : { footer }) },
    { columns, size: { columns: rect.columns, rows: used }, glyphs },
  );
  return { area, lines: box.lines };
}

function moreLine({ top, below }: Readonly<{ top: number; below: number }>, keyFor: KeyFor): Line {
  const [count, way, intent] =
    below > 0 ? ([below, 'below', 'page-down'] as const) : ([top, 'above', 'page-up'] as const);
  const key: SafeText | undefined = keyFor('card', intent);
  const words: Span = span(sanitise(`${count} more ${count === 1 ? 'line' : 'lines'} ${way}`), 'dim');
  return key === undefined ? [words] : [words, span(safe('  ')), span(key, 'key')];
}
