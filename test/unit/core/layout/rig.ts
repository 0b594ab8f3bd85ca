// Layouts made up for tests of their edits, and drawings of them.

import fc from 'fast-check';
import type { Ground } from '../../../../src/core/layout/ground.ts';
import { type Placed, place, treeOf } from '../../../../src/core/layout/layouts.ts';
import { type ScreenSize, shellOf, showsLayout } from '../../../../src/core/layout/shell.ts';
import type { Layout, LayoutNode, PaneId, Size } from '../../../../src/core/pane.ts';
import { NAMED_LAYOUTS } from '../../../../src/core/pane.ts';
import type { Result } from '../../../../src/core/result.ts';
import { arrange } from '../../../../src/views/arrange.ts';
import { drawArrangement } from '../../../../src/views/draw-arrangement.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';

export const id = (text: string) => text as PaneId;
export const SIZE: ScreenSize = { columns: 100, rows: 30 };
export const percent = (value: number): Size => ({ kind: 'percent', value });
export const cells = (value: number): Size => ({ kind: 'cells', value });

export const leaf = (pane: string, size?: Size): LayoutNode => ({
  kind: 'pane',
  pane: id(pane),
  ...(size === undefined ? {} : { size }),
});
const split =
  (direction: 'row' | 'column') =>
  (children: readonly LayoutNode[], size?: Size): LayoutNode => ({
    kind: 'split',
    direction,
    children,
    ...(size === undefined ? {} : { size }),
  });
export const row = split('row');
export const column = split('column');

export function groundOf(layout: Layout | LayoutNode, size: ScreenSize = SIZE, panes?: string): Ground {
  const whole: Layout =
    layout.kind === 'named' || layout.kind === 'tree' ? layout : { kind: 'tree', root: layout };
  const names = panes === undefined ? (whole.kind === 'tree' ? namesIn(whole.root) : []) : [...panes];
  return { layout: whole, panes: names.map(id), size };
}

export function namesIn(node: LayoutNode): readonly string[] {
  return node.kind === 'pane' ? [node.pane] : node.children.flatMap(namesIn);
}

export function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problem.summary);
  return result.value;
}

export const refusalOf = (result: Result<unknown>): string => (result.ok ? '' : result.problem.summary);

/** The same window after an edit. */
export function withLayout(ground: Ground, edited: Result<Layout>): Ground {
  const layout = unwrap(edited);
  const panes = layout.kind === 'tree' ? namesIn(layout.root).map(id) : ground.panes;
  return { ...ground, layout, panes };
}

/** Where its panes are when the layout is shown; undefined when it has no room. */
export function placedIn({ layout, panes, size }: Ground): readonly Placed[] | undefined {
  const { body } = shellOf(size);
  const tree = treeOf(layout, panes, body);
  return tree === undefined ? undefined : place(tree, body);
}

export function sizesIn(ground: Ground): Readonly<Record<string, readonly [number, number]>> {
  const placed = placedIn(ground) ?? [];
  return Object.fromEntries(placed.map(({ pane, body }) => [pane, [body.columns, body.rows] as const]));
}

/** Rows that repeat the one above say nothing in a drawing. */
export function drawing({ layout, panes, size }: Ground): string {
  const window = {
    name: 'w',
    layout,
    panes: panes.map((pane) => ({ id: pane, body: { kind: 'host' } as const })),
  };
  const arrangement = arrange(window, { recent: panes, zoomed: false }, size);
  const rows = drawArrangement(arrangement, new Map(), UNICODE_GLYPHS);
  return rows.filter((text, at) => text !== rows[at - 1]).join('\n');
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const sizeWish = fc.option(
  fc.oneof(fc.integer({ min: 1, max: 90 }).map(cells), fc.integer({ min: 1, max: 99 }).map(percent)),
  { nil: undefined, freq: 3 },
);

/** Trees of panes that each stand in it once. */
const tree = fc
  .letrec<{ node: LayoutNode }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      sizeWish.map((size) => leaf('?', size)),
      fc
        .tuple(fc.constantFrom(row, column), fc.array(tie('node'), { minLength: 2, maxLength: 3 }), sizeWish)
        .map(([make, children, size]) => make(children, size)),
    ),
  }))
  .node.map((node) => {
    let count = 0;
    const name = (part: LayoutNode): LayoutNode =>
      part.kind === 'pane'
        ? { ...part, pane: id(`p${++count}`) }
        : { ...part, children: part.children.map(name) };
    return name(node);
  });

export const screen = fc.record({
  columns: fc.integer({ min: 1, max: 260 }),
  rows: fc.integer({ min: 1, max: 90 }),
});

const anyGround: fc.Arbitrary<Ground> = fc.oneof(
  fc.tuple(tree, screen).map(([root, size]) => groundOf(root, size)),
  fc
    .tuple(fc.constantFrom(...NAMED_LAYOUTS), fc.integer({ min: 1, max: NAMES.length }), screen)
    .map(([name, count, size]) => groundOf({ kind: 'named', name }, size, NAMES.slice(0, count).join(''))),
);

export const grounds = anyGround;
/** Those whose layout is on screen. */
export const shownGrounds = anyGround.filter(
  (ground) => showsLayout(ground.size, ground.panes.length) && placedIn(ground) !== undefined,
);
