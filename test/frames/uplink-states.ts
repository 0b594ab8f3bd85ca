// The uplinks pane in every state, for frames: two uplinks that are well, rules that are missing, gateways that are silent, tunnels,
// peers, hostile words, hosts where nothing can be read.

import { type Family, type Net, parseHost, parseNet } from '../../src/core/address.ts';
import { unixMs } from '../../src/core/brand.ts';
import { type Problem, problem } from '../../src/core/problem.ts';
import { type SafeText, sanitise } from '../../src/core/sanitise.ts';
import type {
  AddressRow,
  PeerRow,
  ReachRow,
  ReachSample,
  TableRow,
  TunnelRow,
  UplinksSample,
  Way,
} from '../../src/core/uplinks.ts';
import type { Msg } from '../../src/store/messages.ts';
import { NOW } from '../unit/store/rig.ts';
import type { KindState, Step } from './kinds-states.ts';
import { later } from './pane-samples.ts';
import { live, status } from './panes/machine-states.ts';

const ago = (seconds: number) => unixMs(NOW - seconds * 1000);
function host(text: string): Net {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}
function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
}

const goes = (dev: string, via: string | undefined, table: string): Way => ({
  ...{ kind: 'goes', dev, table },
  ...(via === undefined ? {} : { via: host(via) }),
});

export const addressOf = (text: string, dev: string, extra: Partial<AddressRow> = {}): AddressRow => ({
  ...{ net: host(text), prefix: 24, dev, state: 'up', mtu: 1500, rules: [], findings: [] },
  way: goes(dev, undefined, 'main'),
  ...extra,
});

const step = (kind: 'decides' | 'matches' | 'passes', text: string, says: string) => ({
  ...{ kind, text: sanitise(text), says: sanitise(says) },
});

const ETH0 = addressOf('192.0.2.10', 'eth0', {
  gateway: host('192.0.2.1'),
  way: goes('eth0', '192.0.2.1', 'main'),
});
const ETH1 = addressOf('198.51.100.20', 'eth1', {
  gateway: host('198.51.100.1'),
  way: goes('eth1', '198.51.100.1', '200'),
  rules: [
    step('matches', '0: from all lookup local', 'matches, but its table has no route there'),
    step('passes', '32764: from 203.0.113.5 lookup 300', 'not for this address'),
    step('decides', '32765: from 198.51.100.20 lookup 200', 'default via 198.51.100.1 dev eth1'),
  ],
});
const SIX = addressOf('2001:db8:b::20', 'eth1', {
  ...{ prefix: 64, gateway: host('fe80::1'), way: goes('eth1', 'fe80::1', '200') },
});
const DOCKER = addressOf('172.17.0.1', 'docker0', {
  ...{ prefix: 16, kind: 'bridge', way: goes('eth0', '192.0.2.1', 'main') },
});
const STRAY = addressOf('198.51.100.21', 'eth1', {
  gateway: host('198.51.100.1'),
  way: goes('eth0', '192.0.2.1', 'main'),
  rules: [
    step('matches', '0: from all lookup local', 'matches, but its table has no route there'),
    step('passes', '32765: from 198.51.100.20 lookup 200', 'not for this address'),
    step('decides', '32766: from all lookup main', 'default via 192.0.2.1 dev eth0'),
  ],
  findings: [
    {
      level: 'harm',
      says: sanitise(
        '198.51.100.21 leaves by eth0 by 192.0.2.1, though table 200 has the gateway of eth1: no rule sends this address there',
      ),
      todo: sanitise('ip rule add from 198.51.100.21 lookup 200'),
    },
  ],
});
const DOWN = addressOf('203.0.113.5', 'eth2', {
  ...{
    state: 'no carrier',
    gateway: host('203.0.113.1'),
    way: { kind: 'none', says: sanitise('Network is unreachable') },
  },
  findings: [
    {
      level: 'warning',
      says: sanitise('eth2 is without carrier: nothing goes by it'),
      todo: sanitise('look at its cable, switch or provider'),
    },
  ],
});

const tableOf = (family: Family, table: string, extra: Partial<TableRow> = {}): TableRow => ({
  ...{ family, table, routes: 2, namedBy: [], lines: [], findings: [] },
  ...extra,
});
const MAIN = tableOf(4, 'main', {
  ...{ routes: 5, wayOut: sanitise('default via 192.0.2.1 dev eth0') },
  namedBy: [sanitise('32766: from all lookup main')],
});
const T200 = tableOf(4, '200', {
  wayOut: sanitise('default via 198.51.100.1 dev eth1'),
  namedBy: [sanitise('32765: from 198.51.100.20 lookup 200')],
  lines: [sanitise('default via 198.51.100.1 dev eth1'), sanitise('198.51.100.0/24 dev eth1')],
});
const T300 = tableOf(4, '300', {
  ...{ routes: 0, namedBy: [sanitise('32764: from 203.0.113.5 lookup 300')] },
  findings: [
    {
      level: 'warning',
      says: sanitise('the rule "32764: from 203.0.113.5 lookup 300" names an empty table: it does nothing'),
      todo: sanitise('put a way into it, or take the rule out (ip rule del priority 32764)'),
    },
  ],
});

const reachOf = (from: string, dev: string, to: string, extra: Partial<ReachRow> = {}): ReachRow => ({
  ...{ from: host(from), dev, to: host(to), what: 'gateway', lastMs: [0.42, 0.4, 0.51], everAnswered: true },
  upSince: ago(3600),
  ...extra,
});
const REACH = [
  reachOf('192.0.2.10', 'eth0', '192.0.2.1'),
  reachOf('198.51.100.20', 'eth1', '198.51.100.1', { lastMs: [12.4, 11.9, null, 14] }),
  reachOf('192.0.2.10', 'eth0', '1.1.1.1', { what: 'target', lastMs: [104, 99] }),
];
const { upSince: _, ...silentRow } = reachOf('198.51.100.20', 'eth1', '198.51.100.1');
const SILENT: readonly ReachRow[] = [
  ...REACH.slice(0, 1),
  { ...silentRow, lastMs: [null, null, null, null, 0.4], downSince: ago(272) },
  {
    ...silentRow,
    to: host('9.9.9.9'),
    what: 'target',
    lastMs: [null, null, null],
    everAnswered: false,
    downSince: ago(15),
  },
  {
    ...silentRow,
    from: host('203.0.113.5'),
    dev: 'eth2',
    to: host('203.0.113.1'),
    lastMs: [],
    error: sanitise('there is no way there'),
  },
];

export const tunnelOf = (name: string, extra: Partial<TunnelRow> = {}): TunnelRow => ({
  ...{ key: `name ${name}`, name: sanitise(name), listen: '127.0.0.1:5432', listening: true },
  forwards: [{ flag: 'L', text: sanitise('-L 5432:db:5432'), listen: '127.0.0.1:5432' }],
  declared: { name, canRestart: true, canStop: true },
  process: {
    pid: 4711,
    args: sanitise('/usr/bin/ssh -N -L 5432:db:5432 edge'),
    since: ago(94_000),
    user: sanitise('backup'),
  },
  ...{ answer: 'held', findings: [] },
  ...extra,
});
const { process: __, ...noProcess } = tunnelOf('mail', {
  ...{ listen: '127.0.0.1:2525', listening: false, answer: 'refused' },
  findings: [{ level: 'harm', says: sanitise('it does not run: nothing listens at 127.0.0.1:2525') }],
});
const TUNNELS = [tunnelOf('db'), noProcess];
const { handshakeAt: ___, ...silentPeer } = {
  ...{ dev: 'wg0', key: sanitise('TrMvSoP4'), receivedBytes: 0, sentBytes: 148, handshakeAt: NOW },
  allowed: [net('10.9.0.3/32')],
  findings: [{ level: 'warning' as const, says: sanitise('it never answered: no handshake yet') }],
};
const PEERS: readonly PeerRow[] = [
  {
    ...{
      dev: 'wg0',
      key: sanitise('xTIBA5rb'),
      endpoint: sanitise('198.51.100.7:51820'),
      endpointNet: host('198.51.100.7'),
    },
    ...{ allowed: [net('10.9.0.2/32'), net('fd00:9::/64')], handshakeAt: ago(31), keepaliveSeconds: 25 },
    ...{ receivedBytes: 91_226_112, sentBytes: 5_242_880, findings: [] },
  },
  silentPeer,
];

const sampled = (sample: Partial<UplinksSample>): Msg => ({
  kind: 'uplinks/sampled',
  sample: {
    ...{ at: NOW, addresses: [ETH0, ETH1, SIX, DOCKER], tables: [MAIN, T200], tunnels: [], peers: [] },
    ...{ findings: [], gaps: [] },
    ...sample,
  },
});
const pinged = (rows: readonly ReachRow[], extra: Partial<ReachSample> = {}): Msg => ({
  kind: 'uplinks/pinged',
  reach: { at: NOW, rows, ...extra },
});

const SPEC = { kind: 'uplinks', targets: [], gateways: 'auto' } as const;
const DECLARED = [
  { name: 'db', listen: '127.0.0.1:5432', restart: ['db-tunnel', 'restart'], stop: ['db-tunnel', 'stop'] },
] as const;
export const UPLINKS_BODY = { ...SPEC, tunnels: DECLARED } as const;
const uplinks = (steps: readonly Step[]): KindState => ({ body: UPLINKS_BODY, steps });
const healthy: readonly Msg[] = [
  live('uplinks'),
  sampled({ tunnels: [tunnelOf('db')], peers: PEERS.slice(0, 1) }),
  pinged(REACH),
];
export const UPLINKS_BROKEN: readonly Msg[] = [
  live('uplinks'),
  sampled({
    addresses: [ETH0, ETH1, STRAY, SIX, DOWN, DOCKER],
    tunnels: TUNNELS,
    peers: PEERS,
    tables: [MAIN, T200, T300],
  }),
  pinged(SILENT),
];
const press = (
  ...ids: readonly ('line-down' | 'open' | 'bottom' | 'page-down' | 'line-up')[]
): readonly Step[] => ids.map((id) => ({ press: id }));
const unavailable = (source: 'uplinks' | 'uplinks-reach', why: Problem): Msg =>
  status(source, { kind: 'unavailable', problem: why });
const evil = '\u001b]0;owned\u0007 \u202e x';
const hostile: Msg = sampled({
  addresses: [addressOf('192.0.2.10', evil, { kind: evil, way: goes(evil, undefined, evil) })],
  tables: [tableOf(4, evil, { namedBy: [sanitise(evil)] })],
  tunnels: [tunnelOf(evil, { listen: evil, forwards: [{ flag: 'R', text: sanitise(evil) }] })],
  gaps: [sanitise(evil)],
});
const none = {
  ...ETH0,
  way: { kind: 'none', says: sanitise('Network is unreachable') as SafeText },
} as const;
const nowhere = {
  ...{
    level: 'harm' as const,
    says: sanitise('no way out for IPv4: no table that applies has a default route'),
  },
  todo: sanitise('ip route add default via GATEWAY dev LINK'),
};
const busybox = problem('missing-tool', 'ip here does not speak JSON (BusyBox, or older than 2018)', {
  hint: 'install iproute2',
});
const noPing = problem('missing-tool', 'ping is not installed', { hint: 'Debian: apt install iputils-ping' });
const slow = problem('timed-out', 'no answer within 5 s', { hint: 'the machine may be overloaded' });
const many = Array.from({ length: 120 }, (_unused, at) =>
  addressOf(`192.0.2.${at + 1}`, 'eth0', { gateway: host('192.0.2.254') }),
);

export const UPLINKS_STATES = {
  healthy: uplinks(healthy),
  broken: uplinks(UPLINKS_BROKEN),
  zoomed: { ...uplinks([...UPLINKS_BROKEN, ...press('line-down', 'line-down')]), zoomed: true },
  address: uplinks([...UPLINKS_BROKEN, ...press('line-down', 'line-down', 'open')]),
  silent: uplinks([
    ...UPLINKS_BROKEN,
    ...press(...Array.from({ length: 7 }, () => 'line-down' as const), 'open'),
  ]),
  tunnel: uplinks([
    ...UPLINKS_BROKEN,
    ...press(...Array.from({ length: 10 }, () => 'line-down' as const), 'open'),
  ]),
  peer: uplinks([
    ...UPLINKS_BROKEN,
    ...press(...Array.from({ length: 12 }, () => 'line-down' as const), 'open'),
  ]),
  table: uplinks([...UPLINKS_BROKEN, ...press('bottom', 'line-up', 'open')]),
  end: uplinks([...UPLINKS_BROKEN, ...press('bottom')]),
  hundred: uplinks([live('uplinks'), sampled({ addresses: many }), ...press('page-down')]),
  hostile: uplinks([live('uplinks'), hostile, pinged([])]),
  'hostile-details': uplinks([live('uplinks'), hostile, ...press('open')]),
  'no-way-out': uplinks([live('uplinks'), sampled({ addresses: [none], findings: [nowhere] }), pinged([])]),
  'no-ping': uplinks([live('uplinks'), sampled({}), unavailable('uplinks-reach', noPing)]),
  'no-address': uplinks([
    live('uplinks'),
    sampled({ addresses: [], tables: [], gaps: [sanitise('rules and tables are read on Linux only')] }),
  ]),
  'read-only': { ...uplinks(UPLINKS_BROKEN), readOnly: true },
  reading: uplinks([]),
  stale: uplinks([...healthy, { kind: 'clock/ticked', now: later(300) }]),
  busybox: uplinks([unavailable('uplinks', busybox)]),
  'never-answered': uplinks([status('uplinks', { kind: 'retrying', problem: slow, retryAt: later(4) })]),
} as const;

/** More than a screen of it, for keys that move; the first row is a declared tunnel, for those that act. */
export const UPLINKS_MANY: Msg = sampled({
  addresses: [],
  tunnels: [tunnelOf('db'), ...many.slice(1).map((_unused, at) => tunnelOf(`tunnel-${at}`))],
});
