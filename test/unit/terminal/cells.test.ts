import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { createGrid, createPalette, FrameReader, isPlain, RIGHT_HALF } from '../../../src/terminal/cells.ts';

function read(frame: string, columns: number, rows: number): string[] {
  const palette = createPalette();
  const grid = createGrid(columns, rows);
  new FrameReader(palette).read(frame, grid);
  return [...grid.glyphs].map((glyph) => (glyph === RIGHT_HALF ? '' : palette.textOf(glyph)));
}

describe('cells', () => {
  it('gives wide characters two cells and clusters one', () => {
    expect(read('a日e\u0301', 5, 1)).toEqual(['a', '日', '', 'e\u0301', ' ']);
  });

  it('leaves a blank where a wide character does not fit', () => {
    expect(read('ab日', 3, 1)).toEqual(['a', 'b', ' ']);
  });

  it('shows a character without width where Ink gives it a column', () => {
    expect(read('\x1b[31m\u0301x', 3, 1)).toEqual(['\ufffd', 'x', ' ']);
  });

  it('leaves nothing of an earlier frame in a grid that is used again', () => {
    const palette = createPalette();
    const grid = createGrid(4, 2);
    const reader = new FrameReader(palette);
    reader.read('\x1b[7mfull\nfull', grid);
    reader.read('a', grid);
    expect([...grid.glyphs].map((glyph) => palette.textOf(glyph)).join('')).toBe('a       ');
    expect(new Set(grid.styles)).toEqual(new Set([0]));
  });

  it('calls plain only what is one column wide for everybody', () => {
    for (let code = 0; code < 0x3000; code++)
      if (isPlain(code)) expect(stringWidth(String.fromCharCode(code)), code.toString(16)).toBe(1);
  });

  it('takes any text without a throw and keeps wide characters whole', () => {
    const hostile = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(hostile, fc.constantFrom('\x1b[', '\x1b]', '\n', '\x1b[1;', 'm'))),
        (parts) => {
          const cells = read(parts.join(''), 7, 3);
          expect(cells).toHaveLength(21);
          for (const row of [0, 7, 14]) expect(cells[row]).not.toBe('');
        },
      ),
      { numRuns: 500 },
    );
  });
});
