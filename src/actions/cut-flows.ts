// The flows of networks: counted, planned to be cut, counted again. Shared by ban and cut.

import type { Net } from '../core/address.ts';
import { command, type Step } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { formatCount } from '../core/units.ts';
import { createFlowCounter, type FlowCount } from '../firewall/flow-counter.ts';
import { planCut } from '../firewall/flows.ts';
import type { Finished, Host } from '../host/host.ts';
import type { ActContext, Move } from './action.ts';

/** `before`: flows at planning time, undefined = not counted. `available` false: no tool, or nothing is tracked. */
export type CutPlan = Readonly<{
  nets: readonly Net[];
  steps: readonly Step[];
  before: number | undefined;
  available: boolean;
  notes: readonly SafeText[];
}>;

/** Up to this many flows a count costs well under 0.1 s and is made before the act as well. */
const COUNT_BEFORE_MAX = 50_000;
/** Up to this many networks each is cut whether it was seen with flows or not: some may begin after the count. */
const ALWAYS_CUT_MAX = 8;
const TABLE = '/proc/net/nf_conntrack';
const TRACKED = '/proc/sys/net/netfilter/nf_conntrack_count';

export async function planFlowCut({ host, signal }: ActContext, nets: readonly Net[]): Promise<CutPlan> {
  const [tool, tracked] = await Promise.all([host.which('conntrack'), host.read(TRACKED)]);
  const none = { nets, steps: [], before: undefined, available: false };
  if (!tracked.ok) return { ...none, notes: [] };
  if (tool === undefined)
    return {
      ...none,
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
  return { nets, steps, before, available: true, notes };
}

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
export async function countFlows(
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

export async function flowsLeft(host: Host, cut: CutPlan): Promise<Result<number>> {
  const counts = await countFlows(host, cut.nets);
  return counts.ok ? ok(totalOf(counts.value)) : counts;
}

export function cutMoves(cut: CutPlan | undefined): readonly Move[] {
  return (cut?.steps ?? []).map((step) => ({ step, atomic: true, reverse: () => [] }));
}

/** From "conntrack v1.4.7 (conntrack-tools): 3 flow entries have been deleted."; the steps of the cut run last. */
export function flowsCut(cut: CutPlan, outputs: readonly Finished[]): number | undefined {
  const texts = outputs.slice(-cut.steps.length).map(({ stderr, stdout }) => `${stderr}\n${stdout}`);
  const numbers = texts.flatMap((text) => [...text.matchAll(/(\d+) flow entries have been deleted/g)]);
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, match) => sum + Number(match[1]), 0);
}
