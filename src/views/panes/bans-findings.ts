// What contradicts the sets of a bans pane: a sign on its frame, a line at its foot, all of it in the detail.

import { harmsOf, hasHarm } from '../../core/findings.ts';
import type { Line, Role, Span } from '../../core/line.ts';
import type { Finding, SetInfo } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Table } from '../../store/bans/table.ts';
import type { Glyphs } from '../glyphs.ts';
import { span } from '../parts/lines.ts';

const shownSets = ({ parts, unlisted }: Table): readonly SetInfo[] => [
  ...unlisted.map(({ set }) => set),
  ...parts.map(({ set }) => set),
];

/** "✗ 2 sets do not hold": somebody who counts as banned is not stopped, or not everywhere. */
export function harmOnFrame(table: Table, glyphs: Glyphs, narrow: boolean): readonly Span[] {
  const count = shownSets(table).filter(hasHarm).length;
  if (count === 0) return [];
  const sets = `${glyphs.bad} ${count} ${count === 1 ? 'set' : 'sets'}`;
  if (narrow) return [span(sanitise(sets), 'bad')];
  return [span(sanitise(`${sets} ${count === 1 ? 'does' : 'do'} not hold`), 'bad')];
}

/** One line for each harm, the name of its set first. */
export function harmLines(table: Table, glyphs: Glyphs): readonly Line[] {
  return harmsOf(shownSets(table)).map(({ set, finding, more }) => {
    const others = more === 0 ? '' : ` (and ${more} more)`;
    return [span(sanitise(`${glyphs.bad} ${set.name}${others}: ${finding.says}`, 500), 'bad')];
  });
}

const ROLES: Readonly<Record<Finding['level'], Role>> = { harm: 'bad', warning: 'warn', note: 'plain' };

/** A finding with what to do about it. */
export function findingLine({ level, says, todo }: Finding, glyphs: Glyphs): Line {
  const sign = level === 'harm' ? glyphs.bad : level === 'warning' ? '!' : glyphs.dot;
  const then = todo === undefined ? '' : `; ${todo}`;
  return [span(sanitise(`${sign} ${says}${then}`, 700), ROLES[level])];
}

/** Where the rule stands that drops it. */
export function positionLines({ enforcement }: SetInfo): readonly Line[] {
  if (enforcement.kind !== 'dropped' || enforcement.position === undefined) return [];
  return [[span(sanitise(`at ${enforcement.position}`, 340))]];
}
