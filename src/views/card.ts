// The box of the card: where it stands, so that the row under the cursor stays in sight, and its frame. Arithmetic.

import type { Net } from '../core/address.ts';
import type { Rect } from '../core/layout/layouts.ts';
import type { Line } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { ScreenSize } from './arrange.ts';
import type { KeyFor } from './dialogs/act.ts';
import { type Box, drawBox } from './dialogs/box.ts';
import type { Glyphs } from './glyphs.ts';
import { span, widthOfLine } from './parts/lines.ts';

/** Frame and a blank on either side. */
const FRAME_COLUMNS = 4;
const FRAME_ROWS = 2;
const FOOT_ROWS = 1;
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
  const { x, columns } = beside ? columnsBeside(body, size) : { x: 0, columns: size.columns };
  const covers = body === undefined || (x < body.x + body.columns && body.x < x + columns);
  if (cursor === undefined || !covers) return { ...whole, x, columns };
  const above = cursor.first - top;
  const below = bottom - cursor.last - 1;
  const rows = Math.max(above, below);
  if (rows < ROWS_MIN) return whole;
  return { x, columns, rows, y: below >= above ? cursor.last + 1 : top };
}

const COLUMNS_MIN = 44;
const COLUMNS_MAX = 84;

/** At that edge of the screen where the focused pane leaves more room, in this room when it is enough. */
function columnsBeside(body: Rect | undefined, size: ScreenSize): Pick<Rect, 'x' | 'columns'> {
  const left = body === undefined ? 0 : body.x;
  const right = body === undefined ? 0 : size.columns - body.x - body.columns;
  const room = Math.max(left, right);
  const usual = Math.max(COLUMNS_MIN, Math.floor(size.columns * 0.4));
  const columns = Math.min(COLUMNS_MAX, room >= COLUMNS_MIN ? room : usual);
  return { columns, x: left > right ? 0 : size.columns - columns };
}

/** Columns for the card's lines in a rectangle. */
export function cardColumns(rect: Rect): number {
  return Math.max(1, rect.columns - FRAME_COLUMNS);
}

/** How many lines are on screen, above the one that says what is hidden and how to leave. */
export function cardRows(rect: Rect): number {
  return Math.max(1, rect.rows - FRAME_ROWS - FOOT_ROWS);
}

/** What it covers of that with so many lines. */
export function cardArea(rect: Rect, lines: number): Rect {
  return { ...rect, rows: Math.min(rect.rows, lines + FRAME_ROWS + FOOT_ROWS) };
}

export type CardText = Readonly<{ net: Net; lines: readonly Line[]; top: number }>;

export type CardLook = Readonly<{ glyphs: Glyphs; keyFor: KeyFor }>;

export function drawCard({ net, lines, top }: CardText, rect: Rect, look: CardLook): Box {
  const { glyphs, keyFor } = look;
  const columns = cardColumns(rect);
  const rows = cardRows(rect);
  const from = Math.max(0, Math.min(top, lines.length - rows));
  const below = Math.max(0, lines.length - rows - from);
  const area = cardArea(rect, lines.length);
  const title: Line = [
    span(sanitise(`${glyphs.followed} `), 'accent'),
    span(safe('following '), 'title'),
    span(sanitise(net.text), 'strong'),
  ];
  const footer = footLine({ above: from, below }, keyFor, columns);
  const body = lines.slice(from, from + rows);
  const box = drawBox(
    { title, body, footer },
    { columns, size: { columns: rect.columns, rows: area.rows }, glyphs },
  );
  return { area, lines: box.lines };
}

function footLine(
  { above, below }: Readonly<{ above: number; below: number }>,
  keyFor: KeyFor,
  columns: number,
): Line {
  const leave = hint(keyFor('card', 'cancel'), 'close');
  if (above + below === 0) return leave;
  const [count, way, intent] =
    below > 0 ? ([below, 'below', 'page-down'] as const) : ([above, 'above', 'page-up'] as const);
  const long = [...hint(keyFor('card', intent), `${count} more ${way}`), ...GAP, ...leave];
  return widthOfLine(long) <= columns
    ? long
    : [...hint(keyFor('card', intent), `${count} more`), ...GAP, ...leave];
}

const GAP: Line = [span(safe('   '))];

function hint(key: SafeText | undefined, words: string): Line {
  const said = span(sanitise(key === undefined ? words : ` ${words}`), 'dim');
  return key === undefined ? [said] : [span(key, 'key'), said];
}
