// What contradicts the belief that whoever is in a set is stopped, in sentences with what to do. Pure, from one listing.

import type { DropHook, Enforcement, Finding, SetInfo } from '../core/rows.ts';
import { sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import { unreachable } from '../core/unreachable.ts';
import { isUsableName } from './hold.ts';
import { ownerFindings, timeFindings } from './owner-findings.ts';
import { concerns, type Published } from './published.ts';

/** What else the rules of the host say. `beside`: both variants of iptables hold rules. */
export type Surroundings = Readonly<{
  published?: Published | undefined;
  beside?: boolean;
}>;

/** The set with its twin known. The worst first. */
export function findingsOf(set: SetInfo, around: Surroundings = {}): readonly Finding[] {
  if (set.shields === true) return [];
  const all = [
    ...enforcementFindings(set),
    ...bypassFindings(set, around),
    ...variantFindings(set, around),
    ...roomFindings(set),
    ...timeFindings(set),
    ...ownerFindings(set),
  ];
  return all.sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}

/** The set with what was found; without the field when there is nothing. */
export function withFindings(set: SetInfo, around: Surroundings = {}): SetInfo {
  const findings = findingsOf(set, around);
  return findings.length === 0 ? set : { ...set, findings };
}

const LEVELS: readonly Finding['level'][] = ['harm', 'warning', 'note'];

export function finding(level: Finding['level'], says: string, todo?: string): Finding {
  return { level, says: sanitise(says, 400), ...(todo === undefined ? {} : { todo: sanitise(todo, 300) }) };
}

function enforcementFindings(set: SetInfo): readonly Finding[] {
  const { enforcement } = set;
  switch (enforcement.kind) {
    case 'unused': {
      const level = set.count === 0 ? 'warning' : 'harm';
      return [finding(level, 'no rule uses this set: nobody in it is stopped', missingRule(set))];
    }
    case 'not-dropped':
      return [notDropped(set, enforcement)];
    case 'unknown':
      return [finding('warning', `whether a rule drops it is not known: ${enforcement.why}`)];
    case 'dropped':
      if (!enforcement.afterEstablished) return [];
      return [
        finding(
          'warning',
          'tested after established flows are accepted: a live connection survives a ban',
          'a ban by opsconsole cuts the flows; of others: opsconsole cut ADDRESS',
        ),
      ];
    default:
      return unreachable(enforcement);
  }
}

function notDropped(set: SetInfo, { because }: Extract<Enforcement, { kind: 'not-dropped' }>): Finding {
  switch (because) {
    case 'dormant':
      return finding('harm', `used only in a table that is switched off (dormant): nobody in it is stopped`);
    case 'unreached':
      return finding(
        'harm',
        'used only in a chain that no packet reaches: nobody in it is stopped',
        missingRule(set),
      );
    case 'elsewhere':
      return finding(
        'harm',
        'used only where no incoming packet comes by (another hook, or behind a rule that ends all)',
        missingRule(set),
      );
    case 'limited':
      return finding('warning', 'its rule drops only a share of the packets (a limit): the rest passes');
    case 'accepts':
      return finding('note', 'its rule lets members pass: an allow-list, not a list of bans');
    case 'reversed':
      return finding('note', 'its rule drops those who are not in it, or what is sent to its members');
    default:
      return finding('warning', 'rules look at this set, but none of them drops', missingRule(set));
  }
}

/** The rule that would make the set work, as the operator would write it. opsconsole writes no rules of others. */
function missingRule(set: SetInfo): string | undefined {
  if (!isUsableName(set)) return undefined;
  const { backend, family, name, table } = set;
  if (set.owner === 'opsconsole') return 'the next ban in the own table mends it';
  if (backend === 'ipset')
    return `add the rule: ${family === 4 ? 'iptables' : 'ip6tables'} -I INPUT -m set --match-set ${name} src -j DROP`;
  if (backend === 'nft')
    return `add a rule in a chain of table ${table}: ${family === 4 ? 'ip' : 'ip6'} saddr @${name} drop`;
  if (backend === 'iptables') {
    const variant = /^(legacy|nft) /.exec(table ?? '')?.[1];
    const tool = `${family === 4 ? 'iptables' : 'ip6tables'}${variant === undefined ? '' : `-${variant}`}`;
    const where = /(raw|mangle)$/.test(table ?? '')
      ? `-t ${/\w+$/.exec(table ?? '')?.[0]} -I PREROUTING`
      : '-I INPUT';
    return `add a jump to the chain: ${tool} ${where} -j ${name}`;
  }
  return undefined;
}

/** Hooks that see forwarded packets as well. */
const BEFORE_ROUTING: readonly DropHook[] = ['ingress', 'prerouting'];
const PORTS_SHOWN = 4;

function bypassFindings({ enforcement, name }: SetInfo, { published }: Surroundings): readonly Finding[] {
  if (enforcement.kind !== 'dropped' || enforcement.hooks === undefined) return [];
  const { hooks, rule } = enforcement;
  if (hooks.some((hook) => BEFORE_ROUTING.includes(hook))) return [];
  if (!hooks.includes('input'))
    return [
      finding(
        'warning',
        'dropped only where packets are forwarded: the services of this host itself still answer',
      ),
    ];
  if (hooks.includes('forward') || published === undefined || !concerns(rule, published)) return [];
  const { docker, ports } = published;
  const shown = ports.slice(0, PORTS_SHOWN).join(', ');
  const more = ports.length > PORTS_SHOWN ? ` and ${ports.length - PORTS_SHOWN} more` : '';
  const which = ports.length === 0 ? 'ports' : `${shown}${more}`;
  return [
    finding(
      'harm',
      `${docker ? 'Docker publishes' : 'a DNAT rule sends on'} ${which}: these packets are forwarded and never meet ${name}, which is dropped on the input hook only`,
      docker
        ? 'drop the set in chain DOCKER-USER too, or ban in the table of opsconsole, which drops before routing'
        : 'drop the set on the forward hook too, or ban in the table of opsconsole, which drops before routing',
    ),
  ];
}

function variantFindings({ backend, enforcement }: SetInfo, { beside }: Surroundings): readonly Finding[] {
  if ((backend !== 'ipset' && backend !== 'iptables') || beside !== true) return [];
  const rule = 'rule' in enforcement ? enforcement.rule : '';
  const both =
    'packets pass the rules of both; a drop in either is final, an accept in one does not spare from the other';
  const hidden = /^ip6?tables-(legacy|nft) /.exec(rule)?.[1];
  if (hidden !== undefined) {
    const used = hidden === 'nft' ? 'legacy' : 'nf_tables';
    const says = `its rule is in iptables-${hidden}, while iptables here is the ${used} variant, which does not show it`;
    return [finding('warning', `${says}: ${both}`, `look with iptables-${hidden} -S`)];
  }
  return [finding('note', `rules lie in both variants of iptables, legacy and nf_tables: ${both}`)];
}

const NEARLY = 0.95;

function roomFindings({ count, max }: SetInfo): readonly Finding[] {
  if (count === undefined || max === undefined || max === 0 || count < max * NEARLY) return [];
  const share = `${groupDigits(count)} of ${groupDigits(max)}`;
  const todo = 'make it again with a bigger maxelem, or take out what is old';
  return [
    count >= max
      ? finding('harm', `full (${share}): every further ban in it fails`, todo)
      : finding('warning', `nearly full (${share}): when it is, every further ban in it fails`, todo),
  ];
}
