// Borders: found under a pointer, moved there and back.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { borderAt, moveBorder, type PaneSide, resizePane } from '../../../../src/core/layout/borders.ts';
import type { Ground } from '../../../../src/core/layout/ground.ts';
import { BODY_MIN } from '../../../../src/core/layout/layouts.ts';
import {
  cells,
  column,
  groundOf,
  id,
  leaf,
  percent,
  placedIn,
  refusalOf,
  row,
  shownGrounds,
  sizesIn,
  unwrap,
  withLayout,
} from './rig.ts';

const WIDE = { columns: 200, rows: 50 };
const ground = groundOf(row([leaf('a'), column([leaf('b'), leaf('c')]), leaf('d')]), WIDE);
const resized = (pane: string, side: PaneSide, by: number) =>
  sizesIn(withLayout(ground, resizePane(ground, id(pane), { side, cells: by })));

describe('resizing by keys', () => {
  it('moves the border on the right or below, as in tmux', () => {
    expect(resized('a', 'right', 5)).toMatchObject({ a: [71, 46], b: [60, 46 / 2], d: [65, 46] });
    expect(resized('a', 'left', 5)).toMatchObject({ a: [61, 46], b: [70, 23] });
    expect(resized('b', 'down', 3)).toMatchObject({ b: [65, 26], c: [65, 19] });
  });

  it('of the last pane moves the border before it', () => {
    expect(resized('d', 'right', 5)).toMatchObject({ d: [60, 46], b: [70, 23] });
    expect(resized('c', 'up', 3)).toMatchObject({ b: [65, 20], c: [65, 25] });
  });

  it('takes from the panes beyond when the neighbour has no more, and stops where nobody has', () => {
    const found = resized('a', 'right', 60);
    expect([found.b?.[0], found.d?.[0]]).toEqual([BODY_MIN.columns, 65 - 60 + 65 - BODY_MIN.columns]);
    expect(resized('a', 'right', 999)).toMatchObject({
      b: [BODY_MIN.columns, 23],
      d: [BODY_MIN.columns, 46],
    });
    const full = withLayout(ground, resizePane(ground, id('a'), { side: 'right', cells: 999 }));
    expect(refusalOf(resizePane(full, id('a'), { side: 'right', cells: 1 }))).toBe(
      'no room: the panes on that side are as small as they can be',
    );
  });

  it('says why there is nothing to move', () => {
    const say = (pane: string, side: PaneSide, on = ground) =>
      refusalOf(resizePane(on, id(pane), { side, cells: 1 }));
    expect(say('a', 'down')).toBe('no pane above or below this one');
    expect(say('a', 'left', groundOf(column([leaf('a'), leaf('b')]), WIDE))).toBe('no pane beside this one');
    expect(say('a', 'left', groundOf(leaf('a'), WIDE))).toBe(
      'there is one pane only: it has no border to move',
    );
    expect(say('a', 'left', { ...ground, size: { columns: 80, rows: 24 } })).toMatch(/^no borders here/);
  });

  it('keeps cells cells and percentages percentages', () => {
    const sized = groundOf(row([leaf('a', cells(60)), leaf('b', percent(30)), leaf('c')]), WIDE);
    const moved = unwrap(resizePane(sized, id('a'), { side: 'right', cells: 4 }));
    expect(moved).toMatchObject({
      root: { children: [{ size: cells(64) }, { size: { kind: 'percent' } }, { pane: 'c' }] },
    });
    expect(moved).not.toHaveProperty('root.children.2.size');
  });
});

describe('the border under the pointer', () => {
  const placed = placedIn(ground) ?? [];
  const at = (col: number, line: number) => borderAt(placed, { column: col, row: line });

  it('is between panes, never the outer frame', () => {
    const a = placed[0]?.body;
    expect(at((a?.x ?? 0) + (a?.columns ?? 0), 10)).toEqual({ pane: 'a', side: 'right' });
    expect(at(100, 25)).toEqual({ pane: 'b', side: 'down' });
    for (const [x, y] of [
      [0, 10],
      [199, 10],
      [10, 1],
      [10, 48],
      [10, 10],
    ] as const)
      expect(at(x, y)).toBeUndefined();
  });

  it('moves with the pointer', () => {
    const found = sizesIn(withLayout(ground, moveBorder(ground, { pane: id('b'), side: 'right' }, -7)));
    expect(found).toMatchObject({ a: [66, 46], b: [58, 23], c: [58, 22], d: [72, 46] });
    expect(refusalOf(moveBorder(ground, { pane: id('d'), side: 'right' }, 1))).toBe(
      'there is no border on that side',
    );
  });

  it('of every layout can be moved, and the cell it was found at says which one it is', () => {
    fc.assert(
      fc.property(shownGrounds, fc.nat(10_000), (any, pick) => {
        const panes = placedIn(any) ?? [];
        const { columns, rows } = any.size;
        const border = borderAt(panes, { column: pick % columns, row: Math.floor(pick / columns) % rows });
        if (border === undefined) return;
        const moved = moveBorder(any, border, 1);
        if (!moved.ok) {
          expect(refusalOf(moved)).toMatch(/^no room/);
          return;
        }
        const [before, now] = [sizesIn(any)[border.pane], sizesIn(withLayout(any, moved))[border.pane]];
        const axis = border.side === 'right' ? 0 : 1;
        expect((now?.[axis] ?? 0) - (before?.[axis] ?? 0)).toBe(1);
      }),
    );
  });
});

describe('every resize', () => {
  it('there and back is identity where no pane is at its minimum', () => {
    const sides = fc.constantFrom<PaneSide>('left', 'right', 'up', 'down');
    const back = { left: 'right', right: 'left', up: 'down', down: 'up' } as const;
    fc.assert(
      fc.property(shownGrounds, fc.nat(50), sides, (any, pick, side) => {
        const pane = any.panes[pick % any.panes.length] ?? id('none');
        const there = resizePane(any, pane, { side, cells: 1 });
        if (!there.ok) return;
        const moved = withLayout(any, there);
        const [before, now] = [sizesIn(any), sizesIn(moved)];
        expect(now).not.toEqual(before);
        const again = resizePane(moved, pane, { side: back[side], cells: 1 });
        if (everyoneHasRoom(any)) expect(sizesIn(withLayout(moved, again))).toEqual(before);
      }),
    );
  });
});

/** The neighbour at the border alone gives; from further panes the way back would not give it back to them, as in tmux. */
function everyoneHasRoom(any: Ground): boolean {
  return (placedIn(any) ?? []).every(
    ({ body }) => body.columns > BODY_MIN.columns && body.rows > BODY_MIN.rows,
  );
}
