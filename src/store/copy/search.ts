// Searching in copy mode: the patterns of the log search, hits lit up, round the end of the text and said.

import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { compilePattern, matches, type Pattern, rangesOf } from '../logs/pattern.ts';
import { cellAtIndex, cellsOf } from './cells.ts';
import {
  type CopyBox,
  type CopyMode,
  type CopyPlace,
  type CopyPoint,
  lineOf,
  putCursor,
} from './copy-mode.ts';
import type { CellRange } from './selection.ts';

type Prompted = Readonly<{ text: string; accepted: boolean; back: boolean }>;

/** What the prompt says: live while typing, from where the search began; an empty line accepted searches again. */
export function promptedCopy(mode: CopyMode, prompt: Prompted, box: CopyBox): CopyMode {
  const from = mode.typing?.from ?? placeOf(mode);
  const back: CopyMode = { ...mode, ...from, typing: undefined, notice: undefined };
  if (prompt.text === '')
    return prompt.accepted && mode.search !== undefined
      ? toHit({ ...back, search: { ...mode.search, back: prompt.back } }, 1, box)
      : back;
  const compiled = compilePattern(prompt.text);
  if (!compiled.ok) {
    const notice = sanitise(`${prompt.text}: ${compiled.problem.summary}`, 200);
    return prompt.accepted ? { ...back, notice } : { ...mode, typing: { pattern: undefined, from }, notice };
  }
  const search = { pattern: compiled.value, back: prompt.back };
  const found = toHit({ ...back, search }, 1, box);
  if (prompt.accepted) return found;
  return { ...found, search: mode.search, typing: { pattern: compiled.value, from } };
}

function placeOf({ cursor, wish, top, left }: CopyMode): CopyPlace {
  return { cursor, wish, top, left };
}

/** The pattern whose hits are shown. */
export function livePattern(mode: CopyMode): Pattern | undefined {
  return mode.typing === undefined ? mode.search?.pattern : mode.typing.pattern;
}

/** `step` 1: in the direction of the search. */
export function toHit(mode: CopyMode, step: 1 | -1, box: CopyBox): CopyMode {
  if (mode.search === undefined) return { ...mode, count: 0, notice: safe('nothing was searched for yet') };
  const { pattern, back } = mode.search;
  const way = back ? (-step as 1 | -1) : step;
  let at: Found | undefined = { point: mode.cursor, wrapped: false };
  let wrapped = false;
  for (let left = Math.min(TIMES_MAX, Math.max(1, mode.count)); left > 0 && at !== undefined; left--) {
    at = hitBeside(mode, pattern, { from: at.point, way });
    wrapped ||= at?.wrapped === true;
  }
  if (at === undefined) return { ...mode, count: 0, notice: sanitise(`nothing matches ${pattern.text}`) };
  const end = way === 1 ? safe('the search went on from the top') : safe('the search went on from the end');
  return { ...putCursor(mode, at.point, box), notice: wrapped ? end : undefined };
}

/** More jumps than this at once are nobody's wish. */
const TIMES_MAX = 1000;

type Found = Readonly<{ point: CopyPoint; wrapped: boolean }>;
type From = Readonly<{ from: CopyPoint; way: 1 | -1 }>;

/** The next hit that way, round the end; the one under the cursor only when there is no other. */
function hitBeside(mode: CopyMode, pattern: Pattern, { from, way }: From): Found | undefined {
  const count = mode.lines.length;
  for (let moved = 0; moved <= count; moved++) {
    const raw = from.line + way * moved;
    const line = ((raw % count) + count) % count;
    const columns = hitsIn(lineOf(mode, line), pattern).map((hit) => hit.from);
    const fits = (column: number): boolean =>
      moved > 0 || (way === 1 ? column > from.column : column < from.column);
    const column = way === 1 ? columns.find(fits) : columns.findLast(fits);
    if (column !== undefined) return { point: { line, column }, wrapped: raw !== line };
  }
  return undefined;
}

/** The cells of a line that the pattern matches, in order. */
export function hitsIn(line: SafeText, pattern: Pattern): readonly CellRange[] {
  if (!matches(pattern, line)) return [];
  const cells = cellsOf(line);
  return rangesOf(pattern, line).map(({ start, end }) => ({
    from: cellAtIndex(cells, start),
    to: cellAtIndex(cells, Math.max(start, end - 1)) + 1,
  }));
}

const counts = new WeakMap<readonly SafeText[], Readonly<{ pattern: string; lines: number }>>();

/** How many lines match. */
export function hitLines({ lines }: CopyMode, pattern: Pattern): number {
  const known = counts.get(lines);
  if (known?.pattern === pattern.text) return known.lines;
  const found = lines.reduce((sum, line) => sum + (matches(pattern, line) ? 1 : 0), 0);
  counts.set(lines, { pattern: pattern.text, lines: found });
  return found;
}

/** Words as an operator means them: an address or a time is one. */
const WORD = /[\p{L}\p{N}_]+(?:[.:-]{1,2}[\p{L}\p{N}_]+)*/gu;

/** `*` and `#`: the word under the cursor, else the next one of the line. */
export function searchWord(mode: CopyMode, back: boolean, box: CopyBox): CopyMode {
  const text = lineOf(mode, mode.cursor.line);
  const at = cellsOf(text)[mode.cursor.column]?.index ?? 0;
  const word = [...text.matchAll(WORD)].find((found) => found.index + found[0].length > at);
  if (word === undefined) return { ...mode, count: 0, notice: safe('there is no word under the cursor') };
  const compiled = compilePattern(word[0].replace(/[.-]/g, '\\$&'));
  if (!compiled.ok) return { ...mode, count: 0, notice: sanitise(compiled.problem.summary) };
  return toHit({ ...mode, search: { pattern: compiled.value, back } }, 1, box);
}
