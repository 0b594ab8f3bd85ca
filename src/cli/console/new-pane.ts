// Choosing what a new pane shows: the list opens at once and fills in, what the cursor is on is looked at for the
// preview, and Enter makes the pane. Leaving changes nothing.

import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { NewPaneWish, PickerItem, PickerState } from '../../store/modal-state.ts';
import type { NewPanePrompt, PromptState } from '../../store/prompt.ts';
import { RUNS_NOTHING, runsSomething } from '../../store/select/may-run.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import { type NewPane, type WorkspaceMsg, whyNotWorkspace } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import { windowNameFor } from '../../views/parts/pane-name.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { NO_FACTS, newPaneItems, runBody, watchBody } from './new-pane-items.ts';

const NO_SHELL = '/bin/sh';

export function openNewPane(desktop: Desktop, wish: NewPaneWish): void {
  const { store, effects } = desktop;
  const looks = effects.newPane;
  const shell = looks?.shell ?? NO_SHELL;
  const items = newPaneItems(store.getState(), NO_FACTS, shell);
  const looking = looks !== undefined;
  store.dispatch({
    kind: 'modal/picker-opened',
    picker: { purpose: 'new-pane', wish, title: titleOf(wish), items, filter: EMPTY_INPUT, at: 0, looking },
  });
  void looks?.facts().then((facts) => {
    const found = newPaneItems(store.getState(), facts, shell);
    store.dispatch({ kind: 'new-pane/found', items: found, looking: false });
    lookAtChosen(desktop);
  });
}

function titleOf(wish: NewPaneWish): SafeText {
  switch (wish.kind) {
    case 'split':
      return wish.direction === 'row' ? safe('New pane, on the right') : safe('New pane, below');
    case 'window':
      return safe('New window');
    case 'replace':
      return safe('Show in this pane');
    default:
      return unreachable(wish);
  }
}

/** Reads the end of the log under the cursor, once. */
export function lookAtChosen({ store, effects }: Desktop): void {
  const { modal } = store.getState().modal;
  const looks = effects.newPane;
  if (looks === undefined || modal.kind !== 'picker' || modal.picker.purpose !== 'new-pane') return;
  const item = chosenItem(modal.picker);
  if (item?.shows?.body.kind !== 'log' || modal.picker.tails?.has(item.id) === true) return;
  store.dispatch({ kind: 'new-pane/tail', item: item.id, tail: { kind: 'reading' } });
  void looks
    .tail(item.shows.body)
    .then((tail) => store.dispatch({ kind: 'new-pane/tail', item: item.id, tail }));
}

function chosenItem(picker: PickerState): PickerItem | undefined {
  return pickerMatches(picker)[picker.at];
}

/** Enter on the list. */
export function choseNewPane(desktop: Desktop, picker: PickerState): void {
  const item = chosenItem(picker);
  const { wish } = picker;
  if (item === undefined || wish === undefined) return;
  if (item.asks !== undefined)
    desktop.store.dispatch({ kind: 'modal/prompt-opened', purpose: item.asks, wish });
  else if (item.shows !== undefined) makePane(desktop, wish, item.shows);
}

/** Enter on the command line of a program or a watch; nothing typed makes nothing. */
export function newPanePrompted(
  desktop: Desktop,
  purpose: NewPanePrompt,
  { wish, input }: PromptState,
): void {
  const line = input.text.trim();
  if (wish !== undefined && line !== '') makePane(desktop, wish, commandPane(purpose, line));
}

export function commandPane(purpose: NewPanePrompt, line: string): NewPane {
  const body = purpose === 'new-run' ? runBody({ kind: 'shell', line }) : watchBody(line);
  return { body };
}

/** Says why when it cannot be. */
export function makePane({ store, say }: Desktop, wish: NewPaneWish, shows: NewPane): void {
  const msg = messageOf(wish, shows);
  const state = store.getState();
  const why = state.readOnly && runsSomething(shows.body) ? RUNS_NOTHING : whyNotWorkspace(state, msg);
  if (why === undefined) store.dispatch(msg);
  else say(sanitise(why), 'warn');
}

function messageOf(wish: NewPaneWish, shows: NewPane): WorkspaceMsg {
  switch (wish.kind) {
    case 'split':
      return { kind: 'workspace/pane-split', pane: wish.pane, direction: wish.direction, shows };
    case 'window':
      return { kind: 'workspace/window-added', name: wish.name ?? windowNameFor(shows), shows };
    case 'replace':
      return { kind: 'workspace/pane-replaced', pane: wish.pane, shows };
    default:
      return unreachable(wish);
  }
}

/** Where a command puts its pane: beside the focused one the longer way, or in a window of its own where there is no room. */
export function wishBeside(state: ConsoleState, shows: NewPane): NewPaneWish {
  const pane = focusedPane(state)?.id;
  if (pane === undefined) return { kind: 'window' };
  const body = arrangementOf(state).placed.find((placed) => placed.pane === pane)?.body;
  // A cell is about twice as high as wide.
  const isWide = body === undefined || body.columns > 2 * body.rows;
  for (const direction of isWide ? (['row', 'column'] as const) : (['column', 'row'] as const)) {
    const wish = { kind: 'split', pane, direction } as const;
    if (whyNotWorkspace(state, messageOf(wish, shows)) === undefined) return wish;
  }
  return { kind: 'window' };
}
