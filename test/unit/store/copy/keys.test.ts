// Keys of copy mode one by one, and any of them on any text: the cursor never leaves it.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf } from '../../../../src/store/copy/cells.ts';
import { type CopyMode, lineOf, viewOf } from '../../../../src/store/copy/copy-mode.ts';
import { keyInCopy, pointInCopy } from '../../../../src/store/copy/keys.ts';
import { anyBox, anyKeys, anyLines, BOX, modeOf, pressed } from './rig.ts';

const at = ({ cursor }: CopyMode) => [cursor.line, cursor.column];
const TEXT = ['  GET /a 日本 x', '', 'second line', '', 'the last: 192.0.2.1 done'];
const text = (line = 0) => modeOf(TEXT, line);

describe('the cursor of copy mode', () => {
  it.each([
    [
      ['right', 'right', 'left'],
      [0, 1],
    ],
    [['line-end'], [0, 12]],
    [
      ['line-end', 'line-start'],
      [0, 0],
    ],
    [['line-first'], [0, 2]],
    [
      ['line-down', 'line-down'],
      [2, 0],
    ],
    [['bottom'], [4, 0]],
    [
      ['bottom', 'top'],
      [0, 0],
    ],
    [
      ['3', 'bottom'],
      [2, 0],
    ],
    [
      ['2', 'top'],
      [1, 0],
    ],
    [
      ['3', 'line-down'],
      [3, 0],
    ],
    [
      ['9', '9', 'line-down'],
      [4, 0],
    ],
    [
      ['1', 'line-start', 'right'],
      [0, 10],
    ],
    [['screen-bottom'], [3, 0]],
    [['screen-middle'], [1, 0]],
    [['page-down'], [2, 0]],
    [
      ['half-down', 'half-up'],
      [0, 0],
    ],
  ])('%j comes to %j', (keys, place) => {
    expect(at(pressed(text(), keys))).toEqual(place);
  });

  it('goes by words, by signs, and over empty lines', () => {
    const steps = (key: string, count: number, from = text()) =>
      Array.from({ length: count }, (_, index) =>
        at(
          pressed(
            from,
            Array.from({ length: index + 1 }, () => key),
          ),
        ),
      );
    expect(steps('word-next', 7)).toEqual([
      [0, 2],
      [0, 6],
      [0, 7],
      [0, 9],
      [0, 12],
      [1, 0],
      [2, 0],
    ]);
    expect(steps('space-next', 4)).toEqual([
      [0, 2],
      [0, 6],
      [0, 9],
      [0, 12],
    ]);
    expect(steps('word-end', 4)).toEqual([
      [0, 4],
      [0, 6],
      [0, 7],
      [0, 10],
    ]);
    expect(steps('word-previous', 3, text(2))).toEqual([
      [1, 0],
      [0, 12],
      [0, 9],
    ]);
    expect(at(pressed(text(4), ['2', 'space-next', 'space-end']))).toEqual([4, 18]);
  });

  it('keeps its column of the screen over shorter and wider lines, and the end after $', () => {
    const lines = modeOf(['abcdefgh', 'ab', '日本語日本語']);
    const right = pressed(lines, ['5', 'right']);
    expect(at(right)).toEqual([0, 5]);
    expect(at(pressed(right, ['line-down']))).toEqual([1, 1]);
    expect(at(pressed(right, ['line-down', 'line-down']))).toEqual([2, 2]);
    expect(at(pressed(lines, ['line-end', 'line-down', 'line-down']))).toEqual([2, 5]);
  });

  it('scrolls sideways to the end of a long line, and back for a short one', () => {
    const long = pressed(modeOf(['x'.repeat(100), 'short']), ['line-end']);
    expect(long.left).toBe(80);
    expect(pressed(long, ['line-down'])).toMatchObject({ left: 4, cursor: { line: 1, column: 4 } });
  });

  it('is left by q, and by Escape when nothing is selected or counted', () => {
    const selected = pressed(text(), ['select', 'line-down', '5']);
    const once = keyInCopy(selected, { id: 'cancel' }, BOX);
    expect(once).toMatchObject({ count: 0, select: { by: 'character' } });
    const twice = once && keyInCopy(once, { id: 'cancel' }, BOX);
    expect(twice?.select).toBeUndefined();
    expect(twice && keyInCopy(twice, { id: 'cancel' }, BOX)).toBeUndefined();
    expect(keyInCopy(selected, { id: 'leave' }, BOX)).toBeUndefined();
  });

  it('follows the pointer, which selects by dragging and scrolls at the edges', () => {
    const click = pointInCopy(text(), { ...BOX, row: 2, column: 7, drag: false });
    expect(at(click)).toEqual([2, 7]);
    expect(click.select).toBeUndefined();
    const drag = pointInCopy(click, { ...BOX, row: 4, column: 3, drag: true });
    expect([at(drag), drag.top, drag.select]).toEqual([
      [4, 3],
      1,
      { by: 'character', from: { line: 2, column: 7 } },
    ]);
    expect(pointInCopy(drag, { ...BOX, row: 0, column: 90, drag: false }).select).toBeUndefined();
    fc.assert(
      fc.property(anyLines, anyBox, fc.integer(), fc.integer(), (lines, box, row, column) => {
        const { cursor } = pointInCopy(modeOf(lines), { ...box, row, column, drag: true });
        expect(cursor.line >= 0 && cursor.line < lines.length).toBe(true);
        expect(cursor.column >= 0).toBe(true);
      }),
    );
  });

  it('is on a character of the text and on screen after any keys', () => {
    fc.assert(
      fc.property(anyLines, anyKeys, anyBox, (lines, keys, box) => {
        const { line, column } = pressed(modeOf(lines), keys, box).cursor;
        const mode = pressed(modeOf(lines), keys, box);
        const cells = cellsOf(lineOf(mode, line));
        expect(line >= 0 && line < lines.length).toBe(true);
        expect(column >= 0 && column < Math.max(1, cells.length)).toBe(true);
        const { top, left } = viewOf(mode, box);
        expect(line >= top && line < top + Math.max(1, box.rows)).toBe(true);
        const cell = cells[column] ?? { at: 0, width: 1 };
        expect(cell.at >= left).toBe(true);
        if (box.columns >= 2) expect(cell.at + cell.width <= left + box.columns).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
