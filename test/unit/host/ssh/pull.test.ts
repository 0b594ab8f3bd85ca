// A program's output piece by piece: all of it, in order, never more than was asked for, and exact counts of what was left out.

import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, it, vi } from 'vitest';
import type { Channel } from '../../../../src/host/ssh/channel.ts';
import { newMark } from '../../../../src/host/ssh/frames.ts';
import { createLane, type JobEnd } from '../../../../src/host/ssh/lane.ts';
import { createPull, type PullOptions, pulledBody } from '../../../../src/host/ssh/pull.ts';
import { SHELLS } from './near-channel.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A lane to a sh of this machine, in a session of its own as a far one is. */
function laneTo([file, ...args]: readonly [string, ...string[]]) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  children.push(child);
  child.stdin.on('error', () => undefined);
  const channel: Channel = {
    write: (text) => void child.stdin.write(text),
    onData: (listener) => void child.stdout.on('data', listener),
    onErrors: (listener) => void child.stderr.on('data', listener),
    ended: new Promise((resolve) => child.on('close', () => resolve('lost'))),
    close: () => void child.stdin.end(),
    finish: () => undefined,
  };
  return { lane: createLane(channel), pid: child.pid ?? 0, close: channel.close };
}

type Wish = Partial<PullOptions> & Readonly<{ alone?: boolean }>;

function start(shell: readonly [string, ...string[]], call: string, { alone = false, ...wish }: Wish = {}) {
  const mark = newMark();
  const near = laneTo(shell);
  const got = { stdout: '', stderr: '', bytes: 0 };
  const pull = createPull({
    mark,
    write: near.lane.say,
    onBytes(bytes) {
      got.stdout += bytes.toString('latin1');
      got.bytes += bytes.length;
    },
    endless: alone,
    roundTripMs: 1,
    ...wish,
  });
  const ended = new Promise<JobEnd>((resolve) => {
    near.lane.send([
      {
        body: pulledBody({ call, mark, alone }),
        onStdout: pull.push,
        onStderr: (bytes) => {
          got.stderr += bytes.toString();
        },
        onEnd: resolve,
      },
    ]);
  });
  return { ...near, got, pull, ended };
}

const say = (lane: ReturnType<typeof createLane>, body: string): Promise<string> =>
  new Promise((resolve) => {
    let said = '';
    const onStdout = (bytes: Buffer): void => {
      said += bytes.toString();
    };
    lane.send([{ body, onStdout, onStderr: onStdout, onEnd: () => resolve(said) }]);
  });

it.each(SHELLS)(
  '%s: all of a long output, its errors and its exit code; the lane goes on',
  async (_, shell) => {
    const { ended, got, pull, lane } = start(
      shell,
      `( seq 1 30000; printf 'last\\0'; echo oops >&2; exit 3 )`,
    );
    expect(await ended).toEqual({ kind: 'done', exitCode: 3 });
    const numbers = Array.from({ length: 30_000 }, (__, at) => `${at + 1}\n`).join('');
    expect(got.stdout === `${numbers}last\0`).toBe(true);
    expect(got.stderr).toBe('oops\n');
    expect(pull.pieces()).toBeGreaterThan(5);
    expect(await say(lane, 'echo next')).toBe('next\n');
  },
);

it.each(SHELLS)('%s: what is left out is counted to the line', async (_, shell) => {
  let now = 0;
  let skippedLines = 0;
  let skips = 0;
  const skipped = (__: number, lines: number): void => {
    skippedLines += lines;
    skips++;
    got.stdout += '|';
  };
  const wish = {
    onSkipped: skipped,
    now: () => now++ * 500,
    after: (__: number, then: () => void) => then(),
  };
  const { ended, got } = start(shell, 'seq 1 200000', wish);
  expect(await ended).toEqual({ kind: 'done', exitCode: 0 });
  expect(skips).toBeGreaterThan(0);
  expect(got.stdout.split('\n').length - 1 + skippedLines).toBe(200_000);
  const parts = got.stdout.split('|');
  for (const part of parts) {
    // Each begins at a line start, and counts on without a hole.
    const rows = part.split('\n').slice(0, -1).map(Number);
    expect(rows.every((row, at) => at === 0 || row === (rows[at - 1] ?? 0) + 1)).toBe(true);
  }
});

it('no more is on its way than was asked for', async () => {
  const { got, lane } = start(['sh'], 'yes', { write: () => undefined, alone: true });
  await vi.waitUntil(() => got.bytes > 0, { timeout: 10_000 });
  // What comes first is the first piece, or a part of it; the program goes on and waits.
  expect(got.bytes).toBeLessThanOrEqual(4096);
  expect(lane.isOpen).toBe(true);
});

it('with our end of a lane of its own a silent program ends', async () => {
  const { ended, close, got, lane } = start(['sh'], 'sh -c "echo $$; exec sleep 1000"', { alone: true });
  await vi.waitUntil(() => got.stdout.endsWith('\n'), { timeout: 10_000 });
  close();
  expect(await ended).toEqual({ kind: 'lost' });
  await lane.ended;
});

it('a word that nobody read does nothing to the next job', async () => {
  const { lane } = laneTo(['sh']);
  lane.say(': 4096\n: s\n: 0\n');
  expect(await say(lane, 'echo next')).toBe('next\n');
});
