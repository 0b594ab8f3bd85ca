// The kernel's table of connections: flows counted, planned to be cut, counted again.

import type { Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { ok, type Result } from '../../core/result.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import { createFlowCounter, type FlowCount } from '../../firewall/flow-counter.ts';
import { planCut } from '../../firewall/flows.ts';
import type { Finished, Host } from '../../host/host.ts';
import type { ActContext, Move } from '../action.ts';
import type { CutPlan, FlowTable } from './flow-table.ts';

/** Up to this many flows a count costs well under 0.1 s and is made before the act as well. */
const COUNT_BEFORE_MAX = 50_000;
/** Up to this many networks each is cut whether it was seen with flows or not: some may begin after the count. */
const ALWAYS_CUT_MAX = 8;
const TABLE = '/proc/net/nf_conntrack';
const TRACKED = '/proc/sys/net/netfilter/nf_conntrack_count';

const conntrackTable: FlowTable = {
  async left(host, nets) {
    const counts = await countFlows(host, nets);
    return counts.ok ? ok({ count: totalOf(counts.value) }) : counts;
  },
  cut: flowsCut,
};

/** Undefined: this machine tracks no connections. */
export async function planConntrackCut(
  { host, signal }: ActContext,
  nets: readonly Net[],
): Promise<CutPlan | undefined> {
  const [tool, tracked] = await Promise.all([host.which('conntrack'), host.read(TRACKED)]);
  if (!tracked.ok) return undefined;
  if (tool === undefined)
    return {
      nets,
      moves: [],
      before: undefined,
      table: conntrackTable,
      unavailable: problem('missing-tool', 'conntrack is not installed: flows cannot be cut', {
        hint: 'apt install conntrack',
      }),
      notes: [safe('conntrack is not installed: live flows are not cut (apt install conntrack)')],
    };
  const size = Number(tracked.value.toString('latin1'));
  const few = nets.length <= ALWAYS_CUT_MAX;
  const counted = !few || size <= COUNT_BEFORE_MAX ? await countFlows(host, nets, signal) : undefined;
  const counts = counted?.ok === true ? counted.value : undefined;
  const steps = planCut(nets, {
    ...(counts === undefined ? {} : { counts: few ? atLeastOnce(counts) : counts }),
    batch: !few && (await host.which('xargs')) !== undefined,
  });
  const before = counts === undefined ? undefined : totalOf(counts);
  const notes =
    before === undefined || before === 0
      ? []
      : [sanitise(before === 1 ? '1 live flow is cut' : `${formatCount(before)} live flows are cut`)];
  return { nets, moves: steps.map(moveOf), before, table: conntrackTable, notes };
}

const moveOf = (step: Step): Move => ({ step, atomic: true, reverse: () => [] });

function atLeastOnce(counts: ReadonlyMap<string, FlowCount>): ReadonlyMap<string, FlowCount> {
  const raised = [...counts].map(([text, count]) => {
    const { flows, source, destination } = count;
    const least = {
      flows: Math.max(1, flows),
      source: Math.max(1, source),
      destination: Math.max(1, destination),
    };
    return [text, { ...count, ...least }] as const;
  });
  return new Map(raised);
}

function totalOf(counts: ReadonlyMap<string, FlowCount>): number {
  let total = 0;
  for (const { flows } of counts.values()) total += flows;
  return total;
}

/** One pass over the table; `conntrack -L` where the kernel shows no file. */
async function countFlows(
  host: Host,
  nets: readonly Net[],
  signal?: AbortSignal,
): Promise<Result<ReadonlyMap<string, FlowCount>>> {
  const counter = createFlowCounter(nets);
  const read = await host.readChunks(TABLE, (chunk) => counter.push(chunk), signal);
  if (read.ok) return ok(counter.end());
  const again = createFlowCounter(nets);
  const listing = command(['conntrack', '-L'], {
    privileged: true,
    timeoutMs: 60_000,
    outputMaxBytes: 1 << 30,
  });
  const listed = await host.stream(listing, (chunk) => again.push(chunk), signal);
  return listed.ok ? ok(again.end()) : listed;
}

/** From "conntrack v1.4.7 (conntrack-tools): 3 flow entries have been deleted." */
function flowsCut(outputs: readonly Finished[]): number | undefined {
  const texts = outputs.map(({ stderr, stdout }) => `${stderr}\n${stdout}`);
  const numbers = texts.flatMap((text) => [...text.matchAll(/(\d+) flow entries have been deleted/g)]);
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, match) => sum + Number(match[1]), 0);
}
