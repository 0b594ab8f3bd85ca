// What a program writes, as lines: from real bytes, and whatever the bytes are never wider than the pane nor unsafe.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../../../src/core/line.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { widthOf } from '../../../../src/core/width.ts';
import { createEmulator } from '../../../../src/sources/program/emulator.ts';
import { MARKS_MAX } from '../../../../src/sources/program/limits.ts';

async function fed(bytes: string | Uint8Array, size: Readonly<{ columns?: number; rows?: number }> = {}) {
  const answers: string[] = [];
  let bells = 0;
  const { columns = 20, rows = 4 } = size;
  const emulator = await createEmulator({
    ...{ columns, rows, history: 10 },
    onAnswer: (answer) => answers.push(answer),
    onBell: () => bells++,
  });
  const more = (data: string | Uint8Array): Promise<void> =>
    new Promise((done) => emulator.write(typeof data === 'string' ? Buffer.from(data) : data, done));
  await more(bytes);
  return { emulator, more, answers, bells: () => bells, screen: () => emulator.screen() };
}

const textOf = (line: Line | undefined): string => (line ?? []).map(({ text }) => text).join('');
const linesOf = async (bytes: string): Promise<readonly string[]> =>
  (await fed(bytes)).screen().lines.map(textOf);

describe('the screen of a program', () => {
  it('has its words where they were written', async () => {
    expect(await linesOf('one\r\n\x1b[3;5Hthree')).toEqual(['one', '', '    three', '']);
  });

  it('has its colours and attributes', async () => {
    const { screen } = await fed(
      '\x1b[31mred\x1b[0m \x1b[1;38;5;200;48;2;1;2;3mall\x1b[7;4m!\x1b[m\x1b[92;105mx',
    );
    expect(screen().lines[0]).toEqual([
      { text: 'red', paint: { fg: 1, bg: -1, attributes: 0 } },
      { text: ' ' },
      { text: 'all', paint: { fg: 256 + 200, bg: 0x1000000 + 0x010203, attributes: 1 } },
      { text: '!', paint: { fg: 256 + 200, bg: 0x1000000 + 0x010203, attributes: 1 | 8 | 32 } },
      { text: 'x', paint: { fg: 10, bg: 13, attributes: 0 } },
    ]);
  });

  it('keeps blanks that have a colour, and leaves out those that have none', async () => {
    const { screen } = await fed('a  \r\n\x1b[44m  \x1b[m');
    expect(screen().lines.slice(0, 2)).toEqual([
      [{ text: 'a' }],
      [{ text: '  ', paint: { fg: -1, bg: 4, attributes: 0 } }],
    ]);
  });

  it('gives wide and combining characters the room that they have', async () => {
    expect(await linesOf('世界e\u0301x\r\n')).toEqual(['世界e\u0301x', '', '', '']);
  });

  it('shows what it cannot show as one sign per cell', async () => {
    // A private sign as of powerline, one that reorders what is read, and one that joins.
    expect((await linesOf('a\ue0b0b\u202ec\u200dd'))[0]).toMatch(/^a\ufffdb.{0,1}c?.?d?/u);
    const { screen } = await fed('\ue0b0\u202e\u{1f1e9}\u{1f1ea}\u200b|');
    for (const line of screen().lines) expect(sanitise(textOf(line))).toBe(textOf(line));
  });

  it('knows its cursor, its other screen, its mouse and its title', async () => {
    const { more, screen, emulator } = await fed('abc');
    expect(screen()).toMatchObject({
      cursor: { column: 3, row: 0 },
      alternate: false,
      mouse: false,
      above: 0,
    });
    await more(
      '\x1b]2;my \u202e title\x07\x1b[?1049h\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b[?1h\x1b[?2004h\x1b[?1004h',
    );
    expect(screen()).toMatchObject({ alternate: true, mouse: true, title: 'my \\u202e title' });
    expect(screen().cursor).toBeUndefined();
    expect(emulator.modes()).toEqual({
      ...{ applicationCursor: true, bracketedPaste: true, focusReports: true, alternate: true },
      ...{ tracking: 'drag', encoding: 'sgr' },
    });
    await more('\x1bc');
    expect(screen().cursor).toEqual({ column: 0, row: 0 });
    expect(emulator.modes()).toMatchObject({ tracking: 'none', encoding: 'default', alternate: false });
  });

  it('keeps as many lines to scroll back to as was said', async () => {
    const { emulator, screen } = await fed(Array.from({ length: 50 }, (_, at) => `line ${at}\r\n`).join(''));
    expect(screen().above).toBe(10);
    expect(emulator.lines()).toHaveLength(14);
    expect(emulator.lines().slice(-3)).toEqual(['line 48', 'line 49', '']);
  });

  it('follows a new size', async () => {
    const { emulator, screen } = await fed('0123456789\r\nx');
    emulator.resize(5, 3);
    expect(screen()).toMatchObject({ columns: 5, rows: 3 });
    expect(screen().lines.map(textOf)).toEqual(['01234', '56789', 'x']);
  });

  it('answers questions, rings, and waits for a redraw that was announced', async () => {
    const { answers, bells, emulator, more } = await fed('\x1b[c\x1b[6n\x07');
    expect(answers.join('')).toMatch(/^\x1b\[\?[\d;]+c\x1b\[1;1R$/);
    expect(bells()).toBe(1);
    await more('\x1b[?2026h');
    expect(emulator.redrawing()).toBe(true);
    await more('\x1b[?2026l');
    expect(emulator.redrawing()).toBe(false);
  });

  it('gives away nothing to one that writes to the clipboard or asks for it', async () => {
    const { answers } = await fed('\x1b]52;c;cm0gLXJm\x07\x1b]52;c;?\x07\x1b[21t\x1b]0;x\x07');
    expect(answers).toEqual([]);
  });
});

describe('a program cannot use up time or memory', () => {
  it('with marks without end upon one character', async () => {
    const { screen, emulator } = await fed(`a${'\u0301'.repeat(300_000)}b`);
    const { lines } = screen();
    expect(lines.every((line) => widthOf(textOf(line)) <= 20)).toBe(true);
    expect(Math.max(...lines.map((line) => textOf(line).length))).toBeLessThanOrEqual(20 * (MARKS_MAX + 1));
    expect(emulator.lines()).toHaveLength(14);
    expect(await linesOf(`e\u0301\u0323!`)).toEqual(['e\u0301\u0323!', '', '', '']);
  });

  it.each(['b', 'L', 'M', 'S', 'T', 'I', 'Z', '@', 'P', 'X', 'J', 'K', 'A', 'B', 'C', 'D', 'E', 'd', 'G'])(
    'with a count of two thousand million before %s, also after a reset',
    async (final) => {
      const huge = `x\x1b[2000000000${final}\x1b[2000000000;1${final}`;
      expect((await linesOf(`${huge}\x1bc${huge}\x1b[Hend`))[0]).toMatch(/^end/);
    },
  );

  it('with what it repeats, which a line holds', async () => {
    expect((await linesOf('x\x1b[19b'))[0]).toBe('x'.repeat(20));
    expect(await linesOf('a\r\nb\r\nc\x1b[H\x1b[2L')).toEqual(['', '', 'a', 'b']);
  });

  it('with links, which are only their words here', async () => {
    const links = Array.from({ length: 500 }, (_, at) => `\x1b]8;;http://h/${at}\x07x\x1b]8;;\x07`);
    const [first] = (await fed(links.join(''))).screen().lines;
    expect(first).toEqual([{ text: 'x'.repeat(20) }]);
  });

  it('with a string or a picture that never ends', async () => {
    const { more, screen } = await fed('\x1b]0;');
    for (const start of ['', '\x1b\\\x1bPq', '\x1b\\\x1b_', '\x1b\\\x1b^', '\x1b\\\x1b['])
      await more(start + '0123;'.repeat(50_000));
    await more('\x18\x1b[2J\x1b[Hback');
    expect(screen().lines.map(textOf)[0]).toBe('back');
  });

  it('with a terminal of another size', async () => {
    const { screen } = await fed('\x1b[8;10000;10000t\x1b[?40h\x1b[?3h\x1b[4;9999;9999t\x1b[Hstays');
    expect(screen()).toMatchObject({ columns: 20, rows: 4 });
  });
});

it('counts columns as programs do', async () => {
  const at = async (text: string): Promise<number | undefined> => (await fed(text)).screen().cursor?.column;
  const columns = await Promise.all(['e\u0301', '世', '😀', '\u0915\u093e', '\u00ad', 'a\u200bb'].map(at));
  expect(columns).toEqual([1, 2, 2, 2, 1, 2]);
  expect((await linesOf('😀 up 👍\r\n日本語'))[0]).toBe('😀 up 👍');
  // One that does not fit at the edge goes to the next line as a whole.
  expect((await linesOf(`${'x'.repeat(19)}世`)).slice(0, 2)).toEqual(['x'.repeat(19), '世']);
});

const noise = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom(
      '世',
      '\u{1f468}\u200d\u{1f469}',
      '\u{1f1e9}\u{1f1ea}',
      '\u1100\u1161',
      '\u0e33',
      '\ufe0f',
      '❤',
      ...['😀', '\u{1f3fb}', '\u20e3', '\u0301', '\u0915\u094d', '\u0937', '\u0600', 'é', '、', '\u1160'],
    ),
    fc.constantFrom(
      '\x1b[31m',
      '\x1b[7m',
      '\x1b[5;18H',
      '\x1b[2J',
      '\x1b[?1049h',
      '\x1b[5P',
      '\x1b[3@',
      '\r\n',
    ),
    fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  ),
  { maxLength: 40 },
);

it('whatever is written, each line is safe and no wider than the terminal', async () => {
  await fc.assert(
    fc.asyncProperty(noise, async (parts) => {
      const { screen, emulator } = await fed(parts.join(''));
      for (const line of screen().lines) {
        expect(line.reduce((sum, { text }) => sum + widthOf(text), 0)).toBeLessThanOrEqual(20);
        for (const { text } of line) expect(sanitise(text)).toBe(text);
      }
      for (const line of emulator.lines()) expect(sanitise(line)).toBe(line);
      emulator.dispose();
    }),
    { numRuns: 300 },
  );
});
