// Arithmetic on prepared lines: how wide, cut, fill, put left and right. Nothing is ever cut without an ellipsis.

import type { Line, Role, Span } from '../../core/line.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { cut, widthOf } from '../../core/width.ts';

export function span(text: SafeText, role?: Role): Span {
  return role === undefined ? { text } : { text, role };
}

export function spaces(count: number): SafeText {
  return ' '.repeat(Math.max(0, count)) as SafeText;
}

export function repeat(glyph: string, count: number): SafeText {
  return glyph.repeat(Math.max(0, count)) as SafeText;
}

export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** At most `columns` wide; the last column is "…" when something was cut. */
export function cutLine(line: Line, columns: number): Line {
  if (columns <= 0) return [];
  if (widthOfLine(line) <= columns) return line;
  const out: Span[] = [];
  let left = columns;
  for (const [index, part] of line.entries()) {
    const width = widthOf(part.text);
    const more = line.slice(index + 1).some((later) => later.text !== '');
    if (width < left || (width === left && !more)) {
      out.push(part);
      left -= width;
      continue;
    }
    // One column is kept for the ellipsis even where this part alone would just fit.
    const shown = width === left ? cut(`${part.text}  ` as SafeText, left) : cut(part.text, left);
    out.push({ ...part, text: shown });
    return out;
  }
  return out;
}

/** At most `rows` lines, each at most `columns` wide; the last ends with "…" when there was more. */
export function cutRows(
  lines: readonly Line[],
  { rows, columns }: Readonly<{ rows: number; columns: number }>,
): readonly Line[] {
  const shown = lines.slice(0, Math.max(0, rows));
  return shown.map((line, row) => {
    const isCut = row === shown.length - 1 && lines.length > shown.length;
    return cutLine(isCut ? [...line, span('…' as SafeText, 'dim')] : line, columns);
  });
}

/** Exactly `columns` wide. */
export function fitLine(line: Line, columns: number): Line {
  const shown = cutLine(line, columns);
  const missing = columns - widthOfLine(shown);
  return missing > 0 ? [...shown, { text: spaces(missing) }] : shown;
}

/** `left` … `right` in exactly `columns`; the left part gives way first, but never below `leftMin` columns. */
export function spread(left: Line, right: Line, room: Readonly<{ columns: number; leftMin?: number }>): Line {
  const { columns } = room;
  const leftWidth = widthOfLine(left);
  const leftKept = Math.min(leftWidth, room.leftMin ?? 0, columns);
  const shownRight = cutLine(right, Math.max(0, columns - (leftKept > 0 ? leftKept + 1 : 0)));
  const rightWidth = widthOfLine(shownRight);
  const shownLeft = cutLine(left, Math.max(0, columns - rightWidth - (rightWidth > 0 ? 1 : 0)));
  const gap = columns - widthOfLine(shownLeft) - rightWidth;
  return [...shownLeft, { text: spaces(gap) }, ...shownRight];
}

/** Words broken into lines of at most `columns`; a word longer than a line is cut with "…". */
export function wrapWords(text: SafeText, columns: number): readonly SafeText[] {
  if (columns <= 0) return [];
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const candidate = current === '' ? word : `${current} ${word}`;
    if (widthOf(candidate) <= columns) current = candidate;
    else {
      if (current !== '') lines.push(current);
      current = cut(word as SafeText, columns);
    }
  }
  if (current !== '' || lines.length === 0) lines.push(current);
  return lines as SafeText[];
}
