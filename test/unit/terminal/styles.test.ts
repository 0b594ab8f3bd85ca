import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySgr, createStyleTable, type Pen, resetPen } from '../../../src/terminal/styles.ts';

const colour = fc.oneof(
  fc.constant(-1),
  fc.integer({ min: 0, max: 15 }),
  fc.integer({ min: 0x100, max: 0x1ff }),
  fc.integer({ min: 0x1000000, max: 0x1ffffff }),
);
const style = fc.record({ fg: colour, bg: colour, attributes: fc.integer({ min: 0, max: 255 }) });

function apply(pen: Pen, sequence: string): void {
  const body = /^\x1b\[([\d;]*)m$/.exec(sequence)?.[1];
  if (body === undefined) throw new Error(`no SGR: ${JSON.stringify(sequence)}`);
  const numbers = body === '' ? [] : body.split(';').map(Number);
  applySgr(pen, Uint16Array.from(numbers), numbers.length);
}

describe('styles', () => {
  it('leads from any style to any other', () => {
    fc.assert(
      fc.property(style, style, (from, to) => {
        const table = createStyleTable();
        const change = table.change(
          table.indexOf(from.fg, from.bg, from.attributes),
          table.indexOf(to.fg, to.bg, to.attributes),
        );
        const pen = { ...from };
        if (change !== '') apply(pen, change);
        expect(pen).toEqual(to);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes any parameters without a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(65_535), fc.constantFrom(38, 48, 2, 5))), (numbers) => {
        const pen: Pen = { fg: 0, bg: 0, attributes: 0 };
        applySgr(pen, Uint16Array.from(numbers), numbers.length);
        expect(pen.attributes).toBeLessThan(256);
        resetPen(pen);
        expect(pen).toEqual({ fg: -1, bg: -1, attributes: 0 });
      }),
    );
  });

  it('sends no more than a reset needs', () => {
    const table = createStyleTable();
    const loud = table.indexOf(1, 2, 255);
    expect(table.change(loud, 0)).toBe('\x1b[m');
    expect(table.change(loud, loud)).toBe('');
  });
});
