// Copy mode, pasting and the plain view: what their keys do beyond moving a cursor.

import type { Intent, IntentId } from '../../core/intent.ts';
import type { PaneId, PaneSpec } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import { COPY_ROWS } from '../../keys/keymap-copy.ts';
import type { CopyBox, CopyMode, Snapshot } from '../../store/copy/copy-mode.ts';
import { selectedLines } from '../../store/copy/selection.ts';
import { currentWindow, focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { CLIPBOARD_MAX, type ClipboardWay } from '../../terminal/clipboard.ts';
import { UNICODE_GLYPHS } from '../../views/glyphs.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { snapshotOf } from './snapshot.ts';

/** Keys that move the cursor or change the selection; the others of the table mean what they mean everywhere. */
const OWN: ReadonlySet<IntentId> = new Set(
  COPY_ROWS.filter(({ mode, group }) => mode === 'copy' && (group === 'moving' || group === 'this pane')).map(
    ({ intent }) => intent,
  ),
);
const PLAIN: ReadonlySet<IntentId> = new Set(
  COPY_ROWS.filter(
    ({ mode, group }) => mode === 'plain' && (group === 'moving' || group === 'this pane'),
  ).map(({ intent }) => intent),
);

/** True when the intent was one of these views, or leads to one. */
export function copyIntent(desktop: Desktop, intent: Intent): boolean {
  const state = desktop.store.getState();
  const { plain, mode } = state.copy;
  switch (intent.id) {
    case 'copy-mode':
    case 'copy-mode-page':
      enterCopyMode(desktop, intent.id === 'copy-mode-page');
      return true;
    case 'paste':
      paste(desktop);
      return true;
    case 'plain':
      enterPlainView(desktop, focusedPane(state));
      return true;
  }
  if (plain !== undefined) return PLAIN.has(intent.id) && plainIntent(desktop, intent);
  if (mode === undefined || focusedPane(state)?.id !== mode.pane) return false;
  // The prefix is before copy mode's own key for a page up; given twice it is that key.
  if (intent.id === 'send-prefix') return inCopyMode(desktop, mode, { id: 'page-up' });
  return OWN.has(intent.id) && inCopyMode(desktop, mode, intent);
}

function inCopyMode(desktop: Desktop, mode: CopyMode, intent: Intent): true {
  const { store } = desktop;
  switch (intent.id) {
    case 'search':
    case 'search-back': {
      const purpose = intent.id === 'search' ? 'copy-search' : 'copy-search-back';
      store.dispatch({ kind: 'modal/prompt-opened', purpose, pane: mode.pane });
      return true;
    }
    case 'copy':
      copySelected(desktop, mode);
      return true;
    case 'cancel':
      store.dispatch({ kind: 'modal/notice-read' });
      moveInCopyMode(desktop, intent);
      return true;
    default:
      moveInCopyMode(desktop, intent);
      return true;
  }
}

/** One key of copy mode, whether its pane has the focus or only the mouse wheel. */
export function moveInCopyMode({ store }: Desktop, intent: Intent): void {
  const state = store.getState();
  const { mode } = state.copy;
  if (mode !== undefined) store.dispatch({ kind: 'copy/intent', intent, ...bodyOf(state, mode.pane) });
}

/** True when the pane under the pointer is in copy mode: what the mouse does there is copy mode's. */
export function pointInCopyMode({ store }: Desktop, at: MouseAt, drag: boolean): boolean {
  const state = store.getState();
  if (state.copy.mode?.pane !== at.pane) return false;
  const placed = arrangementOf(state).placed.find(({ pane }) => pane === at.pane);
  if (placed === undefined) return false;
  const { x, y, rows, columns } = placed.body;
  store.dispatch({ kind: 'copy/pointed', row: at.row - y, column: at.column - x, rows, columns, drag });
  return true;
}

/** A cell of the screen, and the pane that it is in or that a drag began in. */
type MouseAt = Readonly<{ row: number; column: number; pane: PaneId }>;

/** Everything that stands in a pane, as text. */
export function takeSnapshot({ store, effects }: Desktop, pane: PaneSpec): Snapshot {
  const state = store.getState();
  const glyphs = effects.copy?.glyphs ?? UNICODE_GLYPHS;
  const look = { ...bodyOf(state, pane.id), glyphs, programLines: effects.programs?.lines };
  return snapshotOf(state, pane, look);
}

/** The size of a pane's body on screen; that of the last one where it has no place there. */
function bodyOf(state: ConsoleState, pane: PaneId): CopyBox {
  const { rows, columns } =
    arrangementOf(state).placed.find((placed) => placed.pane === pane)?.body ?? state.copy.box;
  return { rows, columns };
}

/** The pane of the focus stands still as text; the live one goes on behind. */
function enterCopyMode(desktop: Desktop, page = false): void {
  const { store } = desktop;
  const state = store.getState();
  const pane = focusedPane(state);
  if (pane === undefined) return;
  if (state.copy.mode?.pane !== pane.id)
    store.dispatch({
      ...{ kind: 'copy/entered', pane: pane.id, snapshot: takeSnapshot(desktop, pane) },
      ...bodyOf(state, pane.id),
    });
  if (page) moveInCopyMode(desktop, { id: 'page-up' });
}

function copySelected(desktop: Desktop, mode: CopyMode): void {
  const { store, effects } = desktop;
  const lines = selectedLines(mode);
  if (lines.length === 0) {
    desktop.say(safe('nothing is selected: v begins by character, V by line, C-v a block'), 'warn');
    return;
  }
  const text = lines.join('\n');
  store.dispatch({ kind: 'copy/taken', lines });
  store.dispatch({ kind: 'copy/left' });
  const way = effects.copy?.clipboard(text);
  if (way === undefined) {
    const bytes = groupDigits(Buffer.byteLength(text));
    const most = groupDigits(CLIPBOARD_MAX);
    const words = `nothing was sent: ${bytes} bytes, a terminal takes ${most}; :dump copied FILE writes them`;
    desktop.say(sanitise(words), 'warn');
  } else desktop.say(sentWords([...text].length, way), way === 'none' ? 'warn' : 'plain');
}

/** Nobody answers, so nobody can say that it arrived. */
function sentWords(characters: number, way: ClipboardWay): SafeText {
  const sent = `sent ${groupDigits(characters)} character${characters === 1 ? '' : 's'} to the terminal (OSC 52)`;
  switch (way) {
    case 'terminal':
      return sanitise(sent);
    case 'tmux':
      return sanitise(`${sent}; tmux needs: set -g set-clipboard on`);
    case 'screen':
      return sanitise(`${sent}, for GNU screen; in tmux: OPSCONSOLE_CLIPBOARD=tmux`);
    case 'none':
      return safe('this terminal has no clipboard, nothing was sent; :dump copied FILE writes it to a file');
    default:
      return unreachable(way);
  }
}

/** Only a program has somewhere to put text. */
function paste(desktop: Desktop): void {
  const state = desktop.store.getState();
  const pane = focusedPane(state);
  const { buffer } = state.copy;
  if (buffer === undefined) desktop.say(safe('nothing was copied yet: copy mode copies'), 'warn');
  else if (pane?.body.kind !== 'run')
    desktop.say(safe('only a program takes what was copied: this pane runs none'), 'warn');
  else if (state.programs.panes.get(pane.id)?.phase.kind !== 'running')
    desktop.say(safe('the program of this pane does not run'), 'warn');
  else desktop.effects.programs?.paste(pane.id, buffer.join('\n'));
}

function enterPlainView(desktop: Desktop, pane: PaneSpec | undefined): void {
  if (pane === undefined) return;
  desktop.store.dispatch({ kind: 'modal/notice-read' });
  desktop.store.dispatch({ kind: 'plain/entered', pane: pane.id, snapshot: takeSnapshot(desktop, pane) });
}

function plainIntent(desktop: Desktop, intent: Intent): true {
  const { store } = desktop;
  store.dispatch({ kind: 'modal/notice-read' });
  if (intent.id === 'focus-next') {
    const state = store.getState();
    const panes = currentWindow(state)?.panes ?? [];
    const at = panes.findIndex(({ id }) => id === focusedPane(state)?.id);
    const next = panes[(at + 1) % Math.max(1, panes.length)];
    if (next !== undefined) store.dispatch({ kind: 'layout/pane-focused', pane: next.id });
    enterPlainView(desktop, next);
  } else store.dispatch({ kind: 'plain/intent', intent });
  return true;
}

/** In the plain view the mouse is the terminal's, however the view is entered and left. */
export function lendMouse(
  store: ConsoleStore,
  mouse: Readonly<{ on(): boolean; set(on: boolean): void }>,
): void {
  store.subscribe((state, before) => {
    const plain = state.copy.plain !== undefined;
    if (plain !== (before.copy.plain !== undefined) && mouse.on()) mouse.set(!plain);
  });
}
