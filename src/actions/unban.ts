// Unban: delete an address from every set that holds it. An address inside a banned range is explained, not freed:
// the range must be named to be unbanned.

import type { Net } from '../core/address.ts';
import { isHost } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import { formatDuration } from '../core/duration.ts';
import type { Proof } from '../core/plan.ts';
import { type Problem, problem } from '../core/problem.ts';
import { ok, type Result } from '../core/result.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { Backend } from '../firewall/backend.ts';
import {
  type ActContext,
  type Action,
  failed,
  type Gathered,
  type Performed,
  refused,
  stepsOf,
} from './action.ts';
import { holdsPlainAddresses } from './ban-targets.ts';
import { leftToDaemons, stillInKernel } from './daemon-lists.ts';
import {
  deletePriors,
  isUnknown,
  jailTime,
  movesOn,
  type Prior,
  priorFact,
  priorOf,
  putBack,
} from './elements.ts';
import { allSets, backendsOf, type FirewallView, type Found, findSet, readFirewalls } from './firewalls.ts';
import { MANY_ROWS, nameNets } from './guards.ts';
import { findOverlapsIn, type Overlaps } from './list-together.ts';
import { findOverlaps, type Overlap } from './membership.ts';
import { outermost } from './ranges.ts';

type Holding = Readonly<{ found: Found; overlaps: readonly Overlap[] }>;

export const unban: Action<'unban'> = {
  id: 'unban',
  async prepare(draft, context): Promise<Gathered> {
    const { host, backends, signal } = context;
    const nets = [...new Map(draft.nets.map((net) => [net.text, net])).values()];
    if (nets.length === 0) return refused(safe('no address was given'));
    const meant = draft.set === undefined ? backends : backendsOf([draft.set], backends);
    const view = await readFirewalls(host, meant, signal);
    const [blind] = view.blind;
    if (view.arms.length === 0) return failed(blind?.problem ?? NO_TOOL);
    const named = draft.set === undefined ? undefined : findSet(view, draft.set);
    if (draft.set !== undefined && named === undefined)
      return failed(problem('not-found', `no set ${sanitise(draft.set, 80)} on this host`));
    const twin = named?.set.twin === undefined ? undefined : findSet(view, named.set.twin);
    const searched = (
      named === undefined ? allSets(view) : [named, ...(twin === undefined ? [] : [twin])]
    ).filter(({ set }) => holdsPlainAddresses(set) && set.constant !== true);
    const overlaps = await findOverlapsIn(host, searched, nets, signal);
    const read = searched.map((found, index) => holdingOf(found, overlaps[index]));
    const holdings: Holding[] = [];
    const silent = new Map<Backend, Problem>();
    for (const [index, one] of read.entries()) {
      const backend = searched[index]?.arm.backend;
      if (one.ok) holdings.push(one.value);
      // A daemon that hangs keeps nobody from being freed elsewhere.
      else if (backend?.daemon !== true || draft.set !== undefined) return failed(one.problem);
      else silent.set(backend, one.problem);
    }
    const unseen = [...view.blind, ...[...silent].map(([backend, problem]) => ({ backend, problem }))];
    const here = holdings.filter(({ overlaps }) => overlaps.some(isEqual));
    if (here.length === 0) return nowhere(nets, holdings, { ...view, blind: unseen });
    return assemble({ nets, holdings, here, blind: unseen.some(mayHold) || hasGaps(view) }, context);
  },
};

/** What could not be read may hold it: that is not "no set holds it". A daemon that hangs is said beside it. */
function nowhere(nets: readonly Net[], holdings: readonly Holding[], view: FirewallView): Gathered {
  const unseen = view.blind.filter(mayHold);
  const kernel = unseen.find(({ backend }) => backend.daemon !== true);
  if (kernel !== undefined) return failed(kernel.problem);
  return refused(
    ...explainAbsent(nets, holdings),
    ...unseen.map(({ backend, problem: { summary } }) =>
      sanitise(`not looked at: ${backend.id}: ${summary}`),
    ),
    ...view.arms.flatMap(({ gaps = [] }) => gaps).map((gap) => sanitise(`not looked at: ${gap}`)),
  );
}

const hasGaps = ({ arms }: FirewallView): boolean => arms.some(({ gaps = [] }) => gaps.length > 0);

const NO_TOOL = problem('missing-tool', 'no firewall tool was found: nothing can be banned here', {
  hint: 'install nftables, or ipset and iptables',
});

/** A daemon that does not run has no lists. */
const mayHold = ({ backend, problem: { code } }: FirewallView['blind'][number]): boolean =>
  backend.daemon !== true || code !== 'not-found';

const isEqual = (overlap: Overlap): boolean => overlap.relation === 'equal';

function holdingOf(found: Found, overlaps: Overlaps | undefined): Result<Holding> {
  if (overlaps === undefined) return ok({ found, overlaps: [] });
  if (overlaps.ok) return ok({ found, overlaps: overlaps.value });
  // A set that vanished between two listings holds nothing any more.
  return overlaps.problem.code === 'not-found' ? ok({ found, overlaps: [] }) : overlaps;
}

function explainAbsent(nets: readonly Net[], holdings: readonly Holding[]): readonly SafeText[] {
  const covering = explainCovering(holdings);
  if (covering.length > 0) return [...covering.slice(0, 5), safe('unban that range by its name to free it')];
  const inside = holdings.flatMap(({ found, overlaps }) =>
    overlaps
      .filter(({ relation }) => relation === 'inside')
      .map(({ holder, wanted }) =>
        sanitise(`${wanted.text} itself is not banned, but ${holder.text} in it is (set ${found.set.name})`),
      ),
  );
  return inside.length > 0 ? inside.slice(0, 5) : [sanitise(`no set holds ${nameNets(nets)}`)];
}

function explainCovering(holdings: readonly Holding[]): readonly SafeText[] {
  return holdings.flatMap(({ found, overlaps }) =>
    overlaps
      .filter(({ relation }) => relation === 'covers')
      .map(({ wanted, holder, seconds }) => {
        const left = typeof seconds === 'number' ? `, ${formatDuration(seconds)} left` : '';
        return sanitise(`${wanted.text} is inside ${holder.text} in set ${found.set.name}${left}`);
      }),
  );
}

type Wish = Readonly<{
  nets: readonly Net[];
  holdings: readonly Holding[];
  here: readonly Holding[];
  blind: boolean;
}>;
type Removal = Readonly<{ found: Found; priors: readonly Prior[] }>;

/** What a daemon takes out of the kernel itself is left to it. */
function removalsOf(here: readonly Holding[], now: UnixMs): readonly Removal[] {
  const netsOf = ({ overlaps }: Holding): readonly Net[] =>
    overlaps.filter(isEqual).map(({ holder }) => holder);
  const led = leftToDaemons(here.map((one) => ({ list: one.found.set, nets: netsOf(one) })));
  return here.flatMap(({ found, overlaps }) => {
    const theirs = led.get(found.set.key);
    const priors = overlaps
      .filter((overlap) => isEqual(overlap) && theirs?.has(overlap.holder.text) !== true)
      .map((overlap) => priorOf(overlap, now));
    return priors.length === 0 ? [] : [{ found, priors }];
  });
}

function assemble({ nets, holdings, here, blind }: Wish, context: ActContext): Gathered {
  const now = context.host.now();
  const removals = removalsOf(here, now);
  const moves = removals.flatMap(({ found: { arm, set }, priors }) =>
    movesOn(arm.backend, deletePriors(arm.backend, set, priors), (at: UnixMs) =>
      putBack(arm.backend, set, priors, at),
    ),
  );
  const freed = outermost(removals.flatMap(({ priors }) => priors.map(({ net }) => net)));
  const rows = removals.reduce((sum, { priors }) => sum + priors.length, 0);
  const typed = freed.length > MANY_ROWS ? String(freed.length) : undefined;
  const names = removals.map(({ found }) => found.set.name).join(', ');
  const unknown = removals.some(({ priors }) => priors.some(isUnknown));
  const free = new Set(removals.flatMap(({ priors }) => priors.map(({ net }) => net.text)));
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'unban',
        summary: sanitise(`unban ${nameNets(freed)} from ${names}`, 200),
        ...stepsOf(moves, now),
        notes: notesOf({ nets, holdings, removals, free, unknown, blind }),
        risk: typed === undefined ? 'reversible' : 'disruptive',
      },
      moves,
      guarded: [],
      ...(typed === undefined ? {} : { typed }),
      reason: '',
      facts: {
        kind: 'unban',
        sets: removals.map(({ found }) => found.set.key),
        removed: removals.flatMap(({ priors }, index) => priors.map((prior) => priorFact(prior, index))),
      },
      canUndo: !unknown,
      prove: (performed) => proveUnban(performed, context, { removals, rows }),
    },
  };
}

type NoteFacts = Readonly<{
  nets: readonly Net[];
  holdings: readonly Holding[];
  removals: readonly Removal[];
  free: ReadonlySet<string>;
  unknown: boolean;
  blind: boolean;
}>;

function notesOf({ nets, holdings, removals, free, unknown, blind }: NoteFacts): readonly SafeText[] {
  const notes: SafeText[] = explainCovering(holdings)
    .slice(0, 5)
    .map((words) => sanitise(`stays banned: ${words}`));
  const absent = nets.filter((net) => !free.has(net.text));
  if (absent.length > 0) notes.push(sanitise(`not banned by name in any set: ${nameNets(absent)}`));
  for (const { found } of removals) {
    const given = jailTime(found.set);
    if (given !== undefined)
      notes.push(sanitise(`undo bans it for ${given} again: ${found.set.name} gives no other time`));
    if (found.set.shields === true)
      notes.push(
        sanitise(
          `${found.set.name} belongs to the shields: raised anew, they may ban it again; undo works while they are up`,
        ),
      );
    else if (found.set.enforcedBy !== undefined)
      notes.push(
        sanitise(`${found.set.owner} takes it out of the kernel's set itself, and may ban it again`),
      );
    else if (found.set.owner === 'fail2ban')
      notes.push(
        sanitise(
          `${found.set.name} belongs to fail2ban: its own list still has the address and may ban it again`,
        ),
      );
    else if (found.set.owner === 'sshguard')
      notes.push(
        sanitise(
          `sshguard still takes it for blocked: whatever it does, it is not blocked again before the time that sshguard gave it has passed`,
        ),
      );
    else if (found.set.owner !== 'opsconsole' && found.set.owner !== 'unknown')
      notes.push(sanitise(`${found.set.name} belongs to ${found.set.owner}, which may add it again`));
  }
  const inside = holdings.flatMap(({ overlaps }) => overlaps.filter(({ relation }) => relation === 'inside'));
  if (inside.length > 0 && nets.some((net) => !isHost(net)))
    notes.push(sanitise(`${nameNets(inside.map(({ holder }) => holder))} inside it stays banned by name`));
  if (unknown) notes.push(safe('the time left of an element is not known: this cannot be undone'));
  if (blind) notes.push(safe('not every firewall tool could be read: another set may still hold it'));
  return [...new Set(notes)];
}

async function proveUnban(
  { host }: Performed,
  { backends }: ActContext,
  { removals, rows }: Readonly<{ removals: readonly Removal[]; rows: number }>,
): Promise<Proof> {
  const missing: SafeText[] = [];
  const lists = removals.filter(({ found }) => found.set.enforcedBy !== undefined);
  const view = lists.length === 0 ? undefined : await readFirewalls(host, backends);
  for (const { found, priors } of removals) {
    const nets = priors.map(({ net }) => net);
    const left = await findOverlaps(host, found, nets);
    if (!left.ok) missing.push(sanitise(`could not read ${found.set.name} back: ${left.problem.summary}`));
    else
      for (const { holder, relation } of left.value.slice(0, 5))
        if (relation === 'equal') missing.push(sanitise(`${holder.text} is in set ${found.set.name} again`));
    if (view !== undefined) missing.push(...(await stillInKernel(host, view, { list: found.set, nets })));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  const names = removals.map(({ found }) => found.set.name).join(', ');
  return {
    kind: 'proved',
    says: sanitise(
      `${nameNets(outermost(removals.flatMap(({ priors }) => priors.map(({ net }) => net))))} is no longer in ${names}${rows > 1 ? ` (${rows} elements)` : ''}`,
    ),
  };
}
