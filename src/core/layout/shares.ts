// Shares as a file can hold them. On screen they may come to more than all and be cut; a file refuses that.

import type { Layout, LayoutNode, Size } from '../pane.ts';
import { type Ground, onScreen } from './ground.ts';
import { cellsAlong, type Measured } from './layouts.ts';

/**
 * Where shares come to more than all, they are those of the cells on screen; so is one that two decimals, all that a file
 * has, would put on other cells. Else, and off screen, they are as they are.
 */
export function shownShares(ground: Ground): Layout {
  const root = ground.layout.kind === 'tree' ? onScreen(ground) : undefined;
  return root === undefined ? ground.layout : { kind: 'tree', root: shown(root) };
}

function shown({ node, inside }: Measured): LayoutNode {
  if (node.kind === 'pane') return node;
  const cells = inside.map(({ rect }) => cellsAlong(rect, node.direction));
  const length = cells.reduce((all, one) => all + one, 0);
  const onCells = (child: LayoutNode, at: number): LayoutNode =>
    child.size?.kind === 'percent'
      ? { ...child, size: { kind: 'percent', value: (100 * (cells[at] ?? 0)) / length } }
      : child;
  const children = inside
    .map(shown)
    .map((child, at) => (survives(child.size, length) ? child : onCells(child, at)));
  const sum = children.reduce((all, { size }) => all + (size?.kind === 'percent' ? size.value : 0), 0);
  return { ...node, children: sum <= 100 ? children : children.map(onCells) };
}

/** Whether it comes to the same cells with two decimals. */
function survives(size: Size | undefined, length: number): boolean {
  if (size?.kind !== 'percent') return true;
  const cells = (share: number): number => Math.round((length * share) / 100);
  return cells(size.value) === cells(Math.round(size.value * 100) / 100);
}
