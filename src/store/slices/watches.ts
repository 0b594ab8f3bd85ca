// Watch panes: the last output of a command that runs again and again, and the one before it, to show what changed.

import type { PaneId } from '../../core/pane.ts';
import type { WatchRun } from '../../core/rows.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';
import {
  movedWatch,
  newWatchPane,
  pointedWatch,
  type WatchPane,
  wentInWatch,
} from '../watches/watch-pane.ts';

export type { WatchRun } from '../../core/rows.ts';
export type { WatchPane } from '../watches/watch-pane.ts';
export type WatchesState = Readonly<{ panes: ReadonlyMap<PaneId, WatchPane> }>;

export type WatchesMsg =
  | Readonly<{ kind: 'watch/started'; pane: PaneId; on: boolean }>
  | Readonly<{ kind: 'watch/ran'; pane: PaneId; run: WatchRun }>;

/** The session, and whether its commands may run at all. */
type Wanted = Pick<ConsoleState, 'session' | 'readOnly'>;

export function initialWatches(wanted: Wanted): WatchesState {
  return fitWatches({ panes: new Map() }, wanted);
}

/** As many entries as the session has watch panes; what was there stays. */
export function fitWatches(state: WatchesState, { session, readOnly }: Wanted): WatchesState {
  const panes = new Map<PaneId, WatchPane>();
  for (const { id, body } of session.windows.flatMap((window) => window.panes))
    if (body.kind === 'watch') panes.set(id, state.panes.get(id) ?? newWatchPane(body, readOnly));
  return { panes };
}

/** `whole`: with what stands in front of the panes after the message. */
export function reduceWatches(state: WatchesState, msg: Msg, whole: ConsoleState): WatchesState {
  const next = msg.kind === 'watch/started' && whole.readOnly ? state : reducePanes(state, msg);
  return whole.modal.modal.kind === 'act' ? next : released(next);
}

function reducePanes(state: WatchesState, msg: Msg): WatchesState {
  switch (msg.kind) {
    case 'watch/started':
      return withPane(state, msg.pane, (pane) => ({ ...pane, started: msg.on }));
    case 'watch/ran':
      return withPane(state, msg.pane, (pane) => ({ ...pane, last: msg.run, before: pane.last }));
    case 'pane/intent':
      return withPane(state, msg.pane, (pane) => movedWatch(pane, msg.intent.id, msg));
    case 'pane/pointed':
      return withPane(state, msg.pane, (pane) => pointedWatch(pane, msg.row, msg.rows));
    case 'pane/went':
      return withPane(state, msg.pane, (pane) => wentInWatch(pane, msg.index, msg.net));
    case 'pane/held': {
      const seen = msg.seen.watches.panes.get(msg.pane);
      return withPane(state, msg.pane, (pane) => ({ ...pane, held: seen?.last ?? pane.last }));
    }
    default:
      return state;
  }
}

/** What stood still for a dialog goes on. */
function released(state: WatchesState): WatchesState {
  let next = state;
  for (const [id, { held }] of state.panes)
    if (held !== undefined) next = withPane(next, id, (pane) => ({ ...pane, held: undefined }));
  return next;
}

function withPane(state: WatchesState, id: PaneId, change: (pane: WatchPane) => WatchPane): WatchesState {
  const pane = state.panes.get(id);
  const next = pane === undefined ? undefined : change(pane);
  if (next === undefined || next === pane) return state;
  return { panes: new Map(state.panes).set(id, next) };
}
