// Watch panes: the last output of a command that runs again and again, and the one before it, to show what changed.

import type { UnixMs } from '../../core/brand.ts';
import type { PaneId, Session, WatchSpec } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** One run. `lines`: sanitised, at most as many as a pane can keep; `cut`: there were more. */
export type WatchRun = Readonly<{
  at: UnixMs;
  durationMs: number;
  exitCode: number;
  lines: readonly SafeText[];
  cut: boolean;
}>;

/** `started`: it runs, by the session file or because the operator asked. `top`: first line shown. */
export type WatchPane = Readonly<{
  spec: WatchSpec;
  started: boolean;
  last: WatchRun | undefined;
  before: WatchRun | undefined;
  top: number;
}>;
export type WatchesState = Readonly<{ panes: ReadonlyMap<PaneId, WatchPane> }>;

export type WatchesMsg =
  | Readonly<{ kind: 'watch/started'; pane: PaneId; on: boolean }>
  | Readonly<{ kind: 'watch/ran'; pane: PaneId; run: WatchRun }>;

export function initialWatches(session: Session): WatchesState {
  return fitWatches({ panes: new Map() }, session);
}

/** As many entries as the session has watch panes; what was there stays. */
export function fitWatches(state: WatchesState, session: Session): WatchesState {
  const panes = new Map<PaneId, WatchPane>();
  for (const { id, body } of session.windows.flatMap((window) => window.panes)) {
    if (body.kind !== 'watch') continue;
    const fresh = {
      spec: body,
      started: body.start === 'auto',
      last: undefined,
      before: undefined,
      top: 0,
    };
    panes.set(id, state.panes.get(id) ?? fresh);
  }
  return { panes };
}

export function reduceWatches(state: WatchesState, msg: Msg, _whole: ConsoleState): WatchesState {
  switch (msg.kind) {
    case 'watch/started':
      return withPane(state, msg.pane, () => ({ started: msg.on }));
    case 'watch/ran':
      return withPane(state, msg.pane, (pane) => ({ last: msg.run, before: pane.last }));
    default:
      return state;
  }
}

function withPane(
  state: WatchesState,
  id: PaneId,
  change: (pane: WatchPane) => Partial<WatchPane>,
): WatchesState {
  const pane = state.panes.get(id);
  if (pane === undefined) return state;
  return { panes: new Map(state.panes).set(id, { ...pane, ...change(pane) }) };
}
