// What a list of decisions comes to on this host: the sets that a firewall bouncer fills, and what contradicts the list.

import type { Enforcement, Finding, SetInfo } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';

/**
 * nft tables "ip crowdsec", "ip6 crowdsec6" with sets "crowdsec-blacklists", "crowdsec6-blacklists" (bouncer 0.0.25; later ones
 * make one per origin), or ipsets of these names.
 */
const isBouncerSet = ({ backend, owner }: SetInfo): boolean =>
  owner === 'crowdsec' && (backend === 'nft' || backend === 'ipset' || backend === 'pf');

export function relateCrowdsec(own: SetInfo, all: readonly SetInfo[]): SetInfo {
  const there = all.filter((set) => set.family === own.family && isBouncerSet(set));
  // Sets that no rule uses are what a bouncer left behind that once ran in another mode, where others are used.
  const used = there.filter(({ enforcement }) => enforcement.kind !== 'unused');
  const sets = used.length > 0 ? used : there;
  const findings = sets.length === 0 ? [NO_BOUNCER] : findingsOf(own, sets);
  return {
    ...own,
    enforcedBy: sets.map(({ key }) => key),
    enforcement: enforcementOf(sets),
    findings: [...(own.findings ?? []), ...findings],
  };
}

const NO_BOUNCER: Finding = {
  level: 'harm',
  says: safe('no set of a firewall bouncer was found here: these decisions stop nobody on this host'),
  todo: safe('install crowdsec-firewall-bouncer, or look for its sets on the hosts that ask this local API'),
};

/** The weakest of its sets counts: a list is enforced when every one is. */
function enforcementOf(sets: readonly SetInfo[]): Enforcement {
  const weak = sets.find(({ enforcement }) => enforcement.kind !== 'dropped');
  const late = sets.find(({ enforcement }) => enforcement.kind === 'dropped' && enforcement.afterEstablished);
  return (weak ?? late ?? sets[0])?.enforcement ?? { kind: 'unused' };
}

function findingsOf(own: SetInfo, sets: readonly SetInfo[]): readonly Finding[] {
  const findings: Finding[] = [];
  const say = (level: Finding['level'], says: string, todo?: string): void => {
    const rest = todo === undefined ? {} : { todo: sanitise(todo, 300) };
    findings.push({ level, says: sanitise(says, 300), ...rest });
  };
  const plain = sets.every(({ holdsNets }) => !holdsNets) ? sets[0] : undefined;
  const networks = own.networks ?? 0;
  if (plain !== undefined && networks > 0)
    say(
      'harm',
      `${formatCount(networks)} of the decisions ${networks === 1 ? 'is a range' : 'are ranges'}, but set ${plain.name} holds single addresses: only the first address of a range is stopped`,
      'let the bouncer use ipset (mode: iptables), or ban the range in another set',
    );
  for (const { name, enforcement } of sets) {
    if (enforcement.kind === 'unused')
      say('harm', `no rule uses set ${name}: the decisions stop nobody on this host`);
    else if (enforcement.kind === 'not-dropped') say('harm', `the rule that uses set ${name} does not drop`);
  }
  const counts = sets.map(({ count }) => count);
  const held = counts.reduce<number | undefined>(
    (sum, count) => (sum === undefined || count === undefined ? undefined : sum + count),
    0,
  );
  if (held === 0 && (own.count ?? 0) > 0)
    say(
      'harm',
      `the bouncer's set is empty, the list is not: the bouncer has not asked yet, or does not run`,
      'look at: systemctl status crowdsec-firewall-bouncer; cscli bouncers list',
    );
  return findings;
}
