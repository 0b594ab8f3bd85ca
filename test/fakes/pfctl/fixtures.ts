// The two hosts of the captures: FreeBSD 15 and OpenBSD 7.8, with their tables, states and counters.

import { defaultLimits, defaultTimeouts } from './load.ts';
import type { Pf, PfFlow, PfTable, System } from './state.ts';

const at = (text: string): number => Date.parse(`${text}Z`) / 1000;
export const CAPTURED_AT = at('2026-11-20T21:06:25');

type FlowText = readonly [iface: string, proto: string, hosts: string, states: string, rest: string];

/** "LEFT [(ALT)] ARROW RIGHT" and "age, expires, packets, bytes, rule[, flags]". */
function flowsOf(rows: readonly FlowText[], firstId: string, creator: string): PfFlow[] {
  return rows.map(([iface, proto, hosts, states, rest], index) => {
    const [left = '', right = ''] = hosts.split(/ (?:->|<-) /);
    const [leftHost = '', leftAlt] = left.split(' (');
    const [age = '', expires = '', packets = '', bytes = '', rule = '', ...flags] = rest.split(', ');
    const base = BigInt(`0x${firstId}`);
    return {
      iface,
      origif: 'vtnet0',
      proto,
      left: leftHost,
      ...(leftAlt === undefined ? {} : { leftAlt: leftAlt.replace(')', '') }),
      arrow: hosts.includes('->') ? '->' : '<-',
      right,
      states,
      age,
      expires,
      packets,
      bytes,
      rule: Number(rule),
      ...(flags.length === 0 ? {} : { flags: flags.join(', ') }),
      id: (base + BigInt(index)).toString(16).padStart(16, '0'),
      creator,
    };
  });
}

const SHARED: readonly FlowText[] = [
  [
    'all',
    'tcp',
    '192.0.2.10:22 <- 203.0.113.45:51544',
    'ESTABLISHED:ESTABLISHED',
    '01:32:36, 24:00:00, 755:820, 52857:205889, 3',
  ],
  [
    'all',
    'tcp',
    '10.0.0.20:8443 (192.0.2.10:443) <- 203.0.113.45:51570',
    'FIN_WAIT_2:FIN_WAIT_2',
    '00:02:10, 00:00:41, 14:12, 2310:6001, 7',
  ],
  [
    'all',
    'tcp',
    '203.0.113.45:51570 -> 10.0.0.20:8443',
    'FIN_WAIT_2:FIN_WAIT_2',
    '00:02:10, 00:00:41, 14:12, 2310:6001, 8',
  ],
  [
    'all',
    'tcp',
    '192.0.2.10:40122 -> 203.0.113.45:25',
    'ESTABLISHED:ESTABLISHED',
    '00:01:01, 23:59:59, 22:19, 1980:2875, 12',
  ],
  [
    'all',
    'udp',
    '192.0.2.10:61034 (10.0.0.20:5353) -> 203.0.113.45:53',
    'MULTIPLE:SINGLE',
    '00:00:12, 00:00:48, 2:1, 140:220, 12',
  ],
];
const ICMP: FlowText = [
  'all',
  'icmp',
  '192.0.2.10:8 <- 203.0.113.45:53218',
  '0:0',
  '00:00:04, 00:00:06, 3:3, 252:252, 2',
];
const V6: FlowText = [
  'all',
  'tcp',
  '2001:db8::10[22] <- 2001:db8:bad::17[50112]',
  'ESTABLISHED:ESTABLISHED',
  '00:03:19, 23:59:50, 120:98, 9800:21000, 3',
];
const HALF_OPEN: readonly FlowText[] = [
  [
    'all',
    'tcp',
    '192.0.2.10:443 <- 198.51.100.8:44101',
    'CLOSED:SYN_SENT',
    '00:00:02, 00:00:28, 1:0, 60:0, 7',
  ],
  ['all', 'tcp', '192.0.2.10:443 <- 198.51.100.77:60001', 'PROXY:SRC', '00:00:01, 00:00:29, 1:1, 60:44, 9'],
];
const TRACKED = '192.0.2.10:80 <- 198.51.100.200:33211';
const TRACKED_REST = '00:00:33, 23:59:40, 10:9, 1200:9000, 10';
const UP = 'ESTABLISHED:ESTABLISHED';

const WINDOWS: Readonly<Record<string, string>> = {
  '192.0.2.10:22 <- 203.0.113.45:51544': '[1190841780 + 64256] wscale 6  [3290015836 + 65792] wscale 7',
  '10.0.0.20:8443 <- 203.0.113.45:51570': '[1190834508 + 64256] wscale 6  [3290010649 + 65792] wscale 7',
  '203.0.113.45:51570 -> 10.0.0.20:8443': '[3290010649 + 65792] wscale 7  [1190834508 + 64256] wscale 6',
  '192.0.2.10:40122 -> 203.0.113.45:25': '[3290010705 + 65792] wscale 7  [1190834571 + 64256] wscale 6',
  '2001:db8::10[22] <- 2001:db8:bad::17[50112]':
    '[1190835282 + 64256] wscale 6  [3290011391 + 65792] wscale 7',
  '192.0.2.10:443 <- 198.51.100.8:44101': '[1190834400 + 64256] wscale 6  [3290010558 + 65792] wscale 7',
  '192.0.2.10:443 <- 198.51.100.77:60001': '[1190834409 + 64256] wscale 6  [3290010558 + 65792] wscale 7',
  [TRACKED]: '[1190834481 + 64256] wscale 6  [3290010621 + 65792] wscale 7',
  '192.0.2.10:22 <- 203.0.113.45:52001': '[1190834472 + 64256] wscale 6  [3290010600 + 65792] wscale 7',
};

function withWindows(flows: readonly PfFlow[]): PfFlow[] {
  return flows.map((flow) => {
    const window = WINDOWS[`${flow.left} ${flow.arrow} ${flow.right}`];
    return window === undefined ? flow : { ...flow, window };
  });
}

function freebsdFlows(): PfFlow[] {
  const rows: FlowText[] = [
    ...SHARED,
    ICMP,
    V6,
    ...HALF_OPEN,
    ['vtnet0', 'tcp', TRACKED, UP, `${TRACKED_REST}, limit source-track`],
  ];
  const flows = withWindows(flowsOf(rows, '6812ab3400001000', '5f3e9a1c'));
  return flows.map((flow, index) => {
    if (index === 2) return { ...flow, origif: 'vtnet1' };
    if (flow.iface === 'all') return flow;
    const { origif: _own, ...bound } = flow;
    return { ...bound, gateway: '192.0.2.1' };
  });
}

function openbsdFlows(): PfFlow[] {
  const rows: FlowText[] = [
    ...SHARED,
    V6,
    ['em0', 'tcp', TRACKED, UP, `${TRACKED_REST}, source-track`],
    ['all', 'tcp', '192.0.2.10:22 <- 203.0.113.45:52001', UP, '00:00:30, 24:00:00, 7:8, 900:1000, 3'],
  ];
  const flows = withWindows(flowsOf(rows, '68c5a1f200002000', '9a3c11e7'));
  return flows.map((flow, index) =>
    index === 6 ? { ...flow, gateway: '192.0.2.1' } : index === 7 ? { ...flow, rdomain: 2 } : flow,
  );
}

const TABLE = { anchor: '', persist: true, constant: false, noMatch: 0, match: 0, stats: {} };
const PERSISTENT = [
  { text: '198.51.100.17', cleared: at('2026-11-20T21:04:50') },
  { text: '203.0.113.45', cleared: at('2026-11-20T21:00:45') },
  { text: '2001:db8:bad::17', cleared: at('2026-11-20T20:56:14') },
];
const OLD_NET = {
  text: '198.51.100.0/24',
  cleared: at('2026-11-18T21:06:25'),
  counters: { 'In/Block': { packets: 40211, bytes: 2412660 } },
};

function tablesOf(system: System): PfTable[] {
  const bsd = system === 'freebsd15';
  const cleared = bsd ? at('2026-11-08T15:24:18') : CAPTURED_AT;
  const block = (packets: number, bytes: number): PfTable['stats'] => ({ 'In/Block': { packets, bytes } });
  const second = {
    text: '203.0.113.99',
    cleared: at('2026-11-20T19:59:45'),
    counters: { 'In/Block': { packets: 1532, bytes: 91920 } },
  };
  const older = { text: '192.0.2.66', cleared: at('2026-11-20T19:02:44') };
  return [
    {
      ...TABLE,
      name: 'opsconsole',
      counters: true,
      cleared,
      stats: bsd ? block(41743, 2504580) : {},
      addresses: bsd ? [OLD_NET, second] : [OLD_NET],
    },
    {
      ...TABLE,
      name: 'sshguard',
      counters: false,
      cleared,
      noMatch: bsd ? 918225 : 91822,
      match: bsd ? 48123 : 4812,
      stats: bsd ? block(48123, 2887380) : block(4812, 288738),
      addresses: bsd ? [older, ...PERSISTENT] : [...PERSISTENT],
    },
  ];
}

const COUNTERS = (
  'match bad-offset fragment short normalize memory bad-timestamp congestion ip-option proto-cksum ' +
  'state-mismatch state-insert state-limit src-limit synproxy'
).split(' ');
const LIMIT_COUNTERS = [
  'max states per rule',
  'max-src-states',
  'max-src-nodes',
  'max-src-conn',
  'max-src-conn-rate',
  'overload table insertion',
  'overload flush states',
  'synfloods detected',
  'syncookies sent',
  'syncookies validated',
];
const rows = (names: readonly string[], values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, values[name] ?? 0]));
const USES = ['current entries', 'searches', 'inserts', 'removals'];

function countersOf(system: System): Pf['counters'] {
  if (system === 'freebsd15')
    return {
      'State Table': rows(USES, { searches: 918273645, inserts: 1827364, removals: 1827310 }),
      'Source Tracking Table': rows(USES, { searches: 88231, inserts: 412, removals: 409 }),
      Counters: rows([...COUNTERS, 'map-failed', 'translate'], {
        match: 48291332,
        fragment: 214,
        short: 3,
        normalize: 51,
        'ip-option': 9,
        'proto-cksum': 12,
        'state-mismatch': 4417,
        'src-limit': 3,
      }),
      'Limit Counters': rows(LIMIT_COUNTERS, {
        'max-src-conn-rate': 17,
        'overload table insertion': 17,
        'overload flush states': 11,
      }),
    };
  return {
    'State Table': rows(['current entries', 'half-open tcp', 'searches', 'inserts', 'removals'], {
      'half-open tcp': 1,
      searches: 118273645,
      inserts: 127364,
      removals: 127310,
    }),
    'Source Tracking Table': rows(USES, { searches: 88 }),
    Fragments: rows(USES, {}),
    Counters: rows([...COUNTERS, 'translate', 'no-route'], {
      match: 8291332,
      fragment: 21,
      short: 3,
      normalize: 5,
      'ip-option': 9,
      'proto-cksum': 12,
      'state-mismatch': 417,
      'src-limit': 3,
      'no-route': 2,
    }),
    'Limit Counters': rows(LIMIT_COUNTERS, { 'max-src-conn-rate': 17 }),
  };
}

const RULES = {
  freebsd15: [
    'anchor "opsconsole" all',
    'block drop in quick from <sshguard> to any',
    'pass in proto tcp from any to any port = ssh flags S/SA keep state (source-track rule, max-src-conn-rate 5/30, overload <sshguard> flush global, src.track 30) label "ssh"',
    'pass out all flags S/SA keep state',
  ],
  openbsd78: [
    'anchor "opsconsole" all',
    'block drop in quick from <sshguard> to any',
    'pass in proto tcp from any to any port = 22 flags S/SA keep state (source-track rule, max-src-conn-rate 5/30, overload <sshguard> flush global, src.track 30) label "ssh"',
    'pass out all flags S/SA',
  ],
} as const;

const INTERFACES = {
  freebsd15: ['all', 'lo', 'lo0', 'vtnet0', 'vtnet1', 'pflog0', 'pflog'],
  openbsd78: ['all', 'egress', 'em0', 'em1', 'enc', 'enc0', 'lo', 'lo0', 'pflog', 'pflog0'],
} as const;

/** As the captures saw it: pf.conf loaded, two tables, no anchor loaded yet. `now` stands still. */
export function capturedHost(system: System): Pf {
  // Tests change what they get.
  return structuredClone(capturedNow(system));
}

function capturedNow(system: System): Pf {
  const bsd = system === 'freebsd15';
  return {
    system,
    now: CAPTURED_AT,
    device: 'there',
    enabled: true,
    enabledSeconds: bsd ? 12 * 86400 + 20527 : 3 * 86400 + 14706,
    since: at(bsd ? '2026-11-08T15:24:18' : '2026-11-17T16:59:45'),
    hostid: bsd ? '00000000' : '9a3c11e7',
    checksum: bsd ? '92afcce90623405d7a97b4d1ee0b2845' : '116cc7227dd8338ee9449ffa55b00b66',
    pid: bsd ? 8974 : 9080,
    counters: countersOf(system),
    tables: tablesOf(system),
    flows: bsd ? freebsdFlows() : openbsdFlows(),
    sources: sourcesOf(system),
    timeouts: defaultTimeouts(system),
    limits: defaultLimits(system),
    options: {
      keepcounters: bsd,
      syncookies: 'adaptive (start 25%, end 12%)',
      debug: bsd ? 'Urgent' : 'err',
    },
    interfaces: INTERFACES[system].map((name) => ({
      name,
      skip: name === 'lo0',
      references: bsd ? (name === 'vtnet0' ? 4 : 0) : name === 'all' ? 7 : 0,
      ...(name === 'vtnet0' ? { in4Pass: { packets: 912345678, bytes: 812345678901 } } : {}),
      ...(name === 'em0' ? { in4Pass: { packets: 912345, bytes: 812345678 } } : {}),
    })),
    rules: {
      '': RULES[system].map((text) => ({ text, ...(text.includes('label') ? { label: 'ssh' } : {}) })),
    },
  };
}

function sourcesOf(system: System): Pf['sources'] {
  const limited = '( states 1, connections 1, rate 1.4/30s )';
  if (system === 'openbsd78')
    return [
      {
        address: '198.51.100.200',
        text: `198.51.100.200 ${limited}`,
        detail: 'age 00:00:33, 19 pkts, 10200 bytes, rule 10',
      },
    ];
  return [
    {
      address: '198.51.100.200',
      text: `198.51.100.200 -> 0.0.0.0 ${limited}`,
      detail: 'age 00:00:33, 19 pkts, 10200 bytes, filter rule 10, limit source-track',
    },
    {
      address: '203.0.113.45',
      text: '203.0.113.45 -> 0.0.0.0 ( states 0, connections 0, rate 0.0/30s )',
      detail: 'age 00:15:00, expires in 00:00:12, 0 pkts, 0 bytes, filter rule 10, limit source-track',
    },
  ];
}
