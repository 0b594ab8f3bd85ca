// Keys while a dialog, prompt, picker or help is open: the store edits it, accepting it is done here.

import type { Intent } from '../../core/intent.ts';
import { hostsOf } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Confirm, Modal } from '../../store/modal-state.ts';
import { isLayoutPrompt, isNewPanePrompt, type PromptFor, type PromptState } from '../../store/prompt.ts';
import { selectUnsaved } from '../../store/select/unsaved.ts';
import { answerOf } from '../../store/slices/modal-intent.ts';
import { listRows } from '../../views/dialogs/lists.ts';
import { pageRows } from '../../views/dialogs/page.ts';
import { completeCommand, parseCommand } from './command-line.ts';
import type { Desktop } from './controller.ts';
import { fleetFromDialog, fleetIntent } from './fleet-keys.ts';
import { choseHost } from './host-command.ts';
import { closeAsked, layoutPrompted } from './layout-questions.ts';
import { choseNewPane, newPanePrompted } from './new-pane.ts';
import { chosenFrom } from './pickers.ts';
import { runCommand } from './run-command.ts';
import { serviceNames } from './service-command.ts';
import { sessionChosen, sessionCommand } from './session-keys.ts';

export function overlayIntent(desktop: Desktop, intent: Intent): void {
  const { modal } = desktop.store.getState().modal;
  if (modal.kind === 'fleet') fleetIntent(desktop, intent);
  else if (fleetFromDialog(desktop, intent)) return;
  else if (modal.kind === 'prompt') promptIntent(desktop, modal.prompt, intent);
  else if (modal.kind === 'confirm-quit' && savesFirst(desktop, intent)) saveBeforeQuit(desktop);
  else if (modal.kind === 'confirm') confirmed(desktop, modal.confirm, intent);
  else if (intent.id === 'accept' && modal.kind !== 'act') accepted(desktop, modal, intent);
  else forward(desktop, intent);
}

/** `s` in the question whether to leave, where it is offered. */
function savesFirst({ store }: Desktop, { id, text }: Intent): boolean {
  return id === 'text-insert' && text?.toLowerCase() === 's' && selectUnsaved(store.getState());
}

function saveBeforeQuit(desktop: Desktop): void {
  forward(desktop, { id: 'cancel' });
  sessionCommand(desktop, { kind: 'save' });
}

function confirmed(desktop: Desktop, { wish }: Confirm, intent: Intent): void {
  forward(desktop, intent);
  if (answerOf(intent) === 'yes') closeAsked(desktop, wish);
}

function accepted(desktop: Desktop, modal: Modal, intent: Intent): void {
  const sessions = modal.kind === 'picker' && modal.picker.purpose === 'sessions' ? modal.picker : undefined;
  if (sessions !== undefined && !sessionChosen(desktop, sessions)) return;
  forward(desktop, intent);
  if (modal.kind === 'confirm-quit') desktop.effects.quit();
  if (modal.kind === 'review') desktop.effects.session?.accepted();
  if (modal.kind !== 'picker') return;
  if (modal.picker.purpose === 'new-pane') choseNewPane(desktop, modal.picker);
  if (modal.picker.purpose === 'hosts') choseHost(desktop, modal.picker);
  const msg = chosenFrom(modal.picker);
  if (msg !== undefined) desktop.store.dispatch(msg);
}

function forward(desktop: Desktop, intent: Intent): void {
  const { store, helpTotal } = desktop;
  const { size, modal } = store.getState();
  const paged = modal.modal.kind === 'page' || modal.modal.kind === 'review';
  const rows = paged ? pageRows(size) : listRows(size);
  store.dispatch({ kind: 'modal/intent', intent, rows, total: helpTotal() });
}

/** What is typed is looked for while it is typed. */
const SEARCHES: ReadonlySet<PromptFor> = new Set(['search', 'copy-search', 'copy-search-back']);

function promptIntent(desktop: Desktop, prompt: PromptState, intent: Intent): void {
  if (intent.id === 'accept') acceptPrompt(desktop, prompt, intent);
  else if (intent.id === 'complete') complete(desktop, prompt);
  else if (intent.id === 'cancel') {
    forward(desktop, intent);
    // A filter that was typed live goes back to what it was; a search to where it began.
    if (prompt.purpose === 'filter') tell(desktop, prompt, prompt.initial, true);
    else if (SEARCHES.has(prompt.purpose)) tell(desktop, prompt, '', false);
  } else {
    forward(desktop, intent);
    const { modal } = desktop.store.getState().modal;
    if (modal.kind === 'prompt' && modal.prompt.input.text !== prompt.input.text)
      tell(desktop, prompt, modal.prompt.input.text, false);
  }
}

function tell(desktop: Desktop, prompt: PromptState, text: string, accepted: boolean): void {
  const { purpose, pane } = prompt;
  if (purpose === 'command' || isLayoutPrompt(purpose) || isNewPanePrompt(purpose)) return;
  if (pane === undefined) return;
  desktop.store.dispatch({ kind: 'pane/prompted', pane, purpose, text, accepted });
}

function acceptPrompt(desktop: Desktop, prompt: PromptState, intent: Intent): void {
  const { text } = prompt.input;
  if (isLayoutPrompt(prompt.purpose)) {
    const why = layoutPrompted(desktop, prompt.purpose, prompt);
    if (why === undefined) forward(desktop, intent);
    else desktop.store.dispatch({ kind: 'modal/prompt-failed', error: sanitise(why) });
    return;
  }
  if (isNewPanePrompt(prompt.purpose)) {
    forward(desktop, intent);
    newPanePrompted(desktop, prompt.purpose, prompt);
    return;
  }
  if (prompt.purpose !== 'command') {
    forward(desktop, intent);
    tell(desktop, prompt, text, true);
    return;
  }
  const command = text.trim() === '' ? undefined : parseCommand(text);
  if (command?.ok === false) {
    const { summary, hint } = command.problem;
    const error = sanitise(hint === undefined ? summary : `${summary}: ${hint}`);
    desktop.store.dispatch({ kind: 'modal/prompt-failed', error });
    return;
  }
  forward(desktop, intent);
  if (command !== undefined) runCommand(desktop, command.value);
}

function complete(desktop: Desktop, prompt: PromptState): void {
  if (prompt.purpose !== 'command') return;
  const state = desktop.store.getState();
  const { windows, shields } = state.session;
  const found = completeCommand(prompt.input.text, {
    windows: windows.map(({ name }) => name),
    profiles: Object.keys(shields.profiles),
    hosts: hostsOf(state.session),
    services: serviceNames(state),
  });
  const choices = found.choices.map((choice) => sanitise(choice));
  desktop.store.dispatch({ kind: 'modal/prompt-completed', text: found.text, choices });
}
