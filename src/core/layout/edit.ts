// Edits of a window's layout, as tmux does them: cut a pane in halves, take one away, change places. Pure; a named
// layout becomes the tree that is on screen.

import type { Layout, LayoutNode, NamedLayout, PaneId, Size } from '../pane.ts';
import { problem } from '../problem.ts';
import { fail, ok, type Result } from '../result.ts';
import { editTree, type Ground, NO_ROOM, noRoom } from './ground.ts';
import { BODY_MIN, cellsAlong, type Direction, type Measured, measure, place, treeOf } from './layouts.ts';
import { shellOf, showsLayout } from './shell.ts';
import { type Part, partsOf, splitOf } from './sizes.ts';

export type SplitWish = Readonly<{ pane: PaneId; direction: Direction; fresh: PaneId }>;

/** The pane keeps the left or upper half, the fresh one gets the other; an odd cell stays with the pane. */
export function splitPane(ground: Ground, wish: SplitWish): Result<Layout> {
  return editTree(ground, ground.panes.length + 1, (root) => {
    const path = pathTo(root, wish.pane);
    return path === undefined ? noSuchPane() : cutInHalves(root, path, wish);
  });
}

function cutInHalves(root: Measured, path: readonly number[], wish: SplitWish): Result<LayoutNode> {
  const { direction, fresh } = wish;
  const at = nodeAt(root, path);
  const parent = nodeAt(root, path.slice(0, -1));
  const whole = cellsAlong(at.rect, direction);
  const second = Math.ceil(whole / 2) - 1;
  const least = direction === 'row' ? BODY_MIN.columns : BODY_MIN.rows;
  if (second < least) return noRoom();
  const { size, ...bare } = at.node;
  const added: LayoutNode = { kind: 'pane', pane: fresh };
  const parts = path.length === 0 ? [] : partsOf(parent, direction);
  if (parts.length === 0) {
    const halves: Part[] = [
      { node: bare, cells: whole - 1 - second, moved: true },
      { node: added, cells: second, moved: true },
    ];
    return ok(replaced(root, path, splitOf(direction, halves, size)));
  }
  const index = path.at(-1) ?? 0;
  const halves: Part[] = [
    { node: at.node, cells: whole - 1 - second, moved: true },
    { node: withSize(added, size), cells: second, moved: true },
  ];
  const all = parts.toSpliced(index, 1, ...halves);
  return ok(replaced(root, path.slice(0, -1), splitOf(direction, all, parent.node.size)));
}

/** The pane before it in its split takes the room, or the one after it where it was the first. */
export function removePane(ground: Ground, pane: PaneId): Result<Layout> {
  if (ground.panes.length <= 1) return fail(problem('refused', 'it is the only pane of its window'));
  return editTree(ground, ground.panes.length - 1, (root) => {
    const path = pathTo(root, pane);
    const parent = path === undefined ? undefined : nodeAt(root, path.slice(0, -1));
    if (path === undefined || parent?.node.kind !== 'split') return noSuchPane();
    const index = path.at(-1) ?? 0;
    const { direction, size } = parent.node;
    const parts = partsOf(parent, direction);
    const room = (parts[index]?.cells ?? 0) + 1;
    const heir = index === 0 ? 1 : index - 1;
    const left = parts
      .map((part, at) => (at === heir ? { ...part, cells: part.cells + room, moved: true } : part))
      .toSpliced(index, 1);
    const above = path.slice(0, -1);
    const [only] = left;
    if (only === undefined) return noSuchPane();
    if (left.length > 1) return ok(replaced(root, above, splitOf(direction, left, size)));
    return ok(inlined(root, above, withSize(bareNode(only.node), size)));
  });
}

/** A split of one is its child; where that lies in the direction of the split around it, it becomes part of that one. */
function inlined(root: Measured, path: readonly number[], node: LayoutNode): LayoutNode {
  const outer = path.slice(0, -1);
  const around = nodeAt(root, outer);
  const inner = measure(node, nodeAt(root, path).rect);
  const isInside = path.length > 0 && around.node.kind === 'split' && node.kind === 'split';
  if (!isInside || inner === undefined || around.node.kind !== 'split') return replaced(root, path, node);
  const { direction, size } = around.node;
  const own = partsOf(inner, direction);
  if (own.length === 0) return replaced(root, path, node);
  const moved = own.map((part) => ({ ...part, node: bareUnlessCells(part.node), moved: true }));
  const parts = partsOf(around, direction).toSpliced(path.at(-1) ?? 0, 1, ...moved);
  return replaced(root, outer, splitOf(direction, parts, size));
}

/** Panes change places: each one named takes the place of the one it is mapped to. Sizes belong to places. */
export function permuted(layout: Layout, places: ReadonlyMap<PaneId, PaneId>): Layout {
  if (layout.kind === 'named') return layout;
  const change = (node: LayoutNode): LayoutNode =>
    node.kind === 'pane'
      ? { ...node, pane: places.get(node.pane) ?? node.pane }
      : { ...node, children: node.children.map(change) };
  return { kind: 'tree', root: change(layout.root) };
}

/** The size of the main pane goes along, so that coming back to it finds it as it was. */
export function namedLayout(ground: Ground, name: NamedLayout): Result<Layout> {
  const { layout, panes, size } = ground;
  const main = layout.kind === 'named' ? layout.mainSize : undefined;
  const named: Layout = { kind: 'named', name, ...(main === undefined ? {} : { mainSize: main }) };
  if (!showsLayout(size, panes.length)) return ok(named);
  const { body } = shellOf(size);
  const tree = treeOf(named, panes, body);
  if (tree !== undefined && place(tree, body) !== undefined) return ok(named);
  return fail(problem('refused', `${name} with ${panes.length} panes has ${NO_ROOM}`));
}

/** The nearest split around the pane that is uneven becomes even. */
export function spreadEvenly(ground: Ground, pane: PaneId): Result<Layout> {
  return editTree(ground, ground.panes.length, (root) => {
    const path = pathTo(root, pane) ?? [];
    for (let depth = path.length - 1; depth >= 0; depth--) {
      const at = path.slice(0, depth);
      const { node, rect } = nodeAt(root, at);
      if (node.kind !== 'split') continue;
      const even: LayoutNode = { ...node, children: node.children.map(bareNode) };
      const before = JSON.stringify(place(node, rect));
      const after = place(even, rect);
      if (after === undefined) return noRoom();
      if (JSON.stringify(after) !== before) return ok(replaced(root, at, even));
    }
    return fail(problem('refused', 'the panes are even already'));
  });
}

function noSuchPane(): Result<never> {
  return fail(problem('not-found', 'this window has no such pane'));
}

/** Which child to take at each split on the way to a pane; undefined when it is not there. */
export function pathTo(root: Measured, pane: PaneId): readonly number[] | undefined {
  if (root.node.kind === 'pane') return root.node.pane === pane ? [] : undefined;
  for (const [index, child] of root.inside.entries()) {
    const rest = pathTo(child, pane);
    if (rest !== undefined) return [index, ...rest];
  }
  return undefined;
}

export function nodeAt(root: Measured, path: readonly number[]): Measured {
  const [index, ...rest] = path;
  const child = index === undefined ? undefined : root.inside[index];
  return child === undefined ? root : nodeAt(child, rest);
}

/** The tree with another node at the end of a path; all around it keeps its cells. */
export function replaced(root: Measured, path: readonly number[], node: LayoutNode): LayoutNode {
  const [index, ...rest] = path;
  const child = index === undefined ? undefined : root.inside[index];
  if (index === undefined || child === undefined || root.node.kind === 'pane') return node;
  const { direction, size } = root.node;
  const parts = partsOf(root, direction).map((part, at) =>
    at === index ? { ...part, node: replaced(child, rest, node) } : part,
  );
  return splitOf(direction, parts, size);
}

function bareNode<T extends LayoutNode>(node: T): T {
  const { size: _, ...bare } = node;
  return bare as T;
}

/** A percentage of another split says nothing any more. */
function bareUnlessCells(node: LayoutNode): LayoutNode {
  return node.size?.kind === 'percent' ? bareNode(node) : node;
}

function withSize(node: LayoutNode, size: Size | undefined): LayoutNode {
  return size === undefined ? node : { ...node, size };
}
