// Where an edit of a layout takes place: the tree that is on screen with its cells, or, where the terminal is too small
// to show the layout, the same tree on an imagined larger one. Shares come out the same there.

import type { Layout, LayoutNode, PaneId } from '../pane.ts';
import { problem } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import { BODY_MIN, cellsAlong, type Measured, measure, type Rect, treeOf } from './layouts.ts';
import { type ScreenSize, shellOf, showsLayout } from './shell.ts';

/** A window's layout, its panes in order, and the size of the terminal. */
export type Ground = Readonly<{ layout: Layout; panes: readonly PaneId[]; size: ScreenSize }>;

export const NO_ROOM = `no room: a pane needs ${BODY_MIN.columns}×${BODY_MIN.rows} inside its frame`;

/** Enough for some forty panes in a row; more than that is refused. */
const IMAGINED_MAX = 1024;

/**
 * The layout after an edit of its tree. Where it is on screen and the edit keeps it there, the cells are those of the
 * screen and what does not fit is refused. `panes`: how many there are afterwards.
 */
export function editTree(
  ground: Ground,
  panes: number,
  edit: (root: Measured) => Result<LayoutNode>,
): Result<Layout> {
  const real = onScreen(ground);
  if (real !== undefined && showsLayout(ground.size, panes)) return treeFrom(edit(real), real.rect);
  const { body } = shellOf(ground.size);
  const area = { ...body, columns: Math.max(80, body.columns), rows: Math.max(20, body.rows) };
  let answer: Result<Layout> = noRoom();
  for (let scale = 1; area.columns * scale <= IMAGINED_MAX; scale *= 2) {
    const rect = { ...area, columns: area.columns * scale, rows: area.rows * scale };
    const imagined = measured(ground, rect);
    if (imagined === undefined) continue;
    answer = treeFrom(edit(imagined), rect);
    if (answer.ok) return answer;
  }
  return answer;
}

/** The tree with its cells; undefined where the terminal does not show the layout. */
export function onScreen(ground: Ground): Measured | undefined {
  return showsLayout(ground.size, ground.panes.length)
    ? measured(ground, shellOf(ground.size).body)
    : undefined;
}

export function noRoom(): Result<never> {
  return fail(problem('refused', NO_ROOM));
}

function measured({ layout, panes }: Ground, area: Rect): Measured | undefined {
  const tree = treeOf(layout, panes, area);
  if (tree === undefined) return undefined;
  const found = measure(tree, area);
  // The short row of a tiled layout is measured in cells, which the operator never gave.
  return found !== undefined && layout.kind === 'named' && layout.name === 'tiled'
    ? measure(inShares(found), area)
    : found;
}

function inShares({ node, inside }: Measured): LayoutNode {
  if (node.kind === 'pane') return node;
  const length = inside.reduce((sum, { rect }) => sum + cellsAlong(rect, node.direction), 0);
  const children = inside.map((child): LayoutNode => {
    const bare = inShares(child);
    if (bare.size?.kind !== 'cells') return bare;
    return { ...bare, size: { kind: 'percent', value: (100 * bare.size.value) / length } };
  });
  return { ...node, children };
}

function treeFrom(edited: Result<LayoutNode>, area: Rect): Result<Layout> {
  if (!edited.ok) return edited;
  return measure(edited.value, area) === undefined ? noRoom() : ok({ kind: 'tree', root: edited.value });
}
