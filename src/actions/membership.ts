// Which elements of a set touch the wanted networks, with what undo needs to put them back.

import { contains, type Net } from '../core/address.ts';
import { memberNet, secondsLeft } from '../core/members.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Members, SetInfo } from '../core/rows.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import type { Found } from './firewalls.ts';
import { probe } from './probe.ts';
import { lastOf, outermost, rangeIndex } from './ranges.ts';

/**
 * `seconds`: time left, null = no timeout, undefined = not known.
 * `relation`: how the element `holder` stands to the wanted network.
 */
export type Overlap = Readonly<{
  wanted: Net;
  holder: Net;
  relation: 'equal' | 'covers' | 'inside';
  seconds: number | null | undefined;
  comment?: string;
  /** As `Element.lifetime`. */
  lifetime?: number;
  /** As `Element.rule`. */
  rule?: string;
  /** As `Members.refs`. */
  ref?: number;
}>;

/** Up to this many networks are asked one by one; more, and one listing is cheaper. */
const PROBES_MAX = 24;
/** A listing that takes longer is given up. nft needs 35 s for a million elements, and does not tell their number before. */
const LISTING_TIMEOUT_MS = 20_000;
const LISTING_FOR_FEW_MS = 3_000;
const LISTING_MAX_BYTES = 268_435_456;

export async function findOverlaps(
  host: Host,
  found: Found,
  nets: readonly Net[],
  signal?: AbortSignal,
): Promise<Result<readonly Overlap[]>> {
  const wanted = nets.filter((net) => net.family === found.set.family);
  if (wanted.length === 0 || found.set.count === 0) return ok([]);
  const suspects = wanted.length > PROBES_MAX ? wanted : await probeAll(host, found.set, wanted, signal);
  if (suspects.length === 0) return ok([]);
  const few = wanted.length <= PROBES_MAX;
  if (few && found.arm.backend.touching !== undefined) return askTouching(host, found, suspects, signal);
  const members = await readMembers(host, found, {
    signal,
    timeoutMs: few ? LISTING_FOR_FEW_MS : LISTING_TIMEOUT_MS,
  });
  if (members.ok) return ok(overlapsIn(members.value, suspects));
  // A plain set holds it by name or not at all: only the time that is left stays unknown.
  const known = few && !found.set.holdsNets && members.problem.code === 'too-large';
  return known ? ok(suspects.map(equalButUnknown)) : members;
}

async function askTouching(
  host: Host,
  { arm, set }: Found,
  nets: readonly Net[],
  signal?: AbortSignal,
): Promise<Result<readonly Overlap[]>> {
  const found: Overlap[] = [];
  for (const net of nets) {
    const question = arm.backend.touching?.(set, net);
    const answers = await Promise.all((question?.commands ?? []).map((one) => host.run(one, signal)));
    const outputs: string[] = [];
    for (const answer of answers) {
      if (!answer.ok) return answer;
      outputs.push(answer.value.stdout);
    }
    const members = question?.read(outputs, host.now());
    if (members?.ok === false) return members;
    if (members !== undefined) found.push(...overlapsIn(members.value, [net]));
  }
  return ok(found);
}

/** Wanted networks that no element equals or covers. Few are asked one by one, so that the size of the set does not matter. */
export async function findAbsent(
  host: Host,
  found: Found,
  nets: readonly Net[],
): Promise<Result<readonly Net[]>> {
  if (nets.length <= PROBES_MAX) {
    const answers = await Promise.all(nets.map((net) => probe(host, found.set, net)));
    if (!answers.includes('unknown')) return ok(nets.filter((_, index) => answers[index] === 'absent'));
  }
  const members = await readMembers(host, found);
  if (!members.ok) return members;
  const held = new Set<string>();
  // A rule whose time is over is still listed, and drops nothing.
  for (const { wanted, relation, seconds } of overlapsIn(members.value, nets))
    if (relation !== 'inside' && (typeof seconds !== 'number' || seconds > 0)) held.add(wanted.text);
  return ok(nets.filter((net) => !held.has(net.text)));
}

function equalButUnknown(net: Net): Overlap {
  return { wanted: net, holder: net, relation: 'equal', seconds: undefined };
}

function tooLarge(set: SetInfo) {
  return problem('too-large', `${sanitise(set.key)} is too large to be read before the act`, {
    hint: 'listing it would take minutes: name another set',
  });
}

async function probeAll(
  host: Host,
  set: SetInfo,
  nets: readonly Net[],
  signal?: AbortSignal,
): Promise<readonly Net[]> {
  const answers = await Promise.all(nets.map((net) => probe(host, set, net, signal)));
  return nets.filter((_, index) => answers[index] !== 'absent');
}

export type Reading = Readonly<{ signal?: AbortSignal | undefined; timeoutMs?: number }>;

/** The whole set as columns, streamed. */
export async function readMembers(
  host: Host,
  { arm, set }: Found,
  { signal, timeoutMs = LISTING_TIMEOUT_MS }: Reading = {},
): Promise<Result<Members>> {
  const parser = arm.backend.membersParser(set, host.now());
  const listing = {
    ...arm.backend.listMembers(set),
    timeoutMs,
    outputMaxBytes: LISTING_MAX_BYTES,
  };
  const streamed = await host.stream(listing, (chunk) => parser.push(chunk), signal);
  if (streamed.ok) return parser.end();
  const { code, detail = '' } = streamed.problem;
  if (code === 'bad-exit' && /does not exist|No such file/.test(detail))
    return fail(problem('not-found', `set ${sanitise(set.name, 80)} is gone`, { hint: 'look at it again' }));
  return code === 'timed-out' || code === 'too-large' ? fail(tooLarge(set)) : streamed;
}

/** Elements of `members` that equal, cover or lie inside one of `nets`. */
export function overlapsIn(members: Members, nets: readonly Net[]): readonly Overlap[] {
  const wanted = nets.filter((net) => net.family === members.family);
  const touches = members.family === 4 ? touchesV4(members, wanted) : touchesV6(members, wanted);
  const index = rangeIndex(wanted, (net) => net);
  const found: Overlap[] = [];
  for (let at = 0; at < members.length; at++) {
    if (!touches(at)) continue;
    const holder = memberNet(members, at);
    for (const net of index.overlapping(holder)) {
      const comment = members.comments.get(at);
      const rule = members.rules?.[at];
      const ref = members.refs?.[at] ?? 0;
      found.push({
        wanted: net,
        holder,
        relation: holder.text === net.text ? 'equal' : contains(holder, net) ? 'covers' : 'inside',
        seconds: secondsLeft(members, at, members.at),
        ...(comment === undefined || comment === '' ? {} : { comment }),
        ...(members.lifetimes === undefined ? {} : { lifetime: members.lifetimes[at] ?? 0 }),
        ...(rule === undefined ? {} : { rule }),
        ...(ref === 0 ? {} : { ref }),
      });
    }
  }
  return found;
}

/** Plain numbers for IPv4: a million members are passed over in tens of milliseconds. */
function touchesV4(members: Members, nets: readonly Net[]): (at: number) => boolean {
  const ranges = outermost(nets);
  const firsts = Float64Array.from(ranges, (net) => Number(net.value));
  const lasts = Float64Array.from(ranges, (net) => Number(lastOf(net)));
  return (at) => {
    const first = members.values[at] ?? 0;
    const last = first + 2 ** (32 - (members.prefixes[at] ?? 32)) - 1;
    const index = lastNotAbove(firsts, last);
    return index >= 0 && (lasts[index] ?? -1) >= first;
  };
}

function lastNotAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** IPv6 by the high half first: cheap, and rarely a false alarm. */
function touchesV6(members: Members, nets: readonly Net[]): (at: number) => boolean {
  const index = rangeIndex(outermost(nets), (net) => net);
  const highs = new Set(nets.map((net) => net.value >> 64n));
  const onlyLong = nets.every((net) => net.prefix >= 64);
  return (at) => {
    const prefix = members.prefixes[at] ?? 128;
    if (onlyLong && prefix >= 64 && !highs.has(members.values6[2 * at] ?? 0n)) return false;
    return index.overlapping(memberNet(members, at)).length > 0;
  };
}
