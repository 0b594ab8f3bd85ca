// A key and what it does, as it stands in the bottom line and at the foot of dialogs: a click on it presses that key.

import type { Line } from '../../core/line.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

/** `keys`: as the operator types it ("b", "C-b z"). `words`: what it does, one or two words. */
export function hintLine(keys: SafeText, words: string): Line {
  const hit = { kind: 'keys', keys } as const;
  return [
    { text: keys, role: 'key', hit },
    { text: sanitise(` ${words}`), role: 'dim', hit },
  ];
}
