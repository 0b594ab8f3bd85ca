// Ban: add to a set with a timeout, cut the flows, read back. Own table unless a set is named.

import { formatDuration } from '../core/duration.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { SetInfo } from '../core/rows.ts';
import { safe, sanitise } from '../core/sanitise.ts';
import {
  type ActContext,
  type Action,
  type DraftOf,
  failed,
  type Gathered,
  refused,
  stepsOf,
} from './action.ts';
import { addMoves, ensureOwn, factsOf } from './add-moves.ts';
import { banNotes, explainCovered, type Sorted } from './ban-notes.ts';
import { chooseTargets, type Group, misfits, ownRangeSet } from './ban-targets.ts';
import { dryRun } from './dry-run.ts';
import { endIn, isUnknown, priorOf } from './elements.ts';
import { backendsFor, readFirewalls } from './firewalls.ts';
import { cutMoves, planFlowCut } from './flows/cut-flows.ts';
import { mustType, nameNets, refusals } from './guards.ts';
import { findOverlaps, type Overlap } from './membership.ts';
import { proveBan } from './prove-ban.ts';
import { outermost } from './ranges.ts';

type Draft = DraftOf<'ban'>;

export const ban: Action<'ban'> = {
  id: 'ban',
  async prepare(draft, context): Promise<Gathered> {
    const nets = outermost(draft.nets);
    const reasons = refusals(nets, context.safeSet);
    if (reasons.length > 0) return refused(...reasons);
    const { host, backends, signal } = context;
    const view = await readFirewalls(host, backendsFor(draft.target, backends), signal);
    const targets = chooseTargets(view, draft.target, nets);
    if (targets.kind !== 'groups') return targets;
    const sorted: Sorted[] = [];
    const sortings = await Promise.all(targets.groups.map((group) => sortGroup(group, draft, context)));
    for (const [index, group] of targets.groups.entries()) {
      const one = sortings[index];
      if (one === undefined) continue;
      if (!one.ok) return failed(one.problem);
      const wrong = misfits(group, one.value.elements);
      if (wrong.length > 0) return refused(...wrong);
      sorted.push(one.value);
    }
    const blocked = sorted.flatMap((one) => one.blocked.map((overlap) => explainCovered(one, overlap)));
    if (blocked.length > 0)
      return refused(...blocked.slice(0, 5), safe('unban that range first, or ban for a shorter time'));
    if (sorted.every((one) => one.elements.length === 0))
      return refused(...sorted.flatMap((one) => one.covered.map((o) => explainCovered(one, o))).slice(0, 5));
    return assemble(
      draft,
      context,
      sorted.filter((one) => one.elements.length > 0),
    );
  },
};

async function sortGroup(group: Group, draft: Draft, context: ActContext): Promise<Result<Sorted>> {
  const { host, signal } = context;
  const range = group.own && !group.found.set.holdsNets ? rangeSetOf(group) : undefined;
  const [overlaps, wider] = await Promise.all([
    group.exists ? findOverlaps(host, group.found, group.nets, signal) : ok([]),
    range === undefined ? ok([]) : findOverlaps(host, range, group.nets, signal),
  ]);
  if (!overlaps.ok) return fail(overlaps.problem);
  if (!wider.ok) return fail(wider.problem);
  const now = host.now();
  const holders = [...overlaps.value, ...wider.value].filter((overlap) => overlap.relation === 'covers');
  const wish = secondsIn(group.found.set, draft);
  const longEnough = (overlap: Overlap): boolean =>
    overlap.seconds === null || (wish !== null && (overlap.seconds ?? 0) >= wish);
  // A jail that has the address already answers 0 to a second ban and sets no time anew.
  const keptAsIs = group.found.set.fixedTimeout === undefined ? [] : overlaps.value.filter(isEqual);
  const covered = [...holders.filter(longEnough), ...keptAsIs];
  const skip = new Set(covered.map((overlap) => overlap.wanted.text));
  const nets = group.nets.filter((net) => !skip.has(net.text));
  const noOverlapAllowed = group.found.set.backend === 'nft' && group.found.set.holdsNets;
  const blocked = noOverlapAllowed ? holders.filter((overlap) => !skip.has(overlap.wanted.text)) : [];
  const replaced = overlaps.value.filter(
    (overlap) =>
      !skip.has(overlap.wanted.text) &&
      (overlap.relation === 'equal' || (overlap.relation === 'inside' && noOverlapAllowed)),
  );
  const inside = replaced.filter(({ relation }) => relation === 'inside').map(({ holder }) => holder);
  return ok({
    group,
    elements: nets.map((net) => ({
      net,
      seconds: wish,
      comment: draft.reason,
      ...endIn(group.found.set, wish, now),
    })),
    replaced: replaced.map((overlap) => priorOf(overlap, now)),
    refreshed: replaced.filter(({ relation }) => relation === 'equal').map(({ holder }) => holder),
    inside,
    overlapped: inside.length === 0 ? [] : replaced.map(({ holder }) => holder),
    covered,
    blocked,
  });
}

const isEqual = ({ relation }: Overlap): boolean => relation === 'equal';

/** A jail gives every ban its own bantime, whatever the wish. */
const secondsIn = ({ fixedTimeout }: SetInfo, { seconds }: Draft): number | null =>
  fixedTimeout === undefined ? seconds : fixedTimeout;

function rangeSetOf(group: Group): ReturnType<typeof ownRangeSet> {
  const [first] = group.nets;
  return first === undefined ? undefined : ownRangeSet(group.found.arm, first);
}

async function assemble(draft: Draft, context: ActContext, sorted: readonly Sorted[]): Promise<Gathered> {
  const { host, safeSet } = context;
  const { moves: creates, made } = ensureOwn(sorted);
  const adds = sorted.flatMap(addMoves);
  const nets = sorted.flatMap(({ elements }) => elements.map(({ net }) => net));
  const [tried, cut] = await Promise.all([
    creates.length === 0 ? dryRun(host, adds, context.signal) : ok(undefined),
    draft.cut ? planFlowCut(context, nets) : undefined,
  ]);
  if (!tried.ok) return failed(tried.problem);
  const moves = [...creates, ...adds, ...cutMoves(cut)];
  const typed = mustType(nets);
  const { seconds } = sorted[0]?.elements[0] ?? draft;
  const unknown = sorted.some(({ replaced }) => replaced.some(isUnknown));
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'ban',
        summary: sanitise(`ban ${nameNets(nets)} ${forHowLong(seconds)}`, 200),
        ...stepsOf(moves, host.now()),
        notes: banNotes({ draft, sorted, cut, safeSet, creates: made.length > 0, unknown }),
        risk: typed === undefined ? 'reversible' : 'disruptive',
      },
      moves,
      guarded: nets,
      ...(typed === undefined ? {} : { typed }),
      reason: draft.reason,
      facts: factsOf(sorted, made),
      canUndo: !unknown,
      prove: (performed) =>
        proveBan(performed, {
          sorted,
          cut,
          seconds,
          cutWanted: draft.cut,
          backends: backendsFor(draft.target, context.backends),
        }),
    },
  };
}

const forHowLong = (seconds: number | null): string =>
  seconds === null ? 'until changed' : `for ${formatDuration(seconds)}`;
