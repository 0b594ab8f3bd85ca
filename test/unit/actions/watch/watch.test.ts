// The watch's loop on shields that only remember what was asked of them: what it says and does when raising is refused or
// fails, in a dry run, when it is ended. On real shields: test/kernel/shields/watch.test.ts.

import { expect, it, vi } from 'vitest';
import type { RaiseAnswer, WatchShields } from '../../../../src/actions/watch/answers.ts';
import type { Told } from '../../../../src/actions/watch/events.ts';
import { runWatch } from '../../../../src/actions/watch/watch.ts';
import { type Problem, problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import type { RaiseWish, ShieldsNow } from '../../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

const local = await createLocalHost({ sudo: 'never' });
const nothing: Problem = problem('not-found', 'nothing');
const SETTINGS = {
  ...DEFAULT_SHIELDS,
  holdSeconds: 60,
  watch: { ...DEFAULT_SHIELDS.watch, everyMs: 100, load: 1, conntrack: 0.5, raiseAfter: 2 },
};

/** A machine under attack whose clock goes on by a tenth of a second at each look. */
function attacked(): Host {
  let uptime = 1000;
  const files: Readonly<Record<string, () => string>> = {
    '/proc/uptime': () => {
      uptime += 0.1;
      return `${uptime.toFixed(2)} 1.00\n`;
    },
    '/proc/loadavg': () => '99.00 1.00 1.00 1/2 3\n',
    '/proc/sys/net/netfilter/nf_conntrack_count': () => '900\n',
    '/proc/sys/net/netfilter/nf_conntrack_max': () => '1000\n',
  };
  return {
    ...local,
    read: (path, max) => {
      const text = files[path];
      return text === undefined ? local.read(path, max) : Promise.resolve(ok(Buffer.from(text())));
    },
  };
}

type Run = Readonly<{ said: string[]; wishes: (RaiseWish | undefined)[]; written: Told[] }>;

async function watchUntil(
  done: (run: Run) => boolean,
  {
    report,
    now = { kind: 'down' },
    dryRun = false,
  }: { report: RaiseAnswer; now?: ShieldsNow; dryRun?: boolean },
): Promise<Run> {
  const run: Run = { said: [], wishes: [], written: [] };
  const stop = new AbortController();
  let looks = 0;
  const shields: WatchShields = {
    now: () => {
      looks += 1;
      return Promise.resolve(now);
    },
    raise: (wish) => {
      run.wishes.push(wish);
      return Promise.resolve(report);
    },
    renew: () => Promise.resolve(fail(nothing)),
    lower: () => Promise.resolve({ kind: 'failed', problem: nothing }),
    recover: () => Promise.resolve(ok('cccccccc')),
  };
  const ended = runWatch({
    host: attacked(),
    shields,
    settings: SETTINGS,
    memory: { read: () => undefined, write: (told) => void run.written.push(told) },
    say: (line) => void run.said.push(line),
    node: process.execPath,
    signal: stop.signal,
    dryRun,
  });
  await vi.waitFor(() => expect(done(run) && looks > 8).toBe(true), { timeout: 10_000 });
  stop.abort();
  await ended;
  return run;
}

it('a refusal is said once, with its reasons, and not asked for again at each sample', async () => {
  const report: RaiseAnswer = { kind: 'refused', reasons: [safe('nobody could be protected')] };
  const run = await watchUntil(({ wishes }) => wishes.length > 0, { report });
  expect(run.wishes).toEqual([{ auto: true, holdSeconds: 600 }]);
  expect(run.said).toEqual([
    'cleared away shields cccccccc that were left over',
    expect.stringMatching(/^raising: load per core [\d.]+ \(over 1\), conntrack share 0.9 \(over 0.5\)/),
    'refused: nobody could be protected',
    'ended',
  ]);
});

it('a failure says whether all was taken back', async () => {
  const report: RaiseAnswer = { kind: 'failed', problem: problem('bug', 'no room'), undone: false };
  const { said } = await watchUntil(({ wishes }) => wishes.length > 0, { report });
  expect(said).toContain('not raised: no room; NOT all could be taken back');
});

it('a dry run says what it would do, and does nothing', async () => {
  const report: RaiseAnswer = { kind: 'failed', problem: nothing, undone: true };
  const run = await watchUntil(({ said }) => said.some((line) => line.startsWith('would raise: ')), {
    report,
    dryRun: true,
  });
  expect([run.wishes, run.written]).toEqual([[], []]);
  expect(run.said.join('\n')).not.toContain('cleared away');
});

it('shields that cannot be read are said once, and nothing is done', async () => {
  const now: ShieldsNow = { kind: 'unknown', problem: problem('unreadable', 'half a file') };
  const report: RaiseAnswer = { kind: 'failed', problem: nothing, undone: true };
  const run = await watchUntil(() => true, { report, now });
  expect(run.said.filter((line) => line === 'the shields cannot be read: half a file')).toHaveLength(1);
  expect([run.wishes, run.written]).toEqual([[], []]);
});
