// From a key press to what it means, by the live modes. Pure.

import type { Intent, IntentId, Key, KeyMode } from '../core/intent.ts';
import { chordOf, typedText } from './chords.ts';
import { TEXT_MODES } from './keymap.ts';
import type { Keymap, KeyRow } from './row.ts';
import { begins } from './sequence.ts';

/** `chord`: the key as it is spelt. `more`: the keys so far begin a sequence; the next key goes on. `nothing`: the key means nothing now. */
export type Pressed =
  | Readonly<{ kind: 'intent'; chord: string; intent: Intent }>
  | Readonly<{ kind: 'more'; keys: readonly string[] }>
  | Readonly<{ kind: 'nothing'; chord: string }>;

/** `modes`: from `modeChain(live mode)`. `before`: the keys of a sequence that was begun. */
export function press(
  keymap: Keymap,
  modes: readonly KeyMode[],
  { key, before = [] }: Readonly<{ key: Key; before?: readonly string[] }>,
): Pressed {
  const chord = chordOf(key);
  const keys = [...before, chord];
  const typed = keys.join(' ');
  for (const mode of modes) {
    const row = keymap.find((candidate) => candidate.mode === mode && candidate.chords.includes(typed));
    if (row !== undefined) return { kind: 'intent', chord, intent: intentOf(row, key) };
  }
  if (key.name !== 'Escape' && goesOn(keymap, modes, typed)) return { kind: 'more', keys };
  if (before.length > 0 || !modes.some((mode) => TEXT_MODES.has(mode))) return { kind: 'nothing', chord };
  const text = typedText(key);
  return text === undefined
    ? { kind: 'nothing', chord }
    : { kind: 'intent', chord, intent: { id: 'text-insert', text } };
}

function goesOn(keymap: Keymap, modes: readonly KeyMode[], typed: string): boolean {
  return keymap.some(
    ({ mode, chords }) => modes.includes(mode) && chords.some((chord) => begins(typed, chord)),
  );
}

/** What one key means by itself; undefined when it means nothing, or only begins a sequence. */
export function resolve(keymap: Keymap, modes: readonly KeyMode[], key: Key): Intent | undefined {
  const pressed = press(keymap, modes, { key });
  return pressed.kind === 'intent' ? pressed.intent : undefined;
}

/** The digit says which one. */
export const NUMBERED: ReadonlySet<IntentId> = new Set([
  'window-number',
  'focus-number',
  'layout-number',
  'count',
]);

function intentOf(row: KeyRow, key: Key): Intent {
  if (!NUMBERED.has(row.intent)) return { id: row.intent };
  return { id: row.intent, text: /\d+$/.exec(key.name)?.[0] ?? key.name };
}

/** A paste is text where text is typed, in one line; everywhere else it is nothing, whatever it holds. */
export function resolvePaste(modes: readonly KeyMode[], text: string): Intent | undefined {
  if (!modes.some((mode) => TEXT_MODES.has(mode))) return undefined;
  return { id: 'text-insert', text: text.trim().replace(/\s*[\r\n]+\s*/g, ' ') };
}
