// Paths where there is little room: the file says more than the folders that hold it, so these go first.

import type { Line } from '../../core/line.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { widthOf } from '../../core/width.ts';
import { widthOfLine } from './lines.ts';

/** Folders go until the line is not wider than `columns`, or none is left; the caller cuts what is still too wide. */
export function withShortPaths(line: Line, columns: number): Line {
  let over = widthOfLine(line) - columns;
  return line.map((part) => {
    if (over <= 0) return part;
    const text = shortPaths(part.text, widthOf(part.text) - over);
    over -= widthOf(part.text) - widthOf(text);
    return { ...part, text };
  });
}

/** The longest path loses its first folder, again and again; only the first word may lose the sign for them, too. */
export function shortPaths(text: SafeText, columns: number): SafeText {
  const words = text.split(' ');
  const isFirst = (word: string): boolean => word === words.find((one) => one !== '');
  const less = (word: string): string | undefined => (isFirst(word) ? shorter(word) : withSign(word));
  while (widthOf(words.join(' ') as SafeText) > columns) {
    const [longest = ''] = words
      .filter((word) => less(word) !== undefined)
      .sort((a, b) => b.length - a.length);
    const next = less(longest);
    if (next === undefined) break;
    words[words.indexOf(longest)] = next;
  }
  return sanitise(words.join(' '), text.length);
}

/** "/a/b/c", "…/b/c", "…/c". */
function withSign(path: string): string | undefined {
  const parts = path.split('/');
  if (parts.length < 2 || parts.at(-1) === '') return undefined;
  const names = parts.filter((part) => part !== '' && part !== '…');
  return names.length > 1 ? `…/${names.slice(1).join('/')}` : undefined;
}

/** And "c": where not even the file has room its beginning is worth more than the sign. */
function shorter(path: string): string | undefined {
  return withSign(path) ?? /^…\/+([^/]+)$/.exec(path)?.[1];
}
