// A pane's title, state and body as readable text, with the meaning (role) of every run of cells below it.

import type { Line, Span } from '../../src/core/line.ts';
import { widthOf } from '../../src/core/width.ts';
import type { PaneView } from '../../src/views/panes/pane.ts';

export const plainLine = (line: Line): string => line.map(({ text }) => text).join('');

function roleOf(part: Span): string {
  const flags = `${part.on === true ? ' on' : ''}${part.under === true ? ' under' : ''}`;
  return `${part.role ?? 'plain'}${flags}`;
}

/** "0-7 accent, 8-20 banned under": runs that are not simply plain. */
function rolesOf(line: Line): string {
  const runs: { from: number; to: number; role: string }[] = [];
  let at = 0;
  for (const part of line) {
    const width = widthOf(part.text);
    const last = runs.at(-1);
    if (width === 0) continue;
    if (last?.role === roleOf(part) && last.to === at) last.to = at + width;
    else runs.push({ from: at, to: at + width, role: roleOf(part) });
    at += width;
  }
  return runs
    .filter(({ role }) => role !== 'plain')
    .map(({ from, to, role }) => `${from}-${to} ${role}`)
    .join(', ');
}

/** Rows for a golden: frame words, body between bars, then roles by row. */
export function goldenOf(view: PaneView, columns: number): readonly string[] {
  const bar = (line: Line) =>
    `|${plainLine(line)}${' '.repeat(Math.max(0, columns - widthOf(plainLine(line))))}|`;
  return [
    `title ${plainLine(view.title)}`,
    `state ${plainLine(view.state)}`,
    ...view.body.map(bar),
    '',
    `title ${rolesOf(view.title)}`,
    `state ${rolesOf(view.state)}`,
    ...view.body.map((line, row) => `${row} ${rolesOf(line)}`.trimEnd()),
  ];
}
