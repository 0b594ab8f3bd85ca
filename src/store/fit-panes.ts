// After panes came or went: every branch of the state has exactly the panes of the session, and those that stayed keep
// what they had.

import { type HostId, LOCAL } from '../core/hosts.ts';
import { hostsOf, type PaneId, type Session } from '../core/pane.ts';
import { type HostBranch, initialBranch, panesOn } from './hosts/branch.ts';
import { kept } from './hosts/on-host.ts';
import { initialBans } from './slices/bans.ts';
import { initialConntrack } from './slices/conntrack.ts';
import { fitFleet } from './slices/fleet.ts';
import { initialJails } from './slices/jails.ts';
import { initialJournal } from './slices/journal.ts';
import { initialLogs } from './slices/logs.ts';
import { fitPrograms } from './slices/programs.ts';
import { initialServices } from './slices/services.ts';
import { initialTraffic } from './slices/traffic.ts';
import { initialUplinks } from './slices/uplinks.ts';
import { fitWatches } from './slices/watches.ts';
import type { ConsoleState } from './state.ts';

export function fitPanes(state: ConsoleState): ConsoleState {
  const { session, logs, programs, watches } = state;
  const lines = fitted(initialLogs(session).panes, logs.panes);
  const hosts = fitHosts(state);
  const at = hosts[state.at] === undefined ? (session.host ?? LOCAL) : state.at;
  return {
    ...state,
    ...hosts[at],
    ...{ at, hosts },
    logs: { ...logs, panes: lines, boxes: only(lines, logs.boxes), begun: only(lines, logs.begun) },
    programs: fitPrograms(programs, state),
    watches: fitWatches(watches, state),
    fleet: fitFleet(state.fleet, session),
  };
}

/** Hosts come and go with the session that names them. */
function fitHosts(state: ConsoleState): ConsoleState['hosts'] {
  const { session } = state;
  const known = kept(state);
  return Object.fromEntries(
    hostsOf(session).map((id) => {
      const old = known[id];
      // Of a host over ssh nothing is known before its line is up.
      return [id, old === undefined ? initialBranch(session, id, false) : fitBranch(old, session, id)];
    }),
  );
}

function fitBranch(branch: HostBranch, session: Session, id: HostId): HostBranch {
  const { sources, bans, conntrack, traffic, journal, jails, uplinks, services } = branch;
  const own = panesOn(session, id);
  return {
    ...branch,
    sources: Object.fromEntries(Object.entries(sources).filter(([name]) => !isOfGonePane(own, name))),
    bans: { ...bans, panes: fitted(initialBans(own).panes, bans.panes) },
    conntrack: { ...conntrack, views: fittedRecord(initialConntrack(own).views, conntrack.views) },
    traffic: { ...traffic, views: fittedRecord(initialTraffic(own).views, traffic.views) },
    journal: { ...journal, panes: fitted(initialJournal(own).panes, journal.panes) },
    jails: { ...jails, panes: fitted(initialJails(own).panes, jails.panes) },
    uplinks: { ...uplinks, panes: fitted(initialUplinks(own).panes, uplinks.panes) },
    services: { ...services, panes: fitted(initialServices(own).panes, services.panes) },
  };
}

/** What a pane's own source tells after its pane was closed, is told to nobody. */
export function isOfGonePane({ windows }: Session, source: string): boolean {
  const [, pane] = /^(?:log|watch):(.*)$/s.exec(source) ?? [];
  return pane !== undefined && !windows.some(({ panes }) => panes.some(({ id }) => id === pane));
}

function only<T>(panes: ReadonlyMap<PaneId, unknown>, old: ReadonlyMap<PaneId, T>): ReadonlyMap<PaneId, T> {
  return new Map([...old].filter(([id]) => panes.has(id)));
}

function fitted<T>(fresh: ReadonlyMap<PaneId, T>, old: ReadonlyMap<PaneId, T>): ReadonlyMap<PaneId, T> {
  return new Map([...fresh].map(([id, first]) => [id, old.get(id) ?? first]));
}

function fittedRecord<T>(
  fresh: Readonly<Record<string, T>>,
  old: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(fresh).map(([id, first]) => [id, old[id] ?? first]));
}
