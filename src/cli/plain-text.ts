// Text and JSON for whoever reads our output, be it a pipe or a terminal: nothing in it is obeyed by one.

import { sanitise } from '../core/sanitise.ts';

/** Messages that may quote what somebody typed or wrote; newlines are ours and stay. */
export function plainLines(text: string): string {
  return text
    .split('\n')
    .map((line) => sanitise(line))
    .join('\n');
}

// What JSON.stringify leaves as it is although a terminal acts on it or hides it.
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;

/** The same value for every JSON reader; unsafe characters are written as \uXXXX. */
export function printJson(value: unknown): string {
  return JSON.stringify(value).replace(UNSAFE, (found) =>
    Array.from(
      { length: found.length },
      (_, unit) => `\\u${found.charCodeAt(unit).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
