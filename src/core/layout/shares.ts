// Shares as a file can hold them. On screen they may come to more than all and be cut; a file refuses that.

import type { Layout, LayoutNode } from '../pane.ts';
import { type Ground, onScreen } from './ground.ts';
import { cellsAlong, type Measured } from './layouts.ts';

/** Where shares come to more than all they are those of the cells on screen. Else, and off screen, as they are. */
export function shownShares(ground: Ground): Layout {
  const root = ground.layout.kind === 'tree' ? onScreen(ground) : undefined;
  return root === undefined ? ground.layout : { kind: 'tree', root: shown(root) };
}

function shown({ node, inside }: Measured): LayoutNode {
  if (node.kind === 'pane') return node;
  const children = inside.map(shown);
  const sum = children.reduce((all, { size }) => all + (size?.kind === 'percent' ? size.value : 0), 0);
  if (sum <= 100) return { ...node, children };
  const cells = inside.map(({ rect }) => cellsAlong(rect, node.direction));
  const length = cells.reduce((all, one) => all + one, 0);
  return {
    ...node,
    children: children.map((child, at) =>
      child.size?.kind === 'percent'
        ? { ...child, size: { kind: 'percent', value: (100 * (cells[at] ?? 0)) / length } }
        : child,
    ),
  };
}
