// Which sets of the kernel enforce a jail, by what its actions say and by the names that the standard actions give, and
// where jail and set contradict each other.

import type { Family } from '../../core/address.ts';
import { formatDuration } from '../../core/duration.ts';
import { quoteWord } from '../../core/plan.ts';
import type { Enforcement, Finding, SetInfo, SetKey } from '../../core/rows.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatCount } from '../../core/units.ts';
import type { NamedSet } from './actions.ts';

/** As the other backends make their keys. */
export function keyOfNamed(named: NamedSet, family: Family): SetKey {
  switch (named.kind) {
    case 'nft':
      return `nft:${sanitise(`${named.table} ${named.name}`)}` as SetKey;
    case 'ipset':
      return `ipset:${sanitise(named.name)}` as SetKey;
    case 'chain':
      return `iptables${family === 4 ? '' : '6'}:${sanitise(`filter ${named.name}`)}` as SetKey;
  }
}

/** action.d of fail2ban 1.0 and 1.1: iptables*, firewallcmd-ipset, nftables*, pf; "fail2ban-": before 0.9. */
function usualNames({ name, family }: SetInfo): readonly string[] {
  const six = family === 6 ? [`f2b-${name}6`, `addr6-set-${name}`] : [`addr-set-${name}`];
  return [`f2b-${name}`, `fail2ban-${name}`, ...six];
}

const KERNEL: ReadonlySet<string> = new Set(['nft', 'ipset', 'iptables', 'pf']);

export function relateJail(own: SetInfo, all: readonly SetInfo[]): SetInfo {
  const named = new Set<string>(own.enforcedBy ?? []);
  const usual = new Set(usualNames(own));
  const inKernel = all.filter((set) => KERNEL.has(set.backend) && set.family === own.family);
  const exact = inKernel.filter((set) => named.has(set.key));
  const sets = exact.length > 0 ? exact : inKernel.filter((set) => usual.has(set.name));
  const findings = [...(own.findings ?? []), ...findingsOf(own, sets)];
  return {
    ...own,
    enforcedBy: sets.map(({ key }) => key),
    enforcement: enforcementFrom(own, sets),
    ...(findings.length === 0 ? {} : { findings }),
  };
}

const RANK = { dropped: 3, 'not-dropped': 2, unused: 1, unknown: 0 } as const;

function enforcementFrom(own: SetInfo, sets: readonly SetInfo[]): Enforcement {
  const [best] = [...sets].sort((a, b) => rankOf(b) - rankOf(a));
  if (best !== undefined) return best.enforcement;
  if (own.enforcement.kind === 'unused') return own.enforcement;
  const why =
    own.count === 0
      ? 'its set is made with the first ban'
      : `no set of the kernel is called ${usualNames(own)[0]} or as its action says`;
  return { kind: 'unknown', why: sanitise(why) };
}

/** A drop that live flows get past is worth less than one that ends them. */
function rankOf({ enforcement }: SetInfo): number {
  const late = enforcement.kind === 'dropped' && enforcement.afterEstablished ? 0.5 : 0;
  return RANK[enforcement.kind] - late;
}

function findingsOf(own: SetInfo, sets: readonly SetInfo[]): readonly Finding[] {
  const count = own.count ?? 0;
  if (sets.length === 0) {
    if (count === 0 || own.enforcement.kind === 'unused') return [];
    const family = `IPv${own.family}`;
    return [
      {
        level: 'warning',
        says: sanitise(
          `${formatCount(count)} ${family} ${count === 1 ? 'address is' : 'addresses are'} banned, but no set of this jail for ${family} is in the kernel`,
        ),
        todo: sanitise(
          `an action may block elsewhere (a proxy, a cloud); else restart the jail: fail2ban-client restart ${wordOf(own)}`,
        ),
      },
    ];
  }
  return sets.flatMap((set) => [...stopsNobody(own, set), ...isEmpty(own, set), ...endsElsewhere(own, set)]);
}

/** The jail as a word of a shell. */
const wordOf = ({ name }: SetInfo): string => quoteWord(sanitise(name, 100));

function stopsNobody(own: SetInfo, { name, enforcement }: SetInfo): readonly Finding[] {
  if (enforcement.kind === 'dropped' || enforcement.kind === 'unknown') return [];
  const why =
    enforcement.kind === 'unused'
      ? 'no rule uses its set'
      : 'the rule that uses it does not drop: its set is';
  return [
    {
      level: 'harm',
      says: sanitise(`${why} ${name}: what this jail bans is not stopped`),
      todo: sanitise(`fail2ban-client restart ${wordOf(own)} puts its rules back`),
    },
  ];
}

function isEmpty(own: SetInfo, { name, count: inSet }: SetInfo): readonly Finding[] {
  const { count = 0 } = own;
  if (count === 0 || inSet !== 0) return [];
  return [
    {
      level: 'harm',
      says: sanitise(
        `${formatCount(count)} banned here, but its set ${name} is empty: somebody flushed it, or loaded the rules anew`,
      ),
      todo: sanitise(`fail2ban-client reload --restart ${wordOf(own)} bans them again`),
    },
  ];
}

/** Both give a time: the kernel's counts for who is stopped, the jail's for what is shown. */
function endsElsewhere({ fixedTimeout }: SetInfo, { name, defaultTimeout }: SetInfo): readonly Finding[] {
  const inKernel = defaultTimeout ?? 0;
  if (inKernel === 0 || fixedTimeout === undefined || fixedTimeout === inKernel) return [];
  const jail = fixedTimeout === null ? 'for ever' : `for ${formatDuration(fixedTimeout)}`;
  const shorter = fixedTimeout === null || inKernel < fixedTimeout;
  return [
    {
      level: shorter ? 'harm' : 'warning',
      says: sanitise(
        `its set ${name} lets go after ${formatDuration(inKernel)}, this jail bans ${jail}${shorter ? ': addresses that count as banned get through' : ''}`,
      ),
      todo: safe('give the ban time in one place: the bantime of the jail'),
    },
  ];
}
