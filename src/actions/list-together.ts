// Which of many lists hold an address, in one program start where their backend can: a hundred jails are not a hundred starts.

import type { Net } from '../core/address.ts';
import { ok, type Result } from '../core/result.ts';
import type { SetKey } from '../core/rows.ts';
import type { Together } from '../firewall/backend.ts';
import type { Host } from '../host/host.ts';
import type { Found } from './firewalls.ts';
import { findOverlaps, type Overlap, overlapsIn } from './membership.ts';

export type Overlaps = Result<readonly Overlap[]>;

/** One answer for each set, in their order. */
export async function findOverlapsIn(
  host: Host,
  searched: readonly Found[],
  nets: readonly Net[],
  signal?: AbortSignal,
): Promise<readonly Overlaps[]> {
  const families = new Set(nets.map(({ family }) => family));
  const groups = new Map<Together, Found[]>();
  for (const found of searched) {
    const { together, touching } = found.arm.backend;
    // Asked about few, it tells what a full listing hides.
    if (together === undefined || touching !== undefined) continue;
    if (found.set.count === 0 || !families.has(found.set.family)) continue;
    groups.set(together, [...(groups.get(together) ?? []), found]);
  }
  const known = new Map<SetKey, Overlaps>();
  const lists = [...groups].map(([together, group]) => listGroup(host, together, { group, nets, signal }));
  for (const group of await Promise.all(lists)) for (const [key, overlaps] of group) known.set(key, overlaps);
  return Promise.all(
    searched.map((found) => known.get(found.set.key) ?? findOverlaps(host, found, nets, signal)),
  );
}

type Group = Readonly<{ group: readonly Found[]; nets: readonly Net[]; signal: AbortSignal | undefined }>;

async function listGroup(
  host: Host,
  together: Together,
  { group, nets, signal }: Group,
): Promise<readonly (readonly [SetKey, Overlaps])[]> {
  const sets = group.map(({ set }) => set);
  const answer = await host.run(together.list(sets), signal);
  const read = answer.ok ? together.read(answer.value.stdout, sets, host.now()) : answer;
  if (!read.ok) return sets.map(({ key }) => [key, read] as const);
  return read.value.map((members) => [members.set, ok(overlapsIn(members, nets))] as const);
}
