// What a key press means now: by the tables that are live, and for a while after a repeatable key by those after the
// prefix, as in tmux.

import type { Key } from '../../core/intent.ts';
import { modeChain } from '../../keys/keymap.ts';
import { REPEATED } from '../../keys/keymap-panes.ts';
import { type Pressed, press } from '../../keys/resolve.ts';
import { selectKeyMode, selectKeyModes } from '../../store/select/shell.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Desktop } from './controller.ts';

export function keyMeaning({ store, keymap, timers }: Desktop, key: Key): Pressed {
  const state = store.getState();
  const again = repeated(state) && timers.running('repeat');
  const meant = again ? press(keymap, modeChain('prefix'), { key }) : undefined;
  const repeats = meant?.kind === 'intent' && REPEATED.has(meant.intent.id);
  const before = state.keys.pending;
  const pressed = repeats ? meant : press(keymap, selectKeyModes(state).flatMap(modeChain), { key, before });
  // Any other key ends the repeating and has its own meaning.
  timers.stop('repeat');
  const prefixed = repeats || selectKeyMode(state) === 'prefix';
  if (prefixed && pressed.kind === 'intent' && REPEATED.has(pressed.intent.id))
    timers.start('repeat', state.session.times.repeatMs);
  return pressed;
}

/** Nothing else waits for the key. */
function repeated({ modal, layout, keys }: ConsoleState): boolean {
  const waits = modal.prefixPending || layout.numbers || keys.pending.length > 0;
  return modal.modal.kind === 'none' && !waits;
}
