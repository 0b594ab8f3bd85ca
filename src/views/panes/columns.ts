// A table fitted to a width: columns are dropped from the least to the most important until the rest fits, what is
// left over goes where text would be cut.

import type { Line, Role, Span } from '../../core/line.ts';
import { type SafeText, safe } from '../../core/sanitise.ts';
import { fit, widthOf } from '../../core/width.ts';
import { span } from '../parts/lines.ts';

/** `short`: shown when `text` does not fit, unless so many columns as `cutFrom` are there: then it is cut. */
export type Cell = Readonly<{
  text: SafeText;
  short?: SafeText;
  cutFrom?: number;
  role?: Role;
  under?: boolean;
}>;

/** `rank`: 0 stays longest. `min`: narrowest useful width. `grow`: its turn to get room beyond `min`, up to its widest cell; 0 = never. */
export type Column<Row> = Readonly<{
  head: SafeText;
  rank: number;
  min: number;
  grow: number;
  align: 'left' | 'right';
  cell: (row: Row) => Cell;
}>;

export type Fitted<Row> = Readonly<{ column: Column<Row>; width: number; cells: readonly Cell[] }>;

const GAP = 2;

/** Columns with their widths for these rows, in the order given. */
export function fitColumns<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly Fitted<Row>[] {
  const all = columns.map((column) => ({ column, width: column.min, cells: rows.map(column.cell) }));
  const kept = [...all];
  const used = (): number => kept.reduce((sum, { width: own }) => sum + own + GAP, -GAP);
  while (kept.length > 1 && used() > width) {
    const worst = kept.reduce((a, b) => (b.column.rank > a.column.rank ? b : a));
    kept.splice(kept.indexOf(worst), 1);
  }
  let left = width - used();
  const growing = kept.filter(({ column }) => column.grow > 0).sort((a, b) => a.column.grow - b.column.grow);
  const grown = new Map<Column<Row>, number>();
  for (const { column, width: own, cells } of growing) {
    const wish = cells.reduce((most, cell) => Math.max(most, widthOf(cell.text)), widthOf(column.head));
    const more = Math.max(0, Math.min(left, wish - own));
    left -= more;
    grown.set(column, own + more);
  }
  return kept.map((one) => ({ ...one, width: Math.min(width, grown.get(one.column) ?? one.width) }));
}

/** Spans of one row of cells. */
export function rowSpans<Row>(fitted: readonly Fitted<Row>[], index: number): Line {
  return fitted.flatMap(({ column, width, cells }, place): readonly Span[] => {
    const cell = cells[index] ?? { text: safe('') };
    const { short, cutFrom = Number.POSITIVE_INFINITY } = cell;
    const fits = short === undefined || width >= cutFrom || widthOf(cell.text) <= width;
    const text = fit(fits ? cell.text : short, width, column.align);
    return [...(place === 0 ? [] : [span(safe('  '))]), ...cellSpans(text, cell)];
  });
}

/** The underline of a cell goes under its words, not under the blanks that fill it. */
function cellSpans(text: SafeText, cell: Cell): readonly Span[] {
  if (cell.under !== true) return [span(text, cell.role)];
  const words = text.trimEnd() as SafeText;
  return [{ ...span(words, cell.role), under: true }, span(text.slice(words.length) as SafeText, cell.role)];
}

export function headSpans<Row>(fitted: readonly Fitted<Row>[]): Line {
  return fitted.flatMap(({ column, width }, place): readonly Span[] => [
    ...(place === 0 ? [] : [span(safe('  '))]),
    span(fit(column.head, width, column.align), 'dim'),
  ]);
}
