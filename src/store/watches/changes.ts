// What changed between two runs of a watched command: cell by cell, as on a screen where the new output stands over the
// old one.

import type { WatchRun } from '../../core/rows.ts';
import { graphemes } from '../../core/width.ts';

/** Columns `from` to `to`; they may reach behind the end of the line, where something is gone. */
export type ColumnRange = Readonly<{ from: number; to: number }>;

/** `cells`: how many, in all lines that are there now. `fewer`: lines that were there before and are gone. */
export type Changes = Readonly<{
  cells: number;
  fewer: number;
  lines: ReadonlyMap<number, readonly ColumnRange[]>;
}>;

const NONE: Changes = { cells: 0, fewer: 0, lines: new Map() };
const kept = new WeakMap<WatchRun, Readonly<{ before: WatchRun; changes: Changes }>>();

/** Worked out once for two runs: asked for in every frame. */
export function changesOf(run: WatchRun | undefined, before: WatchRun | undefined): Changes {
  if (run === undefined || before === undefined) return NONE;
  const known = kept.get(run);
  if (known?.before === before) return known.changes;
  const changes = compareLines(run.lines, before.lines);
  kept.set(run, { before, changes });
  return changes;
}

export function compareLines(now: readonly string[], before: readonly string[]): Changes {
  const lines = new Map<number, readonly ColumnRange[]>();
  let cells = 0;
  for (const [index, line] of now.entries()) {
    const old = before[index] ?? '';
    if (line === old) continue;
    const ranges = changedColumns(line, old);
    if (ranges.length > 0) lines.set(index, ranges);
    for (const { from, to } of ranges) cells += to - from;
  }
  return { cells, fewer: Math.max(0, before.length - now.length), lines };
}

/** A blank is as good as nothing. The second cell of a wide character belongs to the first. */
export function changedColumns(now: string, before: string): readonly ColumnRange[] {
  const a = cellsOf(now);
  const b = cellsOf(before);
  const ranges: { from: number; to: number }[] = [];
  let changed = false;
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const cell = a[at] ?? ' ';
    changed = cell === '' ? changed || b[at] !== '' : cell !== (b[at] ?? ' ');
    if (!changed) continue;
    const last = ranges.at(-1);
    if (last?.to === at) last.to = at + 1;
    else ranges.push({ from: at, to: at + 1 });
  }
  return ranges;
}

function cellsOf(text: string): readonly string[] {
  const cells: string[] = [];
  for (const { text: piece, width } of graphemes(text)) {
    // What takes no column is nowhere on the screen.
    if (width === 0) continue;
    cells.push(piece);
    for (let extra = 1; extra < width; extra++) cells.push('');
  }
  return cells;
}
