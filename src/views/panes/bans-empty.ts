// What the bans pane says when there is no row, and the one row of a set too big to be listed unasked.

import { hasHarm } from '../../core/findings.ts';
import type { Line } from '../../core/line.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatCount, groupDigits } from '../../core/units.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { BansPane } from '../../store/bans/bans-pane.ts';
import type { Table } from '../../store/bans/table.ts';
import { selectSetChoices } from '../../store/select/target-bans.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Glyphs } from '../glyphs.ts';
import { span } from '../parts/lines.ts';
import { lineIsThere } from '../parts/source-state.ts';

export function emptyBans(state: ConsoleState, pane: BansPane, table: Table): readonly Line[] {
  const { bans } = state;
  const status = state.sources.bans;
  if (bans.at === undefined) {
    if (status?.kind !== 'unavailable' && status?.kind !== 'retrying')
      return [[span(safe('Reading the ban sets …'), 'dim')]];
    const { summary, hint } = status.problem;
    return [
      [span(sanitise(summary), 'bad')],
      ...(hint === undefined ? withoutRights(state) : [[span(sanitise(hint))]]),
    ];
  }
  if (bans.sets.length === 0)
    return [
      [span(safe('No ban set found.'))],
      [span(safe('opsconsole would create table inet opsconsole on the first ban.'), 'dim')],
      ...withoutRights(state),
      ...bans.gaps.map((gap): Line => [span(gap, 'warn')]),
    ];
  if (pane.filter !== '')
    return [
      [span(sanitise(`No row matches "${pane.filter}".`))],
      [span(safe('Clear the filter to see all rows again.'), 'dim')],
      ...(table.unsearched > 0 ? [unsearchedLine(table.unsearched)] : []),
    ];
  const wanted = pane.only.length > 0 ? pane.only : pane.spec.sets;
  if (wanted.length > 0 && table.parts.length === 0) {
    const known = selectSetChoices(state)
      .slice(1)
      .map(({ label }) => label);
    return [
      [span(sanitise(`No set is called ${wanted.join(' or ')}.`), 'warn')],
      [span(sanitise(`There are: ${known.join(', ')}.`), 'dim')],
    ];
  }
  return [
    [span(safe('Nobody is banned.'), 'good')],
    [
      span(
        sanitise(`Empty: ${table.parts.map(({ name, set }) => `${name} v${set.family}`).join(', ')}.`),
        'dim',
      ),
    ],
    ...bans.gaps.map((gap): Line => [span(gap, 'warn')]),
  ];
}

function withoutRights({ privileged, link }: ConsoleState): readonly Line[] {
  if (privileged || !lineIsThere(link)) return [];
  const far = link !== undefined && link.kind !== 'local';
  const how = far
    ? 'log in there as root, or let sudo there do it'
    : 'start through sudo, or see opsconsole doctor';
  return [[span(sanitise(`Without root, sets cannot be read: ${how}.`), 'warn')]];
}

export function unsearchedLine(rows: number): Line {
  return [
    span(sanitise(`${groupDigits(rows)} v6 rows were not searched: type an address or network`), 'warn'),
  ];
}

/** Measured on Linux 6.18, one core: seconds that listing a million members takes, `nft -j` and `ipset list`. */
const SECONDS_PER_MILLION: Readonly<Record<SetInfo['backend'], number>> = {
  nft: 35,
  ipset: 1,
  iptables: 5,
  fail2ban: 20,
  crowdsec: 60,
  pf: 2,
};

export function listingCost(set: SetInfo): SafeText {
  if (set.count === undefined) return safe('takes an unknown time');
  const seconds = (set.count * SECONDS_PER_MILLION[set.backend]) / 1e6;
  return sanitise(`takes about ${seconds < 1 ? 'a second' : `${Math.ceil(seconds)} s of a core`}`);
}

type Unlisted = Readonly<{ set: SetInfo; name: SafeText }>;

export function unlistedLine(state: ConsoleState, { set, name }: Unlisted, glyphs: Glyphs): Line {
  const members = set.count === undefined ? 'count unknown' : `${formatCount(set.count)} elements`;
  const max = set.max === undefined ? '' : ` of ${formatCount(set.max)}`;
  const harm = hasHarm(set) ? [span(sanitise(`${glyphs.bad} does not hold, `), 'bad')] : [];
  const head = [span(name, 'strong'), span(sanitise(`  v${set.family}  ${members}${max}, `)), ...harm];
  const listing = state.bans.listings.get(set.key);
  switch (listing?.kind) {
    case undefined:
    case 'done':
      return [...head, span(sanitise(`not listed: open lists it, ${listingCost(set)}`), 'dim')];
    case 'asked':
    case 'running':
      return [...head, span(sanitise(`being listed, ${listingCost(set)}`), 'accent')];
    case 'failed':
      return [...head, span(sanitise(`not listed: ${listing.problem.summary}`), 'bad')];
    default:
      return unreachable(listing);
  }
}
