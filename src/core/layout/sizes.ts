// Sizes written back into a split so that its parts get exactly the cells that they shall have. Cells stay cells,
// percentages stay percentages; a part without a size keeps sharing what is left wherever that gives the same.

import type { LayoutNode, Size } from '../pane.ts';
import { divide } from './divide.ts';
import { cellsAlong, type Direction, type Measured, type Split, wishesOf } from './layouts.ts';

/** `moved`: the edit gave it other cells, so that it may have to get a size. */
export type Part = Readonly<{ node: LayoutNode; cells: number; moved: boolean }>;

export function partsOf({ node, inside }: Measured, direction: Direction): readonly Part[] {
  const same = node.kind === 'split' && node.direction === direction;
  return same
    ? inside.map((child) => ({ node: child.node, cells: cellsAlong(child.rect, direction), moved: false }))
    : [];
}

export function splitOf(direction: Direction, parts: readonly Part[], size?: Size): Split {
  const length = parts.reduce((sum, { cells }) => sum + cells, 0);
  const of = (children: readonly LayoutNode[]): Split => ({
    ...{ kind: 'split', direction, children },
    ...(size === undefined ? {} : { size }),
  });
  const make = (sized: (part: Part, index: number) => boolean): Split =>
    of(parts.map((part, at) => sizedPart(part, length, sized(part, at))));
  const lastMoved = parts.findLastIndex(({ moved, node }) => moved && node.size === undefined);
  const tries: readonly Split[] = [
    of(parts.map(({ node }) => node)),
    make(() => false),
    make(({ moved }, at) => moved && at !== lastMoved),
    make(({ moved }) => moved),
    make((_, at) => at < parts.length - 1),
  ];
  return tries.find((split) => gives(split, parts)) ?? make(() => true);
}

function gives(split: Split, parts: readonly Part[]): boolean {
  const length = parts.reduce((sum, { cells }) => sum + cells, 0);
  const found = divide(length, wishesOf(split));
  return found?.every((size, at) => size === parts[at]?.cells) === true;
}

function sizedPart({ node, cells }: Part, length: number, wanted: boolean): LayoutNode {
  const { size } = node;
  if (size === undefined && !wanted) return node;
  if (size?.kind === 'cells') return { ...node, size: { kind: 'cells', value: cells } };
  if (size !== undefined && Math.round((length * size.value) / 100) === cells) return node;
  return { ...node, size: { kind: 'percent', value: (100 * cells) / length } };
}
