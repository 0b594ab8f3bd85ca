// The log panes: lines as they arrive, and per pane the cursor, search, filters and marks.

import type { UnixMs } from '../../core/brand.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { FileState, LineAway, ReadLine } from '../../core/rows.ts';
import { appendBatch } from '../logs/feed.ts';
import { findLog, promptedLog, toggleFilter } from '../logs/find.ts';
import { type LogPane, lineBox, newLogPane } from '../logs/log-pane.ts';
import { follow, freezeAsSeen, moveLog, pointAt } from '../logs/move.ts';
import { wentTo } from '../logs/went-to.ts';
import type { Msg } from '../messages.ts';
import type { PaneHeldMsg } from '../slice.ts';
import type { ConsoleState } from '../state.ts';

/**
 * `boxes`: size of each pane's body at its last key, for a prompt that moves the cursor.
 * `held`: the pane that stands still only while the dialog of an act is open.
 * `begun`: how often the operator has started a pane's command.
 */
export type LogsState = Readonly<{
  panes: ReadonlyMap<PaneId, LogPane>;
  boxes: ReadonlyMap<PaneId, Readonly<{ columns: number; rows: number }>>;
  held: PaneId | undefined;
  begun: ReadonlyMap<PaneId, number>;
}>;

export type LogsMsg =
  /** Totals count from the start of the source, not per batch: see `Batch`. */
  | Readonly<{
      kind: 'log/appended';
      pane: PaneId;
      lines: readonly ReadLine[];
      total: number;
      bytes: number;
      skipped: number;
      files: readonly FileState[];
      run?: number;
      away?: LineAway | undefined;
      at: UnixMs;
    }>
  /** `index`: place in the pane's list of filters, from 0. */
  | Readonly<{ kind: 'log/filter-toggled'; pane: PaneId; index: number }>
  /** The pane's command is to run, or to run once more. */
  | Readonly<{ kind: 'log/command-begun'; pane: PaneId }>;

export function initialLogs(session: Session): LogsState {
  const panes = new Map<PaneId, LogPane>();
  for (const window of session.windows)
    for (const pane of window.panes) if (pane.body.kind === 'log') panes.set(pane.id, newLogPane(pane.body));
  return { panes, boxes: new Map(), held: undefined, begun: new Map() };
}

/** `whole`: with what stands in front of the panes after the message. */
export function reduceLogs(state: LogsState, msg: Msg, whole: ConsoleState): LogsState {
  const next = reducePanes(state, msg);
  if (next.held === undefined || whole.modal.modal.kind === 'act') return next;
  return { ...withPane(next, next.held, follow), held: undefined };
}

function reducePanes(state: LogsState, msg: Msg): LogsState {
  switch (msg.kind) {
    case 'log/appended':
      return withPane(state, msg.pane, (pane) => ({ ...pane, feed: appended(pane, msg) }));
    case 'log/filter-toggled':
      return withPane(state, msg.pane, (pane) => toggleFilter(pane, msg.index));
    case 'log/command-begun':
      return { ...state, begun: new Map(state.begun).set(msg.pane, (state.begun.get(msg.pane) ?? 0) + 1) };
    case 'pane/intent': {
      const size = { columns: msg.columns, rows: msg.rows };
      const moved = withPane(state, msg.pane, (pane) => {
        const quiet: LogPane = pane.notice === undefined ? pane : { ...pane, notice: undefined };
        const box = lineBox(quiet, size);
        return findLog(quiet, msg.intent, box) ?? moveLog(quiet, msg.intent.id, box);
      });
      return withSize(moved, msg.pane, size);
    }
    case 'pane/pointed':
      return withPane(state, msg.pane, (pane) => pointAt(pane, msg));
    case 'pane/went':
      return withPane(state, msg.pane, (pane) => wentTo(pane, msg));
    case 'pane/held':
      return heldFor(state, msg);
    case 'pane/prompted':
      return withPane(state, msg.pane, (pane) =>
        promptedLog(pane, msg, lineBox(pane, state.boxes.get(msg.pane) ?? { columns: 80, rows: 20 })),
      );
    default:
      return state;
  }
}

/** A frozen pane stands still already, and stays so. */
function heldFor(state: LogsState, msg: PaneHeldMsg): LogsState {
  const pane = state.panes.get(msg.pane);
  if (pane === undefined || pane.frozen !== undefined) return state;
  const seen = msg.seen.logs.panes.get(msg.pane) ?? pane;
  const held = withPane(state, msg.pane, () => freezeAsSeen(pane, seen, lineBox(seen, msg)));
  return { ...held, held: msg.pane };
}

function appended(pane: LogPane, batch: Parameters<typeof appendBatch>[1]): LogPane['feed'] {
  return appendBatch(pane.feed, batch, {
    history: pane.spec.history,
    // Once by time, always: a line without an order time would jump before all others.
    byTime: pane.spec.merge === 'time' && (batch.files.length > 1 || pane.feed.fileTimes.length > 0),
    held: pane.frozen?.chunks,
  });
}

function withSize(
  state: LogsState,
  id: PaneId,
  size: Readonly<{ columns: number; rows: number }>,
): LogsState {
  const known = state.boxes.get(id);
  if (!state.panes.has(id) || (known?.columns === size.columns && known.rows === size.rows)) return state;
  return { ...state, boxes: new Map(state.boxes).set(id, size) };
}

function withPane(state: LogsState, id: PaneId, change: (pane: LogPane) => LogPane): LogsState {
  const pane = state.panes.get(id);
  if (pane === undefined) return state;
  const next = change(pane);
  return next === pane ? state : { ...state, panes: new Map(state.panes).set(id, next) };
}
