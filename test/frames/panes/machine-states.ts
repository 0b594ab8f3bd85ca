// Consoles in the states that conntrack, traffic and host panes must show, made of messages as the pump sends them.

import { makeNet, type Net, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import {
  DEFAULT_TIMES,
  type PaneBody,
  type PaneId,
  type PaneSpec,
  type Session,
} from '../../../src/core/pane.ts';
import { problem } from '../../../src/core/problem.ts';
import type { ConntrackSample, FlowReport, HostSample, SourceRow } from '../../../src/core/rows.ts';
import { safe, sanitise } from '../../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import type { SourceId, SourceStatus } from '../../../src/core/status.ts';
import { TIMEOUTS } from '../../../src/firewall/timeouts.ts';
import type { Msg } from '../../../src/store/messages.ts';
import { reduce } from '../../../src/store/reduce.ts';
import { type ConsoleState, initialState } from '../../../src/store/state.ts';

export const NOW = unixMs(Date.UTC(2026, 2, 14, 2, 13, 5));

export function paneOf(body: PaneBody): PaneSpec {
  return { id: `1.${['conntrack', 'traffic', 'host'].indexOf(body.kind) + 1}` as PaneId, body };
}
export const CONNTRACK = paneOf({ kind: 'conntrack' });
export const TRAFFIC = paneOf({ kind: 'traffic', interfaces: [] });
export const HOST = paneOf({ kind: 'host' });

const SESSION: Session = {
  name: 'rolly',
  origin: { kind: 'detected' },
  refreshMs: 1000,
  bans: { durations: [3600], defaultSeconds: 3600, cut: true },
  allow: [],
  theme: 'ansi',
  times: DEFAULT_TIMES,
  reload: 'ask',
  mouse: false,
  prefix: 'C-b',
  shields: DEFAULT_SHIELDS,
  keys: [],
  windows: [{ name: 'watch', layout: { kind: 'named', name: 'tiled' }, panes: [CONNTRACK, TRAFFIC, HOST] }],
};

export function blank(): ConsoleState {
  return initialState({
    session: SESSION,
    now: NOW,
    size: { columns: 120, rows: 40 },
    readOnly: false,
    privileged: true,
  });
}

export function told(state: ConsoleState, ...messages: readonly Msg[]): ConsoleState {
  return messages.reduce(reduce, state);
}

export function net(text: string): Net {
  const parsed = parseNet(text);
  return parsed.ok ? parsed.value.net : makeNet(4, 0n, 32);
}

export function status(source: SourceId, now: SourceStatus): Msg {
  return { kind: 'source/status-changed', source, status: now };
}
export const live = (source: SourceId): Msg =>
  status(source, { kind: 'live', sampledAt: NOW, everyMs: 1000 });
export const denied = (source: SourceId): Msg =>
  status(source, {
    kind: 'unavailable',
    problem: problem('not-permitted', 'not root: only the count and the maximum can be read', {
      hint: 'start as root, or allow "sudo -n conntrack", to see who fills the table',
    }),
  });

export function key(pane: PaneSpec, ...ids: readonly string[]): readonly Msg[] {
  return ids.map((id) => ({
    kind: 'pane/intent',
    pane: pane.id,
    intent: { id: id as 'mark' },
    rows: 20,
    columns: 80,
  }));
}

/** `seconds` samples, one a second, the last one now. */
export function samples(
  seconds: number,
  at: (second: number) => Omit<ConntrackSample, 'at'>,
): readonly Msg[] {
  return Array.from({ length: seconds }, (_, second) => ({
    kind: 'conntrack/sampled',
    sample: { at: unixMs(NOW - (seconds - 1 - second) * 1000), ...at(second) },
  }));
}

export function source(
  address: string,
  states: Readonly<Record<string, number>>,
  more: Partial<SourceRow> = {},
): SourceRow {
  const flows = Object.values(states).reduce((sum, count) => sum + count, 0);
  return { net: net(address), flows, states: new Map(Object.entries(states)), ours: false, ...more };
}

export function report(sources: readonly SourceRow[], more: Partial<FlowReport> = {}): Msg {
  const total = sources.reduce((sum, row) => sum + row.flows, 0);
  return {
    kind: 'conntrack/flows-counted',
    report: {
      at: unixMs(NOW - 12_000),
      tookMs: 300,
      total,
      states: [
        { protocol: 'tcp', state: 'SYN_RECV', count: 88_010 },
        { protocol: 'tcp', state: 'ESTABLISHED', count: 3112 },
        { protocol: 'udp', state: 'unreplied', count: 940 },
        { protocol: 'icmp', state: 'replied', count: 2 },
      ],
      sources,
      networks: [],
      talkers: [],
      ...more,
    },
  };
}

export const FLOOD = [
  source('192.0.2.140', { SYN_RECV: 88_010, ESTABLISHED: 3112, TIME_WAIT: 82 }),
  source('198.51.100.9', { SYN_RECV: 9999 }),
  source('2001:db8:9::51', { ESTABLISHED: 640, UDP: 20 }),
  source('203.0.113.5', { ESTABLISHED: 2 }),
  source('192.0.2.7', { UDP: 1 }),
];

/** The documented scene: a table that fills within minutes, the operator's own address among the sources. */
export function attacked(): ConsoleState {
  const max = 262_144;
  return told(
    blank(),
    ...samples(120, (second) => ({
      count: Math.round(40_000 + 1230 * second + 500 * Math.sin(second / 5)),
      max,
      insertFailed: second * 12,
      drop: 0,
      earlyDrop: 40,
      accounting: false,
    })),
    report(FLOOD, {
      distinct: 1830,
      networks: [source('192.0.2.0/24', { SYN_RECV: 88_010, ESTABLISHED: 3112, UDP: 83 }, { members: 2 })],
    }),
    {
      kind: 'safe-set/computed',
      safeSet: {
        at: NOW,
        entries: [{ net: net('203.0.113.5'), why: safe('you') }],
        operatorFound: true,
        gaps: [],
      },
    },
    live('conntrack'),
    live('flows'),
  );
}

export function timeouts(values: 'default' | 'siege' | 'mixed'): Msg {
  return {
    kind: 'conntrack/timeouts-read',
    rows: TIMEOUTS.map((row, index) => ({
      ...row,
      current: values === 'siege' || (values === 'mixed' && index === 1) ? row.siege : row.kernelDefault,
    })),
  };
}

export function hostSamples(seconds: number): readonly Msg[] {
  const sample = (second: number): HostSample => ({
    at: unixMs(NOW - (seconds - 1 - second) * 1000),
    name: sanitise('rolly'),
    load: [0.4 + second * 0.05, 2.4, 1.98],
    cores: 2,
    cpu: [
      { busy: second * second, total: second * 100 },
      { busy: second * 20, total: second * 100 },
    ],
    memory: { total: 4 * 2 ** 30, available: 2.8 * 2 ** 30, swapTotal: 2 ** 30, swapFree: 2 ** 29 },
    pressure: { cpu: { some10: 34.1 }, memory: { some10: 0, full10: 0 }, io: { some10: 21, full10: 12.4 } },
    logDisk: { path: safe('/var/log'), size: 20 * 2 ** 30, available: 2 ** 30 },
    uptimeSeconds: 41 * 86_400 + 7200,
  });
  return Array.from({ length: seconds }, (_, second) => ({ kind: 'host/sampled', sample: sample(second) }));
}

/** eth0 rises, eth1 carries a little, lo and an idle one are there too. */
export function trafficSamples(seconds: number): readonly Msg[] {
  const counters = (name: string, rx: number, tx: number) => ({
    name,
    rxBytes: Math.round(rx),
    rxPackets: Math.round(rx / 900),
    rxErrors: 0,
    rxDropped: name === 'eth0' ? Math.round(rx / 1_000_000) : 0,
    txBytes: Math.round(tx),
    txPackets: Math.round(tx / 700),
    txErrors: 0,
    txDropped: 0,
  });
  return Array.from({ length: seconds }, (_, second) => ({
    kind: 'traffic/sampled',
    sample: {
      at: unixMs(NOW - (seconds - 1 - second) * 1000),
      interfaces: [
        counters('lo', second * 5_000_000, second * 5_000_000),
        counters('eth0', 50_000 * second ** 2, second * 387_500),
        counters('eth1', second * 90_000, second * 40_000),
        counters('wg0', 0, 0),
      ],
    },
  }));
}
