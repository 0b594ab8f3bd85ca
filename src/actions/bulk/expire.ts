// Takes out what has ended where the firewall itself does not: rules with an end of their own, tables whose ends are in
// our journal.

import type { Net } from '../../core/address.ts';
import { type UnixMs, unixMs } from '../../core/brand.ts';
import { memberNet } from '../../core/members.ts';
import type { Proof } from '../../core/plan.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { type ActContext, failed, type Gathered, stepsOf } from '../action.ts';
import { movesOf, type Prior, priorFact } from '../elements.ts';
import { allSets, backendsOf, type Found, readFirewalls } from '../firewalls.ts';
import { readMembers } from '../membership.ts';

type Ended = Readonly<{ found: Found; priors: readonly Prior[]; refs: readonly number[] }>;

export async function prepareExpire(context: ActContext): Promise<Gathered> {
  const { host, backends, signal } = context;
  // A daemon ends its own bans.
  const view = await readFirewalls(host, backendsOf([], backends), signal);
  const [blind] = view.blind;
  if (view.arms.length === 0 && blind !== undefined) return failed(blind.problem);
  const ended: Ended[] = [];
  for (const found of allSets(view)) {
    if (found.set.ending === undefined) continue;
    const members = await readMembers(host, found, { signal });
    if (!members.ok) return failed(members.problem);
    const priors: Prior[] = [];
    const refs: number[] = [];
    const now = host.now();
    for (let index = 0; index < members.value.length; index++) {
      const end = members.value.expires[index] ?? Number.NaN;
      if (!(end <= now)) continue;
      priors.push({ net: memberNet(members.value, index), endsAt: unixMs(end) });
      refs.push(members.value.refs?.[index] ?? 0);
    }
    if (priors.length > 0) ended.push({ found, priors, refs });
  }
  return assemble(
    ended,
    host.now(),
    view.blind.map(({ problem }) => sanitise(`not looked at: ${problem.summary}`)),
  );
}

function assemble(ended: readonly Ended[], now: UnixMs, notes: readonly SafeText[]): Gathered {
  const count = ended.reduce((sum, { priors }) => sum + priors.length, 0);
  const moves = ended.flatMap(({ found: { arm, set }, priors, refs }) => {
    const nets = priors.map(({ net }) => net);
    return movesOf(arm.backend.planDelete(set, nets, refs), arm.backend.atomic === true, () => []);
  });
  const names = ended.map(({ found }) => found.set.name).join(', ');
  const summary = count === 0 ? 'nothing has ended' : `take ${groupDigits(count)} ended bans out of ${names}`;
  return {
    kind: 'ready',
    prepared: {
      plan: {
        action: 'unban',
        summary: sanitise(summary, 200),
        ...stepsOf(moves, now),
        notes,
        risk: 'reversible',
      },
      moves,
      guarded: [],
      reason: 'their time is over',
      facts: {
        kind: 'unban',
        sets: ended.map(({ found }) => found.set.key),
        removed: ended.flatMap(({ priors }, index) => priors.map((prior) => priorFact(prior, index))),
      },
      canUndo: false,
      prove: (performed) => prove(performed.host, ended, count),
    },
  };
}

async function prove(host: ActContext['host'], ended: readonly Ended[], count: number): Promise<Proof> {
  const missing: SafeText[] = [];
  for (const { found, priors } of ended) {
    const members = await readMembers(host, found);
    if (!members.ok) {
      missing.push(sanitise(`could not read ${found.set.name} back: ${members.problem.summary}`));
      continue;
    }
    const gone = new Set(priors.map(({ net }) => net.text));
    const left: Net[] = [];
    for (let index = 0; index < members.value.length; index++) {
      const net = memberNet(members.value, index);
      const over = (members.value.expires[index] ?? Number.NaN) <= members.value.at;
      if (over && gone.has(net.text)) left.push(net);
    }
    for (const net of left.slice(0, 5)) missing.push(sanitise(`${net.text} is still in ${found.set.name}`));
  }
  if (missing.length > 0) return { kind: 'unproved', missing };
  return { kind: 'proved', says: sanitise(`${groupDigits(count)} ended bans are gone`) };
}
