// Keys as they are written in the keymap, in session files and on screen: tmux's spelling ("C-b", "M-1", "C-Up").

import type { Key } from '../core/intent.ts';

const NAMED = [
  ...['Space', 'Enter', 'Tab', 'BackTab', 'Escape', 'Backspace', 'Delete', 'Insert'],
  ...['Up', 'Down', 'Left', 'Right', 'Home', 'End', 'PageUp', 'PageDown'],
  ...Array.from({ length: 12 }, (_, index) => `F${index + 1}`),
] as const;

/** Other spellings, mostly tmux's own. */
const ALIASES: Readonly<Record<string, string>> = {
  bspace: 'Backspace',
  btab: 'BackTab',
  dc: 'Delete',
  del: 'Delete',
  esc: 'Escape',
  ic: 'Insert',
  ins: 'Insert',
  npage: 'PageDown',
  pgdn: 'PageDown',
  pgdown: 'PageDown',
  pgup: 'PageUp',
  ppage: 'PageUp',
  return: 'Enter',
};
const BY_LOWER = new Map([
  ...NAMED.map((name) => [name.toLowerCase(), name] as const),
  ...Object.entries(ALIASES),
]);

export const KEY_NAMES: readonly string[] = NAMED;

/** The one spelling of a key press; chords are equal when their texts are. */
export function chordOf(key: Key): string {
  return `${key.ctrl ? 'C-' : ''}${key.meta ? 'M-' : ''}${key.shift ? 'S-' : ''}${key.name}`;
}

/** A chord as somebody wrote it ("c-b", "^b", "S-Tab", "pgup"), or undefined when it names no key. */
export function parseChord(written: string): Key | undefined {
  let rest = written;
  const modifiers = { ctrl: false, meta: false, shift: false };
  if (/^\^[^^]$/.test(rest)) rest = `C-${rest.slice(1)}`;
  for (;;) {
    const found = /^([CMS])-(?=.)/is.exec(rest)?.[1]?.toUpperCase();
    if (found === undefined) break;
    const modifier = found === 'C' ? 'ctrl' : found === 'M' ? 'meta' : 'shift';
    if (modifiers[modifier]) return undefined;
    modifiers[modifier] = true;
    rest = rest.slice(2);
  }
  const name = keyName(rest);
  if (name === undefined) return undefined;
  if (name === 'Tab' && modifiers.shift) return { name: 'BackTab', ...modifiers, shift: false };
  if ([...name].length > 1) return { name, ...modifiers };
  // A terminal has no Shift-a but A, and sends one code for Ctrl-a and Ctrl-A.
  if (modifiers.shift) return undefined;
  return { name: modifiers.ctrl ? name.toLowerCase() : name, ...modifiers };
}

function keyName(written: string): string | undefined {
  if (written === ' ') return 'Space';
  const points = [...written];
  if (points.length === 1) return /[\p{Cc}\p{Cs}\p{Z}]/u.test(written) ? undefined : written;
  return BY_LOWER.get(written.toLowerCase());
}

/** The text a key types, or undefined when it types none. */
export function typedText(key: Key): string | undefined {
  if (key.ctrl || key.meta) return undefined;
  if (key.name === 'Space') return ' ';
  return [...key.name].length === 1 ? key.name : undefined;
}
