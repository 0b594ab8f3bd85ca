// The wall in the anchor opsconsole/shields as something that can be put up and read back. pf has no timer for rules: `arm`
// does nothing there, and only the script takes them away.
//   block drop in quick proto tcp from ! <oc_safe> to any port 0:21 flags S/SA label "opsconsole-1a2b3c4d-ports"
//     [ Evaluations: 12        Packets: 3         Bytes: 180         States: 0     ]      (pfctl -v -s rules)

import { type Command, command } from '../../core/plan.ts';
import { PF_SHIELDS_ANCHOR, planPf } from './pf.ts';
import { pfAnchorCalled } from './pf-anchor.ts';
import { hostOf } from './ranges.ts';
import type { Wall, WallReading, WallWriter } from './wall.ts';

const ask = (words: readonly string[]): Command => command(['pfctl', ...words], { privileged: true });

export const pfWall: WallWriter = {
  variant: 'pf',
  tools: ['pfctl'],
  check: (wall: Wall) =>
    planPf(wall)
      .slice(0, 1)
      .map((step) => step.command),
  load: (wall: Wall) => planPf(wall).slice(1),
  arm: () => [],
  holds: (...nets) =>
    nets.map((net) => ask(['-a', PF_SHIELDS_ANCHOR, '-t', 'oc_safe', '-T', 'test', hostOf(net).text])),
  look: [ask(['-s', 'rules']), ask(['-a', PF_SHIELDS_ANCHOR, '-v', '-s', 'rules'])],
  parse: parsePfWall,
};

const RULE = /^(?:block|pass) .*/;
const LABEL = / label "opsconsole-([0-9a-f]{8})-([a-z]+)"/;
const COUNTS = /^\s*\[ Evaluations: (\d{1,20})\s+Packets: (\d{1,20})\s/;
/** Whoever is in these two is not among the safe ones: one is checked before, the other filled by a rule that spares them. */
const SPARES = / from (?:! <oc_safe(?::\d+)?>|<oc_(?:banned|over)(?::\d+)?>) /;

/** Outputs: the main ruleset, the anchor. No id unless the one calls the other, all rules are ours and spare the safe ones. */
export function parsePfWall([main = '', anchor = '']: readonly string[]): WallReading {
  const packets = new Map<string, number>();
  const ids = new Set<string>();
  let foreign = false;
  let seen = 0;
  let part = '';
  for (const line of anchor.split('\n')) {
    if (RULE.test(line)) {
      const [, id, name = 'pass'] = LABEL.exec(line) ?? [];
      if (id !== undefined) ids.add(id);
      // The rule that counts has no label of ours.
      else if (!line.startsWith('pass in quick proto tcp from ! <oc_safe')) foreign = true;
      if (!SPARES.test(line)) foreign = true;
      part = name;
      continue;
    }
    const [, evaluated, counted] = COUNTS.exec(line) ?? [];
    if (counted === undefined) continue;
    seen = Math.max(seen, Number(evaluated));
    packets.set(part, (packets.get(part) ?? 0) + Number(counted));
  }
  const [id] = ids;
  const ours = pfAnchorCalled(main) && ids.size === 1 && !foreign;
  const of = (name: string): number => packets.get(name) ?? 0;
  return {
    ...(ours && id !== undefined ? { id } : {}),
    seen,
    // No timer that could have run out.
    armed: true,
    dropped: { syn: 0, connections: of('connections'), ports: of('ports'), banned: of('banned') },
  };
}
