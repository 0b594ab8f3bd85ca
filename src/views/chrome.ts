// Frames of the panes as whole screen rows: shared borders with true junctions, title left, state right, the focused
// pane's frame bright. Bodies are drawn over the blanks by the app.

import type { Rect } from '../core/layout/layouts.ts';
import type { Line, Role, Span } from '../core/line.ts';
import type { PaneId } from '../core/pane.ts';
import { type SafeText, safe } from '../core/sanitise.ts';
import { graphemes } from '../core/width.ts';
import type { Arrangement } from './arrange.ts';
import type { Glyphs } from './glyphs.ts';
import { fitState } from './parts/frame-state.ts';
import { cutLine, span, widthOfLine } from './parts/lines.ts';
import { withShortPaths } from './parts/short-path.ts';

/** What stands on a pane's frame. */
export type FrameText = Readonly<{ title: Line; state: Line }>;

type Cell = Readonly<{ text: string; role?: Role; on?: boolean; under?: boolean }>;

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;
const BLANK: Cell = { text: ' ' };

export type Frames = Readonly<{
  arrangement: Arrangement;
  focus: PaneId | undefined;
  glyphs: Glyphs;
  texts: ReadonlyMap<PaneId, FrameText>;
  /** Where no colour says which pane has the focus, its frame is drawn with heavy lines. */
  heavy?: boolean;
}>;

/** All rows of the screen, each as wide as the screen; rows of the status lines are blank. */
export function drawFrames(frames: Frames): readonly Line[] {
  const { arrangement, texts, focus } = frames;
  const rows = borderCells(frames);
  if (arrangement.framed) {
    for (const { pane, body } of arrangement.placed) {
      const text = texts.get(pane);
      const row = rows[body.y - 1];
      if (text !== undefined && row !== undefined)
        overlay(row, body.x, titleLine(text, frames, { columns: body.columns, focused: pane === focus }));
    }
  }
  return rows.map(toLine);
}

function borderCells({ arrangement, focus, glyphs, heavy = false }: Frames): Cell[][] {
  const { columns, rows } = arrangement.size;
  const grid = Array.from({ length: rows }, () => new Array<Cell>(columns).fill(BLANK));
  if (!arrangement.framed) return grid;
  const mask = new Uint8Array(columns * rows);
  for (const { body } of arrangement.placed) traceFrame(body, columns, mask);
  const bright = new Uint8Array(columns * rows);
  const focused = arrangement.placed.find(({ pane }) => pane === focus);
  if (focused !== undefined) traceFrame(focused.body, columns, bright);
  const signs = signsOf(glyphs);
  for (const [y, row] of grid.entries()) {
    for (let x = 0; x < columns; x++) {
      const at = y * columns + x;
      const bits = mask[at] ?? 0;
      if (bits === 0) continue;
      const lit = (bright[at] ?? 0) > 0;
      const sign = signs[bits] ?? '?';
      row[x] = { text: lit && heavy ? heavier(sign) : sign, role: lit ? 'border-focused' : 'border' };
    }
  }
  return grid;
}

/** Marks the cells around a body with the directions in which a line goes on. */
function traceFrame(body: Rect, columns: number, mask: Uint8Array): void {
  const left = body.x - 1;
  const right = body.x + body.columns;
  const top = body.y - 1;
  const bottom = body.y + body.rows;
  const mark = (x: number, y: number, bits: number) => {
    mask[y * columns + x] = (mask[y * columns + x] ?? 0) | bits;
  };
  for (let x = left; x <= right; x++) {
    const bits = (x > left ? LEFT : 0) | (x < right ? RIGHT : 0);
    mark(x, top, bits);
    mark(x, bottom, bits);
  }
  for (let y = top; y <= bottom; y++) {
    const bits = (y > top ? UP : 0) | (y < bottom ? DOWN : 0);
    mark(left, y, bits);
    mark(right, y, bits);
  }
}

function signsOf(glyphs: Glyphs): Readonly<Record<number, string>> {
  return {
    [LEFT | RIGHT]: glyphs.horizontal,
    [UP | DOWN]: glyphs.vertical,
    [DOWN | RIGHT]: glyphs.topLeft,
    [DOWN | LEFT]: glyphs.topRight,
    [UP | RIGHT]: glyphs.bottomLeft,
    [UP | LEFT]: glyphs.bottomRight,
    [LEFT | RIGHT | DOWN]: glyphs.teeDown,
    [LEFT | RIGHT | UP]: glyphs.teeUp,
    [UP | DOWN | RIGHT]: glyphs.teeRight,
    [UP | DOWN | LEFT]: glyphs.teeLeft,
    [UP | DOWN | LEFT | RIGHT]: glyphs.cross,
  };
}

/** The same line, heavy: box drawing has each twice, ASCII has signs that look it. */
const HEAVY: ReadonlyMap<string, string> = new Map(
  [...'─━│┃┌┏┐┓└┗┘┛┬┳┴┻├┣┤┫┼╋'].flatMap((sign, at, all) =>
    at % 2 === 0 ? [[sign, all[at + 1] ?? sign] as const] : [],
  ),
);
const HEAVY_ASCII: ReadonlyMap<string, string> = new Map([
  ['-', '='],
  ['|', '#'],
  ['+', '#'],
]);

function heavier(sign: string): string {
  return HEAVY.get(sign) ?? HEAVY_ASCII.get(sign) ?? sign;
}

type TitleRoom = Readonly<{ columns: number; focused: boolean }>;

/** `─ title ───── state ─`; the state gives way to nothing but the first words of the title. */
function titleLine(text: FrameText, { glyphs, heavy = false }: Frames, room: TitleRoom): Line {
  const border: Role = room.focused ? 'border-focused' : 'border';
  const line = room.focused && heavy ? heavier(glyphs.horizontal) : glyphs.horizontal;
  const bar = (count: number): Span => span(line.repeat(count) as SafeText, border);
  const gap: Span = span(safe(' '));
  const inner = room.columns - 2;
  if (inner < 6) return [];
  const titleWidth = widthOfLine(trimmed(text.title));
  const stateRoom = inner - 3 - Math.min(titleWidth + 2, Math.max(10, Math.floor(inner / 3)));
  const state = fitState(text.state, stateRoom, glyphs.dot);
  const stateTaken = state.length === 0 ? 0 : widthOfLine(state) + 2;
  const titleRoom = inner - stateTaken - 3;
  const title = cutLine(withShortPaths(trimmed(text.title), titleRoom), titleRoom).map((part) =>
    titled(part, room.focused),
  );
  const fill = inner - stateTaken - widthOfLine(title) - 2;
  const right: Line = state.length === 0 ? [] : [gap, ...state, gap];
  return [bar(1), gap, ...title, gap, bar(Math.max(0, fill)), ...right, bar(1)];
}

/** Without blanks at the end: the frame goes on right after the words. */
function trimmed(line: Line): Line {
  const last = line.at(-1);
  if (last === undefined) return line;
  const text = last.text.trimEnd() as SafeText;
  if (text === '') return trimmed(line.slice(0, -1));
  return [...line.slice(0, -1), { ...last, text }];
}

function titled(part: Span, focused: boolean): Span {
  if (part.role !== undefined && part.role !== 'title' && part.role !== 'plain') return part;
  return { ...part, role: focused ? 'title' : 'plain' };
}

const STRAIGHT = new Set(['─', '━', '-', '=']);

/** Puts a line over the cells of a row from column `x` on; its border goes through the junctions that are there. */
function overlay(row: Cell[], x: number, line: Line): void {
  let at = x;
  for (const { text, ...style } of line) {
    const isBorder = style.role === 'border' || style.role === 'border-focused';
    for (const piece of graphemes(text)) {
      if (at + piece.width > row.length) return;
      const joins = isBorder && !STRAIGHT.has(row[at]?.text ?? '');
      if (!joins) row[at] = { text: piece.text, ...style };
      for (let extra = 1; extra < piece.width; extra++) row[at + extra] = { text: '', ...style };
      at += piece.width;
    }
  }
}

function toLine(row: readonly Cell[]): Line {
  const line: Span[] = [];
  let text = '';
  let open: Cell = BLANK;
  const flush = () => {
    if (text !== '') line.push({ ...open, text: text as SafeText });
    text = '';
  };
  for (const cell of row) {
    if (cell.role !== open.role || cell.on !== open.on || cell.under !== open.under) {
      flush();
      open = cell;
    }
    text += cell.text;
  }
  flush();
  return line;
}
