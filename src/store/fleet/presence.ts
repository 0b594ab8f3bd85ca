// Where a banned address stands, host by host. "Not there" is said only of a host that was read, all of it, just now.

import type { Net } from '../../core/address.ts';
import { hasHarm } from '../../core/findings.ts';
import type { HostId } from '../../core/hosts.ts';
import { memberNet } from '../../core/members.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { rowsCovering } from '../bans/address-index.ts';
import { setNames } from '../bans/set-names.ts';
import { onHost } from '../hosts/on-host.ts';
import type { ConsoleState } from '../state.ts';
import type { FleetElement, FleetRow } from './all-bans.ts';
import { bansAge, kernelGap } from './host-view.ts';

/** `doubt`: why a ban that is not listed may be there all the same. `age`: what is known is older than now. */
export type HostKnown = Readonly<{
  id: HostId;
  seen: ConsoleState;
  age: SafeText | undefined;
  doubt: SafeText | undefined;
}>;

/** `proved`: a rule drops it. `end`: Infinity without one, NaN unknown. `by`: the wider network that covers it. */
export type HostSays =
  | Readonly<{
      kind: 'there' | 'ended';
      host: HostKnown;
      elements: readonly FleetElement[];
      proved: boolean;
      end: number;
    }>
  | Readonly<{ kind: 'covered'; host: HostKnown; by: Net; proved: boolean }>
  | Readonly<{ kind: 'absent'; host: HostKnown }>
  | Readonly<{ kind: 'unknown'; host: HostKnown; why: SafeText }>;

export function hostsKnown(state: ConsoleState, ids: readonly HostId[]): readonly HostKnown[] {
  return ids.map((id) => {
    const seen = onHost(state, id);
    const age = bansAge(seen);
    return { id, seen, age, doubt: age ?? partOf(seen) };
  });
}

/** Sets of the kernel that could not be read, or that were not listed because they are big. */
function partOf({ bans }: ConsoleState): SafeText | undefined {
  const gap = kernelGap(bans.gaps);
  if (gap !== undefined) return sanitise(`read in part: ${gap}`, 120);
  const unlisted = bans.sets.find(
    ({ key, count, backend }) =>
      count !== 0 && backend !== 'fail2ban' && backend !== 'crowdsec' && !bans.members.has(key),
  );
  return unlisted === undefined
    ? undefined
    : sanitise(`set ${setNames(bans.sets).get(unlisted.key) ?? unlisted.name} is not listed`, 120);
}

export function presenceOf(row: FleetRow, hosts: readonly HostKnown[]): readonly HostSays[] {
  return hosts.map((host) => {
    const elements = row.elements.filter(({ part }) => part.host === host.id);
    return elements.length > 0 ? thereOn(host, elements) : elsewhere(host, row.net);
  });
}

function thereOn(host: HostKnown, elements: readonly FleetElement[]): HostSays {
  const { now } = host.seen;
  const ends = elements.map(({ part, row }) => part.members.expires[row] ?? Number.NaN);
  const live = elements.filter((_, at) => !((ends[at] ?? Number.NaN) <= now));
  return {
    ...{ kind: live.length === 0 ? 'ended' : 'there', host, elements },
    proved: live.some(({ part }) => isProved(part.set)),
    end: ends.some(Number.isNaN) ? Number.NaN : Math.max(...ends),
  };
}

function isProved(set: FleetElement['part']['set']): boolean {
  return set.enforcement.kind === 'dropped' && !hasHarm(set);
}

/** A wider network on that host stops the address as well. */
function elsewhere(host: HostKnown, net: Net): HostSays {
  const { bans, now } = host.seen;
  let found: Extract<HostSays, { kind: 'covered' }> | undefined;
  for (const set of bans.sets) {
    const members = bans.members.get(set.key);
    const row = members === undefined ? undefined : rowsCovering(members, net)[0];
    if (members === undefined || row === undefined || (members.expires[row] ?? Number.NaN) <= now) continue;
    const proved = isProved(set);
    if (found === undefined || (proved && !found.proved))
      found = { kind: 'covered', host, by: memberNet(members, row), proved };
  }
  if (found !== undefined) return found;
  return host.doubt === undefined ? { kind: 'absent', host } : { kind: 'unknown', host, why: host.doubt };
}
