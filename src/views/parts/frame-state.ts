// The state of a pane on its frame where there is little room: what is wrong stays, then how its source is doing.

import type { Line, Role } from '../../core/line.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { cutLine, span, widthOfLine } from './lines.ts';

/** "/wp-login 1 of 2 · frozen, 214 new" → "… · frozen, 214 new": a part that is not whole would say less than none. */
export function fitState(state: Line, columns: number, dot: string): Line {
  if (widthOfLine(state) <= columns) return state;
  const parts = partsOf(state, ` ${dot} `);
  const left = [...parts.keys()];
  // The least important go first, of equal ones the first; the last one is how the source is doing.
  const order = left.toSorted((a, b) => rankOf(parts[a] ?? []) - rankOf(parts[b] ?? []) || a - b);
  while (left.length > 1) {
    const gone = order.shift();
    if (gone !== undefined) left.splice(left.indexOf(gone), 1);
    const line = joined(
      left.map((at) => parts[at] ?? []),
      dot,
    );
    if (widthOfLine(line) <= columns) return line;
  }
  const most = Math.max(...parts.map(rankOf));
  return cutLine(parts.find((part) => rankOf(part) === most) ?? [], columns);
}

function joined(parts: readonly Line[], dot: string): Line {
  const mark = span(`… ${dot} ` as SafeText, 'dim');
  const between = span(` ${dot} ` as SafeText, 'dim');
  return [mark, ...parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]))];
}

const RANKS: Readonly<Partial<Record<Role, number>>> = { dim: 0, accent: 2, warn: 3, bad: 4, alarm: 4 };

function rankOf(part: Line): number {
  return Math.max(0, ...part.map(({ role }) => RANKS[role ?? 'plain'] ?? 1));
}

function partsOf(state: Line, dot: string): readonly Line[] {
  const parts: Line[] = [[]];
  for (const one of state) {
    const pieces = one.text.split(dot);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) parts.push([]);
      if (piece !== '') parts.push([...(parts.pop() ?? []), { ...one, text: piece as SafeText }]);
    }
  }
  return parts.filter((part) => part.length > 0);
}
