// Words in lines, for details under a table.

import type { SafeText } from '../core/sanitise.ts';
import { wrapText } from './logs/geometry.ts';

/** Between words where there are some; a path that is longer than a line goes on in the next. */
export function wrapWords(text: SafeText, columns: number): readonly SafeText[] {
  const rows: SafeText[] = [];
  let rest: string = text;
  for (;;) {
    const [first] = wrapText(rest, columns);
    if (first === undefined || first.end >= rest.length) return [...rows, rest as SafeText];
    const blank = rest.lastIndexOf(' ', first.end);
    const end = blank > 0 ? blank : first.end;
    rows.push(rest.slice(0, end) as SafeText);
    rest = rest.slice(end).trimStart();
  }
}
