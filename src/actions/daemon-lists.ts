// Lists that a daemon keeps (a jail, decisions): what is on them counts only once the daemon has put it into a set of the
// kernel, and what has left them once it is out again. The daemon does both; some take seconds.

import { setTimeout as wait } from 'node:timers/promises';
import { isHost, type Net } from '../core/address.ts';
import { formatDuration } from '../core/duration.ts';
import type { SetInfo, SetKey } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import { type FirewallView, type Found, findSet } from './firewalls.ts';
import { nameNets } from './guards.ts';
import { findAbsent, findOverlaps } from './membership.ts';

/** CrowdSec's bouncers ask every 10 s (update_frequency of its packages); fail2ban acts at once. */
const PENDING_WAIT_MS = 2500;
const ASK_EVERY_MS = 250;

export type OnList = Readonly<{ list: SetInfo; nets: readonly Net[] }>;

/** Empty = all are in a set of the kernel, or this is no daemon's list. */
export async function notYetInKernel(
  host: Host,
  view: FirewallView,
  { list, nets: asked }: OnList,
): Promise<readonly SafeText[]> {
  if (list.enforcedBy === undefined) return [];
  const sets = kernelSets(view, list);
  const nets = [...new Map(asked.map((net) => [net.text, net])).values()];
  if (sets.length === 0) {
    const blind = view.blind.find(({ backend }) => backend.daemon !== true);
    const why =
      blind === undefined
        ? 'no set of the kernel here holds what is on it'
        : `whether a set of the kernel holds it could not be read: ${blind.problem.summary}`;
    return [sanitise(`${nameNets(nets)} is on the list ${list.name}, but ${why}`)];
  }
  const never = sets.every(({ set }) => !set.holdsNets) ? nets.filter((net) => !isHost(net)) : [];
  let waiting: readonly Net[] = nets.filter((net) => !never.includes(net));
  for (const kernel of sets)
    waiting = await pollFor(host, waiting, async (left) => {
      const absent = await findAbsent(host, kernel, left);
      return absent.ok ? absent.value : left;
    });
  const where = namesOf(sets);
  const says: SafeText[] = [];
  if (waiting.length > 0)
    says.push(
      sanitise(
        `pending: ${nameNets(waiting)} is on the list ${list.name}, but ${list.owner} has not put it into ${where} yet`,
      ),
    );
  if (never.length > 0)
    says.push(
      sanitise(
        `${nameNets(never)} is on the list ${list.name}, but ${where} holds single addresses: it is not stopped on this host`,
      ),
    );
  return says;
}

/** A timeout of the kernel, the duration of a decision and the moments of both are never quite the same. */
const END_TOLERANCE_S = 60;

/** A second decision on an address need not move the end that its element in the kernel has (bouncer 0.0.25 with nft). */
export async function endsEarlier(
  host: Host,
  view: FirewallView,
  { list, nets, seconds }: OnList & Readonly<{ seconds: number }>,
): Promise<readonly SafeText[]> {
  const says: SafeText[] = [];
  for (const kernel of kernelSets(view, list)) {
    const held = await findOverlaps(host, kernel, nets);
    if (!held.ok) says.push(sanitise(`could not read ${kernel.set.name} back: ${held.problem.summary}`));
    for (const { wanted, relation, seconds: left } of held.ok ? held.value : []) {
      if (relation !== 'equal' || typeof left !== 'number' || left >= seconds - END_TOLERANCE_S) continue;
      says.push(
        sanitise(
          `${wanted.text} was in ${kernel.set.name} already and ends there in ${formatDuration(left)}: ${list.owner} did not take the later end (unban it first, then ban it)`,
        ),
      );
    }
  }
  return says.slice(0, 5);
}

/** Empty = none is in a set of the kernel any more. */
export async function stillInKernel(
  host: Host,
  view: FirewallView,
  { list, nets }: OnList,
): Promise<readonly SafeText[]> {
  const sets = kernelSets(view, list);
  const left: Net[] = [];
  for (const kernel of sets)
    left.push(
      ...(await pollFor(host, nets, async (asked) => {
        const held = await findOverlaps(host, kernel, asked);
        if (!held.ok) return asked;
        return held.value.filter(({ relation }) => relation === 'equal').map(({ wanted }) => wanted);
      })),
    );
  if (left.length === 0) return [];
  return [
    sanitise(
      `pending: ${nameNets(left)} has left the list ${list.name}, but ${list.owner} has not taken it out of ${namesOf(sets)} yet${list.owner === 'fail2ban' ? ': unban it once more, and it is deleted there' : ''}`,
    ),
  ];
}

/** Asks what is left of `nets` until nothing is, or for as long as an operator should wait. */
async function pollFor(
  host: Host,
  nets: readonly Net[],
  ask: (left: readonly Net[]) => Promise<readonly Net[]>,
): Promise<readonly Net[]> {
  const until = host.now() + PENDING_WAIT_MS;
  for (let left = nets; ; ) {
    if (left.length === 0) return left;
    left = await ask(left);
    if (left.length === 0 || host.now() >= until) return left;
    await wait(ASK_EVERY_MS);
  }
}

function kernelSets(view: FirewallView, { enforcedBy = [], family }: SetInfo): readonly Found[] {
  return enforcedBy.flatMap((key) => {
    const kernel = findSet(view, key);
    return kernel === undefined || kernel.set.family !== family ? [] : [kernel];
  });
}

const namesOf = (sets: readonly Found[]): string => sets.map(({ set }) => set.name).join(', ');

/**
 * By kernel set: what its daemon takes out itself once it is off the list. A deletion by hand would come between: the
 * bouncers of CrowdSec put back or miss what they do not find.
 */
export function leftToDaemons(lists: readonly OnList[]): ReadonlyMap<SetKey, ReadonlySet<string>> {
  const led = new Map<SetKey, Set<string>>();
  for (const { list, nets } of lists) {
    for (const key of list.enforcedBy ?? []) {
      const texts = led.get(key) ?? new Set();
      for (const { text } of nets) texts.add(text);
      led.set(key, texts);
    }
  }
  return led;
}
