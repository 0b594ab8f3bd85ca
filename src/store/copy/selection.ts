// What is selected in copy mode. Drawing and copying ask the same function, so that what is lit up is what is copied.

import { isPlainText } from '../../core/plain.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { cellsOf } from './cells.ts';
import { type CopyMode, type CopyPoint, lineOf, type SelectBy } from './copy-mode.ts';

/** Cells of a line, `to` not among them; it may lie beyond the end. Empty where the line is selected and has nothing in that place. */
export type CellRange = Readonly<{ from: number; to: number }>;

/** Without counting the cells of the line: there may be very many lines. */
const WHOLE: CellRange = { from: 0, to: Number.MAX_SAFE_INTEGER };

export function selectedIn(mode: CopyMode, line: number): CellRange | undefined {
  if (mode.select === undefined) return undefined;
  const [first, last] = ordered(mode.select.from, mode.cursor);
  if (line < first.line || line > last.line) return undefined;
  switch (mode.select.by) {
    case 'line':
      return WHOLE;
    case 'character':
      return {
        from: line === first.line ? first.column : 0,
        to: line === last.line ? last.column + 1 : WHOLE.to,
      };
    case 'block':
      return blockIn(mode, lineOf(mode, line));
  }
}

/** All cells that reach into the columns between the two corners. */
function blockIn(mode: CopyMode, text: SafeText): CellRange {
  const { left, right } = blockColumns(mode);
  if (isPlainText(text)) return { from: Math.min(left, text.length), to: Math.min(right, text.length) };
  const cells = cellsOf(text);
  const from = cells.findIndex(({ at, width }) => at + width > left);
  if (from < 0) return { from: cells.length, to: cells.length };
  let to = from;
  while (to < cells.length && (cells[to]?.at ?? right) < right) to++;
  return { from, to };
}

function blockColumns(mode: CopyMode): Readonly<{ left: number; right: number }> {
  const corners = [mode.select?.from ?? mode.cursor, mode.cursor].map(
    ({ line, column }) => cellsOf(lineOf(mode, line))[column] ?? { at: 0, width: 1 },
  );
  return {
    left: Math.min(...corners.map(({ at }) => at)),
    right: Math.max(...corners.map(({ at, width }) => at + width)),
  };
}

function ordered(a: CopyPoint, b: CopyPoint): readonly [CopyPoint, CopyPoint] {
  const forward = a.line < b.line || (a.line === b.line && a.column <= b.column);
  return forward ? [a, b] : [b, a];
}

/** How many lines the selection touches; 0 without one. */
export function selectedCount({ select, cursor }: CopyMode): number {
  return select === undefined ? 0 : Math.abs(select.from.line - cursor.line) + 1;
}

/** Line by line; no newline at the end, so that pasting it into a shell never runs it. Empty without a selection. */
export function selectedLines(mode: CopyMode): readonly SafeText[] {
  if (mode.select === undefined) return [];
  const first = Math.min(mode.select.from.line, mode.cursor.line);
  return Array.from({ length: selectedCount(mode) }, (_, offset) => {
    const { from, to } = selectedIn(mode, first + offset) ?? { from: 0, to: 0 };
    const text = lineOf(mode, first + offset);
    if (from === WHOLE.from && to === WHOLE.to) return text;
    if (isPlainText(text)) return text.slice(from, to) as SafeText;
    const cells = cellsOf(text);
    return text.slice(cells[from]?.index ?? text.length, cells[to]?.index ?? text.length) as SafeText;
  });
}

/** The key of a kind of selection: begins it, turns another kind into it, or ends it. */
export function toggleSelect(mode: CopyMode, by: SelectBy): CopyMode {
  const { select, cursor } = mode;
  if (select === undefined) return { ...mode, select: { from: cursor, by } };
  return { ...mode, select: select.by === by ? undefined : { ...select, by } };
}
