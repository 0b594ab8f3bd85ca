// How shown lines fall on rows: the gutter, wrapping, and which line is at the top so that the cursor stays in view.
// Shared by the reducer (which moves) and the drawing (which must agree with it).

import { graphemes } from '../../core/width.ts';
import { type LineBox, textColumns } from './line-box.ts';
import { lineText } from './line-text.ts';
import { lineAt, type Shown } from './shown.ts';

const ASCII = /^[\x20-\x7e]*$/;

/** Pieces of a text that fit in `columns`, as [start, end) of the string; never empty. */
export function wrapText(text: string, columns: number): readonly Readonly<{ start: number; end: number }>[] {
  const width = Math.max(1, columns);
  const pieces: Readonly<{ start: number; end: number }>[] = [];
  if (ASCII.test(text)) {
    for (let start = 0; start < text.length; start += width)
      pieces.push({ start, end: Math.min(text.length, start + width) });
    return pieces.length === 0 ? [{ start: 0, end: 0 }] : pieces;
  }
  let start = 0;
  let at = 0;
  let used = 0;
  for (const piece of graphemes(text)) {
    if (used + piece.width > width && at > start) {
      pieces.push({ start, end: at });
      start = at;
      used = 0;
    }
    at += piece.text.length;
    used += piece.width;
  }
  return [...pieces, { start, end: at }];
}

/** Rows that the i-th shown line takes, with the row that says what was skipped before it. */
export function heightAt(shown: Shown, index: number, box: LineBox): number {
  const gap = shown.gapBefore.has(index) ? 1 : 0;
  if (!box.wrap) return 1 + gap;
  const line = lineAt(shown, index)?.line;
  if (line === undefined) return gap + 1;
  const { lead, text } = lineText(line, box, line.reading.chosen);
  return gap + wrapText(text, textColumns(box) - (lead?.columns ?? 0)).length;
}

/**
 * Index of the line at the top: as near to `top` as it can be with `cursor` in view and no empty rows below the last line.
 * A line higher than the box is shown from its first row.
 */
export function topFor(shown: Shown, top: number, cursor: number, box: LineBox): number {
  let first = Math.max(0, Math.min(top, cursor));
  let used = 0;
  let at = cursor;
  while (at >= first) {
    used += heightAt(shown, at, box);
    if (used > box.rows && at < cursor) {
      first = at + 1;
      break;
    }
    at--;
  }
  const filled = firstThatFits(shown, shown.length - 1, box);
  return Math.max(0, Math.min(first, Math.max(filled, 0)));
}

/** The first line of a screen whose last line is `last`. */
export function firstThatFits(shown: Shown, last: number, box: LineBox): number {
  let used = 0;
  for (let at = last; at >= 0; at--) {
    used += heightAt(shown, at, box);
    if (used > box.rows) return Math.min(last, at + 1);
  }
  return 0;
}

/** The line that is drawn on a row of a screen beginning with `top`; undefined below the last one. */
export function indexAtRow(
  shown: Shown,
  row: number,
  screen: Readonly<{ top: number; box: LineBox; following: boolean }>,
): number | undefined {
  const { top, box, following } = screen;
  const ends: number[] = [];
  let used = 0;
  for (let at = top; at < shown.length && used < box.rows; at++) {
    used += heightAt(shown, at, box);
    ends.push(used);
  }
  // A pane that follows shows the newest rows, so what is too much is cut at the top.
  const first = following ? Math.max(0, used - box.rows) : 0;
  const found = ends.findIndex((end) => first + row < end);
  return found < 0 ? undefined : top + found;
}

/** The last line that is wholly or partly on a screen beginning with `top`. */
export function lastOnScreen(shown: Shown, top: number, box: LineBox): number {
  let used = 0;
  for (let at = top; at < shown.length; at++) {
    used += heightAt(shown, at, box);
    if (used >= box.rows) return used > box.rows && at > top ? at - 1 : at;
  }
  return Math.max(0, shown.length - 1);
}
