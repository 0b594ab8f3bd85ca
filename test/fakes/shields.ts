// Shields made up for tests of the console: what a reader would say of them, and a port that answers at a word.

import type { Shields } from '../../src/actions/shields/port.ts';
import type { Operator } from '../../src/core/act.ts';
import { unixMs } from '../../src/core/brand.ts';
import { ok } from '../../src/core/result.ts';
import { safe, sanitise } from '../../src/core/sanitise.ts';
import type { Outcome, RaiseReport, ShieldsNow, ShieldsPreview } from '../../src/core/shields.ts';

export type Up = Extract<ShieldsNow, { kind: 'up' }>;

export const ALICE: Operator = {
  user: 'root',
  sudoUser: 'alice',
  sshPeer: '203.0.113.10',
  tty: '/dev/pts/3',
  console: 'c-alice',
};
export const BOB: Operator = { user: 'root', sudoUser: 'bob', sshPeer: '198.51.100.4', console: 'c-bob' };

/** Up since 14 s, in trial for another 1:46. */
export function upNow(at: number, extra: Partial<Up> = {}, by: Operator = ALICE): Up {
  return {
    kind: 'up',
    state: {
      version: 1,
      id: '0badcafe',
      bootId: '5d0bb2cf-2f1f-4a3e-8d4f-3f6f7f7f0000',
      profile: 'default',
      auto: false,
      by,
      raisedAt: unixMs(at - 14_000),
      raisedUptime: 1000,
      trialSeconds: 120,
      holdSeconds: 3600,
      wall: 'nft',
      measures: [
        { measure: 'syn-rate', says: safe('at most 5 new connections per second and source') },
        { measure: 'connections', says: safe('at most 50 connections at once of one source') },
        { measure: 'tcp', says: safe('fewer retries of half-open connections') },
      ],
    },
    phase: 'trial',
    leftSeconds: 106,
    holdLeftSeconds: 3586,
    wall: 'standing',
    dropped: { syn: 91_310, connections: 4402, ports: 0, banned: 0 },
    ...extra,
  };
}

export function outcomeOf(at: number, extra: Partial<Outcome> = {}): Outcome {
  return {
    id: '0badcafe',
    by: 'operator',
    at: unixMs(at),
    items: [
      { result: 'restored', what: safe('nft table inet opsconsole_shields') },
      { result: 'restored', what: safe('sysctl net.ipv4.tcp_synack_retries'), detail: sanitise('2 → 5') },
      {
        result: 'drift',
        what: safe('sysctl net.ipv4.tcp_max_syn_backlog'),
        detail: safe('now 8192, we wrote 4096, it was 512: left alone'),
      },
      { result: 'already', what: safe('sysctl net.ipv4.tcp_syncookies') },
    ],
    dropped: { syn: 91_310, connections: 4402, ports: 17, banned: 0 },
    complete: true,
    ...extra,
  };
}

export function raisedReport(
  now: Up,
  extra: Partial<Extract<RaiseReport, { kind: 'up' }>> = {},
): RaiseReport {
  return {
    kind: 'up',
    now,
    already: false,
    durationMs: 412,
    leftOut: [],
    verified: [safe('counters move'), safe('sshd answers on 192.0.2.1:22 in 41 ms')],
    warnings: [],
    ...extra,
  };
}

export const PREVIEW: ShieldsPreview = {
  kind: 'ready',
  profile: 'default',
  measures: [
    {
      measure: 'tcp',
      says: safe('fewer retries of half-open connections'),
      diff: [sanitise('net.ipv4.tcp_synack_retries  5 → 2')],
      commands: [safe('sysctl -w net.ipv4.tcp_synack_retries=2')],
      hazards: [safe('clients on very lossy links may fail to connect')],
    },
    {
      measure: 'conntrack-max',
      says: safe('twice as many tracked connections'),
      ...{ diff: [], commands: [], hazards: [] },
      leftOut: safe('only 210 MiB of memory are free'),
    },
  ],
  affected: [
    { source: safe('203.0.113.66'), flows: 412, cap: 50 },
    { source: safe('203.0.113.10'), flows: 61, cap: 50, safe: safe('your ssh session') },
  ],
  warnings: [safe('netfilter-persistent save would bake the shields in')],
  safe: [{ net: safe('203.0.113.10/32'), why: safe('your ssh session') }],
};

export type Call = Readonly<{ name: keyof Shields; argument?: unknown }>;

/** Answers at once unless told otherwise; `calls` in order. */
export function fakeShields(answers: Partial<Shields> = {}): Shields & Readonly<{ calls: readonly Call[] }> {
  const calls: Call[] = [];
  const usual: Shields = {
    now: async () => ({ kind: 'down' }),
    preview: async () => PREVIEW,
    raise: async () => raisedReport(upNow(0)),
    keep: async () => ok(upNow(0, { phase: 'held', leftSeconds: 3570, holdLeftSeconds: 3570 })),
    renew: async () => ok(upNow(0, { phase: 'held', leftSeconds: 3600, holdLeftSeconds: 3600 })),
    lower: async () => ({ kind: 'down', outcome: outcomeOf(0), already: false }),
    recover: async () => undefined,
  };
  const all = { ...usual, ...answers };
  const noted = <Name extends keyof Shields>(name: Name, argument?: unknown): Shields[Name] => {
    calls.push(argument === undefined ? { name } : { name, argument });
    return all[name];
  };
  return {
    calls,
    now: () => noted('now')(),
    preview: (wish) => noted('preview', wish)(wish),
    raise: (wish, onProgress) => noted('raise', wish)(wish, onProgress),
    keep: () => noted('keep')(),
    renew: (seconds) => noted('renew', seconds)(seconds),
    lower: (by) => noted('lower', by)(by),
    recover: () => noted('recover')(),
  };
}
