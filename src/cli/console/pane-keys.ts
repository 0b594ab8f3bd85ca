// Keys while no dialog is open: windows and focus, acts, prompts, pickers; the rest belongs to the focused pane.

import type { Intent } from '../../core/intent.ts';
import type { PaneId } from '../../core/pane.ts';
import { safe } from '../../core/sanitise.ts';
import type { PromptPurpose } from '../../store/slice.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { copyIntent, moveInCopyMode } from './copy.ts';
import { askForKey } from './describe-key.ts';
import { hostsIntent, retriesLine } from './fleet-keys.ts';
import { followIntent } from './follow.ts';
import { testFilter } from './jail-keys.ts';
import { layoutIntent } from './layout-keys.ts';
import { openNewPane } from './new-pane.ts';
import { type ActWish, openingOf } from './open-act.ts';
import { panePicker } from './pickers.ts';
import { prefixToProgram, scrollsBack, stopProgram } from './program-keys.ts';
import { seenState } from './seen.ts';
import { sessionIntent } from './session-keys.ts';
import { keepKey, shieldsKey } from './shields-keys.ts';
import { startInPane } from './start-pane.ts';
import { undoesSaid } from './undo-key.ts';

export function paneIntent(desktop: Desktop, intent: Intent): void {
  if (copyIntent(desktop, intent) || followIntent(desktop, intent)) return;
  if (sessionIntent(desktop, intent)) return;
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
    case 'describe-key':
      askForKey(desktop);
      return true;
    case 'command-line':
      store.dispatch({ kind: 'modal/prompt-opened', purpose: 'command' });
      return true;
    case 'cancel':
      store.dispatch({ kind: 'modal/notice-read' });
      return false; // the pane has something to leave, too
    case 'refresh':
      if (retriesLine(desktop)) return true;
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
      if (!prefixToProgram(desktop))
        desktop.say(safe('no program runs in this pane: the prefix goes nowhere'));
      return true;
    case 'stop':
      stopProgram(desktop);
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
      keepKey(desktop, intent.id);
      return true;
    default:
      return actIntent(desktop, intent);
  }
}

const VERBS = { 'service-start': 'start', 'service-stop': 'stop', 'service-restart': 'restart' } as const;

/** True when the intent was an act. */
function actIntent(desktop: Desktop, intent: Intent): boolean {
  switch (intent.id) {
    case 'service-start':
    case 'service-stop':
    case 'service-restart':
      openAct(desktop, { kind: 'service', verb: VERBS[intent.id] });
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
  if (wish.kind === 'undo' && undoesSaid(desktop, pane)) return;
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
    const text = purpose === 'filter' ? filterOf(state, pane.id) : '';
    store.dispatch({ kind: 'modal/prompt-opened', purpose, pane: pane.id, text });
    return;
  }
  if (intent.id === 'pane-show') {
    openNewPane(desktop, { kind: 'replace', pane: pane.id });
    return;
  }
  if (hostsIntent(desktop, pane, intent)) return;
  if (intent.id === 'start' && startInPane(desktop, pane)) return;
  if (scrollsBack(desktop, pane, intent)) return;
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
  if (intent.id === 'test-filter') {
    testFilter(desktop, pane.id);
    return;
  }
  paneMessage(desktop, pane.id, intent);
  if (pane.body.kind === 'bans') effects.listAsked();
}

function filterOf({ bans, fleet }: ConsoleState, pane: PaneId): string {
  const of = bans.panes.get(pane) ?? fleet.hosts.get(pane) ?? fleet.bans.get(pane);
  return of?.filter ?? '';
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
