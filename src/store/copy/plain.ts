// The plain view: the text of a pane over the whole screen, without frames, for the selection of the terminal itself.

import type { Intent } from '../../core/intent.ts';
import type { PaneId } from '../../core/pane.ts';
import { isPlainText } from '../../core/plain.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { cellsOf } from './cells.ts';
import { clamp, type Snapshot } from './copy-mode.ts';

/** `top`: the first row on screen, of the rows that the lines take when they are wrapped. */
export type PlainView = Readonly<{ pane: PaneId; lines: readonly SafeText[]; cut: boolean; top: number }>;
export type PlainSize = Readonly<{ columns: number; rows: number }>;

const wrapped = new WeakMap<readonly SafeText[], Readonly<{ columns: number; rows: readonly SafeText[] }>>();

/** All rows of the view at this width. */
export function plainRows({ lines }: Pick<PlainView, 'lines'>, columns: number): readonly SafeText[] {
  const known = wrapped.get(lines);
  if (known?.columns === columns) return known.rows;
  const width = Math.max(1, columns);
  // Half of the code units, because none takes more than two columns.
  const rows = lines.flatMap((line) => (line.length <= width / 2 ? [line] : wrap(line, width)));
  wrapped.set(lines, { columns, rows });
  return rows;
}

function wrap(line: SafeText, width: number): readonly SafeText[] {
  if (isPlainText(line))
    return Array.from(
      { length: Math.ceil(line.length / width) },
      (_, row) => line.slice(row * width, (row + 1) * width) as SafeText,
    );
  const rows: SafeText[] = [];
  let start = 0;
  let left = width;
  for (const cell of cellsOf(line)) {
    if (cell.width > left && cell.index > start) {
      rows.push(line.slice(start, cell.index) as SafeText);
      start = cell.index;
      left = width;
    }
    left -= cell.width;
  }
  return [...rows, line.slice(start) as SafeText];
}

/** Rows for text: the last one says how to leave. */
export function plainHeight({ rows }: PlainSize): number {
  return Math.max(1, rows - 1);
}

export function plainTop(view: PlainView, size: PlainSize): number {
  return clamp(view.top, Math.max(0, plainRows(view, size.columns).length - plainHeight(size)));
}

export function enterPlain(pane: PaneId, { lines, cut, top }: Snapshot, size: PlainSize): PlainView {
  const before = plainRows({ lines: lines.slice(0, top) }, size.columns).length;
  const view = { pane, lines, cut, top: before };
  return { ...view, top: plainTop(view, size) };
}

/** Undefined: the view was left. */
export function keyInPlain(view: PlainView, intent: Intent, size: PlainSize): PlainView | undefined {
  const height = plainHeight(size);
  const top = plainTop(view, size);
  const to = (wanted: number): PlainView => {
    const moved = { ...view, top: wanted };
    return { ...moved, top: plainTop(moved, size) };
  };
  switch (intent.id) {
    case 'leave':
    case 'cancel':
    case 'plain':
      return undefined;
    case 'line-down':
      return to(top + 1);
    case 'line-up':
      return to(top - 1);
    case 'half-down':
      return to(top + (height >> 1));
    case 'half-up':
      return to(top - (height >> 1));
    case 'page-down':
      return to(top + height);
    case 'page-up':
      return to(top - height);
    case 'top':
      return to(0);
    case 'bottom':
      return to(Number.MAX_SAFE_INTEGER);
    default:
      return view;
  }
}
