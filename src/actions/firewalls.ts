// What the host's firewall looks like before an act: the sets of every backend that works here, and which of them
// carries our own table.

import type { BanTarget } from '../core/act.ts';
import { type Family, makeNet, type Net, widen } from '../core/address.ts';
import { whyNoFirewall } from '../core/host-system.ts';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { SetInfo, SetKey } from '../core/rows.ts';
import type { SafeText } from '../core/sanitise.ts';
import {
  type Backend,
  type OwningBackend,
  type OwnTable,
  ownsTable,
  type SetsReading,
} from '../firewall/backend.ts';
import { belongsTo } from '../firewall/names.ts';
import { readSets as readListings } from '../firewall/read-sets.ts';
import { relate } from '../firewall/relate.ts';
import type { Host } from '../host/host.ts';

/** `gaps`: what of it could not be read. */
export type Arm = Readonly<{ backend: Backend; sets: readonly SetInfo[]; gaps?: readonly SafeText[] }>;

/** `blind`: backends that are installed but could not be read, and why. */
export type FirewallView = Readonly<{
  arms: readonly Arm[];
  blind: readonly Readonly<{ backend: Backend; problem: Problem }>[];
}>;

/** Terse listings only: milliseconds, whatever the sets hold. */
export async function readFirewalls(
  host: Host,
  backends: readonly Backend[],
  signal?: AbortSignal,
): Promise<FirewallView> {
  const reads = await Promise.all(
    backends.map(async (backend) => ({ backend, read: await readArm(host, backend, signal) })),
  );
  const arms: Arm[] = [];
  const blind: { backend: Backend; problem: Problem }[] = [];
  for (const { backend, read } of reads) {
    if (read.ok) arms.push({ backend, ...read.value });
    else if (read.problem.code !== 'missing-tool') blind.push({ backend, problem: read.problem });
  }
  const unread = blind.some(({ backend }) => backend.daemon !== true);
  return { arms: relateArms(arms, unread), blind };
}

function relateArms(arms: readonly Arm[], unread: boolean): readonly Arm[] {
  const related = new Map(
    relate(
      arms.flatMap(({ sets }) => sets),
      unread,
    ).map((set) => [set.key, set]),
  );
  return arms.map((arm) => ({ ...arm, sets: arm.sets.map((set) => related.get(set.key) ?? set) }));
}

/** A daemon that hangs must not hold up an act on other sets: only those whose sets are meant are asked. */
export function backendsOf(keys: readonly SetKey[], backends: readonly Backend[]): readonly Backend[] {
  return backends.filter(({ id, daemon }) => daemon !== true || keys.some((key) => belongsTo(key, id)));
}

export function backendsFor(target: BanTarget, backends: readonly Backend[]): readonly Backend[] {
  return backendsOf(target.kind === 'set' ? [target.set] : [], backends);
}

/** The sets of one backend. What others say of them (`relate`) is not in it. */
export async function readSets(
  host: Host,
  backend: Backend,
  signal?: AbortSignal,
): Promise<Result<readonly SetInfo[]>> {
  const read = await readArm(host, backend, signal);
  return read.ok ? ok(read.value.sets) : read;
}

async function readArm(
  host: Host,
  backend: Backend,
  signal: AbortSignal | undefined,
): Promise<Result<SetsReading>> {
  const why = whyNoFirewall(host.system);
  if (why !== undefined) return fail(problem(backend.id === 'pf' ? 'refused' : 'missing-tool', why));
  const found = await Promise.all(backend.tools.map((tool) => host.which(tool)));
  const missing = backend.tools.find((_, index) => found[index] === undefined);
  if (missing !== undefined)
    return fail(problem('missing-tool', `${missing} is not installed`, { hint: `install ${missing}` }));
  return readListings(backend, (one) => host.run(one, signal), { together: host.link !== undefined });
}

/** Why a set that is not in the view may be there all the same. */
export function blindFor(view: FirewallView, key: SetKey): FirewallView['blind'][number] | undefined {
  return view.blind.find(({ backend }) => belongsTo(key, backend.id));
}

/** All sets that our own table has for these families, as the backend would make them. */
export function ownSets(own: OwnTable, families: readonly Family[]): readonly SetInfo[] {
  return families.flatMap((family) => {
    const host = makeNet(family, 1n, family === 4 ? 32 : 128);
    return [own.setFor(host), own.setFor(widen(host, family === 4 ? 24 : 64))];
  });
}

export type Found = Readonly<{ arm: Arm; set: SetInfo }>;

export function findSet(view: FirewallView, key: SetKey): Found | undefined {
  for (const arm of view.arms) {
    const set = arm.sets.find((one) => one.key === key);
    if (set !== undefined) return { arm, set };
  }
  return undefined;
}

/** The set itself or its twin, whichever takes the family of `net`. */
export function setForFamily(view: FirewallView, found: Found, net: Net): Found | undefined {
  if (found.set.family === net.family) return found;
  return found.set.twin === undefined ? undefined : findSet(view, found.set.twin);
}

export type OwningArm = Arm & Readonly<{ backend: OwningBackend }>;

const isOwning = (arm: Arm): arm is OwningArm => ownsTable(arm.backend);

/** The backend for our own table: nft where it works, else ipset with iptables, or pf. */
export function ownArm(view: FirewallView): Result<OwningArm> {
  const arm = view.arms.find(isOwning);
  if (arm !== undefined) {
    const why = arm.backend.own.whyNot?.(arm.sets);
    return why === undefined ? ok(arm) : fail(problem('refused', why));
  }
  const blind = view.blind.find(({ backend }) => ownsTable(backend));
  if (blind !== undefined) return fail(blind.problem);
  return fail(
    problem('missing-tool', 'no firewall tool was found: a ban needs nft, or ipset with iptables', {
      hint: 'install nftables (apt install nftables), or ipset and iptables',
    }),
  );
}

export function allSets(view: FirewallView): readonly Found[] {
  return view.arms.flatMap((arm) => arm.sets.map((set) => ({ arm, set })));
}

/** Own sets as the backend would make them, taken from the listing when they exist already (counts, enforcement). */
export function ownSetFor(arm: OwningArm, net: Net): Readonly<{ set: SetInfo; exists: boolean }> {
  const wanted = arm.backend.own.setFor(net);
  const existing = arm.sets.find((set) => set.key === wanted.key);
  return existing === undefined ? { set: wanted, exists: false } : { set: existing, exists: true };
}
