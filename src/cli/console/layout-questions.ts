// What windows and panes are asked for: names, numbers and titles in the bottom line, and whether to close.

import type { PaneId, PaneSpec } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { ConfirmWish, PageLine } from '../../store/modal-state.ts';
import type { LayoutPrompt, PromptState } from '../../store/prompt.ts';
import { currentWindow, focusedPane } from '../../store/slices/layout.ts';
import { type WorkspaceMsg, whyNotWorkspace } from '../../store/slices/workspace.ts';
import type { ConsoleState } from '../../store/state.ts';
import { commandText, windowNameFor } from '../../views/parts/pane-name.ts';
import type { Desktop } from './controller.ts';

/** The line that asks; renaming begins with what there is. */
export function openLayoutPrompt(desktop: Desktop, purpose: LayoutPrompt): void {
  const state = desktop.store.getState();
  const pane = focusedPane(state);
  if (pane === undefined) return;
  const text = textFor(state, purpose, pane);
  desktop.store.dispatch({ kind: 'modal/prompt-opened', purpose, pane: pane.id, text });
}

function textFor(state: ConsoleState, purpose: LayoutPrompt, pane: PaneSpec): string {
  if (purpose === 'window-rename') return currentWindow(state)?.name ?? '';
  return purpose === 'pane-title' ? (pane.title ?? '') : '';
}

/** Why the line cannot be taken; undefined when it was. An empty number or name leaves things as they are. */
export function layoutPrompted(
  { store }: Desktop,
  purpose: LayoutPrompt,
  { pane, input }: PromptState,
): string | undefined {
  const state = store.getState();
  const text = input.text.trim();
  if (pane === undefined || (text === '' && purpose !== 'pane-title')) return undefined;
  const window = windowOf(state, pane);
  const number = Number(text) - 1;
  if ((purpose === 'window-index' || purpose === 'window-move') && !/^\d{1,4}$/.test(text))
    return `${JSON.stringify(text.slice(0, 20))} is no number`;
  switch (purpose) {
    case 'pane-title':
      return tried(store, { kind: 'workspace/pane-titled', pane, title: text });
    case 'window-rename':
      return tried(store, { kind: 'workspace/window-renamed', window, name: text });
    case 'window-move':
      return tried(store, { kind: 'workspace/window-moved', window, to: number });
    case 'window-index':
      if (state.session.windows[number] === undefined)
        return `there is no window ${number + 1}; there are ${state.session.windows.length}`;
      store.dispatch({ kind: 'layout/window-selected', window: number });
      return undefined;
    default:
      return unreachable(purpose);
  }
}

function tried(store: Desktop['store'], msg: WorkspaceMsg): string | undefined {
  const why = whyNotWorkspace(store.getState(), msg);
  if (why === undefined) store.dispatch(msg);
  return why;
}

/** What a pane is called in a sentence, and its window when it is broken out. */
export function paneWords(pane: PaneSpec): string {
  const { kind } = pane.body;
  // Whole words where the status line has short ones.
  return pane.title === undefined && (kind === 'conntrack' || kind === 'traffic')
    ? kind
    : windowNameFor(pane);
}

/** As tmux's kill-pane; the last pane takes its window with it. */
export function askPaneClose(desktop: Desktop): void {
  const state = desktop.store.getState();
  const pane = focusedPane(state);
  const window = currentWindow(state);
  if (pane === undefined || window === undefined) return;
  if (refuses(desktop, { kind: 'workspace/pane-closed', pane: pane.id })) return;
  const number = window.panes.indexOf(pane) + 1;
  const alone = window.panes.length === 1;
  const lines: readonly PageLine[] = [
    { text: sanitise(`Close pane ${number}, ${paneWords(pane)}?`) },
    ...(alone ? [{ text: sanitise(`Window ${windowWords(state)} closes with it.`) }] : []),
    ...ending(state, [pane]),
  ];
  ask(desktop, { title: safe('Close pane'), lines, wish: { kind: 'pane-close', pane: pane.id } });
}

/** As tmux's kill-window. */
export function askWindowClose(desktop: Desktop): void {
  const state = desktop.store.getState();
  const window = currentWindow(state);
  const pane = focusedPane(state);
  if (pane === undefined || window === undefined) return;
  if (refuses(desktop, { kind: 'workspace/window-closed', window: state.layout.window })) return;
  const count = window.panes.length;
  const lines: readonly PageLine[] = [
    {
      text: sanitise(
        `Close window ${windowWords(state)} with its ${count === 1 ? 'pane' : `${count} panes`}?`,
      ),
    },
    ...ending(state, window.panes),
  ];
  ask(desktop, { title: safe('Close window'), lines, wish: { kind: 'window-close', pane: pane.id } });
}

function refuses({ store, say }: Desktop, msg: WorkspaceMsg): boolean {
  const why = whyNotWorkspace(store.getState(), msg);
  if (why !== undefined) say(sanitise(why), 'warn');
  return why !== undefined;
}

type Question = Readonly<{ title: SafeText; lines: readonly PageLine[]; wish: ConfirmWish }>;

function ask({ store }: Desktop, question: Question): void {
  store.dispatch({ kind: 'modal/confirm-asked', confirm: { ...question, yes: safe('closes it') } });
}

export function programRuns({ programs }: ConsoleState, pane: PaneId): boolean {
  const phase = programs.panes.get(pane)?.phase.kind;
  return phase === 'running' || phase === 'starting';
}

/** Programs that run in the panes end with them. */
function ending(state: ConsoleState, panes: readonly PaneSpec[]): readonly PageLine[] {
  const running = panes.filter(({ id }) => programRuns(state, id));
  if (running.length === 0) return [{ text: safe('Nothing changes on the host.'), role: 'dim' }];
  return running.map(({ body }) => ({
    text: sanitise(`It ends what runs there: ${body.kind === 'run' ? commandText(body.command) : ''}`, 200),
    role: 'warn',
  }));
}

function windowWords({ session, layout }: ConsoleState): string {
  return `${layout.window + 1}:${session.windows[layout.window]?.name ?? ''}`;
}

/** The answer was yes; what is gone meanwhile is said. */
export function closeAsked({ store, say }: Desktop, wish: ConfirmWish): void {
  const msg: WorkspaceMsg =
    wish.kind === 'pane-close'
      ? { kind: 'workspace/pane-closed', pane: wish.pane }
      : { kind: 'workspace/window-closed', window: windowOf(store.getState(), wish.pane) };
  const why = tried(store, msg);
  if (why !== undefined) say(sanitise(why), 'warn');
}

function windowOf({ session }: ConsoleState, pane: string): number {
  return session.windows.findIndex(({ panes }) => panes.some(({ id }) => id === pane));
}
