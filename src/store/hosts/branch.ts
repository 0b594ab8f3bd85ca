// What the state knows of one host: everything that its sources, acts and shields tell. The rest of the state is the
// operator's: workspace, keys, dialogs, lines of logs.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import { type HostId, type LinkState, LOCAL } from '../../core/hosts.ts';
import { hostOfPane, hostsOf, type Session } from '../../core/pane.ts';
import { initialBans } from '../slices/bans.ts';
import { initialConntrack } from '../slices/conntrack.ts';
import { initialHost } from '../slices/host.ts';
import { initialJails } from '../slices/jails.ts';
import { initialJournal } from '../slices/journal.ts';
import { initialServices } from '../slices/services.ts';
import { initialShields, type ShieldsSlice } from '../slices/shields.ts';
import { initialTraffic } from '../slices/traffic.ts';
import { initialUplinks } from '../slices/uplinks.ts';
import type { ConsoleState } from '../state.ts';

export const HOST_FIELDS = [
  ...(['sources', 'safeSet', 'privileged', 'link', 'skewMs', 'bans', 'conntrack'] as const),
  ...(['traffic', 'host', 'journal', 'jails', 'uplinks', 'services', 'shields'] as const),
] as const satisfies readonly (keyof ConsoleState)[];

export type HostBranch = Pick<ConsoleState, (typeof HOST_FIELDS)[number]>;

export type HostMsg =
  /** `privileged`: acts can be done there; known once its line is up. */
  Readonly<{ kind: 'host/link-changed'; link: LinkState; privileged: boolean }>;

export function initialBranch(session: Session, id: HostId, privileged: boolean): HostBranch {
  const own = panesOn(session, id);
  return {
    sources: {},
    safeSet: undefined,
    privileged,
    link: id === LOCAL ? { kind: 'local' } : undefined,
    skewMs: 0,
    bans: initialBans(own),
    conntrack: initialConntrack(own),
    traffic: initialTraffic(own),
    host: initialHost(own),
    journal: initialJournal(own),
    jails: initialJails(own),
    uplinks: initialUplinks(own),
    services: initialServices(own),
    shields: initialShields,
  };
}

export function initialBranches(session: Session, privileged: boolean): Readonly<Record<HostId, HostBranch>> {
  return Object.fromEntries(
    hostsOf(session).map((id) => [id, initialBranch(session, id, id === LOCAL && privileged)]),
  );
}

export function branchOf(state: HostBranch): HostBranch {
  const { sources, safeSet, privileged, link, skewMs, bans, conntrack, traffic } = state;
  const { host, journal, jails, uplinks, services, shields } = state;
  const machine = { host, journal, jails, uplinks, services, shields };
  return { sources, safeSet, privileged, link, skewMs, bans, conntrack, traffic, ...machine };
}

/** The session with no panes but those of this host. */
export function panesOn(session: Session, id: HostId): Session {
  if (hostsOf(session).length === 1) return session;
  const windows = session.windows.map((window) => ({
    ...window,
    panes: window.panes.filter((pane) => hostOfPane(session, pane.id) === id),
  }));
  return { ...session, windows };
}

export function reduceLink(state: ConsoleState, msg: HostMsg): ConsoleState {
  const skewMs = msg.link.kind === 'up' ? msg.link.skewMs : state.skewMs;
  const now = (state.now - state.skewMs + skewMs) as ConsoleState['now'];
  const shields = moved(state.shields, skewMs - state.skewMs);
  return { ...state, link: onItsClock(msg.link, skewMs), privileged: msg.privileged, skewMs, now, shields };
}

/** Times that were read by a clock that goes otherwise now: later readings must not be taken for older ones. */
function moved(shields: ShieldsSlice, byMs: number): ShieldsSlice {
  if (byMs === 0) return shields;
  const { at, ends, operation } = shields;
  const by = (time: UnixMs): UnixMs => unixMs(Math.max(0, time + byMs));
  return {
    ...shields,
    at: by(at),
    ends: ends === undefined ? undefined : { deadline: by(ends.deadline), hold: by(ends.hold) },
    operation: operation === undefined ? undefined : { ...operation, since: by(operation.since) },
  };
}

/** Lines tell their times by our clock; whatever is seen of a host is read by the host's. */
function onItsClock(link: LinkState, skewMs: number): LinkState {
  if (link.kind === 'local' || skewMs === 0) return link;
  const since = unixMs(link.since + skewMs);
  return link.kind === 'down'
    ? { ...link, since, retryAt: unixMs(link.retryAt + skewMs) }
    : { ...link, since };
}
