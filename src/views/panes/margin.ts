// The left margin of every pane's body: words and charts begin where the rows of tables begin, behind the columns of
// cursor and mark.

import type { Line } from '../../core/line.ts';
import { cutLine, spaces, span } from '../parts/lines.ts';

const MARGIN = 2;
/** In a narrower pane one column must do. */
const WIDE = 30;

export function marginOf(columns: number): number {
  return columns >= WIDE ? MARGIN : Math.min(1, Math.max(0, columns - 1));
}

/** `draw` is told the columns that are left. */
export function withMargin(columns: number, draw: (columns: number) => readonly Line[]): readonly Line[] {
  const margin = marginOf(columns);
  return draw(columns - margin).map((line) =>
    line.length === 0 ? line : cutLine([span(spaces(margin)), ...line], columns),
  );
}
