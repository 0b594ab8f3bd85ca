// The keys of copy mode: one intent, one new mode. Copying itself, which reaches the terminal, is the controller's.

import type { Intent } from '../../core/intent.ts';
import { cellAtColumn, cellsOf } from './cells.ts';
import { type CopyBox, type CopyMode, lastColumn, lineOf, putCursor, putLine, viewOf } from './copy-mode.ts';
import { searchWord, toHit } from './search.ts';
import { toggleSelect } from './selection.ts';
import { moveByWord, type WordMove } from './words.ts';

const COUNT_MAX = 99_999;
/** Beyond every line: `$` keeps to the ends of the lines. */
const LINE_END = Number.MAX_SAFE_INTEGER;
/** Lines that a page keeps of the one before, as in vi. */
const PAGE_KEEPS = 2;

/** Undefined: the mode was left. */
export function keyInCopy(old: CopyMode, intent: Intent, box: CopyBox): CopyMode | undefined {
  const mode = old.notice === undefined ? old : { ...old, notice: undefined };
  switch (intent.id) {
    case 'leave':
      return undefined;
    case 'cancel':
      if (mode.count > 0) return { ...mode, count: 0 };
      return mode.select === undefined ? undefined : { ...mode, select: undefined };
    case 'count':
      return { ...mode, count: Math.min(COUNT_MAX, mode.count * 10 + Number(intent.text ?? 0)) };
    case 'select':
      return { ...toggleSelect(mode, 'character'), count: 0 };
    case 'select-line':
      return { ...toggleSelect(mode, 'line'), count: 0 };
    case 'select-block':
      return { ...toggleSelect(mode, 'block'), count: 0 };
    case 'select-other-end':
      return mode.select === undefined
        ? { ...mode, count: 0 }
        : putCursor({ ...mode, select: { ...mode.select, from: mode.cursor } }, mode.select.from, box);
    case 'search-next':
      return toHit(mode, 1, box);
    case 'search-previous':
      return toHit(mode, -1, box);
    case 'search-word':
      return searchWord(mode, false, box);
    case 'search-word-back':
      return searchWord(mode, true, box);
    default:
      return sideways(mode, intent, box) ?? upAndDown(mode, intent, box) ?? mode;
  }
}

function sideways(mode: CopyMode, intent: Intent, box: CopyBox): CopyMode | undefined {
  const { line, column } = mode.cursor;
  const times = Math.max(1, mode.count);
  switch (intent.id) {
    case 'left':
      return putCursor(mode, { line, column: column - times }, box);
    case 'right':
      return putCursor(mode, { line, column: column + times }, box);
    case 'line-start':
      // As in vi: behind a digit 0 is one, too.
      if (mode.count > 0) return { ...mode, count: Math.min(COUNT_MAX, mode.count * 10) };
      return putCursor(mode, { line, column: 0 }, box);
    case 'line-first': {
      const first = cellsOf(lineOf(mode, line)).findIndex(({ text }) => text.trim() !== '');
      return putCursor(mode, { line, column: Math.max(0, first) }, box);
    }
    case 'line-end': {
      const to = Math.min(line + times - 1, mode.lines.length - 1);
      return putCursor(mode, { line: to, column: lastColumn(mode, to) }, box, LINE_END);
    }
    case 'word-next':
    case 'space-next':
      return byWord(mode, 'next', { wide: intent.id === 'space-next', box });
    case 'word-previous':
    case 'space-previous':
      return byWord(mode, 'previous', { wide: intent.id === 'space-previous', box });
    case 'word-end':
    case 'space-end':
      return byWord(mode, 'end', { wide: intent.id === 'space-end', box });
    default:
      return undefined;
  }
}

type ByWord = Readonly<{ wide: boolean; box: CopyBox }>;

function byWord(mode: CopyMode, move: WordMove, { wide, box }: ByWord): CopyMode {
  let at = mode.cursor;
  for (let left = Math.max(1, mode.count); left > 0; left--) {
    const next = moveByWord({ lines: mode.lines, wide }, at, move);
    if (next.line === at.line && next.column === at.column) break;
    at = next;
  }
  return putCursor(mode, at, box);
}

function upAndDown(mode: CopyMode, intent: Intent, box: CopyBox): CopyMode | undefined {
  const { line } = mode.cursor;
  const times = Math.max(1, mode.count);
  const rows = Math.max(1, box.rows);
  const { top } = viewOf(mode, box);
  const last = Math.min(mode.lines.length - 1, top + rows - 1);
  switch (intent.id) {
    case 'line-down':
      return putLine(mode, line + times, box);
    case 'line-up':
      return putLine(mode, line - times, box);
    case 'half-down':
      return scrolled(mode, times * Math.max(1, rows >> 1), box);
    case 'half-up':
      return scrolled(mode, -times * Math.max(1, rows >> 1), box);
    case 'page-down':
      return scrolled(mode, times * Math.max(1, rows - PAGE_KEEPS), box);
    case 'page-up':
      return scrolled(mode, -times * Math.max(1, rows - PAGE_KEEPS), box);
    case 'top':
      return putLine(mode, times - 1, box);
    case 'bottom':
      return putLine(mode, mode.count > 0 ? times - 1 : mode.lines.length - 1, box);
    case 'screen-top':
      return putLine(mode, Math.min(last, top + times - 1), box);
    case 'screen-middle':
      return putLine(mode, (top + last) >> 1, box);
    case 'screen-bottom':
      return putLine(mode, Math.max(top, last - times + 1), box);
    default:
      return undefined;
  }
}

/** Screen and cursor move together. */
function scrolled(mode: CopyMode, by: number, box: CopyBox): CopyMode {
  const { top } = viewOf(mode, box);
  const highest = Math.max(0, mode.lines.length - box.rows);
  const moved = { ...mode, top: Math.max(0, Math.min(highest, top + by)) };
  return putLine(moved, mode.cursor.line + by, box);
}

type Pointer = CopyBox & Readonly<{ row: number; column: number; drag: boolean }>;

/** A click puts the cursor there and ends a selection; a drag selects by character, and scrolls at the edges. */
export function pointInCopy(mode: CopyMode, pointer: Pointer): CopyMode {
  const { top, left } = viewOf(mode, pointer);
  const row = Math.max(-1, Math.min(Math.max(1, pointer.rows), pointer.row));
  const line = Math.max(0, Math.min(mode.lines.length - 1, top + row));
  const column = cellAtColumn(cellsOf(lineOf(mode, line)), left + Math.max(0, pointer.column));
  const begun = mode.select ?? { from: mode.cursor, by: 'character' as const };
  const quiet: CopyMode = { ...mode, notice: undefined, select: pointer.drag ? begun : undefined };
  return putCursor(quiet, { line, column }, pointer);
}
