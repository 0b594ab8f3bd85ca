// A pane that came by a key, with an id of its own.

import { LOCAL } from '../../core/hosts.ts';
import type { PaneId, PaneSpec } from '../../core/pane.ts';
import type { NewPane } from '../slices/workspace.ts';
import type { ConsoleState } from '../state.ts';

/** Its id is never used again, also not after it was closed. Of the host that is looked at, unless it says whose. */
export function freshPane(state: ConsoleState, shows: NewPane): readonly [PaneSpec, ConsoleState] {
  const made = state.layout.made + 1;
  const id = `n${made}` as PaneId;
  const host = shows.host ?? state.at;
  const { host: _, ...rest } = shows;
  const spec = { id, ...rest, ...(host === (state.session.host ?? LOCAL) ? {} : { host }) };
  return [spec, { ...state, layout: { ...state.layout, made } }];
}
