// What keys and commands do to the windows and panes themselves. The live workspace is `ConsoleState.session`: whoever
// reads the session sees the panes that are there now. How each edit is done is in store/workspace.

import type { HostEntry, HostId } from '../../core/hosts.ts';
import type { Border, PaneSide } from '../../core/layout/borders.ts';
import { moveBorder, resizePane } from '../../core/layout/borders.ts';
import { namedLayout, spreadEvenly } from '../../core/layout/edit.ts';
import type { NamedLayout, PaneBody, PaneId, Session } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';
import {
  breakPaneOut,
  closePane,
  replacePane,
  rotatePanes,
  splitPaneOf,
  swapPanes,
  titlePane,
  withLayout,
} from '../workspace/panes.ts';
import { replaceSession } from '../workspace/replace.ts';
import { addWindow, closeWindow, moveWindow, renameWindow } from '../workspace/windows.ts';

export type { Border, PaneSide } from '../../core/layout/borders.ts';

/** `window`: its index. Windows and panes are counted from 0 here, from 1 on screen. */
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
  /** The last pane of a window takes the window with it. */
  | Readonly<{ kind: 'workspace/pane-closed'; pane: PaneId }>
  | Readonly<{ kind: 'workspace/panes-swapped'; pane: PaneId; with: PaneId }>
  /** Of the current window: each pane goes to the place before it (`back`: behind it); the focus stays at its place. */
  | Readonly<{ kind: 'workspace/panes-rotated'; back: boolean }>
  /** Into a window of its own, behind the others. */
  | Readonly<{ kind: 'workspace/pane-broken-out'; pane: PaneId; name: string }>
  /** tmux's resize-pane: the right or lower border moves that way; of the last pane of a row the one before it. */
  | Readonly<{ kind: 'workspace/pane-resized'; pane: PaneId; side: PaneSide; cells: number }>
  /** A border is dragged (`borderAt` finds it): right and down when `cells` is above 0. */
  | Readonly<{ kind: 'workspace/border-moved'; border: Border; cells: number }>
  | Readonly<{ kind: 'workspace/layout-chosen'; layout: NamedLayout }>
  /** Neighbours of the focused pane share their room evenly. */
  | Readonly<{ kind: 'workspace/spread' }>
  /** Empty: the pane's own words again. */
  | Readonly<{ kind: 'workspace/pane-titled'; pane: PaneId; title: string }>
  | Readonly<{ kind: 'workspace/window-added'; name: string; shows: NewPane }>
  | Readonly<{ kind: 'workspace/window-renamed'; window: number; name: string }>
  | Readonly<{ kind: 'workspace/window-moved'; window: number; to: number }>
  | Readonly<{ kind: 'workspace/window-closed'; window: number }>
  /** Another host over ssh, which panes may be on from now on. */
  | Readonly<{ kind: 'workspace/host-added'; entry: HostEntry }>
  /** Another session, or the same one from a changed file: panes whose id is in both go on as they are. */
  | Readonly<{ kind: 'workspace/replaced'; session: Session }>;

export type NewPane = Readonly<{ body: PaneBody; title?: string; refreshMs?: number; host?: HostId }>;

/** The live workspace after a message, with the focus where it belongs; what cannot be done changes nothing. */
export function reduceWorkspace(state: ConsoleState, msg: Msg): ConsoleState {
  if (!isWorkspace(msg)) return state;
  const edited = editWorkspace(state, msg);
  return edited.ok ? edited.value : state;
}

/** Why a message would change nothing, in a sentence for the operator; undefined when it can be done. */
export function whyNotWorkspace(state: ConsoleState, msg: WorkspaceMsg): string | undefined {
  const edited = editWorkspace(state, msg);
  return edited.ok ? undefined : edited.problem.summary;
}

function isWorkspace(msg: Msg): msg is WorkspaceMsg {
  return msg.kind.startsWith('workspace/');
}

function editWorkspace(state: ConsoleState, msg: WorkspaceMsg): Result<ConsoleState> {
  switch (msg.kind) {
    case 'workspace/pane-split':
      return splitPaneOf(state, msg);
    case 'workspace/pane-replaced':
      return replacePane(state, msg.pane, msg.shows);
    case 'workspace/pane-closed':
      return closePane(state, msg.pane);
    case 'workspace/panes-swapped':
      return swapPanes(state, msg.pane, msg.with);
    case 'workspace/panes-rotated':
      return rotatePanes(state, msg.back);
    case 'workspace/pane-broken-out':
      return breakPaneOut(state, msg.pane, msg.name);
    case 'workspace/pane-resized':
      return withLayout(state, msg.pane, (ground) => resizePane(ground, msg.pane, msg));
    case 'workspace/border-moved':
      return withLayout(state, msg.border.pane, (ground) => moveBorder(ground, msg.border, msg.cells));
    case 'workspace/layout-chosen':
      return withFocused(state, (pane) =>
        withLayout(state, pane, (ground) => namedLayout(ground, msg.layout)),
      );
    case 'workspace/spread':
      return withFocused(state, (pane) => withLayout(state, pane, (ground) => spreadEvenly(ground, pane)));
    case 'workspace/pane-titled':
      return titlePane(state, msg.pane, msg.title);
    case 'workspace/window-added':
      return addWindow(state, msg.name, msg.shows);
    case 'workspace/window-renamed':
      return renameWindow(state, msg.window, msg.name);
    case 'workspace/window-moved':
      return moveWindow(state, msg.window, msg.to);
    case 'workspace/window-closed':
      return closeWindow(state, msg.window);
    case 'workspace/host-added': {
      const { session } = state;
      return ok({ ...state, session: { ...session, hosts: [...(session.hosts ?? []), msg.entry] } });
    }
    case 'workspace/replaced':
      return ok(replaceSession(state, msg.session));
  }
}

function withFocused(
  state: ConsoleState,
  edit: (pane: PaneId) => Result<ConsoleState>,
): Result<ConsoleState> {
  const pane = state.layout.views[state.layout.window]?.recent[0];
  return pane === undefined ? fail(problem('not-found', 'this window has no panes')) : edit(pane);
}
