// The one reducer: every message passes every slice; a message that changes nothing returns the same state.

import { unixMs } from '../core/brand.ts';
import { fitPanes, isOfGonePane } from './fit-panes.ts';
import { reduceLink } from './hosts/branch.ts';
import { hostOfMsg, onHost, settled } from './hosts/on-host.ts';
import type { HostlessMsg, Msg } from './messages.ts';
import { reduceBans } from './slices/bans.ts';
import { reduceConntrack } from './slices/conntrack.ts';
import { reduceCopy } from './slices/copy.ts';
import { reduceFile } from './slices/file.ts';
import { reduceFleet } from './slices/fleet.ts';
import { reduceFollow } from './slices/follow.ts';
import { reduceHost } from './slices/host.ts';
import { reduceJails } from './slices/jails.ts';
import { reduceJournal } from './slices/journal.ts';
import { reduceKeys } from './slices/keys.ts';
import { reduceLayout } from './slices/layout.ts';
import { reduceLogs } from './slices/logs.ts';
import { reduceLook } from './slices/look.ts';
import { reduceModal } from './slices/modal.ts';
import { reducePrograms } from './slices/programs.ts';
import { reduceServices } from './slices/services.ts';
import { reduceShields } from './slices/shields.ts';
import { reduceTraffic } from './slices/traffic.ts';
import { reduceUplinks } from './slices/uplinks.ts';
import { reduceWatches } from './slices/watches.ts';
import { reduceWorkspace } from './slices/workspace.ts';
import type { ConsoleState } from './state.ts';

export function reduce(state: ConsoleState, msg: Msg): ConsoleState {
  const host = hostOfMsg(state, msg);
  // What comes late from a host that left the session.
  if (msg.kind === 'host/on' && state.hosts[host] === undefined) return state;
  const seen = onHost(state, host);
  const next = reduceOne(seen, msg.kind === 'host/on' ? msg.msg : msg);
  // A dialog stays on the host that it was opened for.
  return next === seen ? state : settled(next, msg.kind === 'modal/act-opened' ? host : state.at);
}

function reduceOne(state: ConsoleState, msg: HostlessMsg): ConsoleState {
  const arranged = reduceWorkspace(state, msg);
  const fitted = arranged.session === state.session ? arranged : fitPanes(arranged);
  const base = reduceFile(reduceLook(reduceBase(fitted, msg), msg), msg);
  const modal = reduceModal(base.modal, msg, base);
  const withModal = modal === base.modal ? base : { ...base, modal };
  const next: ConsoleState = {
    ...base,
    layout: reduceLayout(base.layout, msg, base),
    modal,
    keys: reduceKeys(base.keys, msg),
    // A log that stands still for a dialog goes on with the message that closes it.
    logs: reduceLogs(base.logs, msg, withModal),
    bans: reduceBans(base.bans, msg, base),
    conntrack: reduceConntrack(base.conntrack, msg, base),
    traffic: reduceTraffic(base.traffic, msg, base),
    host: reduceHost(base.host, msg, base),
    journal: reduceJournal(base.journal, msg, base),
    jails: reduceJails(base.jails, msg, base),
    uplinks: reduceUplinks(base.uplinks, msg, base),
    services: reduceServices(base.services, msg, base),
    shields: reduceShields(base.shields, msg, base),
    programs: reducePrograms(base.programs, msg, base),
    watches: reduceWatches(base.watches, msg, withModal),
    copy: reduceCopy(base.copy, msg, base),
    follow: reduceFollow(base.follow, msg, base),
    fleet: reduceFleet(base.fleet, msg, withModal),
  };
  return SLICES.every((slice) => next[slice] === base[slice]) ? base : next;
}

const SLICES = [
  ...(['layout', 'modal', 'keys', 'logs', 'bans', 'conntrack', 'traffic', 'host', 'journal'] as const),
  ...(['shields', 'programs', 'watches', 'copy', 'follow', 'jails', 'uplinks', 'services', 'fleet'] as const),
] as const;

function reduceBase(state: ConsoleState, msg: HostlessMsg): ConsoleState {
  switch (msg.kind) {
    case 'host/link-changed':
      return reduceLink(state, msg);
    case 'clock/ticked': {
      const now = unixMs(msg.now + state.skewMs);
      return state.now === now ? state : { ...state, now };
    }
    case 'terminal/resized':
      return state.size.columns === msg.columns && state.size.rows === msg.rows
        ? state
        : { ...state, size: { columns: msg.columns, rows: msg.rows } };
    case 'source/status-changed':
      if (isOfGonePane(state.session, msg.source)) return state;
      return { ...state, sources: { ...state.sources, [msg.source]: msg.status } };
    case 'line/measured':
      return { ...state, line: msg.line };
    case 'safe-set/computed':
      return { ...state, safeSet: msg.safeSet };
    default:
      return state;
  }
}
