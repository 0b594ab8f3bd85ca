// Takes back an unban: adds what it deleted, with the time that would be left by now.

import type { JournalRow } from '../core/act.ts';
import type { Net } from '../core/address.ts';
import type { Proof } from '../core/plan.ts';
import type { SetKey } from '../core/rows.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { type ActContext, failed, type Gathered, type Performed, refused, stepsOf } from './action.ts';
import { notYetInKernel } from './daemon-lists.ts';
import { deleteSteps, elementAt, jailTime, movesOn, type Prior, priorFromFact, putBack } from './elements.ts';
import type { UnbanFacts } from './facts.ts';
import { backendsOf, blindFor, type FirewallView, type Found, findSet, readFirewalls } from './firewalls.ts';
import { guardNotes, nameNets, refusals } from './guards.ts';
import { findAbsent, findOverlaps } from './membership.ts';

/** Sets of the wall: nft and ipset. */
const SHIELDS_SET = /^nft:inet opsconsole_shields |^ipset:oc_banned[46]$/;

type Part = Readonly<{ found: Found; priors: readonly Prior[] }>;

export async function undoUnban(row: JournalRow, facts: UnbanFacts, whole: ActContext): Promise<Gathered> {
  const keys = facts.sets as readonly SetKey[];
  const context = { ...whole, backends: backendsOf(keys, whole.backends) };
  const { host, backends, signal, safeSet } = context;
  const view = await readFirewalls(host, backends, signal);
  const now = host.now();
  const parts: Part[] = [];
  const reasons: SafeText[] = [];
  let over = 0;
  for (const [index, key] of keys.entries()) {
    const removed = facts.removed
      .filter(([set]) => set === index)
      .flatMap((fact) => priorFromFact(fact) ?? []);
    const priors = removed.filter((prior) => elementAt(prior, now) !== undefined);
    over += removed.length - priors.length;
    const found = findSet(view, key);
    if (found === undefined) {
      const blind = blindFor(view, key);
      if (blind !== undefined) return failed(blind.problem);
      const shields = SHIELDS_SET.test(key) ? ', it went with the shields' : '';
      return refused(sanitise(`set ${key} is gone since${shields}: the ban cannot be put back`));
    }
    const held = await findOverlaps(
      host,
      found,
      priors.map(({ net }) => net),
      signal,
    );
    if (!held.ok) return failed(held.problem);
    for (const { wanted, relation } of held.value)
      if (relation === 'equal' && row.state !== 'intended')
        reasons.push(sanitise(`${wanted.text} is in set ${found.set.name} again: someone banned it since`));
    if (priors.length > 0) parts.push({ found, priors });
  }
  const nets = parts.flatMap(({ priors }) => priors.map(({ net }) => net));
  if (nets.length === 0)
    return refused(safe('those bans would have ended by now: nothing is left to put back'));
  // Putting a ban back is a ban: who has become safe since (a new ssh session) stays free.
  const unsafe = refusals(nets, safeSet);
  if (unsafe.length > 0 || reasons.length > 0) return refused(...[...unsafe, ...reasons].slice(0, 5));
  return assemble(parts, nets, { context, over });
}

function assemble(
  parts: readonly Part[],
  nets: readonly Net[],
  { context, over }: Readonly<{ context: ActContext; over: number }>,
): Gathered {
  const now = context.host.now();
  const moves = parts.flatMap(({ found: { arm, set }, priors }) =>
    movesOn(arm.backend, putBack(arm.backend, set, priors, now), () =>
      deleteSteps(
        arm.backend,
        set,
        priors.map(({ net }) => net),
      ),
    ),
  );
  const notes = [...guardNotes(context.safeSet)];
  if (over > 0) notes.push(sanitise(`${over} of those bans would have ended by now and stay away`));
  for (const { set } of parts.map(({ found }) => found)) {
    const given = jailTime(set);
    if (given !== undefined)
      notes.push(sanitise(`${set.name} bans it for ${given} again: it gives no other time`));
  }
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'undo',
        summary: sanitise(`undo the unban of ${nameNets(nets)}`, 200),
        ...stepsOf(moves, now),
        notes,
        risk: 'reversible',
      },
      moves,
      guarded: nets,
      reason: '',
      facts: { kind: 'undo' },
      canUndo: false,
      prove: (performed) => prove(performed, context, { parts, nets }),
    },
  };
}

async function prove(
  { host }: Performed,
  { backends }: ActContext,
  { parts, nets }: Readonly<{ parts: readonly Part[]; nets: readonly Net[] }>,
): Promise<Proof> {
  const missing: SafeText[] = [];
  const lists = parts.filter(({ found }) => found.set.enforcedBy !== undefined);
  const view = lists.length === 0 ? undefined : await readFirewalls(host, backends);
  for (const { found, priors } of parts) {
    const wanted = priors.map(({ net }) => net);
    const absent = await findAbsent(host, found, wanted);
    if (!absent.ok)
      missing.push(sanitise(`could not read ${found.set.name} back: ${absent.problem.summary}`));
    else if (absent.value.length > 0)
      missing.push(sanitise(`${nameNets(absent.value)} is not back in set ${found.set.name}`));
    else if (view !== undefined) missing.push(...(await pendingIn(host, view, { found, wanted })));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  return {
    kind: 'proved',
    says: sanitise(`undone: ${nameNets(nets)} is banned again for ${backFor(parts)}`),
  };
}

function backFor(parts: readonly Part[]): string {
  const times = parts.map(({ found }) => jailTime(found.set) ?? 'the time it had left');
  return [...new Set(times)].join(', ');
}

/** The set may have come or gone with the ban: what enforces the list now counts. */
function pendingIn(
  host: Performed['host'],
  view: FirewallView,
  { found, wanted }: Readonly<{ found: Found; wanted: readonly Net[] }>,
): Promise<readonly SafeText[]> {
  const list = findSet(view, found.set.key)?.set ?? found.set;
  return notYetInKernel(host, view, { list, nets: wanted });
}
