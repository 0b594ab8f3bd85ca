// The flows of networks: planned to be cut, counted again. Shared by ban and cut, whatever keeps the flows here.

import type { Net } from '../../core/address.ts';
import { whyNoFirewall } from '../../core/host-system.ts';
import { problem } from '../../core/problem.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Finished, Host } from '../../host/host.ts';
import type { ActContext, Move } from '../action.ts';
import { planConntrackCut } from './conntrack.ts';
import type { CutPlan, FlowsLeft, FlowTable } from './flow-table.ts';
import { planPfCut } from './pf.ts';

const NO_TABLE: FlowTable = { left: async () => ok({ count: 0 }), cut: () => undefined };

export async function planFlowCut(context: ActContext, nets: readonly Net[]): Promise<CutPlan> {
  const plan = (await planPfCut(context, nets)) ?? (await planConntrackCut(context, nets));
  if (plan !== undefined) return plan;
  const why = whyNoFirewall(context.host.system);
  const unavailable =
    why === undefined
      ? problem('not-found', 'this machine tracks no connections: there are no flows to cut', {
          hint: 'nf_conntrack is not loaded',
        })
      : problem('refused', why);
  return { nets, moves: [], before: undefined, table: NO_TABLE, unavailable, notes: [] };
}

export function flowsLeft(host: Host, { table, nets }: CutPlan): Promise<Result<FlowsLeft>> {
  return table.left(host, nets);
}

export function cutMoves(cut: CutPlan | undefined): readonly Move[] {
  return cut?.moves ?? [];
}

/** Undefined = what ran does not say. */
export function flowsCut({ table }: CutPlan, outputs: readonly Finished[]): number | undefined {
  return table.cut(outputs);
}
