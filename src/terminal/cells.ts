// A frame as a terminal would show it: one number for what is in a cell, one for its style, in arrays that are used again.
// Input is text: lines parted by \n, colour as SGR. Nothing here can be wider or taller than the grid.

import { isPlainCode } from '../core/plain.ts';
import { graphemes } from '../core/width.ts';
import { applySgr, createStyleTable, type Pen, PLAIN, resetPen, type StyleTable } from './styles.ts';

/** What a cell shows: a code point, or a cluster of the palette; 0 is the right half of a wide character. */
export type Glyph = number;
export const RIGHT_HALF: Glyph = 0;
export const BLANK: Glyph = 0x20;
const CLUSTER = 0x200000;
const WIDE = 0x40000000;
const REPLACEMENT: Glyph = 0xfffd;

/** `glyphs` and `styles` have columns × rows entries, row by row. */
export type Grid = Readonly<{ columns: number; rows: number; glyphs: Uint32Array; styles: Uint32Array }>;

export function createGrid(columns: number, rows: number): Grid {
  const size = columns * rows;
  return {
    columns,
    rows,
    glyphs: new Uint32Array(size).fill(BLANK),
    styles: new Uint32Array(size).fill(PLAIN),
  };
}

/** A rectangle of the screen and its lines; what does not fit is cut, what is missing is blank. `x`, `y` ≥ 0. */
export type FramePart = Readonly<{
  rect: Readonly<{ x: number; y: number; columns: number; rows: number }>;
  text: string;
}>;
/** The whole screen as one text, or as rectangles of which later ones lie above earlier ones. */
export type Frame = string | readonly FramePart[];

/** Clusters and styles that cells refer to by number. Shared by the grids that are compared. */
export type Palette = Readonly<{
  styles: StyleTable;
  glyphOf(text: string, width: number): Glyph;
  textOf(glyph: Glyph): string;
  /** Entries held; the owner empties the palette (and repaints) when hostile text has filled it. */
  size(): number;
  clear(): void;
}>;

export function createPalette(): Palette {
  const styles = createStyleTable();
  const texts: string[] = [];
  const known = new Map<string, number>();
  return {
    styles,
    glyphOf(text, width) {
      const point = text.codePointAt(0) ?? BLANK;
      let glyph: Glyph = point;
      if (text.length > (point > 0xffff ? 2 : 1)) {
        let index = known.get(text);
        if (index === undefined) {
          index = texts.push(text) - 1;
          known.set(text, index);
        }
        glyph = CLUSTER + index;
      }
      return width > 1 ? glyph | WIDE : glyph;
    },
    textOf(glyph) {
      const bare = glyph & ~WIDE;
      return bare >= CLUSTER ? (texts[bare - CLUSTER] ?? ' ') : String.fromCodePoint(bare);
    },
    size: () => texts.length + styles.size(),
    clear() {
      texts.length = 0;
      known.clear();
      styles.clear();
    },
  };
}

export function isWide(glyph: Glyph): boolean {
  return (glyph & WIDE) !== 0;
}

/** True when the terminal and we are sure to agree how far the cursor moves for this glyph. */
export function isPlain(glyph: Glyph): boolean {
  return isPlainCode(glyph);
}

const ESC = 0x1b;
const NEWLINE = 0x0a;
/** ESC followed by one of these (OSC, DCS, PM, APC, SOS) starts a string that ends with ST or BEL. */
const STRING_STARTS = new Set([0x5d, 0x50, 0x5e, 0x5f, 0x58]);

/** Reads frames into grids, with buffers of its own that are used again; not re-entrant. */
export class FrameReader {
  readonly #palette: Palette;
  readonly #pen: Pen = { fg: -1, bg: -1, attributes: 0 };
  readonly #parameters = new Uint16Array(32);
  #style = PLAIN;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  read(frame: Frame, grid: Grid): void {
    const { columns, rows } = grid;
    if (typeof frame === 'string') {
      this.#place({ rect: { x: 0, y: 0, columns, rows }, text: frame }, grid);
      return;
    }
    grid.glyphs.fill(BLANK);
    grid.styles.fill(PLAIN);
    for (const part of frame) this.#place(part, grid);
  }

  #place({ rect, text: frame }: FramePart, grid: Grid): void {
    const { glyphs, styles } = grid;
    const right = Math.min(grid.columns, rect.x + rect.columns);
    const bottom = Math.min(grid.rows, rect.y + rect.rows);
    if (right <= rect.x) return;
    resetPen(this.#pen);
    this.#style = PLAIN;
    let at = 0;
    for (let row = rect.y; row < bottom; row++) {
      const end = row * grid.columns + right;
      let cell = row * grid.columns + rect.x;
      // Half of a wide character below would stand alone beside this part.
      if (rect.x > 0 && glyphs[cell] === RIGHT_HALF) glyphs[cell - 1] = BLANK;
      if (right < grid.columns && glyphs[end] === RIGHT_HALF) glyphs[end] = BLANK;
      while (at < frame.length) {
        const code = frame.charCodeAt(at);
        if (code === NEWLINE) break;
        if (code === ESC) at = this.#escape(frame, at);
        else if (code < 0x20 || code === 0x7f) at++;
        else if (isPlainCode(code) && endsPlain(frame, at + 1)) {
          if (cell < end) {
            glyphs[cell] = code;
            styles[cell++] = this.#style;
          }
          at++;
        } else {
          const stop = clusterEnd(frame, at);
          cell = this.#clusters(frame.slice(at, stop), grid, cell, end);
          at = stop;
        }
      }
      glyphs.fill(BLANK, cell, end);
      styles.fill(PLAIN, cell, end);
      at++;
    }
  }

  /** Places what needs segmentation; returns the next free cell. A wide character that does not fit leaves a blank. */
  #clusters(text: string, grid: Grid, from: number, end: number): number {
    let cell = from;
    for (const piece of graphemes(text)) {
      // Ink gives a character without a width a column of its own; so do we, and we show that it is there.
      const width = Math.min(2, Math.max(1, piece.width));
      let glyph = piece.width === 0 ? REPLACEMENT : this.#palette.glyphOf(piece.text, width);
      if (cell + width > end) glyph = BLANK;
      for (let half = 0; half < width && cell < end; half++) {
        grid.glyphs[cell] = half === 0 ? glyph : RIGHT_HALF;
        grid.styles[cell++] = this.#style;
      }
    }
    return cell;
  }

  /** Takes one escape sequence: SGR changes the pen, all others are dropped. Returns where it ends. */
  #escape(frame: string, from: number): number {
    const next = frame.charCodeAt(from + 1);
    if (STRING_STARTS.has(next)) return skipString(frame, from + 2);
    if (next !== 0x5b) return from + 2;
    const parameters = this.#parameters;
    let count = 0;
    let known = true;
    let at = from + 2;
    for (; at < frame.length; at++) {
      const code = frame.charCodeAt(at);
      if (code >= 0x40 && code <= 0x7e) break;
      if (count === 0) parameters[count++] = 0;
      if (code >= 0x30 && code <= 0x39)
        parameters[count - 1] = Math.min(0xffff, (parameters[count - 1] ?? 0) * 10 + code - 0x30);
      else if (code !== 0x3b) known = false;
      else if (count < parameters.length) parameters[count++] = 0;
    }
    if (known && frame.charCodeAt(at) === 0x6d) {
      applySgr(this.#pen, parameters, count);
      this.#style = this.#palette.styles.indexOf(this.#pen.fg, this.#pen.bg, this.#pen.attributes);
    }
    return at + 1;
  }
}

function skipString(frame: string, from: number): number {
  for (let at = from; at < frame.length; at++) {
    const code = frame.charCodeAt(at);
    if (code === 0x07) return at + 1;
    if (code === ESC) return frame.charCodeAt(at + 1) === 0x5c ? at + 2 : at;
  }
  return frame.length;
}

/** True when no later character can join the one before `at`. */
function endsPlain(frame: string, at: number): boolean {
  if (at >= frame.length) return true;
  const code = frame.charCodeAt(at);
  return code < 0x80 || isPlainCode(code);
}

/** Where a run that needs grapheme segmentation ends: at a control, or before a plain character that stands alone. */
function clusterEnd(frame: string, from: number): number {
  let at = from + 1;
  while (at < frame.length) {
    const code = frame.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) break;
    if (isPlainCode(code) && endsPlain(frame, at + 1)) break;
    at++;
  }
  return at;
}
