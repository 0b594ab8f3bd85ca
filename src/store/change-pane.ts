// One pane of a slice is changed; what stays as it is leaves the slice as it is.

import type { PaneId } from '../core/pane.ts';

type WithPanes = Readonly<{ panes: ReadonlyMap<PaneId, unknown> }>;
type PaneOf<State extends WithPanes> = State['panes'] extends ReadonlyMap<PaneId, infer Pane> ? Pane : never;

export function changePane<State extends WithPanes>(
  state: State,
  id: PaneId,
  change: (pane: PaneOf<State>) => PaneOf<State>,
): State {
  const pane = state.panes.get(id) as PaneOf<State> | undefined;
  const next = pane === undefined ? undefined : change(pane);
  return next === undefined || next === pane
    ? state
    : { ...state, panes: new Map(state.panes).set(id, next) };
}
