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

/** The longest path loses its first folder, again and again. */
export function shortPaths(text: SafeText, columns: number): SafeText {
  const words = text.split(' ');
  while (widthOf(words.join(' ') as SafeText) > columns) {
    const paths = words.filter((word) => rest(word) !== undefined).sort((a, b) => b.length - a.length);
    const [longest] = paths;
    const shorter = longest === undefined ? undefined : rest(longest);
    if (longest === undefined || shorter === undefined) break;
    words[words.indexOf(longest)] = shorter;
  }
  return sanitise(words.join(' '), text.length);
}

/** "/a/b/c", "…/b/c", "…/c", "c": where not even the file has room its beginning is worth more than the sign. */
function rest(path: string): string | undefined {
  const parts = path.split('/');
  if (parts.length < 2 || parts.at(-1) === '') return undefined;
  const names = parts.filter((part) => part !== '' && part !== '…');
  if (names.length > 1) return `…/${names.slice(1).join('/')}`;
  return parts[0] === '…' ? names[0] : undefined;
}
