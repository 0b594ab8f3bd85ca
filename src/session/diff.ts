// What a save or a reload changes, as lines of a unified diff. The sign at the start of a line says what its colour says.

import { structuredPatch } from 'diff';
import type { Role } from '../core/line.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';

export type DiffLine = Readonly<{ text: SafeText; role: Role }>;

const CONTEXT = 2;
const LINE_MAX = 400;

/** Empty when the texts are equal. */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const { hunks } = structuredPatch('', '', before, after, '', '', { context: CONTEXT });
  return hunks.flatMap((hunk) => [
    line(`line ${hunk.newStart}`, 'dim'),
    ...hunk.lines.filter((text) => !text.startsWith('\\')).map((text) => line(text, roleOf(text))),
  ]);
}

/** How many lines come and go: "3 lines added, 1 removed". */
export function diffCount(lines: readonly DiffLine[]): string {
  const count = (role: Role): number => lines.filter((one) => one.role === role).length;
  const [more, fewer] = [count('good'), count('bad')];
  const noun = (many: number): string => `${many} ${many === 1 ? 'line' : 'lines'}`;
  if (fewer === 0) return `${noun(more)} added`;
  return more === 0 ? `${noun(fewer)} removed` : `${noun(more)} added, ${fewer} removed`;
}

function roleOf(text: string): Role {
  if (text.startsWith('+')) return 'good';
  return text.startsWith('-') ? 'bad' : 'plain';
}

function line(text: string, role: Role): DiffLine {
  return { text: sanitise(text.replace(/\r$/, ''), LINE_MAX), role };
}
