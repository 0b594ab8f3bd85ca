// One line of text being edited, with a cursor. Pure; shared by the prompt, the dialogs' fields and the pickers.

import type { Intent } from '../core/intent.ts';
import { sanitise } from '../core/sanitise.ts';

/** `at`: cursor, in graphemes-as-code-points from the start. The text is always printable. */
export type TextInput = Readonly<{ text: string; at: number }>;

export const EMPTY_INPUT: TextInput = { text: '', at: 0 };
export const INPUT_MAX = 512;

export function inputOf(text: string): TextInput {
  const clean = cleanText(text);
  return { text: clean, at: [...clean].length };
}

/** A pasted line break must not become a command: breaks turn into spaces, other controls into visible escapes. */
function cleanText(text: string): string {
  return sanitise(text.replace(/[\r\n]+/g, ' '), INPUT_MAX);
}

/** The edited line, or undefined when the intent is not one of text editing. */
export function editText(input: TextInput, intent: Intent): TextInput | undefined {
  const points = [...input.text];
  const at = Math.min(input.at, points.length);
  const make = (before: readonly string[], after: readonly string[]): TextInput => ({
    text: [...before, ...after].join(''),
    at: before.length,
  });
  switch (intent.id) {
    case 'text-insert': {
      const room = Math.max(0, INPUT_MAX - points.length);
      const added = [...cleanText(intent.text ?? '')].slice(0, room);
      return make([...points.slice(0, at), ...added], points.slice(at));
    }
    case 'text-backspace':
      return make(points.slice(0, Math.max(0, at - 1)), points.slice(at));
    case 'text-delete':
      return make(points.slice(0, at), points.slice(at + 1));
    case 'text-left':
      return { text: input.text, at: Math.max(0, at - 1) };
    case 'text-right':
      return { text: input.text, at: Math.min(points.length, at + 1) };
    case 'text-start':
      return { text: input.text, at: 0 };
    case 'text-end':
      return { text: input.text, at: points.length };
    case 'text-kill':
      return EMPTY_INPUT;
    case 'text-kill-end':
      return make(points.slice(0, at), []);
    case 'text-kill-word': {
      let from = at;
      while (from > 0 && points[from - 1] === ' ') from--;
      while (from > 0 && points[from - 1] !== ' ') from--;
      return make(points.slice(0, from), points.slice(at));
    }
    default:
      return undefined;
  }
}
