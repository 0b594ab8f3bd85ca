// One length shared out among neighbours: fixed cells, percentages, even shares, minimum sizes. Pure arithmetic.

import type { Size } from '../pane.ts';

/** `min`: cells that this part needs at least. */
export type Wish = Readonly<{ size?: Size | undefined; min: number }>;

/**
 * Cells per part; together exactly `length`. Percentages are of `length`. Undefined when the minimums do not fit.
 * Parts without a size share what is left evenly, the first ones taking the odd cells; when all have a size the
 * last takes what is over.
 */
export function divide(length: number, wishes: readonly Wish[]): readonly number[] | undefined {
  const needed = wishes.reduce((sum, wish) => sum + wish.min, 0);
  if (wishes.length === 0 || needed > length) return undefined;
  const sizes = wishes.map((wish) => (wish.size === undefined ? wish.min : wanted(wish, length)));
  shrink(sizes, wishes, length);
  const open = wishes.flatMap((wish, index) => (wish.size === undefined ? [index] : []));
  if (open.length > 0) shareEvenly(sizes, open, length - sum(sizes));
  else sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + length - sum(sizes);
  return sizes;
}

function wanted(wish: Wish, length: number): number {
  const { size } = wish;
  if (size === undefined) return wish.min;
  const cells = size.kind === 'cells' ? size.value : (length * size.value) / 100;
  return Math.max(wish.min, Math.min(length, Math.round(cells)));
}

/** Takes cells from the part that is furthest above its minimum until all fit. */
function shrink(sizes: number[], wishes: readonly Wish[], length: number): void {
  for (let over = sum(sizes) - length; over > 0; over--) {
    let widest = 0;
    for (const [index, wish] of wishes.entries()) {
      const spare = (sizes[index] ?? 0) - wish.min;
      if (spare > (sizes[widest] ?? 0) - (wishes[widest]?.min ?? 0)) widest = index;
    }
    sizes[widest] = (sizes[widest] ?? 0) - 1;
  }
}

/** Raises the smallest of the open parts first, so that they end as equal as their minimums let them. */
function shareEvenly(sizes: number[], open: readonly number[], cells: number): void {
  for (let left = cells; left > 0; left--) {
    let smallest = open[0] ?? 0;
    for (const index of open) if ((sizes[index] ?? 0) < (sizes[smallest] ?? 0)) smallest = index;
    sizes[smallest] = (sizes[smallest] ?? 0) + 1;
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
