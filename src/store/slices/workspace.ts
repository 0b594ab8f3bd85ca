// What keys and commands do to the windows and panes themselves. The live workspace is `ConsoleState.session`: whoever
// reads the session sees the panes that are there now.

import type { NamedLayout, PaneBody, PaneId, Session } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

export type PaneSide = 'left' | 'right' | 'up' | 'down';

export type WorkspaceMsg =
  /** The pane is cut in two halves; the new one comes right of it (`row`) or below (`column`) and has the focus. */
  | Readonly<{
      kind: 'workspace/pane-split';
      pane: PaneId;
      direction: 'row' | 'column';
      shows: NewPane;
    }>
  /** Another pane takes this one's place. */
  | Readonly<{ kind: 'workspace/pane-replaced'; pane: PaneId; shows: NewPane }>
  | Readonly<{ kind: 'workspace/pane-closed'; pane: PaneId }>
  | Readonly<{ kind: 'workspace/panes-swapped'; pane: PaneId; with: PaneId }>
  | Readonly<{ kind: 'workspace/panes-rotated'; back: boolean }>
  | Readonly<{ kind: 'workspace/pane-broken-out'; pane: PaneId }>
  /** Its border on that side moves outwards by `cells` (inwards when negative). */
  | Readonly<{ kind: 'workspace/pane-resized'; pane: PaneId; side: PaneSide; cells: number }>
  | Readonly<{ kind: 'workspace/layout-chosen'; layout: NamedLayout }>
  /** Neighbours of the focused pane share their room evenly. */
  | Readonly<{ kind: 'workspace/spread' }>
  /** Empty: the pane's own words again. */
  | Readonly<{ kind: 'workspace/pane-titled'; pane: PaneId; title: string }>
  | Readonly<{ kind: 'workspace/window-added'; name: string; shows: NewPane }>
  | Readonly<{ kind: 'workspace/window-renamed'; window: number; name: string }>
  | Readonly<{ kind: 'workspace/window-moved'; window: number; to: number }>
  | Readonly<{ kind: 'workspace/window-closed'; window: number }>
  /** Another session, or the same one from a changed file: panes whose id is in both go on as they are. */
  | Readonly<{ kind: 'workspace/replaced'; session: Session }>;

export type NewPane = Readonly<{ body: PaneBody; title?: string; refreshMs?: number }>;

/** The live workspace after a message, with the focus where it belongs. */
export function reduceWorkspace(state: ConsoleState, msg: Msg): ConsoleState {
  switch (msg.kind) {
    case 'workspace/replaced':
      return { ...state, session: msg.session };
    default:
      return state;
  }
}
