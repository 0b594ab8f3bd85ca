// Can a set take an element at all? Asked before planning, so that the operator hears why instead of a tool's error.

import { isHost, type Net } from '../core/address.ts';
import { formatDuration, TIMEOUT_SECONDS_MAX } from '../core/duration.ts';
import type { SetInfo } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Element } from './backend.ts';
import { isUsableJail } from './fail2ban/parse.ts';

/** Five years: a date in a rule (xt_time) goes to January 2038. */
const RULE_SECONDS_MAX = 157_680_000;

/** The reason why `set` cannot take `element`, in one sentence; undefined = it can. */
export function cannotHold(set: SetInfo, element: Element): SafeText | undefined {
  const { net, seconds } = element;
  const say = (why: string): SafeText => sanitise(`${set.name} ${why}`);
  if (!isUsableName(set)) return say('has a name that cannot be passed on safely');
  if (set.constant === true) return say('is constant: nothing can be added');
  if (set.shields === true) return say('belongs to the shields: it goes when they come down');
  if (net.family !== set.family) return say(`holds IPv${set.family} only, ${net.text} is IPv${net.family}`);
  if (!isHost(net) && !set.holdsNets)
    return say(`is a ${set.type} set: it holds single addresses, not the network ${net.text}`);
  if (set.backend === 'ipset' && /netmask|bitmask/.test(set.type))
    return say(`is a ${set.type} set: it would hold a network around ${net.text}`);
  if (net.prefix === 0 && set.backend === 'ipset') return say(`cannot hold ${net.text}`);
  // Its owner gives it a time, whatever is wished.
  if (set.fixedTimeout !== undefined) return undefined;
  if (seconds === null) {
    if (set.backend === 'crowdsec') return say('gives every decision an end: choose a duration');
    const limit = set.defaultTimeout ?? 0;
    if (set.backend === 'nft' && limit > 0)
      return say(`gives every element a timeout of ${formatDuration(limit)}: choose a duration`);
    return undefined;
  }
  if (!set.timeouts && set.ending === undefined)
    return say('keeps no timeouts: a ban in it lasts until changed');
  const max = set.ending === 'rule' ? RULE_SECONDS_MAX : TIMEOUT_SECONDS_MAX;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > max)
    return say(`takes timeouts of 1 to ${groupDigits(max)} seconds`);
  if (set.autoMerge === true)
    return say('merges neighbouring ranges (auto-merge), so timeouts would run together');
  return undefined;
}

/** Room for `added` more elements? undefined = yes or unknown, else the reason. An nft range takes two places. */
export function fits(set: SetInfo, added: number): SafeText | undefined {
  if (set.backend === 'crowdsec' && added > CROWDSEC_ADDS_MAX)
    return sanitise(
      `${set.name} takes ${CROWDSEC_ADDS_MAX} addresses at a time: each is one call of cscli (\`cscli decisions import\` takes more)`,
    );
  if (set.max === undefined || set.count === undefined) return undefined;
  const room = Math.max(0, set.max - set.count);
  if (added <= room) return undefined;
  return sanitise(
    `${set.name} has room for ${groupDigits(room)} more (${groupDigits(set.count)} of ${groupDigits(set.max)})`,
  );
}

const CROWDSEC_ADDS_MAX = 200;
const NFT_WORD = /^[A-Za-z_][A-Za-z0-9_./-]{0,127}$/;

/** A name that needs no quoting anywhere and cannot be taken for an option. */
export function isUsableName(set: Pick<SetInfo, 'backend' | 'name' | 'table'>): boolean {
  const { name, table = '' } = set;
  switch (set.backend) {
    case 'nft':
      return (
        NFT_WORD.test(name) && /^(inet|ip|ip6|netdev|bridge) [A-Za-z_][A-Za-z0-9_./-]{0,127}$/.test(table)
      );
    // ipset(8): at most 31 characters.
    case 'ipset':
      return /^[A-Za-z0-9_.:@+=/#%][A-Za-z0-9_.:@+=/#%-]{0,30}$/.test(name);
    // iptables(8): chain names of at most 28 characters.
    case 'iptables':
      return (
        /^[A-Za-z0-9_.:@+=/%][A-Za-z0-9_.:@+=/#%-]{0,27}$/.test(name) &&
        /^((legacy|nft) )?(filter|raw|mangle|security)$/.test(table)
      );
    case 'fail2ban':
      return isUsableJail(name);
    // PF_TABLE_NAME_SIZE is 32 with its end (net/pfvar.h); anchors are paths of such names.
    case 'pf':
      return (
        /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}$/.test(name) &&
        /^([A-Za-z0-9][A-Za-z0-9_./-]{0,200})?$/.test(table)
      );
    // One list, whose name is ours.
    case 'crowdsec':
      return true;
    default:
      return unreachable(set.backend);
  }
}

/**
 * Elements that can stand beside each other in an interval set, and those that another element of the batch already
 * covers (equal, or inside a wider one): an interval set refuses the whole batch for one overlap.
 */
export function splitOverlaps(
  elements: readonly Element[],
): Readonly<{ kept: readonly Element[]; covered: readonly Element[] }> {
  const order = elements.map((_, index) => index);
  const at = (index: number): Net => (elements[index] as Element).net;
  order.sort((a, b) => compareValues(at(a), at(b)) || at(a).prefix - at(b).prefix || b - a);
  const kept = new Set<number>();
  let wide: Net | undefined;
  for (const index of order) {
    const net = at(index);
    if (wide !== undefined && wide.family === net.family && covers(wide, net)) continue;
    kept.add(index);
    wide = net;
  }
  return {
    kept: elements.filter((_, index) => kept.has(index)),
    covered: elements.filter((_, index) => !kept.has(index)),
  };
}

function compareValues(a: Net, b: Net): number {
  if (a.family !== b.family) return a.family - b.family;
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
}

function covers(wide: Net, net: Net): boolean {
  const bits = wide.family === 4 ? 32 : 128;
  return net.value - wide.value < 1n << BigInt(bits - wide.prefix) && net.prefix >= wide.prefix;
}
