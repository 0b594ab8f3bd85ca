// From a key press to what it means, by the live modes. Pure.

import type { Intent, IntentId, Key, KeyMode } from '../core/intent.ts';
import { chordOf, typedText } from './chords.ts';
import { TEXT_MODES } from './keymap.ts';
import type { Keymap, KeyRow } from './row.ts';

/** `modes`: from `modeChain(live mode)`. Undefined: the key means nothing now. */
export function resolve(keymap: Keymap, modes: readonly KeyMode[], key: Key): Intent | undefined {
  const chord = chordOf(key);
  for (const mode of modes) {
    const row = keymap.find((candidate) => candidate.mode === mode && candidate.chords.includes(chord));
    if (row !== undefined) return intentOf(row, key);
  }
  if (!modes.some((mode) => TEXT_MODES.has(mode))) return undefined;
  const text = typedText(key);
  return text === undefined ? undefined : { id: 'text-insert', text };
}

/** The digit says which one. */
export const NUMBERED: ReadonlySet<IntentId> = new Set(['window-number', 'focus-number', 'count']);

function intentOf(row: KeyRow, key: Key): Intent {
  return NUMBERED.has(row.intent) ? { id: row.intent, text: key.name } : { id: row.intent };
}

/** A paste is text where text is typed, in one line; everywhere else it is nothing, whatever it holds. */
export function resolvePaste(modes: readonly KeyMode[], text: string): Intent | undefined {
  if (!modes.some((mode) => TEXT_MODES.has(mode))) return undefined;
  return { id: 'text-insert', text: text.trim().replace(/\s*[\r\n]+\s*/g, ' ') };
}
