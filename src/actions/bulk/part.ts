// What a batch would do to one set: which elements are new, which are there already, which cannot stand beside others.

import type { Net } from '../../core/address.ts';
import { unixMs } from '../../core/brand.ts';
import { ok, type Result } from '../../core/result.ts';
import type { SetInfo } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Element } from '../../firewall/backend.ts';
import { cannotHold, fits, splitOverlaps } from '../../firewall/hold.ts';
import type { Host } from '../../host/host.ts';
import { type Group, misfits } from '../ban-targets.ts';
import { type Prior, priorOf } from '../elements.ts';
import { type Overlap, overlapsIn, readMembers } from '../membership.ts';

/** `wanted`: with the time that each has left now. */
export type BulkGroup = Omit<Group, 'nets'> & Readonly<{ wanted: readonly Element[] }>;

export type BulkPart = Readonly<{
  group: BulkGroup;
  /** To be added. */
  elements: readonly Element[];
  /** Of those, what is in the set already with a sooner end; and narrower ones that an interval set must give up. */
  replaced: readonly Prior[];
  overlapped: readonly Net[];
  /** In the set already, for as long or longer. */
  held: readonly Net[];
  /** Inside a wider element of the set. */
  covered: readonly Overlap[];
  /** Overlaps what is there, in a set that cannot hold both: left out. */
  clashing: readonly Overlap[];
  /** What was there before could not be read: too much. */
  unread: boolean;
}>;

/** A million elements of nft take 42 s. */
const LISTING_TIMEOUT_MS = 180_000;

/** `renew`: a later end replaces a sooner one; without it what is there stays as it is. */
export async function sortPart(
  host: Host,
  group: BulkGroup,
  { renew, signal }: Readonly<{ renew: boolean; signal?: AbortSignal }>,
): Promise<Result<BulkPart>> {
  const { set } = group.found;
  const interval = isInterval(set);
  const wanted = interval ? splitOverlaps(group.wanted).kept : group.wanted;
  const nothing = { group, elements: wanted, replaced: [], overlapped: [], held: [], covered: [] };
  const empty: BulkPart = { ...nothing, clashing: [], unread: false };
  if (!group.exists || set.count === 0) return ok(empty);
  const reading = { timeoutMs: LISTING_TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) };
  const members = await readMembers(host, group.found, reading);
  if (!members.ok) {
    // Elements of a plain set stand beside each other whatever is there.
    return members.problem.code === 'too-large' && !interval ? ok({ ...empty, unread: true }) : members;
  }
  if (members.value.length === 0) return ok(empty);
  const overlaps = overlapsIn(
    members.value,
    wanted.map(({ net }) => net),
  );
  return ok(sortOverlaps(group, wanted, { overlaps, renew, now: members.value.at }));
}

const isInterval = ({ backend, holdsNets }: SetInfo): boolean => backend === 'nft' && holdsNets;

type Sorting = Readonly<{ overlaps: readonly Overlap[]; renew: boolean; now: number }>;

function sortOverlaps(group: BulkGroup, wanted: readonly Element[], sorting: Sorting): BulkPart {
  const { overlaps, renew, now } = sorting;
  const interval = isInterval(group.found.set);
  const wish = new Map(wanted.map((element) => [element.net.text, element]));
  const held: Net[] = [];
  const covered: Overlap[] = [];
  const clashing: Overlap[] = [];
  const replaced: Overlap[] = [];
  for (const overlap of overlaps) {
    const longer = lastsLonger(overlap, wish.get(overlap.wanted.text));
    if (overlap.relation === 'equal') {
      if (longer || !renew) held.push(overlap.wanted);
      else replaced.push(overlap);
    } else if (overlap.relation === 'covers') {
      if (longer) covered.push(overlap);
      else if (interval) clashing.push(overlap);
    } else if (interval) (renew ? replaced : clashing).push(overlap);
  }
  const left = new Set([
    ...held.map(({ text }) => text),
    ...[...covered, ...clashing].map((overlap) => overlap.wanted.text),
  ]);
  const goes = replaced.filter((overlap) => !left.has(overlap.wanted.text));
  return {
    group,
    elements: left.size === 0 ? wanted : wanted.filter(({ net }) => !left.has(net.text)),
    replaced: goes.map((overlap) => priorOf(overlap, unixMs(now))),
    // An interval set wants to be told what to delete, and then all of it.
    overlapped: goes.some(({ relation }) => relation === 'inside') ? goes.map(({ holder }) => holder) : [],
    held,
    covered,
    clashing,
    unread: false,
  };
}

function lastsLonger({ seconds }: Overlap, wanted: Element | undefined): boolean {
  if (seconds === null) return true;
  return wanted !== undefined && wanted.seconds !== null && (seconds ?? 0) >= wanted.seconds;
}

/** Why the set cannot take what is new; empty = it can. */
export function partMisfits({ group, elements, replaced }: BulkPart): readonly SafeText[] {
  const { set } = group.found;
  const [first] = elements;
  if (first === undefined) return [];
  // The kind of the set is asked once, the elements each; room only for what is not there yet.
  const wrong = misfits({ ...group, nets: [] }, [first]);
  if (wrong.length > 0) return wrong;
  for (const element of elements) {
    const reason = cannotHold(set, element);
    if (reason !== undefined) return [reason];
  }
  const full = fits(set, elements.length - replaced.length);
  return full === undefined ? [] : [full];
}
