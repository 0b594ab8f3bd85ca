// The services of a host as the pane, the command and their tests see them.

import type { UnixMs } from '../brand.ts';
import type { HostId } from '../hosts.ts';
import type { Problem } from '../problem.ts';
import type { SafeText } from '../sanitise.ts';
import type { Reading, ServiceEntry, ServiceState, Thing } from './thing.ts';

/**
 * `thing` absent: a failed unit that the session file does not name, which is only shown. `problem`: why nothing is known of it.
 * `watched`: what only watching tells, where its manager does not: in this state since or longer (`exact`: it was seen to begin),
 * and how often it came back.
 */
export type ServiceRow = Readonly<{
  name: SafeText;
  thing?: Thing;
  reading?: Reading;
  problem?: Problem;
  watched: Readonly<{ since: UnixMs; exact: boolean; restarts: number }>;
}>;

/** `declared`: whether the session file names any for this host. */
export type ServicesSample = Readonly<{
  at: UnixMs;
  declared: boolean;
  rows: readonly ServiceRow[];
}>;

/** Those that are on this host. */
export function thingsOn(services: readonly ServiceEntry[] | undefined, host: HostId): readonly Thing[] {
  return (services ?? []).flatMap(({ thing, hosts }) => (hosts.includes(host) ? [thing] : []));
}

const RANKS: Readonly<Record<ServiceState, number>> = {
  failed: 0,
  absent: 1,
  changing: 1,
  unknown: 2,
  stopped: 3,
  running: 4,
};

/** How much it needs somebody to look at it, 0 first. */
export function serviceRank({ reading }: ServiceRow): number {
  return reading === undefined ? 2 : RANKS[reading.state];
}
