// What reaches the screen: sanitised, measured, cut; numbers and durations in one form each.

import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatDuration,
  parseDuration,
  printDuration,
  TIMEOUT_SECONDS_MAX,
} from '../../../src/core/duration.ts';
import { isPlainCode, isPlainText } from '../../../src/core/plain.ts';
import { safe, sanitise } from '../../../src/core/sanitise.ts';
import { suggest } from '../../../src/core/suggest.ts';
import { formatBits, formatBytes, formatCount, formatFlows, formatPercent } from '../../../src/core/units.ts';
import { cut, fit, graphemes, sliceColumns, widthOf } from '../../../src/core/width.ts';

describe('sanitise', () => {
  it.each([
    ['plain text', 'plain text'],
    ['a\x1b[2Jb', 'a\\x1b[2Jb'],
    ['\x1b]52;c;aGk=\x07', '\\x1b]52;c;aGk=\\x07'],
    ['a\rb\bc\0d\x7f', 'a\\x0db\\x08c\\x00d\\x7f'],
    ['\x9b31m\x0e', '\\x9b31m\\x0e'],
    ['a\tb', 'a b'],
    ['evil\u202egnp.exe', 'evil\\u202egnp.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['line\u2028sep', 'line\\u2028sep'],
    ['\ud800 lone', '\\ud800 lone'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['naïve 漢字 ✓', 'naïve 漢字 ✓'],
  ])('%j becomes %j', (text, shown) => {
    expect(sanitise(text)).toBe(shown);
  });

  it('escapes a flood of combining marks but leaves an accent alone', () => {
    expect(sanitise('e\u0301')).toBe('e\u0301');
    expect(sanitise(`e${'\u0301'.repeat(50)}`)).toMatch(/^e(\\u0301){50}$/);
  });

  it('cuts to a length with a sign', () => {
    expect(sanitise('abcdef', 4)).toBe('abc…');
  });

  it('leaves a terminal nothing to obey: what is printed is what is shown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const terminal = new Terminal({ cols: 700, rows: 3, allowProposedApi: true });
        const shown = sanitise(text);
        await new Promise<void>((resolve) => terminal.write(`>${shown}<`, resolve));
        const line = terminal.buffer.active.getLine(0)?.translateToString(true);
        expect(terminal.buffer.active.cursorY).toBe(0);
        expect(line?.startsWith('>')).toBe(true);
        expect(line?.endsWith('<')).toBe(true);
        terminal.dispose();
      }),
      { numRuns: 300 },
    );
  });

  it('is idempotent, and safe() takes only what is already clean', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(sanitise(sanitise(text))).toBe(sanitise(text));
      }),
    );
    expect(() => safe('a\x1b')).toThrow();
  });
});

describe('width', () => {
  it('counts columns, not code units', () => {
    expect([widthOf('abc'), widthOf('漢字'), widthOf('e\u0301'), widthOf('⣀⠤'), widthOf('│›●')]).toEqual([
      3, 4, 1, 2, 3,
    ]);
  });

  it('measures and parts as string-width and the segmenter do, though it asks them little', () => {
    const segmenter = new Intl.Segmenter();
    // Letters that Unicode joins to whatever follows (Prepend) are cells of their own here, as terminals draw them.
    const prepended = /[\u0d4e\u{111c2}-\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;
    const letter = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', '│', '⣀', 'é', '漢', '\u0301'),
    );
    fc.assert(
      fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
        const text = sanitise(letters.join(''));
        fc.pre(!prepended.test(text));
        const pieces = [...graphemes(text)];
        expect(pieces.map((piece) => piece.text)).toEqual(
          [...segmenter.segment(text)].map(({ segment }) => segment),
        );
        expect(widthOf(text)).toBe(stringWidth(text));
        expect(pieces.reduce((sum, { width }) => sum + width, 0)).toBe(stringWidth(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('calls plain only what takes one column and hides nothing', () => {
    const hides = /[\p{C}\p{M}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}/u;
    for (let code = 0; code <= 0xffff; code++) {
      const text = String.fromCharCode(code);
      expect(isPlainText(`a${text}b`)).toBe(isPlainCode(code));
      if (!isPlainCode(code)) continue;
      expect(stringWidth(text)).toBe(1);
      expect(text).not.toMatch(hides);
    }
  });

  it('cuts and fills to exactly the columns asked for', () => {
    expect(cut(sanitise('abcdef'), 4)).toBe('abc…');
    expect(fit(sanitise('漢字漢'), 4)).toBe('漢… ');
    expect(fit(sanitise('7'), 3, 'right')).toBe('  7');
    expect(sliceColumns(sanitise('a漢b'), 1, 4)).toBe('漢b');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 30 }), (text, columns) => {
        expect(widthOf(fit(sanitise(text), columns))).toBe(columns);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    ['90s', 90],
    ['10m', 600],
    ['1h', 3600],
    ['1d12h', 129_600],
    ['2w', 1_209_600],
    [' 1H ', 3600],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: seconds });
  });

  it.each(['', '0s', '10', '-1h', '1e99', '1.5h', '1y', '2147484s', '9999w', 'h', '1h 2m', '１h'])(
    '%j is refused',
    (text) => {
      expect(parseDuration(text)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
    },
  );

  it('parse undoes print', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TIMEOUT_SECONDS_MAX }), (seconds) => {
        expect(parseDuration(printDuration(seconds))).toEqual({ ok: true, value: seconds });
      }),
    );
  });

  it('shows the two largest units', () => {
    expect([86_399, 784_800, 720, 45, 65, 0, -5, 3600, 86_400].map(formatDuration)).toEqual([
      '23h 59m',
      '9d 2h',
      '12m',
      '45s',
      '1m 5s',
      '0s',
      '0s',
      '1h',
      '1d',
    ]);
    expect([0, 1499, 12_000, 240_000, 10_800_000].map(formatAge)).toEqual([
      'now',
      'now',
      '12 s ago',
      '4 m ago',
      '3 h ago',
    ]);
  });
});

describe('numbers', () => {
  it('counts flows in words', () => {
    expect([0, 1, 2, 91_204].map(formatFlows)).toEqual(['0 flows', '1 flow', '2 flows', '91.2k flows']);
  });

  it('groups, shortens above 9,999, and never shows zero for unknown', () => {
    expect(
      [0, 1402, 9999, 10_000, 91_204, 999_960, 4_700_000, undefined, Number.NaN].map(formatCount),
    ).toEqual(['0', '1,402', '9,999', '10.0k', '91.2k', '1.0M', '4.7M', '–', '–']);
    expect([0, 1023, 1024, 1536, 1_048_576, undefined].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '1.5 KiB',
      '1.0 MiB',
      '–',
    ]);
    expect([0, 999, 48_200_000, undefined].map(formatBits)).toEqual(['0 b/s', '999 b/s', '48.2 Mb/s', '–']);
    expect([0.714, 0, 1, undefined].map(formatPercent)).toEqual(['71%', '0%', '100%', '–']);
    expect([0.0001, 0.005, 0.994, 0.9999].map(formatPercent)).toEqual(['<1%', '1%', '99%', '>99%']);
  });
});

describe('suggest', () => {
  it('finds the word that was meant, and no other', () => {
    const known = ['name', 'windows', 'layout', 'main-vertical'];
    expect(
      ['nmae', 'window', 'main-vertcal', 'layuot', 'colour', 'x'].map((word) => suggest(word, known)),
    ).toEqual(['name', 'windows', 'main-vertical', 'layout', undefined, undefined]);
  });
});
