// One line made of parts, each with shorter forms: what does not fit becomes short, then goes, the least urgent first.

import { widthOf } from '../../core/width.ts';

/**
 * A part of the line from its longest form to its shortest; `until`: the lowest gives way first. The last form stays when
 * it has none, and '' is nothing.
 */
export type Form = Readonly<{ text: string; until?: number }>;
export type Part = readonly Form[];

export type Groups = Readonly<{ ahead: readonly Part[]; parts: readonly Part[]; behind: readonly Part[] }>;

/** The line with the longest forms that fit. */
export function fitParts(groups: Groups, columns: number): string {
  const all = [...groups.ahead, ...groups.parts, ...groups.behind];
  const at = new Map<Part, number>(all.map((part) => [part, 0]));
  const formOf = (part: Part): Form => part[at.get(part) ?? 0] ?? { text: '' };
  const step = (part: Part, by: 1 | -1): void => void at.set(part, (at.get(part) ?? 0) + by);
  const fits = (): boolean => widthOf(line(groups, (part) => formOf(part).text, columns)) <= columns;
  const given: Part[] = [];
  while (!fits()) {
    const first = all
      .filter((part) => formOf(part).until !== undefined)
      .reduce<Part | undefined>(
        (least, part) => (least === undefined || rank(part) < rank(least) ? part : least),
        undefined,
      );
    if (first === undefined) break;
    step(first, 1);
    given.push(first);
  }
  // A big part that went may have left room for small ones that had gone before it.
  for (const part of given.toReversed()) {
    step(part, -1);
    if (!fits()) step(part, 1);
  }
  return line(groups, (part) => formOf(part).text, columns);

  function rank(part: Part): number {
    return formOf(part).until ?? Number.POSITIVE_INFINITY;
  }
}

function line({ ahead, parts, behind }: Groups, textOf: (part: Part) => string, columns: number): string {
  const present = (list: readonly Part[]): readonly string[] =>
    list.map(textOf).filter((text) => text !== '');
  const left = ` ${[...present(ahead), present(parts).join(' · ')].join(' ')}`;
  const right = present(behind).join(' · ');
  if (right === '') return left;
  const gap = columns - widthOf(left) - widthOf(right) - 1;
  return `${left}${' '.repeat(Math.max(2, gap))}${right} `;
}
