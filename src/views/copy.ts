// Copy mode in a pane's own frame: its lines as they stood, the cursor, what is selected and what a search found.

import type { Line, Span } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import { cut, fit } from '../core/width.ts';
import { type Cell, cellAtColumn, cellsOf } from '../store/copy/cells.ts';
import { type CopyMode, lineOf, viewOf } from '../store/copy/copy-mode.ts';
import { hitLines, hitsIn, livePattern } from '../store/copy/search.ts';
import { type CellRange, selectedCount, selectedIn, selectedLines } from '../store/copy/selection.ts';
import type { Pattern } from '../store/logs/pattern.ts';
import type { DrawContext, PaneView } from './panes/pane.ts';
import { spaces, span } from './parts/lines.ts';

export function drawCopy(mode: CopyMode, context: DrawContext): Pick<PaneView, 'state' | 'body'> {
  const view = viewOf(mode, context);
  const pattern = livePattern(mode);
  const last = Math.min(mode.lines.length, view.top + Math.max(0, context.rows));
  const body: Line[] = [];
  for (let line = view.top; line < last; line++)
    body.push(drawLine(mode, line, { context, pattern, left: view.left }));
  return { state: stateOf(mode, pattern, { context, left: view.left }), body };
}

type Look = Readonly<{ context: DrawContext; pattern: Pattern | undefined; left: number }>;

function drawLine(mode: CopyMode, line: number, look: Look): Line {
  const text = lineOf(mode, line);
  const cells = cellsOf(text);
  const isCursorLine = line === mode.cursor.line;
  const selected = selectedIn(mode, line);
  if (cells.length === 0) return [emptyCell(isCursorLine, selected !== undefined, look)];
  const hits = look.pattern === undefined ? [] : hitsIn(text, look.pattern);
  const marks = { selected, hits, cursor: isCursorLine ? mode.cursor.column : -1 };
  return visible(cells, look).map((piece) => styled(piece, marks, look));
}

/** An empty line that is selected, or has the cursor, shows that by a blank. */
function emptyCell(cursor: boolean, selected: boolean, { context }: Look): Span {
  const blank: Span = { text: spaces(1) };
  if (cursor && context.focused)
    return { ...blank, role: 'accent', on: true, ...(selected ? { under: true } : {}) };
  return selected ? { ...blank, on: true } : blank;
}

/** `sign`: drawn in its place, because the line goes on there beyond the edge. */
type Piece = Readonly<{ text: SafeText; cell: number; sign: SafeText | undefined }>;

/** The cells in the window of columns; what goes on beyond its edges is said by "…" in place of the cell there. */
function visible(cells: readonly Cell[], { context, left }: Look): readonly Piece[] {
  const right = left + context.columns;
  const pieces: Piece[] = [];
  for (let index = cellAtColumn(cells, left); index < cells.length; index++) {
    const cell = cells[index];
    if (cell === undefined || cell.at >= right) break;
    const inside = Math.min(right, cell.at + cell.width) - Math.max(left, cell.at);
    const more = (left > 0 && cell.at <= left) || (cell.at + cell.width >= right && index < cells.length - 1);
    const sign = fit(sanitise(context.glyphs.ellipsis), inside);
    pieces.push({
      text: inside === cell.width ? (cell.text as SafeText) : sign,
      cell: index,
      sign: more || inside < cell.width ? sign : undefined,
    });
  }
  return pieces;
}

type Marks = Readonly<{ selected: CellRange | undefined; hits: readonly CellRange[]; cursor: number }>;

const within = (cell: number, range: CellRange | undefined): boolean =>
  range !== undefined && cell >= range.from && cell < range.to;

function styled({ text, cell, sign }: Piece, marks: Marks, { context }: Look): Span {
  const selected = within(cell, marks.selected);
  if (cell === marks.cursor) {
    // In a pane without the focus the cursor waits, and is not taken for the one that moves.
    if (!context.focused) return { text, under: true, ...(selected ? { on: true } : {}) };
    return { text, role: 'accent', on: true, ...(selected ? { under: true } : {}) };
  }
  const shown = sign ?? text;
  if (selected) return { text: shown, on: true };
  if (sign !== undefined) return span(shown, 'dim');
  return marks.hits.some((hit) => within(cell, hit)) ? span(shown, 'match') : span(shown);
}

/** In a narrower pane the words on the frame are shorter. */
const WIDE = 60;

type Frame = Readonly<{ context: DrawContext; left: number }>;

/** "copy · line 12 of 340 · 3 lines selected", then what a search found. */
function stateOf(mode: CopyMode, pattern: Pattern | undefined, { context, left }: Frame): Line {
  const { cursor, lines, count, notice } = mode;
  const of = `${groupDigits(lines.length)}${mode.cut ? ' (there is more)' : ''}`;
  const at = groupDigits(cursor.line + 1);
  const narrow = context.columns < WIDE;
  const found = pattern === undefined ? 0 : hitLines(mode, pattern);
  const parts: readonly (Span | undefined)[] = [
    span(sanitise(narrow ? `copy ${at}/${of}` : 'copy'), 'accent'),
    notice === undefined ? undefined : span(notice, 'warn'),
    count === 0 ? undefined : span(sanitise(groupDigits(count)), 'key'),
    narrow ? undefined : span(sanitise(`line ${at} of ${of}`)),
    mode.select === undefined ? undefined : span(sanitise(selectedWords(mode, narrow)), 'accent'),
    pattern === undefined
      ? undefined
      : span(
          sanitise(`${cut(sanitise(`/${pattern.text}`), 24)} in ${plural(found, 'line')}`),
          found > 0 ? 'accent' : 'warn',
        ),
    left === 0 ? undefined : span(sanitise(`from column ${left + 1}`), 'dim'),
  ];
  const dot = span(sanitise(` ${context.glyphs.dot} `), 'dim');
  return parts
    .filter((part) => part !== undefined)
    .flatMap((part, index) => (index === 0 ? [part] : [dot, part]));
}

function selectedWords(mode: CopyMode, narrow: boolean): string {
  const lines = plural(selectedCount(mode), 'line');
  if (mode.select?.by === 'block') return narrow ? lines : `block of ${lines} selected`;
  const whole = mode.select?.by === 'line' || selectedCount(mode) > 1;
  const characters = (): number => cellsOf(selectedLines(mode)[0] ?? safe('')).length;
  return `${whole ? lines : plural(characters(), 'character')}${narrow ? '' : ' selected'}`;
}

function plural(count: number, word: string): string {
  return `${groupDigits(count)} ${word}${count === 1 ? '' : 's'}`;
}
