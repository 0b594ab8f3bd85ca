import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardRect } from '../../../src/views/card.ts';

const body = { x: 1, y: 2, columns: 73, rows: 14 };
const at = (first: number, last = first) => ({ first, last });

describe('the place of the card', () => {
  it('is beside the focused pane where that leaves room', () => {
    const size = { columns: 120, rows: 40 };
    expect(cardRect({ size, body, cursor: at(15) })).toEqual({ x: 74, y: 1, columns: 46, rows: 38 });
    const right = { ...body, x: 75, columns: 44 };
    expect(cardRect({ size, body: right, cursor: at(15) })).toEqual({ x: 0, y: 1, columns: 75, rows: 38 });
  });

  it('is above or below the cursor where it must cover the pane', () => {
    const size = { columns: 80, rows: 24 };
    const wide = { x: 1, y: 2, columns: 78, rows: 15 };
    expect(cardRect({ size, body: wide, cursor: at(7) })).toEqual({ x: 0, y: 8, columns: 80, rows: 15 });
    expect(cardRect({ size, body: wide, cursor: at(16) })).toEqual({ x: 0, y: 1, columns: 80, rows: 15 });
  });

  it('is all that there is on a tiny screen', () => {
    const tiny = { columns: 39, rows: 9 };
    const only = { x: 1, y: 2, columns: 37, rows: 5 };
    expect(cardRect({ size: tiny, body: only, cursor: at(4) })).toEqual({ x: 0, y: 1, columns: 39, rows: 7 });
  });

  it('is on the screen, and off the cursor’s row unless it takes all', () => {
    const room = fc.record({
      size: fc.record({ columns: fc.integer({ min: 1, max: 250 }), rows: fc.integer({ min: 1, max: 80 }) }),
      x: fc.nat(240),
      y: fc.nat(70),
      columns: fc.nat(250),
      rows: fc.integer({ min: 1, max: 80 }),
      row: fc.nat(79),
    });
    fc.assert(
      fc.property(room, ({ size, row, ...wanted }) => {
        const x = Math.min(wanted.x, size.columns - 1);
        const y = Math.min(wanted.y, size.rows - 1);
        const pane = {
          ...{ x, y },
          columns: Math.min(wanted.columns, size.columns - x),
          rows: Math.min(wanted.rows, size.rows - y),
        };
        const line = Math.min(y + row, y + pane.rows - 1);
        const card = cardRect({ size, body: pane, cursor: at(line) });
        expect(card.x).toBeGreaterThanOrEqual(0);
        expect(card.y).toBeGreaterThanOrEqual(0);
        expect(card.x + card.columns).toBeLessThanOrEqual(size.columns);
        expect(card.y + card.rows).toBeLessThanOrEqual(Math.max(size.rows, card.y + 1));
        const isAll = card.columns === size.columns && card.rows >= size.rows - 2;
        const overX = card.x < x + pane.columns && x < card.x + card.columns;
        const overY = line >= card.y && line < card.y + card.rows;
        expect(overX && overY && !isAll).toBe(false);
      }),
    );
  });
});
