import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Line, Role } from '../../../src/core/line.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import { widthOf } from '../../../src/core/width.ts';
import { cutLine, fitLine, spread, widthOfLine, wrapWords } from '../../../src/views/parts/lines.ts';
import { renderLine, type Theme } from '../../../src/views/theme.ts';

const ANSI: Theme = { name: 'ansi', ascii: false };
const MONO: Theme = { name: 'mono', ascii: false };
const ROLES: readonly Role[] = ['plain', 'dim', 'bad', 'alarm', 'match', 'border-focused', 'chart-b'];

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
      fc.property(line, width, fc.constantFrom(ANSI, MONO), (drawn, columns, theme) => {
        expect(widthOf(bare(renderLine(drawn, columns, theme)))).toBe(columns);
      }),
    );
  });

  it('closes every attribute it opens', () => {
    fc.assert(
      fc.property(line, width, (drawn, columns) => {
        const codes = [...renderLine(drawn, columns, ANSI).matchAll(/\x1b\[([0-9;]*)m/g)].map((m) => m[1]);
        expect(codes.filter((_, at) => at % 2 === 1).every((code) => code === '0')).toBe(true);
        expect(codes.length % 2).toBe(0);
      }),
    );
  });

  it('has no colour in mono', () => {
    const all = ROLES.map((role) => ({ text: sanitise('x'), role, on: true, under: true }));
    expect(renderLine(all, 20, MONO)).not.toMatch(/[;[](3|4|9|10)\d[;m]/);
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
