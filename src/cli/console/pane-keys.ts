// Keys while no dialog is open: windows and focus, acts, prompts, pickers; the rest belongs to the focused pane.

import type { Intent } from '../../core/intent.ts';
import type { PaneId } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { PromptPurpose } from '../../store/slice.ts';
import { currentView, currentWindow, focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import { neighbour, type Side } from '../../views/arrange.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { followIntent } from './follow.ts';
import { copyIntent, moveInCopyMode } from './copy.ts';
import { type ActWish, openingOf } from './open-act.ts';
import { panePicker, windowPicker } from './pickers.ts';
import { seenState } from './seen.ts';
import { shieldsKey, wished } from './shields-keys.ts';
import { startInPane } from './start-pane.ts';

/** Pane numbers leave by themselves, as in tmux (there after one second). */
const NUMBERS_MS = 2_000;

export function paneIntent(desktop: Desktop, intent: Intent): void {
  if (copyIntent(desktop, intent) || followIntent(desktop, intent)) return;
  if (!consoleIntent(desktop, intent) && !layoutIntent(desktop, intent)) focusedIntent(desktop, intent);
}

/** True when the intent was one of the console as a whole. */
function consoleIntent(desktop: Desktop, intent: Intent): boolean {
  const { store, effects } = desktop;
  switch (intent.id) {
    case 'quit':
      store.dispatch({ kind: 'modal/quit-asked' });
      return true;
    case 'suspend':
      effects.suspend();
      return true;
    case 'redraw':
      effects.redraw();
      return true;
    case 'help':
      store.dispatch({ kind: 'modal/help-opened' });
      return true;
    case 'command-line':
      store.dispatch({ kind: 'modal/prompt-opened', purpose: 'command' });
      return true;
    case 'cancel':
      store.dispatch({ kind: 'modal/notice-read' });
      return false; // the pane has something to leave, too
    case 'refresh':
      effects.poke();
      desktop.say(safe('asking all sources again'));
      return true;
    case 'mouse-toggle':
      desktop.toggleMouse();
      desktop.say(
        desktop.mouseOn()
          ? safe('mouse on: click puts the cursor, wheel scrolls; Shift-drag still selects text')
          : safe('mouse off: the terminal selects text'),
      );
      return true;
    case 'prefix':
      store.dispatch({ kind: 'modal/prefix-pending', on: true });
      return true;
    case 'send-prefix':
      desktop.say(safe('no program runs in a pane: the prefix goes nowhere'));
      return true;
    case 'flows-now':
      effects.poke(['flows']);
      desktop.say(safe('counting the flows by source'));
      return true;
    case 'shields':
      shieldsKey(desktop);
      return true;
    case 'keep':
    case 'renew':
      wished(desktop, { kind: intent.id });
      return true;
    case 'ban':
    case 'unban':
    case 'cut':
    case 'tighten':
    case 'undo':
    case 'extend':
    case 'shorten':
      openAct(desktop, { kind: intent.id });
      return true;
    default:
      return false;
  }
}

/** The pane stands still under the dialog: what is acted on must stay in sight. */
export function openAct(desktop: Desktop, wish: ActWish): void {
  const { store } = desktop;
  const state = store.getState();
  const pane = focusedPane(state);
  const seen = pane === undefined ? state : seenState(state, desktop.drawn?.() ?? state, pane);
  const opening = openingOf(state, wish, seen);
  if (opening.kind === 'no') {
    desktop.say(opening.why, 'warn');
    return;
  }
  store.dispatch({ kind: 'modal/act-opened', form: opening.form });
  const body = arrangementOf(state).placed.find((placed) => placed.pane === pane?.id)?.body;
  if (pane !== undefined && body !== undefined)
    store.dispatch({ kind: 'pane/held', pane: pane.id, seen, rows: body.rows, columns: body.columns });
}

const SIDES: Readonly<Record<string, Side>> = {
  'focus-left': 'left',
  'focus-right': 'right',
  'focus-up': 'up',
  'focus-down': 'down',
};

function layoutIntent(desktop: Desktop, intent: Intent): boolean {
  const { store } = desktop;
  const state = store.getState();
  const { window } = state.layout;
  const count = state.session.windows.length;
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
      desktop.effects.later(NUMBERS_MS, () => store.dispatch({ kind: 'layout/numbers-shown', on: false }));
      return true;
    case 'zoom':
      store.dispatch({ kind: 'layout/zoom-toggled' });
      return true;
    case 'window-next':
      store.dispatch({ kind: 'layout/window-selected', window: (window + 1) % count });
      return true;
    case 'window-previous':
      store.dispatch({ kind: 'layout/window-selected', window: (window + count - 1) % count });
      return true;
    case 'window-last':
      store.dispatch({ kind: 'layout/window-returned' });
      return true;
    case 'window-number':
      windowNumber(desktop, Number(intent.text));
      return true;
    case 'window-list':
      store.dispatch({ kind: 'modal/picker-opened', picker: windowPicker(state) });
      return true;
    default:
      return false;
  }
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

/** Windows are counted from 1 on screen; 0 is the tenth. */
function windowNumber(desktop: Desktop, digit: number): void {
  const window = digit === 0 ? 9 : digit - 1;
  const { windows } = desktop.store.getState().session;
  if (windows[window] === undefined)
    desktop.say(sanitise(`there is no window ${window + 1}; there are ${windows.length}`), 'warn');
  else desktop.store.dispatch({ kind: 'layout/window-selected', window });
}

/** By what is on screen; where the neighbour has no place there, by order. */
function beside(state: ConsoleState, side: Side): PaneId | undefined {
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

const PROMPTS: Readonly<Record<string, PromptPurpose>> = {
  search: 'search',
  'filter-in': 'filter-in',
  'filter-out': 'filter-out',
  filter: 'filter',
};

function focusedIntent(desktop: Desktop, intent: Intent): void {
  const { store, effects } = desktop;
  const state = store.getState();
  const pane = focusedPane(state);
  if (pane === undefined) return;
  const purpose = PROMPTS[intent.id];
  if (purpose !== undefined) {
    const text = purpose === 'filter' ? (state.bans.panes.get(pane.id)?.filter ?? '') : '';
    store.dispatch({ kind: 'modal/prompt-opened', purpose, pane: pane.id, text });
    return;
  }
  if (intent.id === 'start' && startInPane(desktop, pane)) return;
  if (intent.id === 'picker') {
    const picker = panePicker(state, pane);
    if (picker === undefined) desktop.say(safe('this log has no filters: & keeps lines, - hides lines'));
    else store.dispatch({ kind: 'modal/picker-opened', picker });
    return;
  }
  if (intent.id === 'open' && pane.body.kind === 'conntrack') {
    if (state.conntrack.views[pane.id]?.mode === 'timeouts') openAct(desktop, { kind: 'tighten' });
    else desktop.say(safe('this opens a timeout, in the table of timeouts: show that first'));
    return;
  }
  paneMessage(desktop, pane.id, intent);
  if (pane.body.kind === 'bans') effects.listAsked();
}

/** An intent for one pane with the size of its body on screen. */
export function paneMessage(desktop: Desktop, pane: PaneId, intent: Intent): void {
  const { store } = desktop;
  if (store.getState().copy.mode?.pane === pane) {
    moveInCopyMode(desktop, intent);
    return;
  }
  const body = arrangementOf(store.getState()).placed.find((placed) => placed.pane === pane)?.body;
  if (body === undefined) return;
  store.dispatch({ kind: 'pane/intent', pane, intent, rows: body.rows, columns: body.columns });
}
