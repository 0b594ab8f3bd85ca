// The state of one watch pane, and what keys and clicks do to it.

import type { Net } from '../../core/address.ts';
import type { IntentId } from '../../core/intent.ts';
import type { WatchSpec } from '../../core/pane.ts';
import type { WatchRun } from '../../core/rows.ts';
import { isRelated } from '../follow/match.ts';
import { FIRST_ROW, firstRow, moveCursor, pointed, type TableCursor } from '../table-cursor.ts';

/**
 * `started`: it runs, by the session file or because the operator asked. `held`: the run that stands still while the
 * dialog of an act is open. `pick`: which of the cursor line's addresses Tab chose. `column`: the first one shown.
 */
export type WatchPane = Readonly<{
  spec: WatchSpec;
  started: boolean;
  last: WatchRun | undefined;
  before: WatchRun | undefined;
  held: WatchRun | undefined;
  cursor: TableCursor;
  column: number;
  pick: number | undefined;
  /** Whether what changed is shown. */
  changes: boolean;
}>;

/** `readOnly`: no command runs, whatever the session file says. */
export function newWatchPane(spec: WatchSpec, readOnly: boolean): WatchPane {
  return {
    ...{
      spec,
      started: spec.start === 'auto' && !readOnly,
      last: undefined,
      before: undefined,
      held: undefined,
    },
    ...{ cursor: FIRST_ROW, column: 0, pick: undefined, changes: true },
  };
}

/** The run that is on screen. */
export function shownRun(pane: WatchPane): WatchRun | undefined {
  return pane.held ?? pane.last;
}

/** Lines have no names but their numbers. */
function table(pane: WatchPane, page: number): Readonly<{ keys: readonly string[]; page: number }> {
  return { keys: shownRun(pane)?.lines.map((_, at) => String(at)) ?? [], page };
}

/** -1 without lines. */
export function watchCursor(pane: WatchPane): number {
  const count = shownRun(pane)?.lines.length ?? 0;
  return Math.min(pane.cursor.index, count - 1);
}

export function watchTop(pane: WatchPane, rows: number): number {
  return firstRow(watchCursor(pane), shownRun(pane)?.lines.length ?? 0, rows);
}

export type FoundAddress = NonNullable<ReturnType<WatchRun['addresses']['get']>>[number];

/** What an act would take: the address that Tab chose, else the first of the cursor line. */
export function watchAddress(pane: WatchPane): FoundAddress | undefined {
  return shownRun(pane)?.addresses.get(watchCursor(pane))?.[pane.pick ?? 0];
}

const SIDEWAYS = 8;

export function movedWatch(pane: WatchPane, intent: IntentId, room: Readonly<{ rows: number }>): WatchPane {
  const found = shownRun(pane)?.addresses.get(watchCursor(pane))?.length ?? 0;
  switch (intent) {
    case 'changes-toggle':
      return { ...pane, changes: !pane.changes };
    case 'left':
      return { ...pane, column: Math.max(0, pane.column - SIDEWAYS) };
    case 'right':
      return { ...pane, column: Math.min(pane.column + SIDEWAYS, lastColumn(pane)) };
    case 'line-start':
      return { ...pane, column: 0 };
    case 'address-next':
      return found === 0 ? pane : { ...pane, pick: ((pane.pick ?? 0) + 1) % found };
    case 'address-previous':
      return found === 0 ? pane : { ...pane, pick: ((pane.pick ?? 0) + found - 1) % found };
    case 'cancel':
      return pane.pick === undefined ? pane : { ...pane, pick: undefined };
    default:
      return withCursor(pane, moveCursor(pane.cursor, intent, table(pane, room.rows)));
  }
}

/** Something of the longest line stays on screen. */
function lastColumn(pane: WatchPane): number {
  const longest = Math.max(0, ...(shownRun(pane)?.lines ?? []).map((line) => line.length));
  return Math.max(pane.column, Math.floor(Math.max(0, longest - 1) / SIDEWAYS) * SIDEWAYS);
}

export function pointedWatch(pane: WatchPane, row: number, rows: number): WatchPane {
  return withCursor(pane, pointed(pane.cursor, row, table(pane, rows)));
}

/** To that line; the address that it was sent for is the one that keys then take. */
export function wentInWatch(pane: WatchPane, index: number, net: Net): WatchPane {
  const moved = withCursor(pane, { index, key: String(index) });
  const found = shownRun(moved)?.addresses.get(watchCursor(moved)) ?? [];
  const pick = found.findIndex((one) => isRelated(net, one.net));
  return { ...moved, pick: pick <= 0 ? undefined : pick };
}

function withCursor(pane: WatchPane, cursor: TableCursor | undefined): WatchPane {
  if (cursor === undefined || cursor.index < 0 || cursor.index === pane.cursor.index) return pane;
  return { ...pane, cursor, pick: undefined };
}
