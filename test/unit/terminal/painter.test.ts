// A real emulator that was given only our changes must show what one shows that was given every frame whole.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes, widthOf } from '../../../src/core/width.ts';
import { Painter } from '../../../src/terminal/painter.ts';
import { createEmulator, wholeFrame } from './emulator.ts';

const COLUMNS = 24;
const ROWS = 6;

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-d ]{1,6}$/) },
  { weight: 3, arbitrary: fc.constantFrom('   ', '│', '──', '⠤⣀', '█▎', 'é', '…', '›', '⊘', '✓') },
  { weight: 2, arbitrary: fc.constantFrom('日', '日本', 'ｗ', '한') },
  { weight: 1, arbitrary: fc.constantFrom('e\u0301', 'a\u0308b', 'Жд') },
);
const sgr = fc.constantFrom(
  '',
  ...['0', '', '1', '2', '22', '3', '4', '24', '7', '27', '9', '1;31', '39', '42', '49', '7;33', '97', '103'],
  ...['38;5;3', '38;5;200', '48;5;17', '38;2;1;2;3', '48;2;250;0;128', '8', '28', '23', '29', '0;4;36'],
);
const line = fc.array(fc.tuple(sgr, piece), { maxLength: 8 }).map((parts) => {
  let text = '';
  let used = 0;
  for (const [style, shown] of parts) {
    const width = widthOf(shown);
    if (used + width > COLUMNS) break;
    used += width;
    text += `\x1b[${style}m${shown}`;
  }
  return `${text}\x1b[m`;
});
const frame = fc.array(line, { maxLength: ROWS }).map((lines) => lines.join('\n'));
/** Frames that share most of their lines with the one before, as real ones do. */
const frames = fc
  .tuple(frame, fc.array(fc.tuple(fc.nat(ROWS - 1), line, fc.option(frame, { freq: 4 })), { maxLength: 6 }))
  .map(([first, edits]) => {
    const all = [first];
    for (const [row, text, other] of edits) {
      const lines = (all.at(-1) ?? '').split('\n');
      while (lines.length <= row) lines.push('');
      lines[row] = text;
      all.push(other ?? lines.join('\n'));
    }
    return all;
  });

/** As much of a line, without its styles, as fits. */
function fitted(text: string, columns: number): string {
  let shown = '';
  for (const { text: piece, width } of graphemes(text.replace(/\x1b\[[\d;]*m/g, ''))) {
    if (widthOf(shown) + width > columns) break;
    shown += piece;
  }
  return shown;
}

describe('painter', () => {
  it('shows on a real emulator exactly what the whole frames show', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (sequence) => {
        const ours = createEmulator(COLUMNS, ROWS);
        await ours.feed('\x1b[?7l');
        const painter = new Painter(COLUMNS, ROWS);
        for (const shown of sequence) {
          const reference = createEmulator(COLUMNS, ROWS);
          await reference.feed(wholeFrame(shown));
          await ours.feed(painter.paint(shown));
          expect(ours.cells()).toEqual(reference.cells());
        }
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('places parts as a terminal would that is written part by part', async () => {
    const part = fc
      .record({
        x: fc.nat(COLUMNS - 1),
        y: fc.nat(ROWS - 1),
        columns: fc.nat(8),
        rows: fc.nat(3),
        text: frame,
      })
      .map(({ text, ...rect }) => ({
        rect,
        text: text
          .split('\n')
          .map((shown) => fitted(shown, rect.columns))
          .join('\n'),
      }));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const reference = createEmulator(COLUMNS, ROWS);
        await reference.feed('\x1b[?7l');
        for (const { rect, text } of parts) {
          const lines = text.split('\n');
          const inside = Math.min(rect.columns, COLUMNS - rect.x);
          for (let row = 0; row < rect.rows && rect.y + row < ROWS && inside > 0; row++) {
            const start = `\x1b[m\x1b[${rect.y + row + 1};${rect.x + 1}H`;
            const shown = fitted(lines[row] ?? '', inside);
            await reference.feed(`${start}${' '.repeat(inside)}${start}${shown}`);
          }
        }
        const ours = createEmulator(COLUMNS, ROWS);
        const painter = new Painter(COLUMNS, ROWS);
        await ours.feed(`\x1b[?7l${painter.paint(`${'x'.repeat(COLUMNS)}\n`.repeat(ROWS))}`);
        await ours.feed(painter.paint(parts));
        expect(ours.lines()).toEqual(reference.lines());
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('leaves no half of a wide character beside a part', async () => {
    const painter = new Painter(8, 1);
    const ours = createEmulator(8, 1);
    await ours.feed(`\x1b[?7l${painter.paint('xxxxxxxx')}`);
    const below = { rect: { x: 0, y: 0, columns: 8, rows: 1 }, text: '日本日本' };
    await ours.feed(painter.paint([below, { rect: { x: 1, y: 0, columns: 4, rows: 1 }, text: 'abcd' }]));
    expect(ours.lines()).toEqual([' abcd 本']);
  });

  it('repairs a screen that others have written to', async () => {
    await fc.assert(
      fc.asyncProperty(frame, fc.string(), async (shown, dirt) => {
        const ours = createEmulator(COLUMNS, ROWS);
        await ours.feed('\x1b[?7l');
        const painter = new Painter(COLUMNS, ROWS);
        painter.paint('something else');
        await ours.feed(`\x1b[31;7m${dirt.replace(/\p{Cc}/gu, 'x').repeat(5)}日`);
        painter.forget();
        await ours.feed(painter.paint(shown));
        const reference = createEmulator(COLUMNS, ROWS);
        await reference.feed(wholeFrame(shown));
        expect(ours.cells()).toEqual(reference.cells());
      }),
      { numRuns: 60 },
    );
  });

  it('writes nothing for the same frame and little for a small change', () => {
    const painter = new Painter(200, 50);
    const rows = Array.from({ length: 50 }, (_, row) => `row ${row} `.repeat(20));
    painter.paint(rows.join('\n'));
    expect(painter.paint(rows.join('\n'))).toBe('');
    rows[20] = (rows[20] ?? '').replace('row', 'raw');
    expect(painter.paint(rows.join('\n'))).toBe('\x1b[21;2Ha');
  });

  it('writes a short unchanged gap again and jumps over a long one', () => {
    const painter = new Painter(80, 2);
    painter.paint('12:00:01 load 0.10 some unchanged text 17');
    expect(painter.paint('12:00:02 load 0.11 some unchanged text 18')).toBe('\x1b[;8H2\x1b[9C1\x1b[41G8');
    expect(painter.paint('12:01:12 load 0.11 some unchanged text 18')).toBe('\x1b[;5H1:1');
  });

  it('erases to the end of the line where a text became short', () => {
    const painter = new Painter(80, 2);
    painter.paint(`left ${'x'.repeat(60)}\nnext`);
    expect(painter.paint('left\nnext')).toBe('\x1b[;6H\x1b[K');
    expect(painter.paint('left\nne')).toBe('\x1b[2;3H  ');
  });

  it('sends only the difference of two styles', () => {
    const painter = new Painter(20, 1);
    painter.paint('ab');
    expect(painter.paint('\x1b[1;31ma\x1b[39mb\x1b[22m')).toBe('\x1b[H\x1b[1;31ma\x1b[39mb');
    expect(painter.paint('ab')).toBe('\x1b[H\x1b[mab');
  });

  it('never writes beyond the screen, whatever the frame', async () => {
    const painter = new Painter(10, 3);
    const ours = createEmulator(10, 3);
    await ours.feed('\x1b[?7l');
    const tooBig = Array.from({ length: 9 }, (_, row) => `${row}23456789日本 and more`).join('\n');
    await ours.feed(painter.paint(tooBig));
    expect(ours.lines()).toEqual(['023456789', '123456789', '223456789']);
    await ours.feed(painter.paint('x'.repeat(500)));
    expect(ours.lines()).toEqual(['xxxxxxxxxx', '', '']);
    expect(ours.cells()).not.toEqual(['scrolled']);
  });

  it('keeps what follows in its column where the terminal thinks otherwise of a width', async () => {
    // This emulator takes emoji for one column, we take them for two.
    const painter = new Painter(20, 1);
    const ours = createEmulator(20, 1);
    await ours.feed('\x1b[?7l');
    await ours.feed(painter.paint('stale text │ end'));
    await ours.feed(painter.paint('ab \u{1f600}\u{1f468}\u200d\u{1f469} c │ end'));
    expect(ours.lines()[0]?.slice(-5)).toBe('│ end');
    expect(ours.lines()[0]).not.toContain('stale');
    expect(ours.cells()[10]?.[0]).toBe('│');
    expect(ours.cells()[4]?.[0]).toBe(' ');
  });

  it('writes the neighbour again where the terminal takes a character for wider', async () => {
    // This emulator takes the circled number for two columns, we take it for one.
    const painter = new Painter(20, 1);
    const ours = createEmulator(20, 1);
    await ours.feed('\x1b[?7l');
    await ours.feed(painter.paint('abc│ end'));
    await ours.feed(painter.paint('ab\u3248│ end'));
    expect(ours.cells()[3]?.[0]).toBe('│');
    expect(ours.lines()[0]?.slice(-5)).toBe('│ end');
  });

  it('begins every frame in the plain style', () => {
    const painter = new Painter(4, 1);
    painter.paint('\x1b[31mred');
    expect(painter.paint('\x1b[1mred')).toBe('\x1b[H\x1b[1mred');
  });

  it('is not led astray by sequences that are not colours', () => {
    const painter = new Painter(20, 2);
    const hostile =
      'a\x1b[2J\x1b]0;title\x07b\x1b]8;;x\x1b\\c\x1bP1\x1b\\\x1b[5;5Hd\x1b[?1049le\x9bf\rg\x00h\x1b[1';
    expect(painter.paint(hostile)).toBe('\x1b[m\x1b[Habcde\ufffd\x1b[7Gfgh\x1b[K\x1b[2H\x1b[K');
  });

  it('starts over when endless new characters have filled its tables', async () => {
    const painter = new Painter(20, 2);
    const ours = createEmulator(20, 2);
    await ours.feed('\x1b[?7l');
    let bytes = '';
    for (let count = 0; count < 9_000; count++)
      bytes += painter.paint(`\x1b[38;2;${count >> 8};${count & 255};7m${count}\x1b[m tail`);
    await ours.feed(bytes);
    expect(ours.lines()[0]).toBe('8999 tail');
  });
});
