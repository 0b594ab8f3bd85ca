import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line, Role } from '../../../src/core/line.ts';
import { ACCENTS, THEME_NAMES } from '../../../src/core/pane.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import { widthOf } from '../../../src/core/width.ts';
import { cutLine, fitLine, spread, widthOfLine, wrapWords } from '../../../src/views/parts/lines.ts';
import { createThemer, renderLine, THEMES, type Theme, themeOf } from '../../../src/views/theme.ts';
import type { ColourDepth } from '../../../src/views/themes/depth.ts';

const ANSI: Theme = { name: 'ansi', ascii: false };
const MONO: Theme = { name: 'mono', ascii: false };
const ROLES = Object.keys(THEMES.ansi.roles) as Role[];
const theme: fc.Arbitrary<Theme> = fc.record({
  name: fc.constantFrom(...THEME_NAMES),
  ascii: fc.boolean(),
  depth: fc.constantFrom('none', '16', '256', 'true'),
  accent: fc.constantFrom(...ACCENTS),
});

const spanText = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => sanitise(text));
const line: fc.Arbitrary<Line> = fc.array(
  fc.record({ text: spanText, role: fc.constantFrom(...ROLES), on: fc.boolean(), under: fc.boolean() }),
  { maxLength: 6 },
);
const width = fc.integer({ min: 0, max: 60 });
const bare = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, '');

describe('a rendered line', () => {
  it('is exactly as wide as asked, whatever it holds', () => {
    fc.assert(
      fc.property(line, width, theme, (drawn, columns, look) => {
        expect(widthOf(bare(renderLine(drawn, columns, look)))).toBe(columns);
      }),
    );
  });

  it('closes every attribute it opens', () => {
    fc.assert(
      fc.property(line, width, theme, (drawn, columns, look) => {
        const codes = [...renderLine(drawn, columns, look).matchAll(/\x1b\[([0-9;]*)m/g)].map((m) => m[1]);
        expect(codes.filter((_, at) => at % 2 === 1).every((code) => code === '0')).toBe(true);
        expect(codes.length % 2).toBe(0);
      }),
    );
  });

  it('has no colour in mono', () => {
    const all = ROLES.map((role) => ({ text: sanitise('x'), role, on: true, under: true }));
    const painted = { text: sanitise('y'), paint: { fg: 0x1ff8000, bg: 0x1c4, attributes: 1 } };
    for (const accent of ACCENTS)
      expect(renderLine([...all, painted], 40, { ...MONO, accent })).not.toMatch(/[;[](3|4|9|10)\d[;m]/);
  });

  it('is ASCII when asked, column for column', () => {
    fc.assert(
      fc.property(line, width, (drawn, columns) => {
        const text = bare(renderLine(drawn, columns, { name: 'ansi', ascii: true }));
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(text.length).toBe(columns);
      }),
    );
  });

  it('stays inverse to the edge when it is the cursor line', () => {
    const drawn = renderLine([{ text: sanitise('ab'), on: true }], 4, ANSI);
    expect(drawn).toBe('\x1b[7mab\x1b[0m\x1b[7m  \x1b[0m');
  });
});

describe('the theme of a session', () => {
  it('is the one it names, unless the terminal has no colours', () => {
    const wish = { theme: 'dark', accent: 'red' } as const;
    expect(themeOf(ANSI, wish)).toEqual({ name: 'dark', ascii: false, accent: 'red' });
    expect(themeOf(MONO, wish).name).toBe('mono');
    expect(themeOf({ ...ANSI, depth: 'none' }, wish).name).toBe('mono');
  });

  it('stays the same thing while the session wishes the same', () => {
    const themed = createThemer(ANSI);
    expect(themed({ theme: 'light' })).toBe(themed({ theme: 'light' }));
    expect(themed({ theme: 'light' })).not.toBe(themed({ theme: 'light', accent: 'blue' }));
  });

  const drawn = (look: Partial<Theme>, role: Role) =>
    renderLine([{ text: sanitise('x'), role }], 1, { ...ANSI, ...look });

  it('has as many colours as the terminal', () => {
    expect(drawn({ name: 'dark', depth: 'true' }, 'bad')).toBe('\x1b[38;2;255;135;135mx\x1b[0m');
    expect(drawn({ name: 'dark', depth: '256' }, 'bad')).toBe('\x1b[38;5;210mx\x1b[0m');
    expect(drawn({ name: 'dark', depth: '16' }, 'bad')).toBe('\x1b[91mx\x1b[0m');
    expect(drawn({ name: 'ansi', depth: 'true' }, 'bad')).toBe('\x1b[31mx\x1b[0m');
  });

  it('gives the accent to frame, host and label only', () => {
    for (const role of ROLES) {
      const differs = drawn({}, role) !== drawn({ accent: 'red' }, role);
      expect([role, differs]).toEqual([role, ['border-focused', 'host', 'label'].includes(role)]);
    }
  });

  it('draws what a program paints in the colours that there are', () => {
    const painted = (depth: ColourDepth, fg: number) =>
      renderLine([{ text: sanitise('x'), paint: { fg, bg: -1, attributes: 0 } }], 1, { ...ANSI, depth });
    expect(painted('true', 0x1ff8787)).toBe('\x1b[38;2;255;135;135mx\x1b[0m');
    expect(painted('256', 0x1ff8787)).toBe('\x1b[38;5;210mx\x1b[0m');
    expect(painted('16', 0x1ff0000)).toBe('\x1b[91mx\x1b[0m');
    expect(painted('16', 256 + 1)).toBe('\x1b[31mx\x1b[0m');
    expect(painted('16', 3)).toBe('\x1b[33mx\x1b[0m');
  });
});

describe('cutting', () => {
  it('says with an ellipsis that something is missing, and only then', () => {
    fc.assert(
      fc.property(line, width, (drawn, columns) => {
        const shown = cutLine(drawn, columns);
        expect(widthOfLine(shown)).toBeLessThanOrEqual(columns);
        const whole = drawn.map(({ text }) => text).join('');
        const text = shown.map((part) => part.text).join('');
        if (widthOf(whole) > columns && columns > 0) expect(text.endsWith('…')).toBe(true);
        else if (columns > 0) expect(text).toBe(whole);
      }),
    );
  });

  it('keeps both ends of a spread line', () => {
    const left: Line = [{ text: sanitise('a long sentence on the left') }];
    const right: Line = [{ text: sanitise('keys') }];
    const shown = spread(left, right, { columns: 16, leftMin: 5 });
    expect(shown.map(({ text }) => text).join('')).toBe('a long sen… keys');
    expect(widthOfLine(fitLine(shown, 16))).toBe(16);
  });

  it('wraps at words and cuts only words that are longer than a line', () => {
    expect(wrapWords(sanitise('one two three-and-more'), 7)).toEqual(['one two', 'three-…']);
  });
});
