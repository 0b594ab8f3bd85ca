import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { wrapPage } from '../../../../src/views/dialogs/page.ts';
import { widthOfLine } from '../../../../src/views/parts/lines.ts';

const wrapped = (text: string, columns: number, indent = 0) =>
  wrapPage([{ text: sanitise(text, 400), indent }], { columns, rows: 24 });
const words = (text: string, columns: number) =>
  wrapped(text, columns).map((line) => line.map((part) => part.text).join(''));

describe('a line of a page', () => {
  it('keeps the blanks that it begins with, and the sign of a line that comes or goes', () => {
    const [first = '', second = ''] = words('+         files: ["/var/log/one.log", "/var/log/two.log"]', 52);
    expect(first).toMatch(/^\+ {9}files: \[/);
    expect(second).toMatch(/^ {12}"/);
  });

  it('is never wider than its page, and loses nothing but blanks', () => {
    const texts = fc.string({ unit: fc.constantFrom('+', '-', ' ', ' ', 'ab', '漢', '/') });
    fc.assert(
      fc.property(texts, fc.integer({ min: 30, max: 90 }), fc.nat(20), (text, columns, indent) => {
        const lines = wrapped(text, columns, indent);
        for (const line of lines) expect(widthOfLine(line)).toBeLessThanOrEqual(columns);
        const shown = lines.flatMap((line) => line.map((part) => part.text)).join('');
        expect(shown.replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
      { numRuns: 1000 },
    );
  });
});
