// The wall as one nft table of its own: it can only tighten, and deleting it undoes everything. Text on stdin in one
// transaction (with -j nft 1.0.6 reopens /dev/stdin; it also wants one statement per line).

import type { Family, Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { parseNftWall } from './nft-reading.ts';
import {
  CONNECTIONS_MAX,
  checkedId,
  disjoint,
  distinctPorts,
  hostOf,
  RATE_MAX,
  TIMER_SECONDS_MAX,
  whole,
} from './ranges.ts';
import { SHIELDS_TABLE, WALL_COUNTERS, type Wall, type WallWriter } from './wall.ts';

const TABLE = `inet ${SHIELDS_TABLE}`;
/** Sources that a dynamic set remembers; when it is full, new sources are not limited (fails open). */
const SOURCES_MAX = 65_535;
/**
 * New connections to an address of this machine (a published port of a container is one, before DNAT), not those that pass
 * through: what containers and guests open themselves comes by here as well. The flags first: fib is a route look-up.
 */
const SYN_TO_US = 'tcp flags & (fin|syn|rst|ack) == syn fib daddr type local';
const HALF_V6 = 'ffff:ffff:ffff:ffff::';
/** What IPv6 stops working without, whoever sends it. */
const NEEDED_ICMPV6 =
  'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big }';

/** 5,000 nets load in 40 ms; the rest is for a machine under load. */
const LOAD_TIMEOUT_MS = 30_000;

/**
 * Both in one batch, the set by its name: then nft 1.0.6 fetches that one only, 5 ms. `nft -t list table` fetches the elements of
 * all, 0.3 s when the sets of sources are full. It tells stderr that it does not know the other sets; the exit is 0.
 */
const LOOK = `list counters table ${TABLE}\nlist set ${TABLE} armed\n`;

export const nftWall: WallWriter = {
  variant: 'nft',
  tools: ['nft'],
  check: (wall) => [
    command(['nft', '-c', '-f', '-'], {
      stdin: printNftWall(wall),
      privileged: true,
      timeoutMs: LOAD_TIMEOUT_MS,
    }),
  ],
  load: (wall) => [
    {
      command: command(['nft', '-f', '-'], {
        stdin: printNftWall(wall),
        privileged: true,
        timeoutMs: LOAD_TIMEOUT_MS,
      }),
      shown: [
        safe(`nft: create table ${TABLE} (see wall.nft)`),
        sanitise(`     ${groupDigits(wall.safe.length)} addresses and networks are never limited`),
      ],
    },
  ],
  arm: (seconds) => [armStep(seconds)],
  // All in one: a call of nft 1.0.6 that gets an element fetches those of all sets first, 0.8 s when others ban 150,000.
  holds: (...nets) => [
    command(['nft', '-f', '-'], { stdin: nets.map(getElement).join(''), privileged: true }),
  ],
  // The table's own comment is not in it, so the first counter bears the id as well.
  look: [command(['nft', '-f', '-'], { stdin: LOOK, privileged: true })],
  parse: parseNftWall,
};

const getElement = (net: Net): string => `get element ${TABLE} safe${net.family} { ${hostOf(net).text} }\n`;

/** Kernels before 6.12 keep the old timeout of an element that is added again: so it goes first, in one transaction. */
function armStep(seconds: number): Step {
  const stdin = `flush set ${TABLE} armed\nadd element ${TABLE} armed { ${armedElements(seconds)} }\n`;
  return {
    command: command(['nft', '-f', '-'], { stdin, privileged: true }),
    shown: [safe(`nft: set ${TABLE} armed runs for another ${timer(seconds)} s`)],
  };
}

const timer = (seconds: number): number => whole(seconds, 1, TIMER_SECONDS_MAX);

const armedElements = (seconds: number): string =>
  `ipv4 timeout ${timer(seconds)}s, ipv6 timeout ${timer(seconds)}s`;

/** The whole file. Loading it again replaces the table; nothing else is touched. */
export function printNftWall(wall: Wall): string {
  const ours = `comment "opsconsole shields v1 id=${checkedId(wall.id)}"`;
  const lines = [
    ours,
    ...WALL_COUNTERS.flatMap((name) => block(`counter ${name}`, name === 'seen' ? [ours] : [])),
    ...sets(wall),
    ...sshTimeouts(wall),
    ...early(wall),
    ...policy(wall),
    ...connections(wall),
  ];
  return `${[`add table ${TABLE}`, `delete table ${TABLE}`, ...block(`table ${TABLE}`, lines)].join('\n')}\n`;
}

function block(head: string, lines: readonly string[]): readonly string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function sets(wall: Wall): readonly string[] {
  const banned = wall.banned ?? [];
  return [
    ...block('set armed', [
      'type nf_proto',
      'flags timeout',
      `elements = { ${armedElements(wall.armedSeconds)} }`,
    ]),
    ...netSet('safe4', 4, wall.safe),
    ...netSet('safe6', 6, wall.safe),
    ...(banned.length === 0 ? [] : [...netSet('banned4', 4, banned), ...netSet('banned6', 6, banned)]),
    ...(wall.synRate === undefined ? [] : [...sourceSet('rl4', true), ...sourceSet('rl6', true)]),
    ...(capPorts(wall).length === 0 ? [] : [...sourceSet('cc4', false), ...sourceSet('cc6', false)]),
  ];
}

function netSet(name: string, family: Family, nets: readonly Net[]): readonly string[] {
  const texts = disjoint(nets, family).map(({ text }) => text);
  const elements = texts.map((text, index) => `  ${text}${index < texts.length - 1 ? ',' : ''}`);
  return block(`set ${name}`, [
    `type ${addressType(family)}`,
    'flags interval',
    ...(texts.length === 0 ? [] : ['elements = {', ...elements, '}']),
  ]);
}

function sourceSet(name: string, forgets: boolean): readonly string[] {
  return block(`set ${name}`, [
    `type ${addressType(name.endsWith('4') ? 4 : 6)}`,
    `size ${SOURCES_MAX}`,
    `flags dynamic${forgets ? ',timeout' : ''}`,
    ...(forgets ? ['timeout 1m'] : []),
  ]);
}

const addressType = (family: Family): string => (family === 4 ? 'ipv4_addr' : 'ipv6_addr');

/** When the kernel's timer has run out, every chain lets everything through, whoever is left to delete it. */
const GATE = 'meta nfproto != @armed accept';
const SPARED = ['iifname "lo" accept', 'ip saddr @safe4 accept', 'ip6 saddr @safe6 accept'];

/** Before raw and conntrack, so that nothing of what is dropped is tracked. `seen` first: even loopback proves it lives. */
function early(wall: Wall): readonly string[] {
  const rules = ['counter name "seen"', GATE, ...SPARED, `${NEEDED_ICMPV6} accept`];
  if ((wall.banned ?? []).length > 0)
    rules.push(
      'ip saddr @banned4 counter name "banned" drop',
      'ip6 saddr @banned6 counter name "banned" drop',
    );
  const open = distinctPorts(wall.listed ?? [], wall.sshPorts);
  if (wall.listed !== undefined) rules.push(`${SYN_TO_US}${notAmong(open)} counter name "ports" drop`);
  if (wall.synRate !== undefined) {
    const rate = whole(wall.synRate.perSecond, 1, RATE_MAX);
    const over = `limit rate over ${rate}/second burst ${whole(wall.synRate.burst, 1, RATE_MAX)} packets`;
    rules.push(
      `${SYN_TO_US} update @rl4 { ip saddr ${over} } counter name "syn" drop`,
      `${SYN_TO_US} update @rl6 { ip6 saddr & ${HALF_V6} ${over} } counter name "syn" drop`,
    );
  }
  return block('chain early', ['type filter hook prerouting priority -310; policy accept;', ...rules]);
}

const notAmong = (ports: readonly number[]): string =>
  ports.length === 0 ? '' : ` tcp dport != { ${ports.join(', ')} }`;

function pinPorts(wall: Wall): readonly number[] {
  return wall.pinSsh === undefined ? [] : distinctPorts(wall.sshPorts);
}

/** A timeout object knows one family only. */
function sshTimeouts(wall: Wall): readonly string[] {
  if (pinPorts(wall).length === 0) return [];
  const seconds = whole(wall.pinSsh?.establishedSeconds ?? 0, 1, TIMER_SECONDS_MAX);
  return [4, 6].flatMap((family) =>
    block(`ct timeout ssh${family}`, [
      'protocol tcp',
      `l3proto ${family === 4 ? 'ip' : 'ip6'}`,
      `policy = { established: ${seconds} }`,
    ]),
  );
}

/** Right after conntrack has made the entry. */
function policy(wall: Wall): readonly string[] {
  const ports = pinPorts(wall).join(', ');
  if (ports === '') return [];
  const rule = (family: Family): string =>
    `meta nfproto ipv${family} tcp dport { ${ports} } ct state new ct timeout set "ssh${family}"`;
  return block('chain ctpol', [
    'type filter hook prerouting priority -150; policy accept;',
    GATE,
    rule(4),
    rule(6),
  ]);
}

const capPorts = (wall: Wall): readonly number[] => distinctPorts(wall.connections?.ports ?? []);

/** Counting needs conntrack, and a reset needs the packet to be for us: so in input, before the host's own rules. */
function connections(wall: Wall): readonly string[] {
  const ports = capPorts(wall).join(', ');
  if (ports === '') return [];
  const over = `ct count over ${whole(wall.connections?.max ?? 1, 1, CONNECTIONS_MAX)}`;
  const rule = (set: string, source: string): string =>
    `tcp dport { ${ports} } ct state new add @${set} { ${source} ${over} } ` +
    'counter name "connections" reject with tcp reset';
  return block('chain conn', [
    'type filter hook input priority -5; policy accept;',
    GATE,
    ...SPARED,
    rule('cc4', 'ip saddr'),
    rule('cc6', `ip6 saddr & ${HALF_V6}`),
  ]);
}
