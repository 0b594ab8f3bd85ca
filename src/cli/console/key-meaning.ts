// What a key press means now: by the tables that are live, and for a while after a repeatable key by those after the
// prefix, as in tmux.

import type { Intent, Key } from '../../core/intent.ts';
import { modeChain } from '../../keys/keymap.ts';
import { REPEATED } from '../../keys/keymap-panes.ts';
import { resolve } from '../../keys/resolve.ts';
import { selectKeyMode, selectKeyModes } from '../../store/select/shell.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Desktop } from './controller.ts';

export function keyMeaning({ store, keymap, timers }: Desktop, key: Key): Intent | undefined {
  const state = store.getState();
  const again = repeated(state) && timers.running('repeat');
  const meant = again ? resolve(keymap, modeChain('prefix'), key) : undefined;
  const repeats = meant !== undefined && REPEATED.has(meant.id);
  const intent = repeats ? meant : resolve(keymap, selectKeyModes(state).flatMap(modeChain), key);
  // Any other key ends the repeating and has its own meaning.
  timers.stop('repeat');
  const prefixed = repeats || selectKeyMode(state) === 'prefix';
  if (prefixed && intent !== undefined && REPEATED.has(intent.id))
    timers.start('repeat', state.session.times.repeatMs);
  return intent;
}

/** Nothing else waits for the key. */
function repeated({ modal, layout }: ConsoleState): boolean {
  return modal.modal.kind === 'none' && !modal.prefixPending && !layout.numbers;
}
