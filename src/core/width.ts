// How many terminal columns a text takes, and cutting or padding to a width. Nearly all that we draw is plain: only
// the rest is segmented and looked up, which costs a hundred times more.

import stringWidth from 'string-width';
import { isPlainCode } from './plain.ts';
import type { SafeText } from './sanitise.ts';

/** Where the run that starts at `from` ends: plain characters that stand alone, or all between such. */
function runEnd(text: string, from: number, plain: boolean): number {
  let at = from;
  while (at < text.length && standsAlone(text, at) === plain) at++;
  return at;
}

/** A plain character that nothing after it can join. */
function standsAlone(text: string, at: number): boolean {
  return isPlainCode(text.charCodeAt(at)) && (at + 1 === text.length || isPlainCode(text.charCodeAt(at + 1)));
}

export function widthOf(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; ) {
    const plain = runEnd(text, at, true);
    width += plain - at;
    at = runEnd(text, plain, false);
    if (at > plain) width += stringWidth(text.slice(plain, at));
  }
  return width;
}

let segmenter: Intl.Segmenter | undefined;

/** Graphemes with their columns: wide characters 2, combining sequences as one. */
export function* graphemes(text: string): Generator<Readonly<{ text: string; width: number }>> {
  for (let at = 0; at < text.length; ) {
    const plain = runEnd(text, at, true);
    for (; at < plain; at++) yield { text: text.charAt(at), width: 1 };
    at = runEnd(text, plain, false);
    if (at === plain) continue;
    segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
    for (const { segment } of segmenter.segment(text.slice(plain, at)))
      yield { text: segment, width: stringWidth(segment) };
  }
}

/** At most `columns` wide; when something was cut the last column is "…". */
export function cut(text: SafeText, columns: number): SafeText {
  if (columns <= 0) return '' as SafeText;
  if (widthOf(text) <= columns) return text;
  return `${sliceColumns(text, 0, columns - 1)}…` as SafeText;
}

/** Columns `from` to `to`; a wide character that straddles an edge is left out. */
export function sliceColumns(text: SafeText, from: number, to: number): SafeText {
  if (runEnd(text, 0, true) >= Math.min(text.length, to)) return text.slice(from, to) as SafeText;
  let column = 0;
  let out = '';
  for (const { text: piece, width } of graphemes(text)) {
    if (column >= to) break;
    if (column >= from && column + width <= to) out += piece;
    column += width;
  }
  return out as SafeText;
}

/** Exactly `columns` wide: cut with "…" or filled with spaces at the end (or start for numbers). */
export function fit(text: SafeText, columns: number, align: 'left' | 'right' = 'left'): SafeText {
  const shown = cut(text, columns);
  const fill = ' '.repeat(Math.max(0, columns - widthOf(shown)));
  return (align === 'left' ? shown + fill : fill + shown) as SafeText;
}
