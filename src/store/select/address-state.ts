// What is known of an address everywhere: banned, safe, seen before, or new. The same answer in every pane.

import type { SafeSet } from '../../core/act.ts';
import { contains, type Net } from '../../core/address.ts';
import type { SetKey } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { rowsCovering } from '../bans/address-index.ts';
import { seenIn } from '../logs/feed.ts';
import { watchedOnce } from '../logs/watched.ts';
import type { ConsoleState } from '../state.ts';

/**
 * `banned`: in a set that a rule drops (`proved`), or in one whose rules could not be read (not proved). Membership of
 * a set that no rule drops is no ban. `expires`: UnixMs, Infinity = no timeout, NaN = unknown.
 */
export type AddressState =
  | Readonly<{ kind: 'banned'; set: SetKey; expires: number; proved: boolean }>
  | Readonly<{ kind: 'safe'; why: SafeText }>
  /** `count`: in how many kept log lines; at least 2. */
  | Readonly<{ kind: 'seen'; count: number }>
  | Readonly<{ kind: 'new' }>;

const NEW: AddressState = { kind: 'new' };

/** A safe address that is banned nevertheless is shown as banned: that is what happens to its packets. */
export function selectAddressState(state: ConsoleState, net: Net): AddressState {
  const banned = bannedState(state, net);
  if (banned !== undefined) return banned;
  const why = safeReason(state.safeSet, net);
  if (why !== undefined) return { kind: 'safe', why };
  const count = selectSeenCount(state, net);
  return count > 1 ? { kind: 'seen', count } : NEW;
}

function bannedState(state: ConsoleState, net: Net): AddressState | undefined {
  let unproved: AddressState | undefined;
  for (const { key, family, enforcement } of state.bans.sets) {
    if (family !== net.family || enforcement.kind === 'unused' || enforcement.kind === 'not-dropped')
      continue;
    if (enforcement.kind === 'unknown' && unproved !== undefined) continue;
    const members = state.bans.members.get(key);
    if (members === undefined) continue;
    const row = rowsCovering(members, net).find((found) => !((members.expires[found] ?? 0) <= state.now));
    if (row === undefined) continue;
    const expires = members.expires[row] ?? Number.NaN;
    if (enforcement.kind === 'dropped') return { kind: 'banned', set: key, expires, proved: true };
    unproved = { kind: 'banned', set: key, expires, proved: false };
  }
  return unproved;
}

/** Why nothing may be done to the address; undefined when it is not in the safe set. */
export function safeReason(safeSet: SafeSet | undefined, net: Net): SafeText | undefined {
  return safeSet?.entries.find((entry) => contains(entry.net, net))?.why;
}

/** In how many kept log lines the address stands; panes that watch the same files count once. */
export function selectSeenCount(state: ConsoleState, net: Net): number {
  let count = 0;
  for (const { feed } of watchedOnce(state.logs.panes).values()) count += seenIn(feed, net.text);
  return count;
}
