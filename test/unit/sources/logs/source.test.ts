// The log source over an in-memory host, and over this machine's files.

import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LogSpec } from '../../../../src/core/pane.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import type { LogBatch } from '../../../../src/core/rows.ts';
import type { Finished, FollowOptions, Host, OnChunk } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { journalCommand } from '../../../../src/sources/logs/journald.ts';
import { BATCH_LINES_MAX, createLogSource } from '../../../../src/sources/logs/source.ts';

const SPEC: LogSpec = {
  kind: 'log',
  files: [],
  units: [],
  merge: 'time',
  filters: [],
  history: 100,
  wrap: false,
};

const QUIET = ['-o', 'cat', '--no-pager', '-q'];
const HOW = ['-o', 'short-iso-precise', '--all', '--no-pager', '-q'];

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

type Memory = Readonly<{
  host: Host;
  followed: () => FollowOptions;
  ran: () => readonly (readonly string[])[];
  streamed: () => Readonly<{ command: Command; onChunk: OnChunk }>;
  finish: (result: Result<Finished>) => void;
}>;

function memoryHost({ neverCaughtUp = false, newest = 'a line\n' } = {}): Memory {
  const ran: (readonly string[])[] = [];
  let options: FollowOptions | undefined;
  let stream: Readonly<{ command: Command; onChunk: OnChunk }> | undefined;
  const ended = Promise.withResolvers<Result<Finished>>();
  const never = (): never => {
    throw new Error('a log source does not ask for this');
  };
  const known = <T>(value: T | undefined): T => value ?? never();
  const host: Host = {
    kind: 'local',
    name: 'memory',
    privileged: false,
    now: () => unixMs(Date.now()),
    async run({ argv }) {
      ran.push(argv);
      return ok({ stdout: newest, stderr: '', exitCode: 0, durationMs: 1 });
    },
    read: never,
    readChunks: never,
    stat: never,
    disk: never,
    glob: never,
    openPty: never,
    endPtys: never,
    which: never,
    stream: (command, onChunk, signal) => {
      stream = { command, onChunk };
      const stopped = signal === undefined ? ended.promise : untilAborted(signal).then(() => CANCELLED);
      return Promise.race([ended.promise, stopped]);
    },
    follow: (given) => {
      options = given;
      if (!neverCaughtUp) queueMicrotask(() => given.onCaughtUp?.());
      return untilAborted(given.signal);
    },
  };
  return {
    host,
    ran: () => ran,
    followed: () => known(options),
    streamed: () => known(stream),
    finish: ended.resolve,
  };
}
const CANCELLED = fail(problem('cancelled', 'cancelled'));
const FINISHED = ok({ stdout: '', stderr: '', exitCode: 0, durationMs: 1 });

type Run = Readonly<{
  batches: LogBatch[];
  lines: () => string[];
  last: () => LogBatch;
  stop: () => Promise<Result<void>>;
  result: Promise<Result<void>>;
}>;

function start(spec: Partial<LogSpec>, host: Host): Run {
  const controller = new AbortController();
  const batches: LogBatch[] = [];
  const source = createLogSource({ ...SPEC, ...spec }, 'log:1.1');
  const result = source.run(host, controller.signal, (batch) => batches.push(batch));
  return {
    batches,
    lines: () => batches.flatMap((batch) => batch.lines.map(({ text }) => String(text))),
    last: () => batches.at(-1) ?? expect.fail('no batch'),
    result,
    stop: () => {
      controller.abort();
      return result;
    },
  };
}

describe('files', () => {
  test('events become lines, totals and states', async () => {
    const memory = memoryHost();
    const run = start({ files: ['/var/log/a', '/var/log/b'] }, memory.host);
    const { onEvent, patterns } = memory.followed();
    expect(patterns).toEqual(['/var/log/a', '/var/log/b']);
    onEvent({ kind: 'opened', path: '/var/log/a' });
    onEvent({ kind: 'data', path: '/var/log/a', bytes: Buffer.from('one\ntw') });
    onEvent({ kind: 'denied', path: '/var/log/b' });
    onEvent({ kind: 'data', path: '/var/log/a', bytes: Buffer.from('o\n') });
    onEvent({ kind: 'skipped', path: '/var/log/a', bytes: 100, lines: 5 });
    await vi.waitFor(() => expect(run.lines()).toEqual(['one', 'two']));
    expect(run.last()).toMatchObject({ linesTotal: 7, bytesTotal: 108, skipped: 5 });
    expect(run.last().files).toEqual([
      { name: '/var/log/a', kind: 'open', bytes: 108, lines: 7 },
      { name: '/var/log/b', kind: 'denied', bytes: 0, lines: 0 },
    ]);
    expect(await run.stop()).toEqual(ok(undefined));
  });

  test('a flood: few batches, each bounded, totals exact', async () => {
    const memory = memoryHost();
    const run = start({ files: ['/x'] }, memory.host);
    const block = Buffer.from('203.0.113.7 a line of a flood\n'.repeat(2000));
    for (let index = 0; index < 50; index++) {
      memory.followed().onEvent({ kind: 'data', path: '/x', bytes: block });
      if (index % 10 === 9) await vi.waitFor(() => expect(run.last().linesTotal).toBe((index + 1) * 2000));
    }
    for (const batch of run.batches) expect(batch.lines.length).toBeLessThanOrEqual(BATCH_LINES_MAX);
    expect(run.last().skipped + run.lines().length).toBe(100_000);
    await run.stop();
  });

  test('an unfinished last line is shown in time', async () => {
    const memory = memoryHost();
    const run = start({ files: ['/x'] }, memory.host);
    memory.followed().onEvent({ kind: 'data', path: '/x', bytes: Buffer.from('no newline') });
    await vi.waitFor(() => expect(run.lines()).toEqual(['no newline']), { timeout: 5000 });
    await run.stop();
  });

  test('nothing leaves after the end', async () => {
    const memory = memoryHost();
    const run = start({ files: ['/x'] }, memory.host);
    memory.followed().onEvent({ kind: 'data', path: '/x', bytes: Buffer.from('late\n') });
    await run.stop();
    expect(run.batches).toEqual([]);
  });
});

describe('the first lines of several files', () => {
  const line = (file: string, second: number): string =>
    `${new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString().slice(0, 19)}Z host ${file}: ${second}\n`;
  const many = (file: string, from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => line(file, from + index)).join('');

  test('are the newest by time, in the order of time, also when the oldest file is read last', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oc-logs-'));
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    await writeFile(a, many('a', 20_000, 24_000));
    await writeFile(b, many('b', 0, 20_000));
    const run = start({ files: [a, b], history: 6000 }, await createLocalHost());
    await vi.waitFor(() => expect(run.batches.length).toBeGreaterThan(0), { timeout: 10_000 });
    const [first] = run.batches;
    const seconds = first?.lines.map(({ text }) => Number(/: (\d+)$/.exec(text)?.[1])) ?? [];
    expect(seconds).toEqual(Array.from({ length: 5000 }, (_, index) => 19_000 + index));
    expect(first?.skipped).toBe((first?.linesTotal ?? 0) - 5000);
    await appendFile(b, 'later, without a time\n');
    await vi.waitFor(() => expect(run.lines().at(-1)).toBe('later, without a time'), { timeout: 10_000 });
    await run.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('wait for a file that is slow to read, but not for ever', async () => {
    const memory = memoryHost({ neverCaughtUp: true });
    const run = start({ files: ['/x', '/y'] }, memory.host);
    const began = performance.now();
    memory.followed().onEvent({ kind: 'data', path: '/x', bytes: Buffer.from(line('x', 9)) });
    memory.followed().onEvent({ kind: 'data', path: '/y', bytes: Buffer.from(line('y', 5)) });
    await vi.waitFor(() => expect(run.lines().map((text) => text.at(-1))).toEqual(['5', '9']), {
      timeout: 10_000,
    });
    expect(performance.now() - began).toBeGreaterThan(1000);
    await run.stop();
  });
});

describe('journal and command', () => {
  test('journalctl follows the units', async () => {
    const memory = memoryHost();
    const run = start({ units: ['ssh.service', '-x'] }, memory.host);
    await vi.waitFor(() => expect(memory.streamed().command.argv[1]).toBe('-f'));
    expect(memory.ran()).toEqual([['journalctl', '-n', '1', ...QUIET, '--unit=ssh.service', '--unit=-x']]);
    expect(memory.streamed().command.argv).toEqual([
      'journalctl',
      '-f',
      '-n',
      '100',
      ...HOW,
      '--unit=ssh.service',
      '--unit=-x',
    ]);
    await run.stop();
    expect(journalCommand({ ...SPEC, units: ['*'] }, { privileged: true })).toMatchObject({
      argv: ['journalctl', '-f', '-n', '100', ...HOW],
      timeoutMs: 0,
      privileged: true,
    });
  });

  test('units without any line are followed from now on, because -n would lose the first ones', async () => {
    const memory = memoryHost({ newest: '' });
    const before = Math.floor(Date.now() / 1000);
    const run = start({ units: ['new.service'] }, memory.host);
    await vi.waitFor(() => expect(memory.streamed().command.argv[1]).toBe('-f'));
    const [since, ...rest] = memory.streamed().command.argv.slice(2);
    expect(rest).toEqual([...HOW, '--unit=new.service']);
    const second = Number(/^--since=@(\d+)$/.exec(since ?? '')?.[1]);
    expect(second).toBeGreaterThanOrEqual(before);
    expect(second).toBeLessThanOrEqual(before + 5);
    await run.stop();
  });

  test('a command that ends leaves its lines and the word "ended"', async () => {
    const memory = memoryHost();
    const run = start({ command: ['dmesg', '-w'] }, memory.host);
    expect(memory.streamed().command.argv).toEqual(['dmesg', '-w']);
    memory.streamed().onChunk(Buffer.from('a\nb'));
    memory.finish(FINISHED);
    await vi.waitFor(() => expect(run.lines()).toEqual(['a', 'b']));
    expect(run.last().files).toEqual([{ name: 'dmesg -w', kind: 'ended', bytes: 3, lines: 2 }]);
    expect(await run.stop()).toEqual(ok(undefined));
  });

  test('a command that Enter started and that ended with the line waits for Enter again; others may begin anew', async () => {
    const lost = fail(problem('line-lost', 'the line broke'));
    const run = (start_: Partial<LogSpec>, how: Result<never>) => {
      const memory = memoryHost();
      const running = start({ command: ['pg_dump', 'x'], ...start_ }, memory.host);
      memory.streamed().onChunk(Buffer.from('a\nb'));
      memory.finish(how);
      return running;
    };
    const asked = run({}, lost);
    await vi.waitFor(() => expect(asked.last().files).toMatchObject([{ kind: 'cut-off', lines: 2 }]));
    expect(await asked.stop()).toEqual(ok(undefined));
    expect(await run({ start: 'auto' }, lost).result).toEqual(lost);
    // It has not begun yet.
    const unsent = fail(problem('no-line', 'not connected'));
    expect(await run({}, unsent).result).toEqual(unsent);
  });

  test('what a far end left out is counted', async () => {
    const memory = memoryHost();
    const run = start({ command: ['dmesg', '-w'] }, memory.host);
    const { onChunk } = memory.streamed();
    onChunk(Buffer.from('a\nhal'));
    onChunk.skipped?.(100, 5);
    onChunk(Buffer.from('b\n'));
    await vi.waitFor(() => expect(run.lines()).toEqual(['a', 'b']));
    expect(run.last()).toMatchObject({ linesTotal: 7, skipped: 5 });
    await run.stop();
  });

  test('each run says how often there was one before', async () => {
    const source = createLogSource({ ...SPEC, command: ['tail', '-f', 'x'] }, 'log:1.1');
    for (const run of [0, 1, 2]) {
      const memory = memoryHost();
      const batches: LogBatch[] = [];
      const ended = source.run(memory.host, new AbortController().signal, (batch) => batches.push(batch));
      memory.streamed().onChunk(Buffer.from('a\n'));
      memory.finish(fail(problem('bad-exit', 'tail ended')));
      await ended;
      expect(batches.map((batch) => batch.run)).toEqual(batches.map(() => run));
      expect(batches.at(-1)?.lines.map(({ text }) => text)).toEqual(['a']);
    }
  });

  test('a command that fails is a problem, after its last lines', async () => {
    const memory = memoryHost();
    const run = start({ units: ['ssh.service'] }, memory.host);
    await vi.waitFor(() => memory.streamed());
    memory.streamed().onChunk(Buffer.from('a\n'));
    const missing = fail(problem('missing-tool', 'journalctl is not installed'));
    memory.finish(missing);
    expect(await run.result).toEqual(missing);
    expect(run.lines()).toEqual(['a']);
  });

  test('a pane without anything to read says so', async () => {
    const result = await start({}, memoryHost().host).result;
    expect(!result.ok && result.problem.code).toBe('bad-input');
  });
});

describe('on this machine', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oc-logs-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('lines of two files through rotation, each once', async () => {
    const host = await createLocalHost();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    await writeFile(a, 'a1\na2\n');
    const run = start({ files: [join(folder, '*.log')] }, host);
    const seen = (...expected: string[]): Promise<void> =>
      vi.waitFor(() => expect(run.lines().toSorted()).toEqual(expected), { timeout: 10_000 });
    await seen('a1', 'a2');
    await writeFile(b, 'b1\n');
    await seen('a1', 'a2', 'b1');
    await rename(a, `${a}.1`);
    await writeFile(a, 'a3\n');
    await seen('a1', 'a2', 'a3', 'b1');
    await appendFile(a, 'a4\n');
    await seen('a1', 'a2', 'a3', 'a4', 'b1');
    expect(run.last()).toMatchObject({ linesTotal: 5, skipped: 0 });
    expect(await run.stop()).toEqual(ok(undefined));
  });
});
