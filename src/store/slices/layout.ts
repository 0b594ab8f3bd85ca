// What is on screen: the current window, and per window which pane has the focus and whether it is zoomed.
// Rectangles are not kept here: views/arrange computes them from the layout and the size of the terminal.

import type { PaneId, PaneSpec, Session, WindowSpec } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** `recent`: panes of the window, last focused first; the first has the focus. Empty only in a window without panes. */
export type WindowView = Readonly<{ recent: readonly PaneId[]; zoomed: boolean }>;

export type LayoutState = Readonly<{
  /** Index into the session's windows. */
  window: number;
  lastWindow: number | undefined;
  views: readonly WindowView[];
  /** The overlay with a number on each pane; the next digit goes there. */
  numbers: boolean;
  /** How many panes came by keys: the next one's id is this and one more. */
  made: number;
}>;

export type LayoutMsg =
  | Readonly<{ kind: 'layout/window-selected'; window: number }>
  | Readonly<{ kind: 'layout/window-returned' }>
  | Readonly<{ kind: 'layout/pane-focused'; pane: PaneId }>
  | Readonly<{ kind: 'layout/zoom-toggled' }>
  | Readonly<{ kind: 'layout/numbers-shown'; on: boolean }>;

export function initialLayout(session: Session): LayoutState {
  return {
    window: 0,
    lastWindow: undefined,
    views: session.windows.map(firstView),
    numbers: false,
    made: 0,
  };
}

export function firstView(window: WindowSpec): WindowView {
  const ids = window.panes.map((pane) => pane.id);
  const first = window.focus ?? ids[0];
  return { recent: first === undefined ? [] : [first, ...ids.filter((id) => id !== first)], zoomed: false };
}

export function reduceLayout(state: LayoutState, msg: Msg, whole: ConsoleState): LayoutState {
  switch (msg.kind) {
    case 'layout/window-selected':
      return select(state, msg.window);
    case 'layout/window-returned':
      return state.lastWindow === undefined ? state : select(state, state.lastWindow);
    case 'layout/pane-focused':
      return focus(state, msg.pane, whole.session);
    case 'layout/zoom-toggled':
      return withView(state, state.window, (view) => ({ ...view, zoomed: !view.zoomed }));
    case 'layout/numbers-shown':
      return state.numbers === msg.on ? state : { ...state, numbers: msg.on };
    default:
      return state;
  }
}

function select(state: LayoutState, window: number): LayoutState {
  if (window === state.window || window < 0 || window >= state.views.length) return state;
  return { ...state, window, lastWindow: state.window, numbers: false };
}

/** Moving the focus leaves the zoom, as in tmux: otherwise the pane that was chosen could not be seen. */
function focus(state: LayoutState, pane: PaneId, session: Session): LayoutState {
  const index = session.windows.findIndex((window) => window.panes.some((spec) => spec.id === pane));
  if (index < 0) return state;
  const shown = select(state, index);
  return withView({ ...shown, numbers: false }, index, (view) =>
    view.recent[0] === pane
      ? view
      : { recent: [pane, ...view.recent.filter((id) => id !== pane)], zoomed: false },
  );
}

function withView(state: LayoutState, index: number, change: (view: WindowView) => WindowView): LayoutState {
  return { ...state, views: state.views.map((view, at) => (at === index ? change(view) : view)) };
}

export function currentWindow(whole: ConsoleState): WindowSpec | undefined {
  return whole.session.windows[whole.layout.window];
}

export function currentView(whole: ConsoleState): WindowView {
  return whole.layout.views[whole.layout.window] ?? { recent: [], zoomed: false };
}

export function focusedPane(whole: ConsoleState): PaneSpec | undefined {
  const id = currentView(whole).recent[0];
  return currentWindow(whole)?.panes.find((pane) => pane.id === id);
}
