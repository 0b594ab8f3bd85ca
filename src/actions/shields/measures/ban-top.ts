// Bans the sources with the most tracked flows, for as long as the shields last, and cuts their flows.

import { type Net, overlaps } from '../../../core/address.ts';
import { isPrivate } from '../../../core/private-nets.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import { formatCount, formatFlows } from '../../../core/units.ts';
import type { FlowCount } from '../../../firewall/flow-counter.ts';
import { planCut } from '../../../firewall/flows.ts';
import type { TopSource } from '../../../firewall/shields/top-sources.ts';
import type { Measure, MeasureAt } from '../measure.ts';
import { countSources } from './count-sources.ts';
import { needWall } from './wall-parts.ts';

type Spec = Extract<MeasureSpec, { measure: 'ban-top' }>;

/** `cut`: those whose flows are deleted as well. `seen`: flows counted; `partial`: there were more than time allowed. */
type Found = Readonly<{
  banned: readonly TopSource[];
  cut: readonly Net[];
  seen: number;
  partial: boolean;
}>;

/** `conntrack -D` walks the whole table for each source: some 2 µs a flow. No more of them than fit into this. */
const CUT_BUDGET_US = 2_000_000;
const CUT_US_PER_FLOW = 2;

export const banTop: Measure<Spec, Found> = {
  id: 'ban-top',
  describe: ({ flows, most }) =>
    sanitise(`the worst ${most} sources with more than ${formatFlows(flows)} are banned and cut`),
  async gather({ flows, most }, at) {
    const variant = needWall(at);
    if (!variant.ok) return variant;
    const counted = await countSources(at, flows);
    if (!counted.ok) return counted;
    const { sources, seen, partial } = counted.value;
    const banned = sources
      .filter(({ net }) => mayBan(net, at))
      .sort((a, b) => b.flows - a.flows)
      .slice(0, most);
    if (banned.length === 0)
      return fail(problem('refused', `no source that may be banned has more than ${formatFlows(flows)}`));
    const tool = (await at.host.which('conntrack')) !== undefined;
    const affordable = Math.max(1, Math.floor(CUT_BUDGET_US / (CUT_US_PER_FLOW * Math.max(1, seen))));
    const cut = tool ? banned.slice(0, affordable).map(({ net }) => net) : [];
    return ok({ banned, cut, seen, partial });
  },
  hazard(_, { banned, cut, seen, partial }) {
    const words: SafeText[] = [
      sanitise(
        `banned while the shields are up: ${banned.map(({ net, flows }) => `${net.text} (${formatFlows(flows)})`).join(', ')}`,
        400,
      ),
      safe('many people may share one of these addresses, and a flood of UDP or SYN may have forged them'),
    ];
    if (partial)
      words.push(sanitise(`the table was too long to count: only ${formatCount(seen)} flows were looked at`));
    if (cut.length < banned.length)
      words.push(
        sanitise(`flows of ${banned.length - cut.length} of them are not cut: they run out by themselves`),
      );
    return words;
  },
  apply: (_, { banned, cut }) => ({
    wall: { banned: banned.map(({ net }) => net) },
    steps: planCut(cut, { counts: onlySources(cut) }),
  }),
  revert: () => [],
};

/** Safe addresses are the operator's, our own and what this machine needs. */
function mayBan(net: Net, { safeSet }: MeasureAt): boolean {
  return !isPrivate(net) && !safeSet.entries.some((entry) => overlaps(entry.net, net));
}

/** They were counted as sources: no commands for other directions. */
function onlySources(nets: readonly Net[]): ReadonlyMap<string, FlowCount> {
  const one = { flows: 1, source: 1, destination: 0, replySource: 0, replyDestination: 0 };
  return new Map(nets.map((net) => [net.text, one]));
}
