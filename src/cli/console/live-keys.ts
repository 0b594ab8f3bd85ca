// The keys of the session that is open, which change when another one is taken.

import type { Session } from '../../core/pane.ts';
import { type KeyTexts, keyTexts } from '../../keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../keys/keymap.ts';
import { applyOverrides, type KeyProblem } from '../../keys/overrides.ts';
import type { Keymap } from '../../keys/row.ts';

export type LiveKeys = Readonly<{
  keymap(): Keymap;
  texts: KeyTexts;
  /** What of the session's own keys cannot be, first found first. */
  renew(session: Session): readonly KeyProblem[];
  problems: readonly KeyProblem[];
}>;

export function liveKeys(first: Session, options: Readonly<{ readOnly: boolean }>): LiveKeys {
  let now = keysOf(first, options);
  return {
    keymap: () => now.keymap,
    texts: {
      keyFor: (mode, intent) => now.texts.keyFor(mode, intent),
      hints: (mode) => now.texts.hints(mode),
      help: (mode) => now.texts.help(mode),
      after: (modes, typed) => now.texts.after(modes, typed),
    },
    problems: now.problems,
    renew: (session) => {
      now = keysOf(session, options);
      return now.problems;
    },
  };
}

function keysOf(session: Session, options: Readonly<{ readOnly: boolean }>) {
  const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, session);
  return { keymap, problems, texts: keyTexts(keymap, options) };
}
