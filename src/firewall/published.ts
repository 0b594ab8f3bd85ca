// Ports that rules send on to another address (DNAT), as Docker publishes those of its containers: such packets are
// forwarded and never meet the input hook.

import type { Chain } from './enforcement.ts';

/** `ports`: "tcp 8080"; `whole` false = there are some whose ports are not known. */
export type Published = Readonly<{ docker: boolean; ports: readonly string[]; whole: boolean }>;

/** What incoming packets of a family meet before they are routed; undefined = nothing is sent on. */
export function publishedOf(chains: readonly Chain[], family: 4 | 6): Published | undefined {
  const byId = new Map(chains.map((chain) => [chain.id, chain]));
  const entries = chains.filter(({ base, dormant }) => base?.hook === 'prerouting' && !dormant);
  const reached = new Set<Chain>();
  const queue = entries.filter(({ label }) => familyOf(label) === undefined || familyOf(label) === family);
  for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
    if (reached.has(chain)) continue;
    reached.add(chain);
    for (const verdict of chain.rules.flatMap(({ verdicts }) => verdicts)) {
      const next = 'chain' in verdict ? byId.get(verdict.chain) : undefined;
      if (next !== undefined) queue.push(next);
    }
  }
  const sending = [...reached].filter(({ rules }) => rules.some(({ publishes }) => publishes !== undefined));
  if (sending.length === 0) return undefined;
  const ports = sending.flatMap(({ rules }) => rules.flatMap(({ publishes }) => publishes ?? []));
  return {
    docker: sending.some(({ label }) => /docker/i.test(label)),
    ports: [...new Set(ports.filter((port) => port !== ''))],
    whole: !ports.includes(''),
  };
}

/** From what is shown before a rule: "ip6 nat DOCKER", "iptables-legacy nat DOCKER"; undefined = both. */
function familyOf(label: string): 4 | 6 | undefined {
  const [first = ''] = label.split(' ');
  if (first === 'ip' || first.startsWith('iptables')) return 4;
  return first === 'ip6' || first.startsWith('ip6tables') ? 6 : undefined;
}

/** Port numbers that a rule is limited to, from its text; undefined = all, or not readable. */
export function portsOf(rule: string): readonly (readonly [number, number])[] | undefined {
  const found = /(?:--dports? |\bdport )(\{[^}]*\}|\S+)/.exec(rule)?.[1];
  if (found === undefined || found.includes('…')) return undefined;
  const words = found.split(/[{},\s]+/).filter((word) => word !== '');
  const ranges: (readonly [number, number])[] = [];
  for (const word of words) {
    const [first = '', last = first] = word.split(/[-:]/);
    if (!/^\d{1,5}$/.test(first) || !/^\d{1,5}$/.test(last)) return undefined;
    ranges.push([Number(first), Number(last)]);
  }
  return ranges.length === 0 ? undefined : ranges;
}

/** Does a rule that is limited to ports concern what is published at all? In doubt it does. */
export function concerns(rule: string, published: Published): boolean {
  const own = portsOf(rule);
  if (own === undefined || !published.whole) return true;
  return published.ports.some((port) => {
    const theirs = portsOf(`dport ${port.slice(port.indexOf(' ') + 1)}`);
    return theirs === undefined || theirs.some(([a, b]) => own.some(([c, d]) => a <= d && c <= b));
  });
}
