// Borders between panes: which one lies under a pointer, and moving one by cells as tmux's resize-pane does.

import type { Layout, LayoutNode, PaneId } from '../pane.ts';
import { problem } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import { nodeAt, pathTo, replaced } from './edit.ts';
import { editTree, type Ground, onScreen } from './ground.ts';
import { type Direction, type Measured, minOf, type Placed } from './layouts.ts';
import { type Part, partsOf, splitOf } from './sizes.ts';

export type PaneSide = 'left' | 'right' | 'up' | 'down';
/** The line on that side of a pane, named by the pane left of it or above it. */
export type Border = Readonly<{ pane: PaneId; side: 'right' | 'down' }>;

/** The border between two panes at a cell of the screen; undefined on a body and on the outer frame. */
export function borderAt(
  placed: readonly Placed[],
  at: Readonly<{ column: number; row: number }>,
): Border | undefined {
  const { column, row } = at;
  for (const { pane, body } of placed) {
    const right = body.x + body.columns;
    const below = body.y + body.rows;
    const besides = row >= body.y && row < below;
    const under = column >= body.x && column < right;
    if (besides && column === right && placed.some((other) => other.body.x === right + 1))
      return { pane, side: 'right' };
    if (under && row === below && placed.some((other) => other.body.y === below + 1))
      return { pane, side: 'down' };
  }
  return undefined;
}

/**
 * The border moves right or down (`cells` above 0) or the other way, as far as there is room: the panes beyond the
 * neighbour give theirs when it has none left.
 */
export function moveBorder(ground: Ground, border: Border, cells: number): Result<Layout> {
  const direction = border.side === 'right' ? 'row' : 'column';
  return onBorders(ground, (root) => {
    const path = pathTo(root, border.pane) ?? [];
    for (let depth = path.length - 1; depth >= 0; depth--) {
      const split = nodeAt(root, path.slice(0, depth));
      const index = path[depth] ?? 0;
      if (isAlong(split, direction) && index < split.inside.length - 1)
        return moved(root, { path: path.slice(0, depth), index, cells });
    }
    return fail(problem('refused', 'there is no border on that side'));
  });
}

/** As tmux's resize-pane: it is the right or lower border that moves, of the last pane of a split the other one. */
export function resizePane(
  ground: Ground,
  pane: PaneId,
  way: Readonly<{ side: PaneSide; cells: number }>,
): Result<Layout> {
  const direction = way.side === 'left' || way.side === 'right' ? 'row' : 'column';
  const cells = way.side === 'left' || way.side === 'up' ? -way.cells : way.cells;
  return onBorders(ground, (root) => {
    const path = pathTo(root, pane) ?? [];
    const depth = path.findLastIndex((_, at) => isAlong(nodeAt(root, path.slice(0, at)), direction));
    const split = nodeAt(root, path.slice(0, depth));
    if (depth < 0)
      return fail(
        problem('refused', `no pane ${direction === 'row' ? 'beside' : 'above or below'} this one`),
      );
    const index = Math.min(path[depth] ?? 0, split.inside.length - 2);
    return moved(root, { path: path.slice(0, depth), index, cells });
  });
}

function onBorders(ground: Ground, edit: (root: Measured) => Result<LayoutNode>): Result<Layout> {
  if (ground.panes.length < 2)
    return fail(problem('refused', 'there is one pane only: it has no border to move'));
  if (onScreen(ground) === undefined)
    return fail(
      problem('refused', `no borders here: the terminal is too small for ${ground.panes.length} panes`),
    );
  return editTree(ground, ground.panes.length, edit);
}

function isAlong({ node, inside }: Measured, direction: Direction): boolean {
  return node.kind === 'split' && node.direction === direction && inside.length > 1;
}

type Move = Readonly<{ path: readonly number[]; index: number; cells: number }>;

/** The border behind child `index` of the split. */
function moved(root: Measured, { path, index, cells }: Move): Result<LayoutNode> {
  const split = nodeAt(root, path);
  if (split.node.kind !== 'split') return ok(root.node);
  const { direction, size } = split.node;
  const parts = [...partsOf(split, direction)];
  const forwards = cells > 0;
  const grows = forwards ? index : index + 1;
  const giving = forwards ? range(index + 1, parts.length) : range(0, index + 1).reverse();
  let wanted = Math.abs(cells);
  let got = 0;
  for (const at of giving) {
    const part = parts[at];
    if (part === undefined) continue;
    const given = Math.min(wanted, part.cells - minOf(part.node, direction));
    if (given <= 0) continue;
    parts[at] = changed(part, -given);
    wanted -= given;
    got += given;
  }
  const growing = parts[grows];
  if (got === 0 || growing === undefined)
    return fail(problem('refused', 'no room: the panes on that side are as small as they can be'));
  parts[grows] = changed(growing, got);
  return ok(replaced(root, path, splitOf(direction, parts, size)));
}

const changed = (part: Part, by: number): Part => ({ ...part, cells: part.cells + by, moved: true });

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
