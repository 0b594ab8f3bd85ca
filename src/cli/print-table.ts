// Plain tables for a terminal, a pipe or a mail: columns padded with spaces, no colour.

import { widthOf } from '../core/width.ts';

/** `right`: indexes of the columns of numbers. The last column is not padded. */
export function printTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  return rows.map((row) => `${printRow(row, widths, right)}\n`).join('');
}

function printRow(row: readonly string[], widths: readonly number[], right: readonly number[]): string {
  return row
    .map((cell, column) => {
      const fill = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
      if (right.includes(column)) return fill + cell;
      return column === row.length - 1 ? cell : cell + fill;
    })
    .join('  ')
    .trimEnd();
}
