// The runner against real small programs: how each kind of ending becomes a Result, and that nothing hangs.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { type Command, command } from '../../../src/core/plan.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { isAlive } from './alive.ts';

const host = await createLocalHost({ sudo: 'never' });
const folder = mkdtempSync(join(tmpdir(), 'oc-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sh = (script: string, extra: Partial<Command> = {}): Command => command(['sh', '-c', script], extra);

test('output, exit code and time of a program that works', async () => {
  const result = await host.run(sh('printf "a\\nb\\n"; printf oops >&2'));
  expect(result).toMatchObject({ ok: true, value: { stdout: 'a\nb\n', stderr: 'oops', exitCode: 0 } });
  expect(result.ok && result.value.durationMs > 0).toBe(true);
});

test('stdin is given exactly, or is closed so that a prompt does not hang', async () => {
  const text = `${'é'.repeat(200_000)}\nlast line without newline`;
  const echoed = await host.run(command(['cat'], { stdin: text, outputMaxBytes: 1 << 20 }));
  expect(echoed.ok && echoed.value.stdout === text).toBe(true);
  const prompted = await host.run(sh('read answer; echo "got [$answer]"'));
  expect(prompted.ok && prompted.value.stdout).toBe('got []\n');
});

test('a program that does not read its stdin is no error', async () => {
  const result = await host.run(command(['true'], { stdin: 'x'.repeat(1 << 20) }));
  expect(result.ok).toBe(true);
});

test('the locale is C, the environment small, the PATH ours', async () => {
  const result = await host.run(command(['env']));
  const lines = result.ok ? result.value.stdout.trim().split('\n') : [];
  expect(lines).toContain('LC_ALL=C');
  expect(lines).toContain('PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin');
  expect(lines.filter((line) => !/^(LC_ALL|LANG|PATH|TERM|TZ)=/.test(line))).toEqual([]);
});

test('a program planted in $PATH or in the working folder is not used', async () => {
  const planted = join(folder, 'ls');
  writeFileSync(planted, '#!/bin/sh\necho hijacked\n');
  chmodSync(planted, 0o755);
  const before = { path: process.env.PATH, cwd: process.cwd() };
  try {
    process.env.PATH = `${folder}:.:${before.path}`;
    process.chdir(folder);
    const fresh = await createLocalHost({ sudo: 'never' });
    const result = await fresh.run(command(['ls', '--version']));
    expect(result.ok && result.value.stdout).toContain('coreutils');
    expect(await fresh.which('./ls')).toBeUndefined();
  } finally {
    process.env.PATH = before.path;
    process.chdir(before.cwd);
  }
});

test('a tool that is not there is missing, and is found once it is', async () => {
  const result = await host.run(command(['oc-no-such-tool', 'x']));
  expect(result).toMatchObject({
    ok: false,
    problem: {
      code: 'missing-tool',
      summary: 'oc-no-such-tool is not installed',
      argv: ['oc-no-such-tool', 'x'],
    },
  });
  const late = join(folder, 'late');
  expect(await host.which(late)).toBeUndefined();
  writeFileSync(late, '#!/bin/sh\nexit 0\n');
  chmodSync(late, 0o755);
  expect(await host.which(late)).toBe(late);
  rmSync(late);
  expect(await host.run(command([late]))).toMatchObject({ ok: false, problem: { code: 'missing-tool' } });
  expect(await host.which(late)).toBeUndefined();
});

test('other exit codes are fine only when the command says so', async () => {
  expect(await host.run(sh('exit 1', { okExits: [1] }))).toMatchObject({ ok: true, value: { exitCode: 1 } });
  const failed = await host.run(
    sh('echo first >&2; printf "Error: no such set\\033[2J\\n^^^^^\\n" >&2; exit 3', {}),
  );
  expect(failed).toMatchObject({
    ok: false,
    problem: { code: 'bad-exit', exitCode: 3, summary: 'sh: Error: no such set\\x1b[2J' },
  });
  expect(failed.ok ? '' : failed.problem.detail).not.toContain('\x1b');
  expect(await host.run(sh('exit 4'))).toMatchObject({
    ok: false,
    problem: { summary: 'sh ended with status 4, saying nothing' },
  });
  expect(await host.run(sh('kill -SEGV $$'))).toMatchObject({
    ok: false,
    problem: { code: 'bad-exit', summary: 'sh was ended by SIGSEGV' },
  });
});

test.each([
  'Operation not permitted (you must be root)',
  'ipset v7.17: Kernel error received: Operation not permitted',
  'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
  'conntrack v1.4.7 (conntrack-tools): Operation failed: sorry, you must be root or get CAP_NET_ADMIN capability to do this',
  'sudo: a password is required',
  'Sorry, user ops is not allowed to execute "/usr/sbin/nft" as root on web1.',
])('"%s" is a lack of rights', async (text) => {
  const result = await host.run(command(['sh', '-c', 'cat >&2; exit 1'], { stdin: `${text}\n` }));
  expect(result).toMatchObject({ ok: false, problem: { code: 'not-permitted', exitCode: 1 } });
  expect(result.ok ? '' : result.problem.summary).toContain(text);
});

test('a hung child that ignores SIGTERM is killed at its timeout', async () => {
  const mark = join(folder, 'hung.pid');
  const result = await host.run(
    sh(`trap '' TERM; sleep 1000 & echo $! > ${mark}; while :; do wait; done`, { timeoutMs: 300 }),
  );
  expect(result).toMatchObject({ ok: false, problem: { code: 'timed-out' } });
  const pid = Number(readFileSync(mark, 'utf8'));
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
});

test('a grandchild that keeps the pipe open is ended with the program', async () => {
  const mark = join(folder, 'grandchild.pid');
  const result = await host.run(sh(`sleep 1000 & echo $! > ${mark}`, { timeoutMs: 300 }));
  expect(result).toMatchObject({ ok: false, problem: { code: 'timed-out' } });
  const pid = Number(readFileSync(mark, 'utf8'));
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
});

test('programs have no terminal to prompt on', async () => {
  const result = await host.run(sh('exec 3</dev/tty'));
  expect(result.ok).toBe(false);
});

test('when we end, so do the programs that we started', async () => {
  const entry = new URL('./fixtures/exits-early.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [entry], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child, 'close');
  const pid = Number(said);
  expect(pid).toBeGreaterThan(0);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
});

test('output over the cap ends the program and says so', async () => {
  const result = await host.run(command(['yes'], { outputMaxBytes: 100_000 }));
  expect(result).toMatchObject({ ok: false, problem: { code: 'too-large' } });
  const noisy = await host.run(
    sh('yes error | head -c 300000 >&2; echo "the last words" >&2; exit 2', { outputMaxBytes: 1000 }),
  );
  expect(noisy).toMatchObject({ ok: false, problem: { code: 'bad-exit', exitCode: 2 } });
  expect(noisy.ok ? '' : noisy.problem.detail).toContain('the last words');
});

test('an abort ends it, before the start and during the run', async () => {
  expect(await host.run(sh('true'), AbortSignal.abort())).toMatchObject({ problem: { code: 'cancelled' } });
  const abort = new AbortController();
  const running = host.stream(
    command(['sh', '-c', 'echo $$; exec sleep 1000'], { timeoutMs: 0 }),
    () => abort.abort(),
    abort.signal,
  );
  expect(await running).toMatchObject({ ok: false, problem: { code: 'cancelled' } });
});

test('stream hands over every byte in order', async () => {
  let seen = 0;
  let sum = 0;
  const result = await host.stream(sh('seq 1 300000'), (chunk) => {
    seen += chunk.length;
    for (const byte of chunk) if (byte === 10) sum += 1;
  });
  expect(result).toMatchObject({ ok: true, value: { stdout: '', exitCode: 0 } });
  expect({ seen, sum }).toEqual({ seen: 1_988_895, sum: 300_000 });
});

test('a consumer that throws is a bug that reaches the caller, and the program ends', async () => {
  let pid = 0;
  const running = host.stream(
    command(['sh', '-c', 'echo $$; exec sleep 1000'], { timeoutMs: 0 }),
    (chunk) => {
      pid = Number(chunk.toString());
      throw new Error('consumer bug');
    },
  );
  await expect(running).rejects.toThrow('consumer bug');
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
});

test.skipIf(process.getuid?.() !== 0)(
  'no process to spare (EAGAIN) is a problem, not an exception',
  async () => {
    const entry = new URL('./fixtures/fork-limit.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, [entry], {
      stdio: ['ignore', 'pipe', 'inherit'],
      uid: 65_534,
      gid: 65_534,
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await once(child, 'close');
    expect(JSON.parse(said)).toMatchObject({
      limited: true,
      started: {
        ok: false,
        problem: {
          code: 'bad-exit',
          summary: 'true could not be started: the system is out of processes (EAGAIN)',
        },
      },
    });
  },
);

test('of what pfctl says when it fails, the noise behind it is no reason', async () => {
  const says = 'pfctl: Table does not exist\npfctl: DIOCSETLIMIT (states): Permission denied';
  const result = await host.run(sh(`echo "No ALTQ support in kernel\n${says}" >&2; exit 255`));
  expect(result).toMatchObject({
    ok: false,
    problem: { code: 'bad-exit', summary: 'sh: pfctl: Table does not exist' },
  });
});
