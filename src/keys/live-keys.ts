// The keys of the session that is open now: keymap, its words, and what of the file could not be. They follow the session,
// so that loading another one needs no word to anybody.

import { type KeyTexts, keyTexts } from './hints.ts';
import { DEFAULT_KEYMAP } from './keymap.ts';
import { applyOverrides, type KeyProblem, type OperatorKeys } from './overrides.ts';
import type { Keymap } from './row.ts';

export type LiveKeys = Readonly<{ keymap: Keymap; texts: KeyTexts; problems: readonly KeyProblem[] }>;

/** Computed once per set of wishes; ask as often as you like. */
export function createLiveKeys(options: Readonly<{ readOnly: boolean }>): (wishes: OperatorKeys) => LiveKeys {
  let kept: Readonly<{ wishes: OperatorKeys; keys: LiveKeys }> | undefined;
  return (wishes) => {
    if (kept === undefined || kept.wishes.keys !== wishes.keys || kept.wishes.prefix !== wishes.prefix) {
      const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, wishes);
      kept = { wishes, keys: { keymap, texts: keyTexts(keymap, options), problems } };
    }
    return kept.keys;
  };
}

/** Words that are always those of the keys of now. */
export function liveTexts(keys: () => LiveKeys): KeyTexts {
  return {
    keyFor: (mode, intent) => keys().texts.keyFor(mode, intent),
    hints: (mode) => keys().texts.hints(mode),
    help: (mode) => keys().texts.help(mode),
    after: (modes, typed) => keys().texts.after(modes, typed),
  };
}
