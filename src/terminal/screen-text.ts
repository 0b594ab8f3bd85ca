// A frame as lines of text, as a terminal would show it: for a dump to a file. With its colours where asked for.

import { createGrid, createPalette, type Frame, FrameReader, RIGHT_HALF } from './cells.ts';
import { PLAIN } from './styles.ts';

type Size = Readonly<{ columns: number; rows: number }>;

/** Blanks at the ends are left out. `ansi`: with SGR sequences, all closed at the end of each line. */
export function screenText(frame: Frame, { columns, rows }: Size, ansi: boolean): readonly string[] {
  const palette = createPalette();
  const grid = createGrid(columns, rows);
  new FrameReader(palette).read(frame, grid);
  return Array.from({ length: rows }, (_, row) => {
    let text = '';
    let style = PLAIN;
    for (let cell = row * columns; cell < (row + 1) * columns; cell++) {
      const glyph = grid.glyphs[cell] ?? RIGHT_HALF;
      if (glyph === RIGHT_HALF) continue;
      const next = grid.styles[cell] ?? PLAIN;
      if (ansi) text += palette.styles.change(style, next);
      style = next;
      text += palette.textOf(glyph);
    }
    return (ansi && style !== PLAIN ? `${text}\x1b[m` : text).trimEnd();
  });
}
