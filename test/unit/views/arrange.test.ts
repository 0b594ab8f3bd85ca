// Arithmetic of the screen, as drawings and as properties that hold for every layout and size.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BODY_MIN, type Rect } from '../../../src/core/layout/layouts.ts';
import {
  type Layout,
  type LayoutNode,
  NAMED_LAYOUTS,
  type PaneId,
  type WindowSpec,
} from '../../../src/core/pane.ts';
import { type Arrangement, arrange, neighbour } from '../../../src/views/arrange.ts';
import { drawArrangement } from '../../../src/views/draw-arrangement.ts';
import { UNICODE_GLYPHS } from '../../../src/views/glyphs.ts';

const id = (text: string) => text as PaneId;
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

function windowOf(layout: Layout, count: number): WindowSpec {
  const panes = NAMES.slice(0, count).map((name) => ({ id: id(name), body: { kind: 'host' } as const }));
  return { name: 'w', layout, panes };
}

function shown(
  layout: Layout,
  count: number,
  size: Readonly<{ columns: number; rows: number }>,
): Arrangement {
  const window = windowOf(layout, count);
  return arrange(window, { recent: window.panes.map((pane) => pane.id), zoomed: false }, size);
}

/** Rows that repeat the one above say nothing in a drawing. */
function drawing(arrangement: Arrangement): string {
  const rows = drawArrangement(arrangement, new Map(), UNICODE_GLYPHS);
  return rows.filter((row, at) => row !== rows[at - 1]).join('\n');
}

const SIZE = { columns: 100, rows: 30 };

describe('named layouts', () => {
  for (const name of NAMED_LAYOUTS) {
    it(`${name} looks as in tmux`, () => {
      expect(drawing(shown({ kind: 'named', name }, 3, SIZE))).toMatchSnapshot();
    });
  }

  it('tiled gives the last pane of a short row what is left', () => {
    const { placed } = shown({ kind: 'named', name: 'tiled' }, 5, SIZE);
    expect(placed.map(({ body }) => body.columns)).toEqual([49, 48, 49, 48, 98]);
  });

  it('main-vertical takes the size of the main pane from the session file', () => {
    const size = { kind: 'cells', value: 60 } as const;
    const { placed } = shown({ kind: 'named', name: 'main-vertical', mainSize: size }, 3, SIZE);
    expect(placed.map(({ body }) => [body.columns, body.rows])).toEqual([
      [60, 26],
      [37, 13],
      [37, 12],
    ]);
  });
});

describe('small terminals', () => {
  const three: Layout = { kind: 'named', name: 'even-vertical' };

  it('80x24 shows the focused pane and a strip of the one before it', () => {
    const window = windowOf(three, 4);
    const view = { recent: [id('c'), id('a'), id('b'), id('d')], zoomed: false };
    const found = arrange(window, view, { columns: 80, rows: 24 });
    expect(found.mode).toBe('pair');
    expect(found.placed.map(({ pane, body }) => [pane, body.rows])).toEqual([
      ['c', 14],
      ['a', 5],
    ]);
    expect(found.hidden).toEqual(['b', 'd']);
  });

  it('80x24 keeps a layout of two panes', () => {
    expect(shown({ kind: 'named', name: 'even-horizontal' }, 2, { columns: 80, rows: 24 }).mode).toBe('full');
  });

  it('79x24 shows the focused pane alone', () => {
    const found = shown(three, 2, { columns: 79, rows: 24 });
    expect([found.mode, found.placed.length]).toEqual(['single', 1]);
  });

  it('a layout whose panes would be too small is not used', () => {
    expect(shown({ kind: 'named', name: 'even-horizontal' }, 8, SIZE).mode).toBe('pair');
  });
});

describe('zoom', () => {
  it('gives the focused pane everything', () => {
    const window = windowOf({ kind: 'named', name: 'tiled' }, 4);
    const found = arrange(window, { recent: [id('b'), id('a')], zoomed: true }, SIZE);
    expect(found.placed).toEqual([{ pane: 'b', body: { x: 1, y: 2, columns: 98, rows: 26 } }]);
  });
});

describe('the pane beside', () => {
  const { placed } = shown({ kind: 'named', name: 'main-vertical' }, 4, SIZE);
  const go = (from: string, side: 'left' | 'right' | 'up' | 'down', recent: readonly string[]) =>
    neighbour(placed, id(from), { side, recent: recent.map(id) });

  it('is the one that had the focus last when there are several', () => {
    expect(go('a', 'right', ['a', 'c', 'b'])).toBe('c');
    expect(go('a', 'right', ['a', 'd'])).toBe('d');
  });
  it('is found up and down', () => {
    expect(go('b', 'down', [])).toBe('c');
    expect(go('c', 'up', [])).toBe('b');
  });
  it('goes round at the edge', () => {
    expect(go('b', 'right', [])).toBe('a');
    expect(go('b', 'up', [])).toBe('d');
  });
  it('does not exist for a pane that is alone that way', () => {
    expect(go('a', 'up', [])).toBeUndefined();
  });
});

const size = fc.record({ columns: fc.integer({ min: 1, max: 260 }), rows: fc.integer({ min: 1, max: 80 }) });
const cells = fc.option(
  fc.oneof(
    fc.record({ kind: fc.constant('cells' as const), value: fc.integer({ min: 0, max: 300 }) }),
    fc.record({ kind: fc.constant('percent' as const), value: fc.integer({ min: 0, max: 100 }) }),
  ),
  { nil: undefined },
);
const node: fc.Arbitrary<LayoutNode> = fc.letrec<{ node: LayoutNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.record({ pane: fc.constantFrom(...NAMES), size: cells }).map(
      ({ pane, size: wish }): LayoutNode => ({
        kind: 'pane',
        pane: id(pane),
        ...(wish === undefined ? {} : { size: wish }),
      }),
    ),
    fc
      .record({
        direction: fc.constantFrom('row' as const, 'column' as const),
        children: fc.array(tie('node'), { minLength: 1, maxLength: 4 }),
        size: cells,
      })
      .map(
        ({ size: wish, ...rest }): LayoutNode => ({
          kind: 'split',
          ...rest,
          ...(wish === undefined ? {} : { size: wish }),
        }),
      ),
  ),
})).node;
const layout: fc.Arbitrary<Layout> = fc.oneof(
  fc.constantFrom(...NAMED_LAYOUTS).map((name): Layout => ({ kind: 'named', name })),
  node.map((root): Layout => ({ kind: 'tree', root })),
);

const framed = ({ x, y, columns, rows }: Rect): Rect => ({
  x: x - 1,
  y: y - 1,
  columns: columns + 2,
  rows: rows + 2,
});
const inside = (rect: Rect, x: number, y: number) =>
  x >= rect.x && x < rect.x + rect.columns && y >= rect.y && y < rect.y + rect.rows;

describe('every arrangement', () => {
  it('tiles the window: each cell between the status lines is in one body or on a shared border', () => {
    fc.assert(
      fc.property(
        layout,
        fc.integer({ min: 1, max: 8 }),
        size,
        fc.boolean(),
        (wanted, count, screen, zoomed) => {
          const window = windowOf(wanted, count);
          const found = arrange(window, { recent: window.panes.map((pane) => pane.id), zoomed }, screen);
          if (!found.framed) return;
          const first = (found.topRow === undefined ? 0 : 1) + (found.tabRow === undefined ? 0 : 1);
          const last = screen.rows - (found.bottomRow === undefined ? 0 : 1);
          for (let y = first; y < last; y++) {
            for (let x = 0; x < screen.columns; x++) {
              const bodies = found.placed.filter(({ body }) => inside(body, x, y)).length;
              const frames = found.placed.filter(({ body }) => inside(framed(body), x, y)).length;
              if (bodies > 1 || frames === 0)
                throw new Error(`cell ${x},${y}: ${bodies} bodies, ${frames} frames`);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('shows every pane or names it as hidden, and none too small to read', () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 1, max: 8 }), size, (wanted, count, screen) => {
        const found = shown(wanted, count, screen);
        const all = [...found.placed.map(({ pane }) => pane), ...found.hidden].sort();
        expect(all).toEqual(NAMES.slice(0, count));
        if (found.mode === 'full')
          for (const { body } of found.placed) {
            expect(body.columns).toBeGreaterThanOrEqual(BODY_MIN.columns);
            expect(body.rows).toBeGreaterThanOrEqual(BODY_MIN.rows);
          }
      }),
    );
  });

  it('can be drawn, no row wider than the screen', () => {
    fc.assert(
      fc.property(layout, fc.integer({ min: 0, max: 8 }), size, (wanted, count, screen) => {
        const rows = drawArrangement(shown(wanted, count, screen), new Map(), UNICODE_GLYPHS);
        expect(rows).toHaveLength(screen.rows);
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(screen.columns);
      }),
    );
  });
});
