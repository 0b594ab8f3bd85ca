// One row of the keymap: a meaning in a mode, the keys that have it, and its words.

import type { IntentId, KeyMode } from '../core/intent.ts';
import type { FilePlace } from '../core/pane.ts';

export type KeyGroup = 'acts' | 'moving' | 'this pane' | 'windows and panes' | 'console' | 'typing';

/**
 * `chords`: each a key or several one after the other ("g g"). `words`: what it does, for the help. `hint`: one or two words for the bottom line; rows without one are not shown
 * there. `danger`: changes the machine; such rows vanish from help and hints of a read-only console.
 */
export type KeyRow = Readonly<{
  mode: KeyMode;
  intent: IntentId;
  chords: readonly string[];
  words: string;
  hint?: string;
  group: KeyGroup;
  danger?: 'act';
  /** Where the session file gave it these keys. */
  changed?: FilePlace;
}>;

/** At most one row for an intent in a mode. */
export type Keymap = readonly KeyRow[];

type Short = readonly [intent: IntentId, chords: readonly string[], words: string, hint?: string];

/** Rows of one mode and group, written short. */
export function rows(mode: KeyMode, group: KeyGroup, list: readonly Short[], danger?: 'act'): Keymap {
  return list.map(([intent, chords, words, hint]) => ({
    ...{ mode, intent, chords, words, group },
    ...(hint === undefined ? {} : { hint }),
    ...(danger === undefined ? {} : { danger }),
  }));
}
