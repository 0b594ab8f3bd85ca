// opsconsole shields …: which arguments are good, what is asked of the shields, what is printed, which status.

import { PassThrough, Readable } from 'node:stream';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Shields } from '../../../src/actions/shields/port.ts';
import { EXIT, type ExitStatus } from '../../../src/cli/io.ts';
import { registerShieldsCommands } from '../../../src/cli/shields-commands.ts';
import { runShieldsCommand, type ShieldsRequest } from '../../../src/cli/shields-run.ts';
import type { ShieldsFlags } from '../../../src/cli/shields-wish.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail, ok } from '../../../src/core/result.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { Outcome, RaiseWish, ShieldsNow } from '../../../src/core/shields.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';

const NOW = 1_800_000_000_000;
const UP: Extract<ShieldsNow, { kind: 'up' }> = {
  kind: 'up',
  state: {
    version: 1,
    id: '0badcafe',
    bootId: 'b',
    profile: 'default',
    auto: false,
    by: { user: 'root', sudoUser: 'alice', sshPeer: '203.0.113.10', console: 'c' },
    raisedAt: unixMs(NOW - 30_000),
    raisedUptime: 100,
    trialSeconds: 120,
    holdSeconds: 3600,
    wall: 'nft',
    measures: [{ measure: 'syn-rate', says: safe('at most 5 new connections per second') }],
  },
  phase: 'trial',
  leftSeconds: 120,
  holdLeftSeconds: 3600,
  wall: 'standing',
  dropped: { syn: 12, connections: 0, ports: 3, banned: 0 },
};
const OUTCOME: Outcome = {
  id: '0badcafe',
  by: 'operator',
  at: unixMs(NOW),
  items: [
    { result: 'restored', what: safe('sysctl net.ipv4.tcp_synack_retries'), detail: safe('2 → 5') },
    { result: 'drift', what: safe('sysctl net.ipv4.tcp_syncookies'), detail: safe('now 2') },
  ],
  complete: true,
};

type Given = Partial<Shields> & Readonly<{ privileged?: boolean; terminal?: boolean }>;
type Ran = Readonly<{ status: ExitStatus; out: string; err: string; asked: readonly string[] }>;

async function run(verb: ShieldsRequest['verb'], flags: ShieldsFlags = {}, given: Given = {}): Promise<Ran> {
  const asked: string[] = [];
  const host = createFakeHost({ privileged: given.privileged ?? true, now: NOW });
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const io = { ...streams, stdin: Readable.from([]), env: {}, cwd: '/', terminal: given.terminal ?? false };
  const shields: Shields = {
    now: async () => UP,
    preview: async () => ({ kind: 'refused', reasons: [safe('nobody is safe')] }),
    raise: async () => ({
      kind: 'up',
      now: UP,
      already: false,
      durationMs: 420,
      leftOut: [{ measure: 'conntrack-max', why: safe('it is read-only') }],
      verified: [safe('counters move')],
      warnings: [safe('do not save now')],
    }),
    keep: async () => ok({ ...UP, phase: 'held', leftSeconds: 3600 }),
    renew: async () => ok({ ...UP, phase: 'held', leftSeconds: 1800 }),
    lower: async () => ({ kind: 'down', outcome: OUTCOME, already: false }),
    recover: async () => undefined,
    ...given,
  };
  const watched = new Proxy(shields, {
    get(target, name: keyof Shields) {
      return (...words: readonly unknown[]) => {
        const plain = words.filter((word) => typeof word !== 'function' && word !== undefined);
        asked.push([name, ...plain.map((word) => JSON.stringify(word))].join(' '));
        return (target[name] as (...all: readonly unknown[]) => unknown)(...words);
      };
    },
  });
  const deps = { io, host: () => Promise.resolve(host), exit: () => undefined };
  const status = await runShieldsCommand({ verb, flags }, deps, () => watched);
  const text = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  expect(host.ran).toEqual([]);
  return { status, out: text(streams.stdout), err: text(streams.stderr), asked };
}

test('up says what stands, what does not, and how to keep it', async () => {
  const { status, out, err, asked } = await run('up');
  expect([status, err]).toEqual([EXIT.done, '']);
  expect(asked).toEqual(['recover', 'raise {}']);
  expect(out).toContain('SHIELDS UP in 0.4 s (0badcafe, profile default)');
  expect(out).toContain('left out: conntrack-max: it is read-only');
  expect(out).toContain('verified: counters move');
  expect(out).toContain('warning: do not save now');
  expect(out).toContain('trial: comes down in 2:00 unless: opsconsole shields keep');
});

test('under attack few lines: what was left out is no measure, the most important warnings only', async () => {
  const words = Array.from({ length: 20 }, (_, i) => safe(`hazard ${i}`));
  const { out } = await run(
    'up',
    {},
    {
      raise: async () => ({
        kind: 'up',
        now: UP,
        already: false,
        durationMs: 1,
        leftOut: [{ measure: 'syn-rate', why: safe('no') }],
        verified: [],
        warnings: words,
        hazards: words,
      }),
    },
  );
  expect(out.split('\n')).toHaveLength(16);
  expect(out).toContain('hazard: hazard 2\nhazard: … and 17 more: opsconsole shields preview\n');
  expect(out).not.toContain('  syn-rate: ');
  expect(out).toContain('warning: … and 14 more: opsconsole shields preview');
});

test('every flag reaches the wish', async () => {
  const flags = { trial: '20s', for: '1h30m', profile: 'default', yes: true };
  const wish: RaiseWish = { trialSeconds: 20, holdSeconds: 5400, profile: 'default', unattended: true };
  const { asked } = await run('up', flags);
  expect(JSON.parse(asked[1]?.slice('raise '.length) ?? '')).toEqual(wish);
  expect((await run('up', { auto: true })).asked.at(-1)).toBe('raise {"auto":true}');
  expect((await run('renew', { for: '30m' })).asked).toEqual(['recover', 'renew 1800']);
  expect((await run('down', { auto: true })).asked).toEqual(['recover', 'lower "auto"']);
  expect((await run('down')).asked).toEqual(['recover', 'lower "operator"']);
});

test.each<[ShieldsFlags, RegExp]>([
  [{ trial: '120' }, /^--trial: "120" is not a duration\nhint: add a unit/],
  [{ trial: '5s' }, /^--trial must be 10s to 30m\n$/],
  [{ trial: '2h' }, /^--trial must be 10s to 30m\n$/],
  [{ for: '30s' }, /^--for must be 1m to 1d\n$/],
  [{ for: '\u001b[2J' }, /^--for: .*is not a duration/],
  [{ trial: '10m', for: '5m' }, /^the hold, 5m, is shorter than the trial\n/],
  [{ auto: true, trial: '60s' }, /^--auto raises without a trial/],
  [{ profile: 'defualt' }, /^there is no profile "defualt"\nhint: did you mean default\?/],
  [{ profile: 'toString' }, /^there is no profile "toString"\nhint: there are default/],
])('%j is one clear sentence, and nothing is asked', async (flags, words) => {
  const { status, out, err, asked } = await run('up', flags);
  expect([status, out, asked]).toEqual([EXIT.usage, '', []]);
  expect(err).toMatch(words);
  expect(err).not.toContain('\u001b');
});

test('without root nothing is changed, and it is said how', async () => {
  for (const verb of ['up', 'keep', 'renew', 'down'] as const) {
    const { status, err, asked } = await run(verb, {}, { privileged: false });
    expect([status, asked]).toEqual([EXIT.failed, []]);
    expect(err).toContain(`hint: sudo opsconsole shields ${verb}`);
  }
  expect((await run('status', {}, { privileged: false })).asked).toEqual(['now']);
  expect((await run('preview', {}, { privileged: false })).asked).toEqual(['preview {}']);
});

test('a refusal is status 3 with its reasons, on the preview too', async () => {
  const refused = { kind: 'refused', reasons: [safe('no operator was found')] } as const;
  const up = await run('up', {}, { raise: async () => refused });
  expect(up).toMatchObject({ status: EXIT.refused, out: '', err: 'refused: no operator was found\n' });
  expect(await run('preview')).toMatchObject({ status: EXIT.refused, asked: ['preview {}'] });
  const json = JSON.parse((await run('up', { json: true }, { raise: async () => refused })).out);
  expect(json).toEqual({ status: 'refused', reasons: ['no operator was found'] });
});

test('a failed raise says whether everything was taken back', async () => {
  const trouble = problem('bad-exit', 'nft said no', { hint: 'look at dmesg' });
  const ran = (undone: boolean) =>
    run('up', {}, { raise: async () => ({ kind: 'failed', problem: trouble, undone }) });
  const back = await ran(true);
  expect([back.status, back.out]).toEqual([EXIT.failed, '']);
  expect(back.err).toBe('nft said no\nhint: look at dmesg\nwhat was begun has been taken back\n');
  expect((await ran(false)).err).toContain('NOT everything was taken back');
});

test('up when up is no failure and names who raised them; a wall that is gone is not proved', async () => {
  const report = {
    kind: 'up',
    already: true,
    durationMs: 3,
    leftOut: [],
    verified: [],
    warnings: [],
  } as const;
  const again = await run('up', {}, { raise: async () => ({ ...report, now: UP }) });
  expect(again.status).toBe(EXIT.done);
  expect(again.out).toMatch(
    /up already, raised by root \(sudo alice, from 203\.0\.113\.10\): nothing was changed/,
  );
  const gone = await run('up', {}, { raise: async () => ({ ...report, now: { ...UP, wall: 'gone' } }) });
  expect(gone.status).toBe(EXIT.unproved);
  expect(gone.out).toContain('the wall is GONE');
});

test('after a person lowered them the automatic waits, a person does not', async () => {
  const lowered = (by: Outcome['by'], ago: number): Given => ({
    now: async () => ({ kind: 'down', last: { ...OUTCOME, by, at: unixMs(NOW - ago * 1000) } }),
  });
  const soon = await run('up', { auto: true }, lowered('operator', 60));
  expect(soon).toMatchObject({ status: EXIT.refused, asked: ['recover', 'now'] });
  expect(soon.err).toBe(
    'refused: a person lowered the shields: the automatic does not raise them for another 29m\n',
  );
  expect((await run('up', { auto: true }, lowered('operator', 1800))).status).toBe(EXIT.done);
  expect((await run('up', { auto: true }, lowered('timer', 1))).status).toBe(EXIT.done);
  expect((await run('up', {}, lowered('operator', 1))).asked).toEqual(['recover', 'raise {}']);
});

test('keep and renew tell the clock; when they are down it is a problem', async () => {
  expect((await run('keep')).out).toBe(
    'the shields are kept\nhold: comes down in 1:00:00 unless: opsconsole shields renew\n',
  );
  expect((await run('renew')).out).toContain('hold: comes down in 30:00');
  const down = fail(problem('not-found', 'the shields are not up'));
  expect(await run('keep', {}, { keep: async () => down })).toMatchObject({
    status: EXIT.failed,
    err: 'the shields are not up\n',
  });
});

test('down reports each thing; drift is told, what could not be put back is not proved', async () => {
  const done = await run('down');
  expect(done.status).toBe(EXIT.done);
  expect(done.out).toContain('  put back: sysctl net.ipv4.tcp_synack_retries (2 → 5)');
  expect(done.out).toContain(
    '  changed by somebody else, left alone: sysctl net.ipv4.tcp_syncookies (now 2)',
  );
  const lower = (outcome: Outcome, already = false) =>
    run('down', {}, { lower: async () => ({ kind: 'down', outcome, already }) });
  expect((await lower({ ...OUTCOME, complete: false })).status).toBe(EXIT.unproved);
  const [item] = OUTCOME.items;
  if (item === undefined) throw new Error('there is an item');
  expect((await lower({ ...OUTCOME, items: [{ ...item, result: 'failed' }] })).status).toBe(EXIT.unproved);
  expect(await lower(OUTCOME, true)).toMatchObject({
    status: EXIT.done,
    out: 'the shields are down already: nothing was changed\n',
  });
});

test('status says up or down with 0, and that it cannot be known with 1', async () => {
  const leftOut = [{ measure: 'conntrack-max', why: safe('read-only') }] as const;
  const partly = await run('status', {}, { now: async () => ({ ...UP, leftOut }) });
  expect(partly.out).toContain('left out: conntrack-max: read-only');
  const up = await run('status');
  expect(up.status).toBe(EXIT.done);
  expect(up.out).toContain('SHIELDS UP, raised by root (sudo alice, from 203.0.113.10) 30 s ago (0badcafe');
  expect(up.out).toContain('dropped: 12 SYN, 3 ports');
  const down = await run('status', {}, { now: async () => ({ kind: 'down', last: OUTCOME }) });
  expect(down).toMatchObject({ status: EXIT.done });
  expect(down.out.split('\n')).toEqual([
    'the shields are down',
    expect.stringMatching(/^last time, now: an operator lowered them: 1 restored/),
    '  changed by somebody else, left alone: sysctl net.ipv4.tcp_syncookies (now 2)',
    '',
  ]);
  const unknown = { kind: 'unknown', problem: problem('unreadable', 'written by a newer version') } as const;
  expect(await run('status', {}, { now: async () => unknown })).toMatchObject({
    status: EXIT.failed,
    out: '',
  });
});

test.each(['up', 'keep', 'renew', 'down', 'status', 'preview'] as const)(
  '%s --json prints exactly one object and nothing else',
  async (verb) => {
    const { out, err } = await run(verb, { json: true }, { recover: async () => OUTCOME, terminal: true });
    expect(err).toBe('');
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toBeTypeOf('object');
  },
);

test('what a crash left is told on the way', async () => {
  expect((await run('status', {}, { recover: async () => ({ ...OUTCOME, by: 'recovery' }) })).err).toMatch(
    /left over from before and were cleared away/,
  );
});

test('commander knows the words; --dry-run asks for the preview', async () => {
  const program = new Command('opsconsole').exitOverride().configureOutput({ writeErr: () => undefined });
  const host = createFakeHost({ privileged: false });
  const stderr = new PassThrough();
  const stdout = new PassThrough();
  let status: ExitStatus | undefined;
  registerShieldsCommands(program, {
    io: { stdin: Readable.from([]), stdout, stderr, env: {}, cwd: '/', terminal: false },
    host: () => Promise.resolve(host),
    exit: (now) => {
      status = now;
    },
  });
  await program.parseAsync(['shields', 'renew', '--for', '1y'], { from: 'user' });
  expect(status).toBe(EXIT.usage);
  for (const words of [
    ['shields', 'sideways'],
    ['shields', 'up', '--now'],
    ['shields', 'keep', 'it'],
  ])
    await expect(program.parseAsync(words, { from: 'user' })).rejects.toThrow();
});

test('a line that was lost in the middle: neither done nor failed', async () => {
  const lost = problem('line-lost', 'gone');
  const keep = await run('keep', {}, { keep: async () => fail(lost) });
  const down = await run('down', {}, { lower: async () => ({ kind: 'failed', problem: lost }) });
  const up = await run('up', {}, { raise: async () => ({ kind: 'failed', problem: lost, undone: false }) });
  const before = await run(
    'up',
    {},
    { raise: async () => ({ kind: 'failed', problem: lost, undone: true }) },
  );
  expect([keep, down, up, before].map(({ status }) => status)).toEqual([
    ...[EXIT.unknown, EXIT.unknown, EXIT.unknown, EXIT.failed],
  ]);
  expect(up.err).not.toMatch(/NOT everything/);
});
