// Several keys one after the other that have one meaning, written with blanks between them: "g g". One key is a
// sequence of one.

import { chordOf, parseChord, typedText } from './chords.ts';

/** Longer than anybody types without looking. */
export const SEQUENCE_MAX = 4;

export type ReadSequence =
  | Readonly<{
      ok: true;
      chord: string /** The first key types itself where text is typed. */;
      types: boolean;
    }>
  | Readonly<{ ok: false; wrong: 'key'; key: string }>
  | Readonly<{ ok: false; wrong: 'too-long' | 'escape' | 'empty' }>;

/** The one spelling of a sequence as somebody wrote it, or what is wrong with it. */
export function readSequence(written: string): ReadSequence {
  const parts = written === ' ' ? [' '] : written.split(/\s+/).filter((part) => part !== '');
  if (parts.length === 0) return { ok: false, wrong: 'empty' };
  if (parts.length > SEQUENCE_MAX) return { ok: false, wrong: 'too-long' };
  const chords: string[] = [];
  let types = false;
  for (const part of parts) {
    const key = parseChord(part);
    if (key === undefined) return { ok: false, wrong: 'key', key: part };
    if (chords.length === 0) types = typedText(key) !== undefined;
    chords.push(chordOf(key));
  }
  // Escape leaves a sequence that was begun: within one it would never come.
  if (chords.length > 1 && chords.includes('Escape')) return { ok: false, wrong: 'escape' };
  return { ok: true, chord: chords.join(' '), types };
}

/** Whether both cannot be bound: they are the same, or one is the beginning of the other. */
export function clash(a: string, b: string): boolean {
  return a === b || begins(a, b) || begins(b, a);
}

/** Whether `sequence` goes on after `start`. */
export function begins(start: string, sequence: string): boolean {
  return sequence.startsWith(`${start} `);
}
