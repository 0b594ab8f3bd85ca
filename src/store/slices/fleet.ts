// What is about several hosts at once: the panes that show them side by side, and the act that was last done on several.

import type { PaneId, Session } from '../../core/pane.ts';
import type { AllBansPane } from '../fleet/all-bans-pane.ts';
import {
  heldInAllBans,
  keyInAllBans,
  newAllBansPane,
  pointInAllBans,
  wentInAllBans,
} from '../fleet/all-bans-pane.ts';
import { type FleetAct, type FleetActMsg, reduceFleetAct } from '../fleet/fleet-act.ts';
import { type HostsPane, keyInHosts, newHostsPane, pinnedHosts, pointInHosts } from '../fleet/hosts-pane.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

export type FleetState = Readonly<{
  hosts: ReadonlyMap<PaneId, HostsPane>;
  bans: ReadonlyMap<PaneId, AllBansPane>;
  /** The last one; it stays when its dialog is left, until there is another. */
  act: FleetAct | undefined;
}>;

export type FleetMsg = FleetActMsg;

export function initialFleet(session: Session): FleetState {
  const hosts = new Map<PaneId, HostsPane>();
  const bans = new Map<PaneId, AllBansPane>();
  for (const { panes } of session.windows)
    for (const { id, body } of panes) {
      if (body.kind === 'hosts') hosts.set(id, newHostsPane(body));
      if (body.kind === 'all-bans') bans.set(id, newAllBansPane(body));
    }
  return { hosts, bans, act: undefined };
}

/** Those of the session; those that stayed keep what they had. */
export function fitFleet(fleet: FleetState, session: Session): FleetState {
  const fresh = initialFleet(session);
  const hosts = new Map([...fresh.hosts].map(([id, pane]) => [id, fleet.hosts.get(id) ?? pane]));
  const bans = new Map([...fresh.bans].map(([id, pane]) => [id, fleet.bans.get(id) ?? pane]));
  return { ...fleet, hosts, bans };
}

export function reduceFleet(state: FleetState, msg: Msg, whole: ConsoleState): FleetState {
  const act = reduceFleetAct(state.act, msg, whole);
  return reducePanes(act === state.act ? state : { ...state, act }, msg, whole);
}

type PaneMsg = Extract<Msg, { pane: PaneId }>;

function reducePanes(state: FleetState, msg: Msg, whole: ConsoleState): FleetState {
  if (!msg.kind.startsWith('pane/')) return state;
  const of = msg as PaneMsg;
  const host = state.hosts.get(of.pane);
  const bans = state.bans.get(of.pane);
  if (host !== undefined) {
    const next = hostsAfter(host, of, whole);
    return next === host ? state : { ...state, hosts: new Map(state.hosts).set(of.pane, next) };
  }
  if (bans === undefined) return state;
  const next = bansAfter(bans, of, whole);
  return next === bans ? state : { ...state, bans: new Map(state.bans).set(of.pane, next) };
}

function hostsAfter(pane: HostsPane, msg: PaneMsg, whole: ConsoleState): HostsPane {
  switch (msg.kind) {
    case 'pane/intent':
      return keyInHosts(pane, msg.intent, whole, msg.rows);
    case 'pane/pointed':
      return pointInHosts(pane, whole, msg);
    case 'pane/held':
      return pinnedHosts(pane, msg.seen);
    case 'pane/prompted':
      return msg.purpose === 'filter' ? { ...pane, filter: msg.text } : pane;
    default:
      return pane;
  }
}

function bansAfter(pane: AllBansPane, msg: PaneMsg, whole: ConsoleState): AllBansPane {
  switch (msg.kind) {
    case 'pane/intent':
      return keyInAllBans(pane, msg.intent, whole, msg.rows);
    case 'pane/pointed':
      return pointInAllBans(pane, whole, msg);
    case 'pane/went':
      return wentInAllBans(pane, whole, msg.index);
    case 'pane/held':
      return heldInAllBans(pane, msg.seen);
    case 'pane/prompted':
      return msg.purpose === 'filter' ? { ...pane, filter: msg.text } : pane;
    default:
      return pane;
  }
}
