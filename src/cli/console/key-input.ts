// One key press: told about while a key is asked for, else one more of a sequence, else what it means. The prefix and
// the numbers of panes hold for one key or one sequence.

import type { Key } from '../../core/intent.ts';
import { selectKeyMode } from '../../store/select/shell.ts';
import type { Desktop } from './controller.ts';
import { describePressed } from './describe-key.ts';
import { keyMeaning } from './key-meaning.ts';
import { keysToProgram } from './program-keys.ts';

export function pressKey(desktop: Desktop, key: Key): void {
  const { store } = desktop;
  if (store.getState().keys.describing !== undefined) {
    describePressed(desktop, key);
    return;
  }
  const mode = selectKeyMode(store.getState());
  const before = store.getState().keys.pending;
  const pressed = keyMeaning(desktop, key);
  if (pressed.kind === 'more') {
    store.dispatch({ kind: 'keys/pending', keys: pressed.keys });
    return;
  }
  store.dispatch({ kind: 'keys/finished' });
  // The prefix holds for one key, whether that key means anything or not.
  if (mode === 'prefix') store.dispatch({ kind: 'modal/prefix-pending', on: false });
  if (mode === 'numbers') store.dispatch({ kind: 'layout/numbers-shown', on: false });
  // Who asks after the prefix asks what the prefix does.
  if (mode === 'prefix' && pressed.kind === 'intent' && pressed.intent.id === 'help')
    store.dispatch({ kind: 'modal/help-opened', prefixed: true });
  else if (pressed.kind === 'intent') desktop.intent(pressed.intent);
  else if (mode === 'program') keysToProgram(desktop, before, key);
}
