// Reads back what a ban did: is every address in its set, does a rule drop what is in the set, are its flows gone?

import { setTimeout as wait } from 'node:timers/promises';
import type { Net } from '../core/address.ts';
import { formatDuration } from '../core/duration.ts';
import { hasHarm, worstFinding } from '../core/findings.ts';
import type { Proof } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Enforcement, SetInfo } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { formatCount, formatFlows } from '../core/units.ts';
import type { Backend } from '../firewall/backend.ts';
import type { Host } from '../host/host.ts';
import type { Performed } from './action.ts';
import type { Sorted } from './ban-notes.ts';
import { endsEarlier, notYetInKernel } from './daemon-lists.ts';
import { blindFor, type FirewallView, type Found, findSet, readFirewalls } from './firewalls.ts';
import { flowsCut, flowsLeft } from './flows/cut-flows.ts';
import type { CutPlan } from './flows/flow-table.ts';
import { nameNets } from './guards.ts';
import { findAbsent } from './membership.ts';

export type BanWish = Readonly<{
  sorted: readonly Sorted[];
  cut: CutPlan | undefined;
  cutWanted: boolean;
  seconds: number | null;
  /** Those that were read for the plan. */
  backends: readonly Backend[];
}>;

export async function proveBan(performed: Performed, wish: BanWish): Promise<Proof> {
  const { host } = performed;
  const { cutWanted } = wish;
  // Counted at once: a while later this machine itself has sent on a flow that was cut, and that makes a new entry.
  const counting = proveFlows(performed, wish);
  const view = await readFirewalls(host, wish.backends);
  const [groups, flows] = await Promise.all([
    Promise.all(wish.sorted.map((sorted) => proveGroup(host, view, { sorted, cutWanted }))),
    counting,
  ]);
  const missing = [...groups.flatMap((group) => group.missing), ...flows.missing];
  if (missing.length > 0) return { kind: 'unproved', missing };
  const nets = wish.sorted.flatMap(({ elements }) => elements.map(({ net }) => net));
  const time = wish.seconds === null ? 'until changed' : `for ${formatDuration(wish.seconds)}`;
  const rules = [...new Set(groups.map(({ rule }) => rule))].join('; ');
  return {
    kind: 'proved',
    says: sanitise(`banned ${nameNets(nets)} ${time} · dropped by ${rules}${flows.says}`, 500),
  };
}

type GroupProof = Readonly<{ missing: readonly SafeText[]; rule: string }>;

async function proveGroup(
  host: Host,
  view: FirewallView,
  { sorted: { group, elements, refreshed }, cutWanted }: Readonly<{ sorted: Sorted; cutWanted: boolean }>,
): Promise<GroupProof> {
  const nets = elements.map(({ net }) => net);
  const { now, missing: unheld } = await readBack(host, view, { set: group.found.set, nets });
  if (now === undefined) return { missing: unheld, rule: '' };
  const missing = [...unheld, ...lateFor(now.set, cutWanted)];
  const [seconds] = elements.map((element) => element.seconds);
  if (missing.length === 0 && now.arm.backend.addsBeside === true && typeof seconds === 'number')
    missing.push(...(await endsEarlier(host, view, { list: now.set, nets: refreshed, seconds })));
  return { missing, rule: ruleWords(now.set) };
}

/** Are these networks in the set, does a rule drop what is in it, and has its daemon put them where that rule looks? */
export async function readBack(
  host: Host,
  view: FirewallView,
  { set, nets }: Readonly<{ set: SetInfo; nets: readonly Net[] }>,
): Promise<Readonly<{ now?: Found; missing: readonly SafeText[] }>> {
  const now = findSet(view, set.key);
  if (now === undefined) {
    const why = blindFor(view, set.key)?.problem.summary;
    const words = why === undefined ? `set ${set.name} is gone` : `could not read ${set.name} back: ${why}`;
    return { missing: [sanitise(words)] };
  }
  const absent = await findAbsent(host, now, nets);
  const missing: SafeText[] = [];
  if (!absent.ok) missing.push(sanitise(`could not read ${set.name} back: ${absent.problem.summary}`));
  else if (absent.value.length > 0)
    missing.push(sanitise(`${nameNets(absent.value)} is not in set ${set.name} after all`));
  const unenforced = explainEnforcement(set.name, now.set.enforcement);
  if (unenforced !== undefined) missing.push(unenforced);
  if (missing.length === 0) missing.push(...(await notYetInKernel(host, view, { list: now.set, nets })));
  return { now, missing };
}

/** A drop that some packets never meet is a proof with an exception. */
function ruleWords(set: SetInfo): string {
  if (set.enforcement.kind !== 'dropped') return '';
  const { rule } = set.enforcement;
  return hasHarm(set) ? `${rule} (in part: ${worstFinding(set)?.says})` : rule;
}

function lateFor({ name, enforcement }: SetInfo, cutWanted: boolean): readonly SafeText[] {
  if (cutWanted || enforcement.kind !== 'dropped' || !enforcement.afterEstablished) return [];
  return [
    sanitise(`${name} is tested after established flows are accepted, and cut is off: live flows go on`),
  ];
}

/** Undefined = a rule drops what is in the set. */
export function explainEnforcement(name: string, enforcement: Enforcement): SafeText | undefined {
  switch (enforcement.kind) {
    case 'dropped':
      return undefined;
    case 'not-dropped':
      return sanitise(`in set ${name}, but the rule that uses it does not drop: ${enforcement.rule}`);
    case 'unused':
      return sanitise(`in set ${name}, but no rule uses this set`);
    case 'unknown':
      return sanitise(`in set ${name}, but whether a rule drops it could not be told: ${enforcement.why}`);
  }
}

type FlowProof = Readonly<{ missing: readonly SafeText[]; says: string }>;

/**
 * The next packet that this machine sends on a flow that was cut makes a new entry, which a rule for established flows
 * accepts; at the latest that is a retransmission, after 200 ms (TCP_RTO_MIN, include/net/tcp.h).
 */
const RETURN_MS = 250;

async function proveFlows(performed: Performed, { sorted, cut, cutWanted }: BanWish): Promise<FlowProof> {
  const late = sorted.find(({ group }) => isLate(group.found.set));
  if (cut === undefined || cut.moves.length === 0) {
    const { unavailable, notes = [] } = cut ?? {};
    if (
      late === undefined ||
      cut === undefined ||
      !cutWanted ||
      unavailable === undefined ||
      notes.length === 0
    )
      return { missing: [], says: '' };
    return proveUncut(performed.host, cut, unavailable);
  }
  const gone = flowsCut(cut, performed.outputs);
  let left = await flowsLeft(performed.host, cut);
  if (late !== undefined && left.ok && left.value.count === 0 && (gone ?? 0) > 0) {
    await wait(RETURN_MS);
    left = await flowsLeft(performed.host, cut);
  }
  if (!left.ok)
    return { missing: [sanitise(`could not count its flows: ${left.problem.summary}`)], says: '' };
  if (left.value.count > 0) {
    const { count, why: known } = left.value;
    const guess =
      late === undefined
        ? undefined
        : `this machine still sends on them, and ${late.group.found.set.name} is tested after established flows are accepted`;
    const why = known ?? guess;
    return {
      missing: [
        sanitise(
          `${formatCount(count)} of its flows are still in the table${why === undefined ? '' : `: ${why}`}`,
          300,
        ),
      ],
      says: '',
    };
  }
  return { missing: [], says: gone === undefined || gone === 0 ? '' : ` · ${formatFlows(gone)} cut` };
}

const isLate = ({ enforcement }: SetInfo): boolean =>
  enforcement.kind === 'dropped' && enforcement.afterEstablished;

/** Cutting was wished for but could not be done, and the set alone ends no flow. */
async function proveUncut(host: Host, cut: CutPlan, { summary }: Problem): Promise<FlowProof> {
  const left = await flowsLeft(host, cut);
  if (left.ok && left.value.count === 0) return { missing: [], says: '' };
  const flows = left.ok ? `${formatCount(left.value.count)} live flows go on` : 'live flows may go on';
  return { missing: [sanitise(`${flows}, and established flows are accepted: ${summary}`)], says: '' };
}
