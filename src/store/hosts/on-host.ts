// The state as seen from one host: every selector and view reads the branches at its top level, and gets those of the host
// that it is asked about. At rest these are the branches of the host that has the focus.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import type { HostId } from '../../core/hosts.ts';
import { hostOfPane } from '../../core/pane.ts';
import type { Msg } from '../messages.ts';
import { focusedPane } from '../slices/layout.ts';
import type { ConsoleState } from '../state.ts';
import { branchOf, HOST_FIELDS } from './branch.ts';

/** A host that the session does not know shows what is seen already. `now` is that host's clock. */
export function onHost(state: ConsoleState, id: HostId): ConsoleState {
  if (id === state.at) return state;
  const branch = state.hosts[id];
  if (branch === undefined) return state;
  const now = unixMs(state.now - state.skewMs + branch.skewMs);
  return { ...state, hosts: kept(state), ...branch, at: id, now };
}

/** The console's own clock, whichever host is looked at. */
export function consoleNow({ now, skewMs }: ConsoleState): UnixMs {
  return unixMs(now - skewMs);
}

/** Whose a message is: the pane's that it names, the host's that it comes from, else that of the one looked at. */
export function hostOfMsg(state: ConsoleState, msg: Msg): HostId {
  if (msg.kind === 'host/on') return msg.host;
  if (msg.kind === 'modal/act-opened') return msg.host ?? state.at;
  if ('pane' in msg && msg.pane !== undefined) return hostOfPane(state.session, msg.pane);
  return state.at;
}

/** What is changed of the host at the top level is also in its branch. */
export function kept(state: ConsoleState): ConsoleState['hosts'] {
  const branch = state.hosts[state.at];
  if (branch !== undefined && HOST_FIELDS.every((field) => branch[field] === state[field]))
    return state.hosts;
  return { ...state.hosts, [state.at]: branchOf(state) };
}

/** Back to the host of the focused pane; while something is open that was made for a host, that one stays. */
export function settled(state: ConsoleState, before: HostId): ConsoleState {
  const hosts = kept(state);
  const whole = hosts === state.hosts ? state : { ...state, hosts };
  const held = state.modal.modal.kind !== 'none' && state.hosts[before] !== undefined;
  return onHost(whole, held ? before : hostOfPane(state.session, focusedPane(state)?.id));
}
