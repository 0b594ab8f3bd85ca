// What a row of the hosts pane says of one host: its line, the numbers that decide, its shields, what is worst. A number that
// is not of now is unknown, never the last one that was known.

import { formatAge, formatClock } from '../../core/duration.ts';
import { harmsOf, worstFinding } from '../../core/findings.ts';
import type { HostId, LinkState } from '../../core/hosts.ts';
import type { Role } from '../../core/line.ts';
import type { SetInfo } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceId } from '../../core/status.ts';
import { onHost } from '../hosts/on-host.ts';
import { type ShieldsShown, selectShields } from '../select/shields.ts';
import { isFresh, type Strip, selectStrip } from '../select/strip.ts';
import type { ConsoleState } from '../state.ts';

export type Said = Readonly<{ text: SafeText; role: Role }>;

/** `rank`: 0 needs somebody most. `banned`: elements that rules drop; undefined = not all of it is known now. */
export type HostView = Readonly<{
  id: HostId;
  label: SafeText;
  rank: number;
  line: Said;
  /** Of now: there is nothing between us and the host. */
  reached: boolean;
  perCore: number | undefined;
  numbers: Strip;
  banned: number | undefined;
  shields: ShieldsShown;
  worst: Said | undefined;
}>;

export function hostView(state: ConsoleState, id: HostId): HostView {
  const seen = onHost(state, id);
  const { link } = seen;
  const reached = link?.kind === 'up' || link?.kind === 'local';
  const numbers = reached ? selectStrip(seen) : {};
  const { load, cores } = numbers;
  const shields = selectShields(seen);
  const troubles = troublesOf(seen, { reached, numbers, shields });
  const [worst] = troubles;
  return {
    ...{ id, label: sanitise(id, 63), reached, numbers, shields },
    line: lineWords(link, seen.now),
    perCore: load === undefined || !cores ? undefined : load / cores,
    banned: reached && state.hosts[id] !== undefined ? bannedOf(seen) : undefined,
    rank: worst?.rank ?? FINE,
    worst: worst?.said,
  };
}

/** What needs somebody first; hosts that are alike stay in the order of the session. */
export function hostViews(state: ConsoleState, ids: readonly HostId[]): readonly HostView[] {
  return ids.map((id) => hostView(state, id)).sort((a, b) => a.rank - b.rank);
}

const FINE = 9;
type Trouble = Readonly<{ rank: number; said: Said }>;

export function lineWords(link: LinkState | undefined, now: number): Said {
  switch (link?.kind) {
    case undefined:
      return { text: safe('not tried yet'), role: 'dim' };
    case 'local':
      return { text: safe('this machine'), role: 'plain' };
    case 'up': {
      const trip = link.rttMs === undefined ? '' : ` ${Math.max(1, Math.round(link.rttMs))} ms`;
      return { text: sanitise(`up${trip}`), role: 'good' };
    }
    case 'connecting':
      return { text: sanitise(`connecting ${seconds(now - link.since)}`), role: 'warn' };
    case 'down': {
      const wait = Math.max(0, link.retryAt - now);
      return { text: sanitise(`down ${seconds(now - link.since)}, retry ${seconds(wait)}`), role: 'bad' };
    }
    case 'needs-operator':
      return { text: safe('needs you'), role: 'alarm' };
  }
}

function seconds(ms: number): string {
  return formatClock(Math.max(0, Math.round(ms / 1000)));
}

/** Kernel's sets that drop, on a host all of whose firewalls could be read. */
function bannedOf(seen: ConsoleState): number | undefined {
  if (!isFresh(seen, 'bans') || seen.bans.at === undefined || kernelGap(seen.bans.gaps) !== undefined)
    return undefined;
  let sum = 0;
  for (const set of seen.bans.sets) {
    if (set.enforcement.kind === 'unknown') return undefined;
    if (set.enforcement.kind !== 'dropped' || isDaemons(set)) continue;
    const count = set.count ?? seen.bans.members.get(set.key)?.length;
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

/** What a daemon did not tell hides no set of the kernel, and only those stop anybody. */
export function kernelGap(gaps: readonly SafeText[]): SafeText | undefined {
  return gaps.find((gap) => !/^(fail2ban|crowdsec)6?:/.test(gap));
}

/** What a daemon keeps is in a set of the kernel, too, where it stops anybody. */
function isDaemons({ backend }: SetInfo): boolean {
  return backend === 'fail2ban' || backend === 'crowdsec';
}

type Known = Pick<HostView, 'reached' | 'numbers' | 'shields'>;

function troublesOf(seen: ConsoleState, known: Known): readonly Trouble[] {
  return [
    ...lineTroubles(seen),
    ...shieldsTroubles(known.shields),
    ...(known.reached ? [...findingTroubles(seen), ...numberTroubles(known.numbers)] : []),
    ...staleTroubles(seen, known.reached),
  ].sort((a, b) => a.rank - b.rank);
}

const trouble = (rank: number, role: Role, text: string): Trouble => ({
  rank,
  said: { role, text: sanitise(text, 300) },
});

function lineTroubles({ link, at: name }: ConsoleState): readonly Trouble[] {
  if (link?.kind === 'needs-operator' || link?.kind === 'down') {
    // Its name stands at the head of the row.
    const says = link.problem.summary.replace(`${name}: `, '');
    const { hint } = link.problem;
    const words = hint === undefined ? says : `${says}: ${hint}`;
    return [link.kind === 'down' ? trouble(1, 'bad', says) : trouble(0, 'bad', words)];
  }
  return link === undefined || link.kind === 'connecting' ? [trouble(5, 'dim', 'not known yet')] : [];
}

function shieldsTroubles(shields: ShieldsShown): readonly Trouble[] {
  if (shields.kind !== 'up') return [];
  if (shields.leftSeconds < -10) return [trouble(2, 'bad', 'shields overdue: nobody lowered them')];
  if (shields.wall === 'gone') return [trouble(2, 'bad', 'shields up, but their rules are gone')];
  if (shields.wall === 'expired') return [trouble(2, 'bad', 'shields up, but their timer ran out')];
  return [trouble(4, 'warn', `shields raised by ${shields.by}`)];
}

function findingTroubles({ bans }: ConsoleState): readonly Trouble[] {
  const [harm, ...more] = harmsOf(bans.sets);
  if (harm !== undefined) {
    const others = more.length === 0 ? '' : ` (+${more.length} more)`;
    return [trouble(3, 'bad', `${harm.set.name}: ${harm.finding.says}${others}`)];
  }
  const warned = bans.sets.find((set) => worstFinding(set) !== undefined);
  const says = warned === undefined ? undefined : worstFinding(warned)?.says;
  const gap = bans.gaps[0];
  return [
    ...(gap === undefined ? [] : [trouble(7, 'warn', `not shown: ${gap}`)]),
    ...(says === undefined ? [] : [trouble(8, 'warn', `${warned?.name}: ${says}`)]),
  ];
}

function numberTroubles({ conntrack, load, cores }: Strip): readonly Trouble[] {
  const perCore = load === undefined || !cores ? 0 : load / cores;
  return [
    ...(conntrack !== undefined && conntrack >= 0.9 ? [trouble(3, 'bad', 'conntrack is nearly full')] : []),
    ...(conntrack !== undefined && conntrack >= 0.7 && conntrack < 0.9
      ? [trouble(6, 'warn', 'conntrack is filling up')]
      : []),
    ...(perCore >= 2 ? [trouble(6, 'warn', 'overloaded')] : []),
  ];
}

const WATCHED = ['bans', 'conntrack', 'traffic', 'host'] as const satisfies readonly SourceId[];

/** What was read once and is old now; behind a line that is down all of it is, and the line says why. */
function staleTroubles(seen: ConsoleState, reached: boolean): readonly Trouble[] {
  const stale = WATCHED.flatMap((source) => {
    const status = seen.sources[source];
    if (status === undefined || isFresh(seen, source)) return [];
    if (status.kind === 'live') return [{ source, at: status.sampledAt, why: '' }];
    if (status.kind === 'retrying')
      return [{ source, at: status.lastSampleAt, why: `, ${status.problem.summary}` }];
    return [];
  });
  const [first, ...more] = stale;
  if (first === undefined) return [];
  const age = first.at === undefined ? 'not read yet' : `as of ${formatAge(seen.now - first.at)}`;
  const others = more.length === 0 ? '' : ` (+${more.length} more)`;
  return [trouble(reached ? 7 : 8, 'warn', `${first.source} ${age}${others}${reached ? first.why : ''}`)];
}

/** How old what is known of a host's bans is; undefined: it is of now. */
export function bansAge(seen: ConsoleState): SafeText | undefined {
  const { link, bans } = seen;
  const reached = link?.kind === 'up' || link?.kind === 'local';
  if (bans.at === undefined) {
    const status = seen.sources.bans;
    const why = status?.kind === 'unavailable' ? status.problem.summary : undefined;
    if (link?.kind === 'needs-operator') return safe('needs you');
    if (link?.kind === 'down') return safe('never reached');
    return why === undefined ? safe('not read yet') : sanitise(`cannot be read: ${why}`, 120);
  }
  if (reached && isFresh(seen, 'bans')) return undefined;
  return sanitise(`${ageWords(seen.now - readAt(seen, bans.at))} old`);
}

function readAt({ sources: { bans } }: ConsoleState, told: number): number {
  if (bans?.kind === 'live') return bans.sampledAt;
  return bans?.kind === 'retrying' ? (bans.lastSampleAt ?? told) : told;
}

function ageWords(ms: number): string {
  return formatAge(Math.max(1500, ms)).replace(/ ago$/, '');
}
