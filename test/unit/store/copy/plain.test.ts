// The plain view: rows of wrapped lines, scrolled within what there is.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { cellsOf } from '../../../../src/store/copy/cells.ts';
import {
  enterPlain,
  keyInPlain,
  type PlainView,
  plainRows,
  plainTop,
} from '../../../../src/store/copy/plain.ts';
import { anyLines } from './rig.ts';

const PANE = '1.1' as PaneId;
const SIZE = { columns: 10, rows: 4 };
const viewOf = (count: number, top = 0): PlainView => {
  const lines = Array.from({ length: count }, (_, at) => sanitise(`line ${at} ${'x'.repeat(at % 7)}`));
  return enterPlain(PANE, { lines, cut: false, line: 0, top }, SIZE);
};

describe('the plain view', () => {
  it('begins where the pane stood, and leaves one row for how to leave', () => {
    expect(viewOf(30, 12).top).toBe(plainRows({ lines: viewOf(12).lines }, 10).length);
    expect(viewOf(2, 1).top).toBe(0);
  });

  it('scrolls from end to end and is left by its keys', () => {
    const view = viewOf(30);
    const press = (id: Parameters<typeof keyInPlain>[1]['id']) => keyInPlain(view, { id }, SIZE);
    expect(press('page-down')?.top).toBe(3);
    expect(press('line-up')?.top).toBe(0);
    expect(press('bottom')?.top).toBe(plainRows(view, 10).length - 3);
    expect(press('leave')).toBeUndefined();
    expect(press('cancel')).toBeUndefined();
  });

  it('loses nothing and is never too wide', () => {
    fc.assert(
      fc.property(anyLines, fc.integer({ min: 2, max: 40 }), fc.nat(200), (lines, columns, top) => {
        const view = { pane: PANE, lines, cut: false, top };
        const rows = plainRows(view, columns);
        expect(rows.join('')).toBe(lines.join(''));
        for (const row of rows)
          expect(cellsOf(row).reduce((sum, { width }) => sum + width, 0)).toBeLessThanOrEqual(columns);
        expect(plainTop(view, { columns, rows: 4 })).toBeLessThanOrEqual(Math.max(0, rows.length - 3));
      }),
    );
  });
});
