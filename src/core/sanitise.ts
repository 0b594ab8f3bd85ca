// The one sanitiser: bytes from outside (log lines, comments, names, tool output) become text that cannot move
// the cursor, change colours, set the title, write the clipboard or reorder what is read. Control, bidi and
// zero-width characters are shown as visible escapes, so that nothing is hidden and nothing is lost.
// Precedents: CVE-2009-4487 (nginx), CVE-2023-28486 (sudo), CWE-150.

import type { Brand } from './brand.ts';
import { isPlainText } from './plain.ts';

/** Text that is safe to place in a terminal cell. Only `sanitise` and our own literals (through `safe`) make it. */
export type SafeText = Brand<string, 'SafeText'>;

// Controls (C0, DEL, C1), format characters (bidi, zero-width, soft hyphen, tags), private use, lone surrogates,
// line and paragraph separators, everything that Unicode calls ignorable or no character, and floods of combining marks.
const UNSAFE =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]|\p{Default_Ignorable_Code_Point}|\p{Noncharacter_Code_Point}|\p{M}{4,}/gu;

/** A tab becomes one space (columns are ours); everything else unsafe becomes `\x1b`, `\u202e`, … `maxLength` cuts with "…". */
export function sanitise(text: string, maxLength = Number.POSITIVE_INFINITY): SafeText {
  const cut = text.length > maxLength ? `${text.slice(0, Math.max(0, maxLength - 1))}…` : text;
  if (isPlainText(cut)) return cut as SafeText;
  return cut.replace(UNSAFE, escapeUnsafe) as SafeText;
}

/** Our own words: a literal of the program. Throws when it is not printable, so that a slip is found in tests. */
export function safe(literal: string): SafeText {
  if (sanitise(literal) !== literal) throw new Error('safe() is for our own literals only');
  return literal as SafeText;
}

function escapeUnsafe(found: string): string {
  if (found === '\t') return ' ';
  let shown = '';
  for (const character of found) {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0xff) shown += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code <= 0xffff) shown += `\\u${code.toString(16).padStart(4, '0')}`;
    else shown += `\\u{${code.toString(16)}}`;
  }
  return shown;
}
