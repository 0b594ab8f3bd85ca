// Moving in a log pane: cursor, pages, follow and freeze, marks, columns, and Tab through a line's addresses.

import type { IntentId } from '../../core/intent.ts';
import { safe } from '../../core/sanitise.ts';
import { indexAtRow, lastOnScreen } from './geometry.ts';
import type { LineBox, StampMode } from './line-box.ts';
import {
  cursorIndex,
  cursorLine,
  type LogPane,
  laneOf,
  lanesOf,
  lineBox,
  paneShown,
  sideBySide,
  topIndex,
} from './log-pane.ts';
import { lineAt, type Shown } from './shown.ts';

const STAMP_MODES: readonly StampMode[] = ['clock', 'relative', 'written'];
const SIDE_STEP = 8;
const COLUMN_MAX = 4096;

/** Stops following; the screen stays as it is. */
export function freeze(pane: LogPane, box: LineBox): LogPane {
  if (pane.frozen !== undefined) return pane;
  const { chunks, total } = pane.feed;
  const shown = paneShown(pane);
  const cursor = lineAt(shown, shown.length - 1)?.key;
  const top = lineAt(shown, topIndex(pane, shown, box))?.key;
  return { ...pane, frozen: { chunks, total }, cursor, top };
}

/** As `freeze`, with the screen as it was drawn from an earlier state of the pane. */
export function freezeAsSeen(pane: LogPane, seen: LogPane, box: LineBox): LogPane {
  const { frozen, cursor, top } = freeze(seen, box);
  if (frozen === undefined) return pane;
  return { ...pane, frozen: { chunks: pane.feed.chunks, total: frozen.total }, cursor, top };
}

export function follow(pane: LogPane): LogPane {
  return { ...pane, frozen: undefined, cursor: undefined, top: undefined, pick: undefined };
}

/** Freezes, puts the cursor on the index-th shown line (clamped) and scrolls as little as needed. */
export function goTo(pane: LogPane, index: number, box: LineBox, top?: number): LogPane {
  const still = freeze(pane, box);
  const shown = paneShown(still);
  if (shown.length === 0) return still;
  const at = Math.max(0, Math.min(shown.length - 1, index));
  const key = lineAt(shown, at)?.key;
  const wished = top === undefined ? still.top : lineAt(shown, Math.max(0, top))?.key;
  const moved: LogPane = { ...still, cursor: key, top: wished, pick: undefined };
  return { ...moved, top: lineAt(shown, topIndex(moved, shown, box))?.key };
}

type Pointer = Readonly<{ row: number; column: number; rows: number; columns: number }>;

/** To the line under the pointer, in a pane of `rows` × `columns`; side by side first to its column. */
export function pointAt(pane: LogPane, pointer: Pointer): LogPane {
  const lane = sideBySide(pane) ? laneUnder(pane, pointer) : undefined;
  const there = lane === undefined || lane === laneOf(pane) ? pane : { ...pane, lane, pick: undefined };
  const box = lineBox(there, pointer);
  const shown = paneShown(there);
  const top = topIndex(there, shown, box);
  const row = lane === undefined ? pointer.row : pointer.row - 1;
  const following = there.frozen === undefined;
  const index = row < 0 ? undefined : indexAtRow(shown, row, { top, box, following });
  return index === undefined ? there : goTo(there, index, box, top);
}

function laneUnder(pane: LogPane, { column, columns }: Pointer): number {
  const { lanes, columns: width } = lanesOf(pane, columns);
  return lanes[Math.min(lanes.length - 1, Math.floor(column / (width + 1)))] ?? laneOf(pane);
}

export function moveLog(pane: LogPane, intent: IntentId, box: LineBox): LogPane {
  const shown = paneShown(pane);
  const at = cursorIndex(pane, shown);
  const top = topIndex(pane, shown, box);
  const half = Math.max(1, box.rows >> 1);
  switch (intent) {
    case 'line-down':
      return down(pane, at + 1, box);
    case 'line-up':
      return goTo(pane, at - 1, box);
    case 'half-down':
      return down(pane, at + half, box, top + half);
    case 'half-up':
      return goTo(pane, at - half, box, top - half);
    case 'page-down': {
      const next = lastOnScreen(shown, top, box) + 1;
      return down(pane, Math.max(at + 1, next), box, next);
    }
    case 'page-up':
      return goTo(pane, pageUp(shown, top, box), box, pageUp(shown, top, box));
    case 'top':
      return goTo(pane, 0, box, 0);
    case 'bottom':
      return follow(pane);
    case 'follow':
      return pane.frozen === undefined ? freeze(pane, box) : follow(pane);
    case 'screen-top':
      return goTo(pane, top, box);
    case 'screen-middle':
      return goTo(pane, (top + lastOnScreen(shown, top, box)) >> 1, box);
    case 'screen-bottom':
      return goTo(pane, lastOnScreen(shown, top, box), box);
    default:
      return turn(pane, intent, box);
  }
}

/** Below the last line there is nothing: a following pane goes on following, a frozen one stays frozen. */
function down(pane: LogPane, index: number, box: LineBox, top?: number): LogPane {
  return pane.frozen === undefined ? pane : goTo(pane, index, box, top);
}

/** Top of the screen before: the old top line is just below it. */
function pageUp(shown: Shown, top: number, box: LineBox): number {
  let first = Math.max(0, top - 1);
  while (first > 0 && lastOnScreen(shown, first - 1, box) >= top - 1) first--;
  return first;
}

function turn(pane: LogPane, intent: IntentId, box: LineBox): LogPane {
  switch (intent) {
    case 'left':
      return sideBySide(pane) ? lane(pane, -1) : { ...pane, column: Math.max(0, pane.column - SIDE_STEP) };
    case 'right':
      if (sideBySide(pane)) return lane(pane, 1);
      return pane.wrap
        ? { ...pane, notice: safe('lines are wrapped: unwrap them to scroll sideways') }
        : { ...pane, column: Math.min(COLUMN_MAX, pane.column + SIDE_STEP) };
    case 'line-start':
      return { ...pane, column: 0 };
    case 'wrap':
      return { ...pane, wrap: !pane.wrap, column: 0 };
    case 'stamp-mode': {
      const next = STAMP_MODES[(STAMP_MODES.indexOf(pane.stamps) + 1) % STAMP_MODES.length];
      return { ...pane, stamps: next ?? 'clock' };
    }
    case 'mark':
    case 'line-mark':
      return mark(pane);
    case 'mark-clear':
      return { ...pane, marks: new Set() };
    case 'mark-next':
      return toMark(pane, 1, box);
    case 'mark-previous':
      return toMark(pane, -1, box);
    case 'address-next':
      return pick(pane, 1, box);
    case 'address-previous':
      return pick(pane, -1, box);
    default:
      return pane;
  }
}

function lane(pane: LogPane, step: number): LogPane {
  const count = pane.feed.files.length;
  return { ...pane, lane: (laneOf(pane) + step + count) % count, pick: undefined };
}

function mark(pane: LogPane): LogPane {
  const seq = cursorLine(pane)?.seq;
  if (seq === undefined) return pane;
  const marks = new Set(pane.marks);
  if (!marks.delete(seq)) marks.add(seq);
  return { ...pane, marks };
}

/** To the next marked line that is shown, round the end. */
function toMark(pane: LogPane, step: 1 | -1, box: LineBox): LogPane {
  const shown = paneShown(pane);
  const from = cursorIndex(pane, shown);
  if (pane.marks.size > 0)
    for (let moved = 1; moved <= shown.length; moved++) {
      const index = (((from + step * moved) % shown.length) + shown.length) % shown.length;
      const seq = lineAt(shown, index)?.line.seq;
      if (seq !== undefined && pane.marks.has(seq)) return goTo(pane, index, box);
    }
  return { ...pane, notice: safe('no marked line here') };
}

/** Tab: the next of the line's addresses; the pane freezes, so that the choice stays on the line it was made for. */
function pick(pane: LogPane, step: 1 | -1, box: LineBox): LogPane {
  const line = cursorLine(pane);
  const all = line?.reading.all ?? [];
  if (all.length === 0) return { ...pane, notice: safe('no address in this line') };
  const chosen = line?.reading.chosen;
  const named = chosen === undefined ? -1 : all.findIndex((found) => found.net.text === chosen.text);
  const from = pane.pick ?? named;
  let next = from < 0 ? (step > 0 ? 0 : all.length - 1) : (from + step + all.length) % all.length;
  // The same address again would look like a key without effect.
  for (let tries = 1; tries < all.length && all[next]?.net.text === all[from]?.net.text; tries++)
    next = (next + step + all.length) % all.length;
  const still = freeze(pane, box);
  if (from >= 0 && all[next]?.net.text === all[from]?.net.text)
    return { ...still, pick: from, notice: safe('this line has one address') };
  return { ...still, pick: next };
}
