// The mouse over a program pane: a program that asked for it gets it; over one that did not, the wheel goes back in what
// it has written, which is copy mode.

import type { Key } from '../../core/intent.ts';
import type { PaneId } from '../../core/pane.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { takesKeys } from '../../store/slices/programs.ts';
import type { ConsoleState } from '../../store/state.ts';
import { inside } from '../../views/hit.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import type { MouseEvent } from './mouse.ts';

/** The program of the pane, when it runs and has asked for mouse events. */
function asksForMouse(state: ConsoleState, pane: PaneId): boolean {
  const program = state.programs.panes.get(pane);
  return program?.phase.kind === 'running' && program.screen?.mouse === true;
}

/**
 * Gives the event to the program under the pointer, or to that of `held`, at its edge where the pointer has left it. The
 * pane that took it; undefined when none did. A press also gives it the focus.
 */
export function programMouse(desktop: Desktop, event: MouseEvent, held?: PaneId): PaneId | undefined {
  const { store, effects } = desktop;
  const state = store.getState();
  if (effects.programMouse === undefined || state.modal.modal.kind !== 'none') return undefined;
  const { placed } = arrangementOf(state);
  const under = placed.find(({ pane, body }) => (held === undefined ? inside(body, event) : pane === held));
  if (under === undefined || !asksForMouse(state, under.pane)) return undefined;
  const { pane, body } = under;
  if (state.copy.mode?.pane === pane) return undefined;
  if (event.action === 'press') store.dispatch({ kind: 'layout/pane-focused', pane });
  const column = Math.max(0, Math.min(body.columns - 1, event.column - body.x));
  const row = Math.max(0, Math.min(body.rows - 1, event.row - body.y));
  effects.programMouse(pane, { ...event, column, row });
  return pane;
}

/** True when the wheel upwards led into copy mode of a program's pane; once there it moves as everywhere. */
export function backInProgram(desktop: Desktop, pane: PaneId, up: boolean): boolean {
  const { store } = desktop;
  const state = store.getState();
  const program = state.programs.panes.get(pane);
  if (program === undefined || state.copy.mode?.pane === pane) return false;
  if (program.screen?.alternate === true) {
    wheelAsArrows(desktop, pane, up);
    return true;
  }
  if (!up || (program.screen?.above ?? 0) === 0) return true;
  if (focusedPane(state)?.id !== pane) store.dispatch({ kind: 'layout/pane-focused', pane });
  desktop.intent({ id: 'copy-mode' });
  return false;
}

const ARROWS = 3;

/** A full-screen program that knows no mouse has nothing to go back to: it gets arrow keys, as in other terminals. */
function wheelAsArrows({ effects, store }: Desktop, pane: PaneId, up: boolean): void {
  if (!takesKeys(store.getState(), pane)) return;
  const key: Key = { name: up ? 'Up' : 'Down', ctrl: false, meta: false, shift: false };
  for (let turn = 0; turn < ARROWS; turn++) effects.programs?.key(pane, key);
}
