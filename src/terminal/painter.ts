// From one frame to the next in the fewest bytes: only cells that changed, the shortest cursor moves, SGR as a delta.
// Widths that terminals disagree about are re-anchored: after such a character the column is said again.

import {
  BLANK,
  createGrid,
  createPalette,
  type Frame,
  FrameReader,
  type Grid,
  isPlain,
  isWide,
  RIGHT_HALF,
} from './cells.ts';
import { PLAIN } from './styles.ts';

/** Content of a cell that we know nothing about: differs from everything. */
const UNKNOWN = 0xffffffff;
const NOWHERE = -1;
/** Clusters and styles kept; beyond it the palette is emptied and the screen painted anew. */
const PALETTE_MAX = 8_192;
/** A gap of unchanged cells longer than this is never cheaper to write again than to jump over. */
const GAP_MAX = 8;
/** Bytes of an erase to the end of the line, with the style change that it may need. */
const ERASE_COST = 5;

export class Painter {
  readonly #palette = createPalette();
  readonly #reader = new FrameReader(this.#palette);
  #shown: Grid;
  #next: Grid;
  #out = '';
  #column = NOWHERE;
  #row = NOWHERE;
  #style = PLAIN;
  #unsure = true;

  constructor(columns: number, rows: number) {
    this.#shown = createGrid(columns, rows);
    this.#next = createGrid(columns, rows);
  }

  resize(columns: number, rows: number): void {
    this.#shown = createGrid(columns, rows);
    this.#next = createGrid(columns, rows);
    this.forget();
  }

  /** The screen may show anything now: the next frame is written whole. */
  forget(): void {
    this.#unsure = true;
  }

  /** The bytes that turn what the terminal shows into `frame`; '' when nothing changed. They count as shown from now on. */
  paint(frame: Frame): string {
    if (this.#palette.size() > PALETTE_MAX) {
      this.#palette.clear();
      this.forget();
    }
    this.#reader.read(frame, this.#next);
    this.#out = '';
    this.#row = NOWHERE;
    this.#column = NOWHERE;
    if (this.#unsure) {
      this.#shown.glyphs.fill(UNKNOWN);
      this.#out = '\x1b[m';
      this.#style = PLAIN;
      this.#unsure = false;
    }
    for (let row = 0; row < this.#next.rows; row++) this.#paintRow(row);
    [this.#shown, this.#next] = [this.#next, this.#shown];
    return this.#out;
  }

  #paintRow(row: number): void {
    const { columns, glyphs, styles } = this.#next;
    const start = row * columns;
    let first = 0;
    while (first < columns && this.#same(start + first)) first++;
    if (first === columns) return;
    let tail = columns;
    while (tail > 0 && glyphs[start + tail - 1] === BLANK && styles[start + tail - 1] === PLAIN) tail--;
    let staleFrom = Math.max(tail, first);
    while (staleFrom < columns && this.#same(start + staleFrom)) staleFrom++;
    let staleTo = columns;
    while (staleTo > staleFrom && this.#same(start + staleTo - 1)) staleTo--;
    const erase = staleTo - staleFrom > ERASE_COST;
    this.#paintCells(row, first, erase ? tail : columns);
    if (!erase) return;
    const reached = this.#row === row && this.#column >= tail && this.#column <= staleFrom;
    if (!reached) this.#moveTo(row, staleFrom);
    this.#pen(PLAIN);
    this.#out += '\x1b[K';
  }

  #paintCells(row: number, from: number, to: number): void {
    const { columns, glyphs, styles } = this.#next;
    const start = row * columns;
    let touched = NOWHERE;
    for (let column = from; column < to; column++) {
      const cell = start + column;
      const glyph = glyphs[cell] ?? BLANK;
      if (glyph === RIGHT_HALF || (this.#same(cell) && column !== touched)) continue;
      this.#moveTo(row, column);
      this.#pen(styles[cell] ?? PLAIN);
      // A terminal that takes this for narrow would leave what was in the right half.
      if (isWide(glyph)) this.#out += '\x1b[2X';
      this.#out += this.#palette.textOf(glyph);
      const after = column + (isWide(glyph) ? 2 : 1);
      const sure = isPlain(glyph);
      // A terminal that takes it for wider has overwritten the next cell: write that one again.
      if (!sure) touched = after;
      this.#column = sure && after < columns ? after : NOWHERE;
    }
  }

  #same(cell: number): boolean {
    return (
      this.#shown.glyphs[cell] === this.#next.glyphs[cell] &&
      this.#shown.styles[cell] === this.#next.styles[cell]
    );
  }

  #pen(style: number): void {
    this.#out += this.#palette.styles.change(this.#style, style);
    this.#style = style;
  }

  #moveTo(row: number, column: number): void {
    if (row !== this.#row || column !== this.#column) this.#out += this.#shortestMove(row, column);
    this.#row = row;
    this.#column = column;
  }

  #shortestMove(row: number, column: number): string {
    const absolute = cursorTo(row, column);
    if (this.#row === NOWHERE) return absolute;
    if (this.#row !== row) {
      if (this.#column !== column || row < this.#row) return absolute;
      return shorter(absolute, `\x1b[${countOf(row - this.#row)}B`);
    }
    if (column === 0) return '\r';
    const inRow = `\x1b[${column + 1}G`;
    if (this.#column === NOWHERE) return shorter(absolute, inRow);
    const gap = column - this.#column;
    if (gap < 0) return shorter(inRow, `\x1b[${countOf(-gap)}D`);
    const jump = shorter(inRow, `\x1b[${countOf(gap)}C`);
    return this.#gapText(row, column, jump.length) ?? jump;
  }

  /** The unchanged cells up to `column`, when writing them again takes no more bytes than `cost`. */
  #gapText(row: number, column: number, cost: number): string | undefined {
    if (column - this.#column > Math.min(GAP_MAX, cost)) return undefined;
    let text = '';
    let bytes = 0;
    for (let at = this.#column; at < column; at++) {
      const cell = row * this.#next.columns + at;
      const glyph = this.#next.glyphs[cell] ?? BLANK;
      if (!isPlain(glyph) || this.#next.styles[cell] !== this.#style) return undefined;
      bytes += utf8Length(glyph);
      text += String.fromCharCode(glyph);
    }
    return bytes <= cost ? text : undefined;
  }
}

function cursorTo(row: number, column: number): string {
  if (column > 0) return `\x1b[${row === 0 ? '' : row + 1};${column + 1}H`;
  return row === 0 ? '\x1b[H' : `\x1b[${row + 1}H`;
}

function shorter(one: string, other: string): string {
  return other.length < one.length ? other : one;
}

function countOf(steps: number): string {
  return steps === 1 ? '' : String(steps);
}

function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  return code < 0x800 ? 2 : 3;
}
