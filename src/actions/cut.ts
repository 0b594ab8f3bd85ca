// Cut: delete the live flows of addresses, both ways. They may come back unless the address is banned.

import { unixMs } from '../core/brand.ts';
import type { Proof } from '../core/plan.ts';
import { safe, sanitise } from '../core/sanitise.ts';
import { formatCount, formatFlows } from '../core/units.ts';
import { type Action, failed, type Gathered, type Performed, refused, stepsOf } from './action.ts';
import { cutMoves, flowsCut, flowsLeft, planFlowCut } from './flows/cut-flows.ts';
import type { CutPlan } from './flows/flow-table.ts';
import { guardNotes, mustType, nameNets, refusals } from './guards.ts';
import { outermost } from './ranges.ts';

export const cut: Action<'cut'> = {
  id: 'cut',
  async prepare(draft, context): Promise<Gathered> {
    const nets = outermost(draft.nets);
    const reasons = refusals(nets, context.safeSet);
    if (reasons.length > 0) return refused(...reasons);
    const plan = await planFlowCut(context, nets);
    if (plan.unavailable !== undefined) return failed(plan.unavailable);
    if (plan.moves.length === 0) return refused(sanitise(`${nameNets(nets)} has no flows in the table`));
    const moves = cutMoves(plan);
    const typed = mustType(nets);
    return {
      kind: 'ready',
      prepared: {
        plan: {
          action: 'cut',
          summary: sanitise(`cut the flows of ${nameNets(nets)}`, 200),
          ...stepsOf(moves, unixMs(0)),
          notes: [
            ...guardNotes(context.safeSet),
            ...plan.notes,
            safe('without a ban the address may connect again at once'),
          ],
          risk: typed === undefined ? 'reversible' : 'disruptive',
        },
        moves,
        guarded: nets,
        ...(typed === undefined ? {} : { typed }),
        reason: '',
        facts: { kind: 'cut' },
        canUndo: false,
        prove: (performed) => prove(performed, plan),
      },
    };
  },
};

async function prove({ host, outputs }: Performed, plan: CutPlan): Promise<Proof> {
  const gone = flowsCut(plan, outputs) ?? 0;
  const left = await flowsLeft(host, plan);
  if (!left.ok)
    return { kind: 'unproved', missing: [sanitise(`could not count again: ${left.problem.summary}`)] };
  if (left.value.count > 0)
    return {
      kind: 'unproved',
      missing: [
        sanitise(
          `cut ${formatFlows(gone)}, but ${formatCount(left.value.count)} are in the table: ${left.value.why ?? 'it connects again'}`,
        ),
      ],
    };
  return {
    kind: 'proved',
    says: sanitise(`cut ${formatFlows(gone)} of ${nameNets(plan.nets)}, none left`),
  };
}
