// How the kernel comes to the way of a packet from an address, rule by rule: what the detail of an address shows. The decision itself is
// always asked of the kernel; this says why.

import { contains, type Net } from '../../core/address.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { RouteRow, RuleRow, RuleStep } from '../../core/uplinks.ts';

export function ruleText({
  priority,
  from,
  to,
  not,
  other,
  table,
  action,
  suppressesDefault,
}: RuleRow): SafeText {
  const words = [
    `${priority}:`,
    ...(not ? ['not'] : []),
    `from ${from?.text ?? 'all'}`,
    ...(to === undefined ? [] : [`to ${to.text}`]),
    ...other,
    table === undefined ? action : `lookup ${table}`,
    ...(suppressesDefault ? ['suppress_prefixlength'] : []),
  ];
  return sanitise(words.join(' '), 160);
}

export function routeText({ to, kind, hops, metric, linkDown }: RouteRow): SafeText {
  const words = [
    ...(kind === 'unicast' ? [] : [kind]),
    to?.text ?? 'default',
    ...hops.map(({ via, dev }) =>
      [...(via === undefined ? [] : [`via ${via.text}`]), ...(dev === undefined ? [] : [`dev ${dev}`])].join(
        ' ',
      ),
    ),
    ...(metric === undefined || metric === 0 ? [] : [`metric ${metric}`]),
    ...(linkDown ? ['(link down)'] : []),
  ];
  return sanitise(words.filter((word) => word !== '').join(' '), 160);
}

export type Walk = Readonly<{ from: Net; to: Net; rules: readonly RuleRow[]; routes: readonly RouteRow[] }>;

/** Up to the rule that decides; what comes after it is never asked. */
export function walkRules({ from, to, rules, routes }: Walk): readonly RuleStep[] {
  const steps: RuleStep[] = [];
  for (const rule of rules.toSorted((a, b) => a.priority - b.priority)) {
    const step = stepOf(rule, { from, to, routes });
    steps.push({ text: ruleText(rule), ...step });
    if (step.kind === 'decides') break;
  }
  return steps;
}

/** Whether a rule is for packets from this address; 'maybe' where it looks at more of them. */
export function matchesSource(rule: RuleRow, from: Net, to: Net): 'yes' | 'no' | 'maybe' {
  const fits =
    (rule.from === undefined || contains(rule.from, from)) &&
    (rule.to === undefined || contains(rule.to, to));
  if (rule.other.length > 0) return fits || rule.not ? 'maybe' : 'no';
  return fits !== rule.not ? 'yes' : 'no';
}

type Step = Omit<RuleStep, 'text'>;

function stepOf(rule: RuleRow, { from, to, routes }: Omit<Walk, 'rules'>): Step {
  const matches = matchesSource(rule, from, to);
  if (matches === 'no') return { kind: 'passes', says: safe('not for this address') };
  if (rule.table === undefined)
    return matches === 'yes'
      ? { kind: rule.action.startsWith('goto') ? 'matches' : 'decides', says: rule.action }
      : { kind: 'maybe', says: safe('only for some packets') };
  const route = bestRoute(routes, { rule, to });
  if (matches === 'maybe')
    return { kind: 'maybe', says: sanitise(`only for packets with ${rule.other.join(', ')}`, 120) };
  if (route === undefined) return { kind: 'matches', says: missesText(rule, routes) };
  return { kind: 'decides', says: routeText(route) };
}

function missesText(rule: RuleRow, routes: readonly RouteRow[]): SafeText {
  const some = routes.some(({ table, family }) => table === rule.table && family === rule.family);
  return some ? safe('matches, but its table has no route there') : safe('matches, but its table is empty');
}

/** The longest prefix wins, then the lowest metric. */
export function bestRoute(
  routes: readonly RouteRow[],
  { rule, to }: Readonly<{ rule: RuleRow; to: Net }>,
): RouteRow | undefined {
  const fitting = routes.filter(
    (route) =>
      route.family === rule.family &&
      route.table === rule.table &&
      !(route.to === undefined && rule.suppressesDefault) &&
      (route.to === undefined || contains(route.to, to)),
  );
  return fitting.toSorted(
    (a, b) => (b.to?.prefix ?? 0) - (a.to?.prefix ?? 0) || (a.metric ?? 0) - (b.metric ?? 0),
  )[0];
}
