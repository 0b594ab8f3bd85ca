// What is typed while a program has the keys, and the keys about programs themselves.

import type { Intent, IntentId, Key } from '../../core/intent.ts';
import type { PaneId, PaneSpec } from '../../core/pane.ts';
import { safe } from '../../core/sanitise.ts';
import { parseChord } from '../../keys/chords.ts';
import { begins } from '../../keys/sequence.ts';
import { selectKeyMode } from '../../store/select/shell.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { takesKeys } from '../../store/slices/programs.ts';
import type { Desktop } from './controller.ts';

/** The pane whose program would get a key now. */
function programPane({ store }: Desktop): PaneId | undefined {
  const state = store.getState();
  const pane = focusedPane(state)?.id;
  return pane !== undefined && takesKeys(state, pane) ? pane : undefined;
}

/** `before`: of a sequence of ours that has come to nothing with `key`; if it was begun here, all of it was the program's. */
export function keysToProgram(desktop: Desktop, before: readonly string[], key: Key): void {
  const pane = programPane(desktop);
  if (pane === undefined) return;
  const typed = before.join(' ');
  const here = desktop.keymap.some(
    ({ mode, chords }) => mode === 'program' && chords.some((chord) => begins(typed, chord)),
  );
  const kept = here ? before.flatMap((chord) => parseChord(chord) ?? []) : [];
  for (const one of [...kept, key]) desktop.effects.programs?.key(pane, one);
}

/** False where no program has the keys. */
export function pasteToProgram(desktop: Desktop, text: string): boolean {
  const pane = programPane(desktop);
  if (pane === undefined || selectKeyMode(desktop.store.getState()) !== 'program') return false;
  desktop.effects.programs?.paste(pane, text);
  return true;
}

/** The prefix twice: the program gets it. False where none runs. */
export function prefixToProgram(desktop: Desktop): boolean {
  const pane = programPane(desktop);
  const chord = desktop.keymap.find(({ mode, intent }) => mode === 'program' && intent === 'prefix')
    ?.chords[0];
  const key = chord === undefined ? undefined : parseChord(chord);
  if (pane === undefined || key === undefined) return false;
  desktop.effects.programs?.key(pane, key);
  return true;
}

export function stopProgram(desktop: Desktop): void {
  const pane = focusedPane(desktop.store.getState())?.id;
  const done = pane === undefined ? undefined : desktop.effects.programs?.stop(pane);
  if (done === 'hangup') desktop.say(safe('HUP was sent to the program; asking once more kills it'));
  else if (done === 'kill') desktop.say(safe('the program was killed'), 'warn');
  else if (done === 'closed')
    desktop.say(
      safe('it runs as another user and cannot be killed from here; its terminal was closed'),
      'warn',
    );
  else desktop.say(safe('no program runs in this pane'), 'warn');
}

const BACKWARDS: ReadonlySet<IntentId> = new Set(['line-up', 'half-up', 'page-up', 'top']);

/** What a program that has ended wrote is gone back in by copy mode. False where that is not meant. */
export function scrollsBack(desktop: Desktop, { id, body }: PaneSpec, intent: Intent): boolean {
  if (body.kind !== 'run' || !BACKWARDS.has(intent.id)) return false;
  if (desktop.store.getState().programs.panes.get(id)?.screen === undefined) return false;
  desktop.intent({ id: 'copy-mode' });
  desktop.intent(intent);
  return true;
}
