// The rules of the wall in the words of iptables-save: raw PREROUTING before conntrack, and INPUT for what needs it.
// Comments name what a rule counts; the first one bears the id.

import type { Family } from '../../core/address.ts';
import { CONNECTIONS_MAX, checkedId, distinctPorts, RATE_MAX, whole } from './ranges.ts';
import type { Wall } from './wall.ts';

export const RAW_CHAIN = 'OC_SHIELD';
export const INPUT_CHAIN = 'OC_SHIELD_IN';

/** Each source is limited as a whole: an IPv6 one is a /64. */
const maskOf = (family: Family): number => (family === 4 ? 32 : 64);
const comment = (words: string): string => `-m comment --comment "${words}"`;
/** New connections to an address of this machine; what containers and guests open themselves only passes through. */
const SYN_TO_US = '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m addrtype --dst-type LOCAL';
/** packet-too-big, router advertisement, neighbour solicitation and advertisement: IPv6 stops working without them. */
const NEEDED_ICMPV6 = [2, 134, 135, 136] as const;

export const capPorts = (wall: Wall): readonly number[] => distinctPorts(wall.connections?.ports ?? []);

/** Declaring a chain that is there empties it (`--noflush` spares all others). */
export const printEmptyChains = (): string =>
  `*raw\n:${RAW_CHAIN} - [0:0]\nCOMMIT\n*filter\n:${INPUT_CHAIN} - [0:0]\nCOMMIT\n`;

export function printRules(wall: Wall, family: Family): string {
  return [
    '*raw',
    `:${RAW_CHAIN} - [0:0]`,
    ...rawRules(wall, family).map((rule) => `-A ${RAW_CHAIN} ${rule}`),
    `-I PREROUTING 1 -j ${RAW_CHAIN}`,
    'COMMIT',
    '*filter',
    `:${INPUT_CHAIN} - [0:0]`,
    ...inputRules(wall, family).map((rule) => `-A ${INPUT_CHAIN} ${rule}`),
    `-I INPUT 1 -j ${INPUT_CHAIN}`,
    'COMMIT',
    '',
  ].join('\n');
}

/** A rule that names a set fails while the set is not there, also in a dry run. */
export const withoutSets = (rules: string): string =>
  rules.replaceAll(/ ?-m set (?:! )?--match-set \S+ (?:src|dst)/g, '');

/** Everything returns when the timer has run out and the set is empty. */
function spared(family: Family): readonly string[] {
  return [
    `-m set ! --match-set oc_armed${family} src -j RETURN`,
    '-i lo -j RETURN',
    `-m set --match-set oc_safe${family} src -j RETURN`,
  ];
}

function rawRules(wall: Wall, family: Family): readonly string[] {
  const rules = [comment(`opsconsole shields v1 id=${checkedId(wall.id)} seen`), ...spared(family)];
  if (family === 6)
    rules.push(...NEEDED_ICMPV6.map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j RETURN`));
  if ((wall.banned ?? []).length > 0)
    rules.push(`-m set --match-set oc_banned${family} src ${comment('opsconsole banned')} -j DROP`);
  if (wall.listed !== undefined)
    rules.push(`${SYN_TO_US} -m set ! --match-set oc_ports dst ${comment('opsconsole ports')} -j DROP`);
  if (wall.synRate !== undefined) rules.push(`${SYN_TO_US} ${hashlimit(wall.synRate, family)} -j DROP`);
  return rules;
}

/** A full table of sources does not take new ones: they are not limited (fails open), as with nft. */
function hashlimit(limit: NonNullable<Wall['synRate']>, family: Family): string {
  return [
    `-m hashlimit --hashlimit-name oc_syn${family} --hashlimit-mode srcip`,
    `--hashlimit-srcmask ${maskOf(family)}`,
    `--hashlimit-above ${whole(limit.perSecond, 1, RATE_MAX)}/sec`,
    `--hashlimit-burst ${whole(limit.burst, 1, RATE_MAX)}`,
    '--hashlimit-htable-max 65536 --hashlimit-htable-expire 60000',
    comment('opsconsole syn'),
  ].join(' ');
}

function inputRules(wall: Wall, family: Family): readonly string[] {
  if (capPorts(wall).length === 0) return spared(family);
  const max = whole(wall.connections?.max ?? 1, 1, CONNECTIONS_MAX);
  const cap = [
    '-p tcp -m set --match-set oc_capports dst -m conntrack --ctstate NEW',
    `-m connlimit --connlimit-above ${max} --connlimit-mask ${maskOf(family)} --connlimit-saddr`,
    comment('opsconsole connections'),
    '-j REJECT --reject-with tcp-reset',
  ];
  return [...spared(family), cap.join(' ')];
}
