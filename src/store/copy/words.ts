// Moving by words, as vi does: runs of letters or of signs, or all between blanks. An empty line is a word.

import type { SafeText } from '../../core/sanitise.ts';
import { cellsOf } from './cells.ts';
import type { CopyPoint } from './copy-mode.ts';

export type WordMove = 'next' | 'previous' | 'end';
type Kind = 'blank' | 'word' | 'sign' | 'empty';
/** `wide`: words are parted by blanks only (W, B, E). */
type Text = Readonly<{ lines: readonly SafeText[]; wide: boolean }>;

export function moveByWord(text: Text, from: CopyPoint, move: WordMove): CopyPoint {
  if (move === 'next') return wordNext(text, from);
  return move === 'previous' ? wordPrevious(text, from) : wordEnd(text, from);
}

function wordNext(text: Text, from: CopyPoint): CopyPoint {
  let at = from;
  if (kindAt(text, from) !== 'blank') {
    at = runEnd(text, from, 1);
    const after = step(text, at, 1);
    if (after === undefined) return at;
    at = after;
  }
  return skip(text, at, { by: 1, over: isBlank });
}

function wordPrevious(text: Text, from: CopyPoint): CopyPoint {
  const before = step(text, from, -1);
  if (before === undefined) return from;
  return runEnd(text, skip(text, before, { by: -1, over: isBlank }), -1);
}

function wordEnd(text: Text, from: CopyPoint): CopyPoint {
  const after = step(text, from, 1);
  if (after === undefined) return from;
  return runEnd(text, skip(text, after, { by: 1, over: (kind) => kind === 'blank' || kind === 'empty' }), 1);
}

const isBlank = (kind: Kind): boolean => kind === 'blank';

type Skip = Readonly<{ by: 1 | -1; over: (kind: Kind) => boolean }>;

function skip(text: Text, from: CopyPoint, { by, over }: Skip): CopyPoint {
  let at = from;
  while (over(kindAt(text, at))) {
    const next = step(text, at, by);
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

/** The last point in that direction of the same line and kind. */
function runEnd(text: Text, from: CopyPoint, by: 1 | -1): CopyPoint {
  const kind = kindAt(text, from);
  let at = from;
  for (;;) {
    const next = step(text, at, by);
    if (next === undefined || next.line !== from.line || kindAt(text, next) !== kind) return at;
    at = next;
  }
}

/** The point beside it, over the end of the line; undefined at the ends of the text. */
function step({ lines }: Text, { line, column }: CopyPoint, by: 1 | -1): CopyPoint | undefined {
  const length = cellsOf(lines[line] ?? ('' as SafeText)).length;
  if (by === 1) {
    if (column + 1 < length) return { line, column: column + 1 };
    return line + 1 < lines.length ? { line: line + 1, column: 0 } : undefined;
  }
  if (column > 0) return { line, column: column - 1 };
  if (line === 0) return undefined;
  return { line: line - 1, column: Math.max(0, cellsOf(lines[line - 1] ?? ('' as SafeText)).length - 1) };
}

function kindAt({ lines, wide }: Text, { line, column }: CopyPoint): Kind {
  const text = cellsOf(lines[line] ?? ('' as SafeText))[column]?.text;
  if (text === undefined) return 'empty';
  if (text.trim() === '') return 'blank';
  return wide || /^[\p{L}\p{N}\p{M}_]/u.test(text) ? 'word' : 'sign';
}
