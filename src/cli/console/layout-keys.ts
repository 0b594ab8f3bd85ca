// Keys for windows and panes: where the focus goes, and edits of the workspace with the sentence that says why not.

import type { Intent } from '../../core/intent.ts';
import { NAMED_LAYOUTS, type NamedLayout, type PaneId } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { currentView, currentWindow, focusedPane } from '../../store/slices/layout.ts';
import { type PaneSide, type WorkspaceMsg, whyNotWorkspace } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';
import { neighbour } from '../../views/arrange.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { askPaneClose, askWindowClose, openLayoutPrompt, paneWords } from './layout-questions.ts';
import { openNewPane } from './new-pane.ts';
import { windowPicker } from './pickers.ts';

const SIDES: Readonly<Record<string, PaneSide>> = {
  'focus-left': 'left',
  'focus-right': 'right',
  'focus-up': 'up',
  'focus-down': 'down',
};
/** tmux's resize-pane by 1 and by 5. */
const RESIZES: ReadonlyMap<string, Readonly<{ side: PaneSide; cells: number }>> = new Map(
  (['left', 'right', 'up', 'down'] as const).flatMap((side) =>
    [1, 5].map((cells) => [`resize-${side}${cells === 1 ? '' : '-far'}`, { side, cells }] as const),
  ),
);

/** True when the intent was one of windows and panes. */
export function layoutIntent(desktop: Desktop, intent: Intent): boolean {
  return focusIntent(desktop, intent) || windowIntent(desktop, intent) || paneEdit(desktop, intent);
}

/** Does an edit of the workspace, or says why it cannot be done. */
export function editWorkspace({ store, say }: Desktop, msg: WorkspaceMsg): boolean {
  const why = whyNotWorkspace(store.getState(), msg);
  if (why !== undefined) say(sanitise(why), 'warn');
  else {
    store.dispatch(msg);
    // A remark on the edit before is no longer so.
    store.dispatch({ kind: 'modal/notice-read' });
  }
  return why === undefined;
}

function focusIntent(desktop: Desktop, intent: Intent): boolean {
  const { store, timers } = desktop;
  const state = store.getState();
  switch (intent.id) {
    case 'focus-left':
    case 'focus-right':
    case 'focus-up':
    case 'focus-down':
      focus(desktop, beside(state, SIDES[intent.id] ?? 'left'));
      return true;
    case 'focus-next':
      focus(desktop, following(state));
      return true;
    case 'focus-last':
      focus(desktop, currentView(state).recent[1]);
      return true;
    case 'focus-number':
      focusNumber(desktop, Number(intent.text));
      return true;
    case 'pane-numbers':
      store.dispatch({ kind: 'layout/numbers-shown', on: true });
      timers.start('numbers', state.session.times.numbersMs, () =>
        store.dispatch({ kind: 'layout/numbers-shown', on: false }),
      );
      return true;
    case 'zoom':
      store.dispatch({ kind: 'layout/zoom-toggled' });
      return true;
    default:
      return false;
  }
}

function windowIntent(desktop: Desktop, intent: Intent): boolean {
  const { store } = desktop;
  const state = store.getState();
  const { window } = state.layout;
  const count = state.session.windows.length;
  switch (intent.id) {
    case 'window-next':
    case 'window-previous': {
      const step = intent.id === 'window-next' ? 1 : -1;
      store.dispatch({ kind: 'layout/window-selected', window: (window + step + count) % count });
      return true;
    }
    case 'window-last':
      store.dispatch({ kind: 'layout/window-returned' });
      return true;
    case 'window-number':
      // 0 is the tenth.
      selectWindow(desktop, Number(intent.text) === 0 ? 10 : Number(intent.text));
      return true;
    case 'window-list':
      store.dispatch({ kind: 'modal/picker-opened', picker: windowPicker(state) });
      return true;
    case 'window-new':
      openNewPane(desktop, { kind: 'window' });
      return true;
    case 'window-close':
      askWindowClose(desktop);
      return true;
    case 'window-rename':
    case 'window-index':
    case 'window-move':
    case 'pane-title':
      openLayoutPrompt(desktop, intent.id);
      return true;
    default:
      return false;
  }
}

function paneEdit(desktop: Desktop, intent: Intent): boolean {
  const state = desktop.store.getState();
  const pane = focusedPane(state)?.id;
  if (pane === undefined) return false;
  const resize = RESIZES.get(intent.id);
  if (resize !== undefined) {
    editWorkspace(desktop, { kind: 'workspace/pane-resized', pane, ...resize });
    return true;
  }
  switch (intent.id) {
    case 'split-right':
    case 'split-down':
      splitAsked(desktop, intent.id === 'split-right' ? 'row' : 'column');
      return true;
    case 'pane-close':
      askPaneClose(desktop);
      return true;
    case 'pane-break':
      breakOut(desktop);
      return true;
    case 'swap-previous':
    case 'swap-next': {
      const other = following(state, intent.id === 'swap-next' ? 1 : -1) ?? pane;
      editWorkspace(desktop, { kind: 'workspace/panes-swapped', pane, with: other });
      return true;
    }
    case 'rotate':
    case 'rotate-back':
      editWorkspace(desktop, { kind: 'workspace/panes-rotated', back: intent.id === 'rotate-back' });
      return true;
    case 'layout-next':
      nextLayout(desktop);
      return true;
    case 'layout-number':
      chooseLayout(desktop, NAMED_LAYOUTS[Number(intent.text) - 1] ?? 'tiled');
      return true;
    case 'spread':
      if (editWorkspace(desktop, { kind: 'workspace/spread' })) desktop.say(safe('spread evenly'));
      return true;
    default:
      return false;
  }
}

/** No list is shown for a pane that would have no room. */
export function splitAsked(desktop: Desktop, direction: 'row' | 'column'): void {
  const state = desktop.store.getState();
  const pane = focusedPane(state)?.id;
  if (pane === undefined) return;
  const tried = { kind: 'workspace/pane-split', pane, direction, shows: { body: { kind: 'host' } } } as const;
  const why = whyNotWorkspace(state, tried);
  if (why === undefined) openNewPane(desktop, { kind: 'split', pane, direction });
  else desktop.say(sanitise(why), 'warn');
}

export function breakOut(desktop: Desktop): void {
  const spec = focusedPane(desktop.store.getState());
  if (spec === undefined) return;
  editWorkspace(desktop, { kind: 'workspace/pane-broken-out', pane: spec.id, name: paneWords(spec) });
}

export function chooseLayout(desktop: Desktop, layout: NamedLayout): void {
  const msg = { kind: 'workspace/layout-chosen', layout } as const;
  if (editWorkspace(desktop, msg)) sayLayout(desktop, layout);
}

/** The one after the current name; those that have no room here are passed over. */
function nextLayout(desktop: Desktop): void {
  const state = desktop.store.getState();
  const { layout } = currentWindow(state) ?? {};
  const at = layout?.kind === 'named' ? NAMED_LAYOUTS.indexOf(layout.name) : -1;
  const order = NAMED_LAYOUTS.map(
    (_, step) => NAMED_LAYOUTS[(at + 1 + step) % NAMED_LAYOUTS.length] ?? 'tiled',
  );
  const fits = order.find(
    (name) => whyNotWorkspace(state, { kind: 'workspace/layout-chosen', layout: name }) === undefined,
  );
  chooseLayout(desktop, fits ?? order[0] ?? 'tiled');
}

function sayLayout({ store, say }: Desktop, layout: NamedLayout): void {
  const { mode, placed, hidden } = arrangementOf(store.getState());
  if (placed.length + hidden.length < 2) say(sanitise(`layout ${layout}: it shows with a second pane`));
  else if (mode === 'full') say(sanitise(`layout ${layout}`));
  else say(sanitise(`layout ${layout}: it shows on a larger terminal`));
}

function focus(desktop: Desktop, pane: PaneId | undefined): void {
  if (pane !== undefined) desktop.store.dispatch({ kind: 'layout/pane-focused', pane });
}

function focusNumber(desktop: Desktop, number: number): void {
  const panes = currentWindow(desktop.store.getState())?.panes ?? [];
  const pane = panes[number - 1];
  if (pane === undefined)
    desktop.say(sanitise(`there is no pane ${number}; there are ${panes.length}`), 'warn');
  else focus(desktop, pane.id);
}

/** Windows are counted from 1 on screen. */
function selectWindow(desktop: Desktop, number: number): void {
  const { windows } = desktop.store.getState().session;
  if (windows[number - 1] === undefined)
    desktop.say(sanitise(`there is no window ${number}; there are ${windows.length}`), 'warn');
  else desktop.store.dispatch({ kind: 'layout/window-selected', window: number - 1 });
}

/** By what is on screen; where the neighbour has no place there, by order. */
function beside(state: ConsoleState, side: PaneSide): PaneId | undefined {
  const view = currentView(state);
  const [from] = view.recent;
  const { placed, mode } = arrangementOf(state);
  if (from === undefined) return undefined;
  if (mode === 'single' || mode === 'zoomed')
    return following(state, side === 'left' || side === 'up' ? -1 : 1);
  return neighbour(placed, from, { side, recent: view.recent });
}

function following(state: ConsoleState, step: 1 | -1 = 1): PaneId | undefined {
  const panes = currentWindow(state)?.panes ?? [];
  const at = panes.findIndex(({ id }) => id === focusedPane(state)?.id);
  return panes[(at + step + panes.length) % Math.max(1, panes.length)]?.id;
}
