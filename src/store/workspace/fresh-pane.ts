// A pane that came by a key, with an id of its own.

import type { PaneId, PaneSpec } from '../../core/pane.ts';
import type { NewPane } from '../slices/workspace.ts';
import type { ConsoleState } from '../state.ts';

/** Its id is never used again, also not after it was closed. */
export function freshPane(state: ConsoleState, shows: NewPane): readonly [PaneSpec, ConsoleState] {
  const made = state.layout.made + 1;
  const id = `n${made}` as PaneId;
  return [
    { id, ...shows },
    { ...state, layout: { ...state.layout, made } },
  ];
}
