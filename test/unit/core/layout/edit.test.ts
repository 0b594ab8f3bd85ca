// Edits of layouts: drawings of what an operator does, and properties that hold for every layout and size.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  namedLayout,
  permuted,
  removePane,
  splitPane,
  spreadEvenly,
} from '../../../../src/core/layout/edit.ts';
import { type Ground, NO_ROOM } from '../../../../src/core/layout/ground.ts';
import { BODY_MIN, type Placed } from '../../../../src/core/layout/layouts.ts';
import { shellOf, showsLayout } from '../../../../src/core/layout/shell.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import {
  cells,
  column,
  drawing,
  groundOf,
  grounds,
  id,
  leaf,
  percent,
  placedIn,
  refusalOf,
  row,
  screen,
  shownGrounds,
  sizesIn,
  unwrap,
  withLayout,
} from './rig.ts';

const right = (pane: string, fresh = 'n') =>
  ({ pane: id(pane), direction: 'row', fresh: id(fresh) }) as const;
const down = (pane: string, fresh = 'n') =>
  ({ pane: id(pane), direction: 'column', fresh: id(fresh) }) as const;
const ONE = groundOf({ kind: 'named', name: 'tiled' }, undefined, 'a');

describe('a pane cut in two', () => {
  it('is drawn as in tmux', () => {
    const two = withLayout(ONE, splitPane(ONE, right('a', 'b')));
    expect(drawing(two)).toMatchSnapshot();
    const three = withLayout(two, splitPane(two, down('b', 'c')));
    expect(drawing(three)).toMatchSnapshot();
  });

  it('leaves the odd cell to the pane that was there', () => {
    expect(sizesIn(withLayout(ONE, splitPane(ONE, right('a'))))).toEqual({ a: [49, 26], n: [48, 26] });
    expect(sizesIn(withLayout(ONE, splitPane(ONE, down('a'))))).toEqual({ a: [98, 13], n: [98, 12] });
  });

  it('is halved alone: its neighbours keep their cells', () => {
    const wide = groundOf(row([leaf('a'), leaf('b'), leaf('c')]), { columns: 200, rows: 50 });
    const before = sizesIn(wide);
    const found = sizesIn(withLayout(wide, splitPane(wide, right('b'))));
    expect([found.a, found.c]).toEqual([before.a, before.c]);
    expect(found).toMatchObject({ b: [32, 46], n: [32, 46] });
  });

  it('joins the split around it when that has the same direction, and keeps the kinds of sizes', () => {
    const ground = groundOf(row([leaf('a', cells(60)), leaf('b', percent(30)), leaf('c')]), {
      columns: 200,
      rows: 50,
    });
    const layout = unwrap(splitPane(ground, right('a')));
    expect(layout).toMatchObject({
      root: {
        direction: 'row',
        children: [
          { pane: 'a', size: { kind: 'cells', value: 30 } },
          { pane: 'n', size: { kind: 'cells', value: 29 } },
          { pane: 'b', size: { kind: 'percent' } },
          { pane: 'c' },
        ],
      },
    });
    expect(layout).not.toHaveProperty('root.children.3.size');
  });

  it('says why it cannot be', () => {
    const narrow = groundOf(row([leaf('a'), leaf('b'), leaf('c')]));
    expect(refusalOf(splitPane(narrow, right('a')))).toBe(NO_ROOM);
    expect(refusalOf(splitPane(ONE, right('z')))).toBe('this window has no such pane');
  });

  it('goes on where the terminal is too small to show the layout', () => {
    const small = groundOf(row([leaf('a'), leaf('b'), leaf('c')]), { columns: 80, rows: 24 });
    const four = { ...withLayout(small, splitPane(small, right('a'))), size: { columns: 240, rows: 60 } };
    const found = sizesIn(four);
    expect(Object.keys(found)).toEqual(['a', 'n', 'b', 'c']);
    expect([found.a?.[0], found.b?.[0]]).toEqual([39, 79]);
  });
});

describe('a pane taken away', () => {
  const wide = groundOf(row([leaf('a'), column([leaf('b'), leaf('c')]), leaf('d')]), {
    columns: 200,
    rows: 50,
  });

  it('leaves its room to the pane before it, the first one to the next', () => {
    const before = sizesIn(wide);
    expect(sizesIn(withLayout(wide, removePane(wide, id('d')))).b?.[0]).toBe(65 + 1 + 65);
    expect(sizesIn(withLayout(wide, removePane(wide, id('d')))).a).toEqual(before.a);
    expect(sizesIn(withLayout(wide, removePane(wide, id('c')))).b).toEqual([65, 46]);
    expect(sizesIn(withLayout(wide, removePane(wide, id('a')))).b?.[0]).toBe(66 + 1 + 65);
  });

  it('leaves no split of one, and none inside one of its own direction', () => {
    const nested = groundOf(row([leaf('a'), column([row([leaf('b'), leaf('c')]), leaf('d')])]), {
      columns: 200,
      rows: 50,
    });
    const found = withLayout(nested, removePane(nested, id('d')));
    expect(found.layout).toMatchObject({ root: { children: [{ pane: 'a' }, { pane: 'b' }, { pane: 'c' }] } });
    expect(sizesIn(found)).toEqual({ a: [99, 46], b: [49, 46], c: [48, 46] });
  });

  it('is refused for the only one', () => {
    expect(refusalOf(removePane(ONE, id('a')))).toBe('it is the only pane of its window');
  });
});

describe('places, names and even shares', () => {
  it('two panes change places, sizes stay with the places', () => {
    const ground = groundOf(row([leaf('a', percent(70)), leaf('b')]));
    const layout = permuted(
      ground.layout,
      new Map([
        [id('a'), id('b')],
        [id('b'), id('a')],
      ]),
    );
    expect(sizesIn({ ...ground, layout })).toEqual({ b: sizesIn(ground).a, a: sizesIn(ground).b });
  });

  it('a named layout is refused where it has no room, with a sentence', () => {
    const five = groundOf({ kind: 'named', name: 'tiled' }, { columns: 120, rows: 40 }, 'abcde');
    expect(refusalOf(namedLayout(five, 'even-horizontal'))).toBe(
      `even-horizontal with 5 panes has ${NO_ROOM}`,
    );
    expect(unwrap(namedLayout(five, 'even-vertical'))).toEqual({ kind: 'named', name: 'even-vertical' });
    const small = { ...five, size: { columns: 80, rows: 24 } };
    expect(namedLayout(small, 'even-horizontal').ok).toBe(true);
  });

  it('the main size of the session file survives the way through other layouts', () => {
    const main = groundOf({ kind: 'named', name: 'main-vertical', mainSize: percent(70) }, undefined, 'abc');
    const there = withLayout(main, namedLayout(main, 'even-vertical'));
    expect(unwrap(namedLayout(there, 'main-vertical'))).toEqual(main.layout);
  });

  it('spreads the nearest split that is uneven', () => {
    const ground = groundOf(row([leaf('a', percent(30)), column([leaf('b', percent(20)), leaf('c')])]));
    const once = withLayout(ground, spreadEvenly(ground, id('b')));
    expect(sizesIn(once)).toMatchObject({ b: [68, 13], c: [68, 12] });
    const twice = withLayout(once, spreadEvenly(once, id('b')));
    expect(sizesIn(twice)).toMatchObject({ a: [49, 26], b: [48, 13] });
    expect(refusalOf(spreadEvenly(twice, id('b')))).toBe('the panes are even already');
  });
});

function tiles(ground: Ground): void {
  const { body } = shellOf(ground.size);
  const placed = placedIn(ground) ?? [];
  const inside = ({ body: rect }: Placed, x: number, y: number): boolean =>
    x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;
  const near = ({ body: rect }: Placed, x: number, y: number): boolean =>
    x >= rect.x - 1 && x <= rect.x + rect.columns && y >= rect.y - 1 && y <= rect.y + rect.rows;
  for (let y = body.y; y < body.y + body.rows; y++)
    for (let x = body.x; x < body.x + body.columns; x++) {
      const bodies = placed.filter((pane) => inside(pane, x, y)).length;
      if (bodies > 1 || !placed.some((pane) => near(pane, x, y)))
        throw new Error(`${x},${y}: ${bodies} bodies`);
    }
  for (const { body: rect } of placed) {
    expect(rect.columns).toBeGreaterThanOrEqual(BODY_MIN.columns);
    expect(rect.rows).toBeGreaterThanOrEqual(BODY_MIN.rows);
  }
}

const paneOf = (ground: Ground, pick: number): PaneId =>
  ground.panes[pick % ground.panes.length] ?? id('none');

describe('every edit', () => {
  it('of a layout on screen tiles the window with panes that are large enough, or is refused', () => {
    fc.assert(
      fc.property(shownGrounds, fc.nat(50), fc.constantFrom(right, down, undefined), (ground, pick, way) => {
        const pane = paneOf(ground, pick);
        const edited = way === undefined ? removePane(ground, pane) : splitPane(ground, way(pane));
        if (!edited.ok) return;
        const found = withLayout(ground, edited);
        if (showsLayout(found.size, found.panes.length)) tiles(found);
        const gone =
          way === undefined ? ground.panes.filter((other) => other !== pane) : [...ground.panes, id('n')];
        expect([...found.panes].sort()).toEqual([...gone].sort());
      }),
      { numRuns: 150 },
    );
  });

  it('of any layout at any size keeps all the other panes, and never throws', () => {
    fc.assert(
      fc.property(grounds, fc.nat(50), fc.boolean(), (ground, pick, cut) => {
        const pane = paneOf(ground, pick);
        const edited = cut ? splitPane(ground, right(pane)) : removePane(ground, pane);
        if (!edited.ok) {
          expect(refusalOf(edited)).not.toBe('');
          return;
        }
        expect(withLayout(ground, edited).panes.length).toBe(ground.panes.length + (cut ? 1 : -1));
      }),
    );
  });

  it('split and taken away again leaves every rectangle as it was', () => {
    fc.assert(
      fc.property(shownGrounds, fc.nat(50), fc.constantFrom(right, down), (ground, pick, way) => {
        const split = splitPane(ground, way(paneOf(ground, pick)));
        if (!split.ok || !showsLayout(ground.size, ground.panes.length + 1)) return;
        const larger = withLayout(ground, split);
        const back = withLayout(larger, removePane(larger, id('n')));
        expect(sizesIn(back)).toEqual(sizesIn(ground));
      }),
    );
  });

  it('the halves of a split differ by one cell at most', () => {
    fc.assert(
      fc.property(shownGrounds, fc.nat(50), fc.constantFrom(right, down), (ground, pick, way) => {
        const pane = paneOf(ground, pick);
        const split = splitPane(ground, way(pane));
        if (!split.ok || !showsLayout(ground.size, ground.panes.length + 1)) return;
        const found = sizesIn(withLayout(ground, split));
        const axis = way === right ? 0 : 1;
        const [old, fresh] = [found[pane]?.[axis] ?? 0, found.n?.[axis] ?? 0];
        expect(old - fresh === 0 || old - fresh === 1).toBe(true);
        expect(old + 1 + fresh).toBe(sizesIn(ground)[pane]?.[axis]);
      }),
    );
  });

  it('holds through a change of the terminal there and back', () => {
    fc.assert(
      fc.property(shownGrounds, screen, fc.nat(50), (ground, other, pick) => {
        const split = splitPane(ground, right(paneOf(ground, pick)));
        if (!split.ok) return;
        const found = withLayout(ground, split);
        const before = sizesIn(found);
        sizesIn({ ...found, size: other });
        expect(sizesIn({ ...found, size: ground.size })).toEqual(before);
      }),
    );
  });
});
