// Several hosts made up for tests: what each of them told, by messages as its sources send them.

import { unixMs } from '../../../src/core/brand.ts';
import type { HostId, LinkState } from '../../../src/core/hosts.ts';
import type { PaneBody, Session } from '../../../src/core/pane.ts';
import { problem } from '../../../src/core/problem.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import type { ShieldsNow } from '../../../src/core/shields.ts';
import type { SourceId } from '../../../src/core/status.ts';
import type { HostlessMsg, Msg } from '../../../src/store/messages.ts';
import { membersOf, NOW, net, paneId, sampleOf, sessionOf, setOf } from './rig.ts';

export const hostId = (name: string): HostId => name as HostId;
export const FLEET = paneId('1.1');

/** A session of these hosts besides this machine, with one pane that shows all of them. */
export function fleetSession(
  names: readonly string[],
  body: PaneBody,
  groups: Readonly<Record<string, readonly string[]>> = {},
): Session {
  return {
    ...sessionOf(),
    hosts: names.map((name) => ({ id: hostId(name), destination: name, sudo: 'auto' })),
    groups: Object.entries(groups).map(([name, hosts]) => ({ name, hosts: hosts.map(hostId) })),
    windows: [
      { name: 'fleet', layout: { kind: 'named', name: 'tiled' }, panes: [{ id: FLEET, body }] },
      {
        name: 'edge',
        layout: { kind: 'named', name: 'tiled' },
        panes: names
          .slice(0, 1)
          .map((name) => ({ id: paneId('2.1'), host: hostId(name), body: { kind: 'bans', sets: [] } })),
      },
    ],
  };
}

export const on = (name: string, ...msgs: readonly HostlessMsg[]): readonly Msg[] =>
  msgs.map((msg) => ({ kind: 'host/on', host: hostId(name), msg }));

export const linked = (link: LinkState): HostlessMsg => ({
  kind: 'host/link-changed',
  link,
  privileged: true,
});
export const UP = linked({
  ...{ kind: 'up', since: NOW, rttMs: 12, skewMs: 0, system: sanitise('Linux 6.1') },
});
export const DOWN = linked({
  ...{ kind: 'down', since: unixMs(NOW - 72_000), retryAt: unixMs(NOW + 9000) },
  problem: problem('no-line', 'ssh: connect to host edge port 22: Connection timed out'),
});
export const NEEDS_YOU = linked({
  ...{ kind: 'needs-operator', since: NOW },
  problem: problem('no-line', 'the host key has changed', { hint: 'look why before anything else' }),
});
export const live = (source: SourceId, ago = 0): HostlessMsg => ({
  ...{ kind: 'source/status-changed', source },
  status: { kind: 'live', sampledAt: unixMs(NOW - ago), everyMs: 1000 },
});

/** Numbers as a host tells them. */
export function busy(load: number, conntrack: number): readonly HostlessMsg[] {
  const bytes = (rx: number, tx: number, at: number): HostlessMsg => ({
    kind: 'traffic/sampled',
    sample: {
      at: unixMs(at),
      interfaces: [
        {
          ...{ name: 'eth0', rxBytes: rx, rxPackets: 1, rxErrors: 0, rxDropped: 0 },
          ...{ txBytes: tx, txPackets: 1, txErrors: 0, txDropped: 0 },
        },
      ],
    },
  });
  return [
    ...(['host', 'conntrack', 'traffic'] as const).map((source) => live(source)),
    {
      kind: 'host/sampled',
      sample: { at: NOW, name: sanitise('h'), load: [load * 4, 1, 1], cores: 4 },
    },
    { kind: 'conntrack/sampled', sample: { at: NOW, count: conntrack * 1000, max: 1000 } },
    bytes(1_000_000, 500_000, NOW - 1000),
    bytes(1_000_000 + 6_000_000 * load, 500_000 + 1_000_000 * load, NOW),
  ];
}

/** Bans of one set, each with its seconds left; null: without an end. */
export function banned(
  set: string,
  bans: Readonly<Record<string, number | null>>,
  extra: Parameters<typeof setOf>[1] = {},
): readonly HostlessMsg[] {
  const rows = Object.entries(bans).map(([text, left]) => ({
    net: net(text),
    expires: left === null ? Number.POSITIVE_INFINITY : NOW + left * 1000,
  }));
  const info = setOf(set, { count: rows.length, ...extra });
  return [live('bans'), sampleOf([info], [membersOf(info, rows)])];
}

export function shieldsUp(left: number, phase: 'trial' | 'held' = 'trial'): HostlessMsg {
  const by = { user: 'root', console: 'other' };
  const now: ShieldsNow = {
    ...{ kind: 'up', phase, leftSeconds: left, holdLeftSeconds: 3600, wall: 'standing' },
    state: {
      ...{ version: 1, id: '0a0b0c0d', bootId: 'b', profile: 'default', auto: false, by },
      ...{ raisedAt: NOW, raisedUptime: 1, trialSeconds: 120, holdSeconds: 3600, wall: 'nft', measures: [] },
    },
  };
  return { kind: 'shields/sampled', now, at: NOW };
}
export const SHIELDS_DOWN: HostlessMsg = { kind: 'shields/sampled', now: { kind: 'down' }, at: NOW };
