// Layouts as trees, and trees as rectangles. The named ones mean what they mean in tmux (tmux(1), "select-layout").

import type { Layout, LayoutNode, PaneId, Size } from '../pane.ts';
import { divide, type Wish } from './divide.ts';

export type Rect = Readonly<{ x: number; y: number; columns: number; rows: number }>;
/** `body`: the cells of the pane inside its frame. */
export type Placed = Readonly<{ pane: PaneId; body: Rect }>;

/** Below this a pane shows nothing useful; an arrangement that would go there is not used. */
export const BODY_MIN = { columns: 24, rows: 2 } as const;
/** Share of the main pane when the session file gives none (tmux has fixed cells here, which suit one size only). */
const MAIN_DEFAULT: Size = { kind: 'percent', value: 60 };

export type Split = Extract<LayoutNode, { kind: 'split' }>;
export type Direction = Split['direction'];

/** A tree for the panes in this order; undefined without panes. */
export function treeOf(layout: Layout, panes: readonly PaneId[], area: Rect): LayoutNode | undefined {
  if (layout.kind === 'tree') return prune(layout.root, new Set(panes));
  const leaves = panes.map(leaf);
  const [first, ...rest] = leaves;
  if (first === undefined) return undefined;
  if (rest.length === 0) return first;
  switch (layout.name) {
    case 'even-horizontal':
      return split('row', leaves);
    case 'even-vertical':
      return split('column', leaves);
    case 'main-horizontal':
      return split('column', [{ ...first, size: layout.mainSize ?? MAIN_DEFAULT }, group('row', rest)]);
    case 'main-vertical':
      return split('row', [{ ...first, size: layout.mainSize ?? MAIN_DEFAULT }, group('column', rest)]);
    case 'tiled':
      return tiled(leaves, area);
  }
}

const leaf = (pane: PaneId): LayoutNode => ({ kind: 'pane', pane });
const split = (direction: Direction, children: readonly LayoutNode[]): LayoutNode => ({
  kind: 'split',
  direction,
  children,
});
const group = (direction: Direction, children: readonly LayoutNode[]): LayoutNode =>
  children.length === 1 && children[0] !== undefined ? children[0] : split(direction, children);

/** As many rows as columns or one more; in the last row the last pane takes what is left. */
function tiled(leaves: readonly LayoutNode[], area: Rect): LayoutNode {
  let rows = 1;
  let columns = 1;
  while (rows * columns < leaves.length) {
    rows++;
    if (rows * columns < leaves.length) columns++;
  }
  const cell = Math.max(1, Math.floor((area.columns - (columns - 1)) / columns));
  const bands: LayoutNode[] = [];
  for (let from = 0; from < leaves.length; from += columns) {
    const band = leaves.slice(from, from + columns);
    const short = band.length < columns;
    const sized = band.map((node, index) =>
      short && index < band.length - 1 ? { ...node, size: { kind: 'cells', value: cell } as const } : node,
    );
    bands.push(group('row', sized));
  }
  return group('column', bands);
}

/** The tree without panes that do not exist and without splits that are left empty. */
function prune(node: LayoutNode, known: Set<PaneId>): LayoutNode | undefined {
  if (node.kind === 'pane') return known.delete(node.pane) ? node : undefined;
  const children = node.children.flatMap((child) => prune(child, known) ?? []);
  return children.length === 0 ? undefined : { ...node, children };
}

/** A node with the cells that it gets; `inside`: its children. */
export type Measured = Readonly<{ node: LayoutNode; rect: Rect; inside: readonly Measured[] }>;

/** Every node's rectangle, one cell between neighbours for the shared border; undefined when a pane would be too small. */
export function measure(node: LayoutNode, rect: Rect): Measured | undefined {
  if (node.kind === 'pane') {
    const fits = rect.columns >= BODY_MIN.columns && rect.rows >= BODY_MIN.rows;
    return fits ? { node, rect, inside: [] } : undefined;
  }
  const along = cellsAlong(rect, node.direction);
  const sizes = divide(along - (node.children.length - 1), wishesOf(node));
  if (sizes === undefined) return undefined;
  const inside: Measured[] = [];
  let at = 0;
  for (const [index, child] of node.children.entries()) {
    const size = sizes[index] ?? 0;
    const measured = measure(child, part(rect, node.direction, { at, size }));
    if (measured === undefined) return undefined;
    inside.push(measured);
    at += size + 1;
  }
  return { node, rect, inside };
}

function part(rect: Rect, direction: Direction, { at, size }: Readonly<{ at: number; size: number }>): Rect {
  return direction === 'row'
    ? { ...rect, x: rect.x + at, columns: size }
    : { ...rect, y: rect.y + at, rows: size };
}

/** What the children of a split want, for `divide`. */
export function wishesOf({ children, direction }: Split): readonly Wish[] {
  return children.map((child) => ({ size: child.size, min: minOf(child, direction) }));
}

export function cellsAlong(rect: Rect, direction: Direction): number {
  return direction === 'row' ? rect.columns : rect.rows;
}

/** The panes of a tree with their rectangles; undefined when one would be too small. */
export function place(node: LayoutNode, area: Rect): readonly Placed[] | undefined {
  const measured = measure(node, area);
  return measured === undefined ? undefined : panesIn(measured);
}

export function panesIn({ node, rect, inside }: Measured): readonly Placed[] {
  return node.kind === 'pane' ? [{ pane: node.pane, body: rect }] : inside.flatMap(panesIn);
}

/** Least cells of a node along `direction`, borders between its own panes included. */
export function minOf(node: LayoutNode, direction: Direction): number {
  if (node.kind === 'pane') return direction === 'row' ? BODY_MIN.columns : BODY_MIN.rows;
  const mins = node.children.map((child) => minOf(child, direction));
  if (node.direction !== direction) return Math.max(1, ...mins);
  return mins.reduce((total, min) => total + min, Math.max(0, mins.length - 1));
}
