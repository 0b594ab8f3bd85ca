// The pump under a clock that the test moves: single flight, duty, backoff, stopping. One test with real programs.

import { expect, test, vi } from 'vitest';
import { unixMs } from '../../../src/core/brand.ts';
import type { LinkState } from '../../../src/core/hosts.ts';
import { command } from '../../../src/core/plan.ts';
import { type ProblemCode, problem } from '../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { SourceStatus } from '../../../src/core/status.ts';
import type { Host, Link } from '../../../src/host/host.ts';
import { createLocalHost } from '../../../src/host/local.ts';
import { createPump, type PumpClock } from '../../../src/sources/pump.ts';
import type { PollSource, StreamSource } from '../../../src/sources/source.ts';
import { isAlive } from '../host/alive.ts';

const local = await createLocalHost({ sudo: 'never' });

/** Time stands still until `advance`; after each timer everything that follows from it has run. */
class FakeClock implements PumpClock {
  now = 0;
  chance = 0;
  readonly timers = new Set<{ at: number; then: () => void }>();
  elapsed(): number {
    return this.now;
  }
  after(ms: number, then: () => void): () => void {
    const timer = { at: this.now + ms, then };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }
  random(): number {
    return this.chance;
  }
  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    await settle();
    for (;;) {
      const next = [...this.timers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > until) break;
      this.timers.delete(next);
      this.now = next.at;
      next.then();
      await settle();
    }
    this.now = until;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function setUp(line?: () => LinkState) {
  const clock = new FakeClock();
  const statuses: SourceStatus[] = [];
  const link = line === undefined ? {} : { link: { ...noLink, state: line } };
  const host: Host = { ...local, name: 'edge', ...link, now: () => unixMs(1_000_000 + clock.now) };
  const pump = createPump({ host, clock, onStatus: (_, status) => statuses.push(status) });
  return { clock, statuses, pump };
}

const noLink: Omit<Link, 'state'> = {
  subscribe: () => () => undefined,
  retry: () => undefined,
  login: async () => ok(undefined),
  whenUp: async () => ok(undefined),
  close: async () => undefined,
};

const up = (since: number): LinkState => ({
  kind: 'up',
  since: unixMs(since),
  rttMs: 4,
  skewMs: 0,
  system: safe('Linux'),
});

/** Reads take `tookMs` of the fake time and answer what `answer` says. */
function pollOf(
  clock: FakeClock,
  answer: (count: number) => Result<number>,
  { tookMs = 0, everyMs = 1000, dutyMax }: { tookMs?: number; everyMs?: number; dutyMax?: number } = {},
) {
  const readAt: number[] = [];
  let flying = 0;
  let flyingMax = 0;
  const source: PollSource<number> = {
    kind: 'poll',
    id: 'conntrack',
    everyMs,
    ...(dutyMax === undefined ? {} : { dutyMax }),
    async read() {
      readAt.push(clock.now);
      flying += 1;
      flyingMax = Math.max(flyingMax, flying);
      if (tookMs > 0) await new Promise<void>((resolve) => clock.after(tookMs, resolve));
      flying -= 1;
      return answer(readAt.length);
    },
  };
  return { source, readAt, flyingMax: () => flyingMax };
}

test('a poll reads at once, then every period, and says when the next is due', async () => {
  const { clock, statuses, pump } = setUp();
  const samples: number[] = [];
  const { source, readAt } = pollOf(clock, (count) => ok(count), { tookMs: 10 });
  pump.add(source, (sample) => samples.push(sample));
  await clock.advance(3500);
  expect(readAt).toEqual([0, 1000, 2000, 3000]);
  expect(samples).toEqual([1, 2, 3, 4]);
  expect(statuses.slice(0, 2)).toEqual([
    { kind: 'starting', since: 1_000_000 },
    { kind: 'live', sampledAt: 1_000_010, everyMs: 1000 },
  ]);
});

test('slow reads never overlap and stretch the pause to their duty', async () => {
  const { clock, statuses, pump } = setUp();
  const slow = pollOf(clock, ok, { tookMs: 200 });
  pump.add(slow.source, () => undefined);
  await clock.advance(8500);
  expect(slow.readAt).toEqual([0, 4000, 8000]);
  expect(statuses.at(-1)).toEqual({ kind: 'live', sampledAt: 1_008_200, everyMs: 4000 });
  const busy = pollOf(clock, ok, { tookMs: 1500, dutyMax: 1 });
  pump.add(busy.source, () => undefined);
  await clock.advance(4600);
  expect(busy.readAt.map((at) => at - 8500)).toEqual([0, 1500, 3000, 4500]);
  expect(busy.flyingMax()).toBe(1);
});

test.each([
  [{ tookMs: 400 }, 5000],
  [{ tookMs: 1000 }, 5000],
  [{ tookMs: 3000 }, 15_000],
  [{ tookMs: 400, everyMs: 9000 }, 9000],
  [{ tookMs: 400, stretchMaxMs: 7000 }, 7000],
  [{ tookMs: 3000, stretchMaxMs: Number.POSITIVE_INFINITY }, 60_000],
])('the stretch is bounded: %o is read every %i ms', async (how, everyMs) => {
  const { clock, pump } = setUp();
  const { stretchMaxMs, ...timing } = { stretchMaxMs: undefined, ...how };
  const { source, readAt } = pollOf(clock, ok, timing);
  pump.add(stretchMaxMs === undefined ? source : { ...source, stretchMaxMs }, () => undefined);
  await clock.advance(2 * everyMs);
  expect(readAt).toEqual([0, everyMs, 2 * everyMs]);
});

test('a reading knows whether it was asked for, also during the one before or while it is being retried', async () => {
  const { clock, pump } = setUp();
  const asked: boolean[] = [];
  const source: PollSource<number> = {
    kind: 'poll',
    id: 'bans',
    everyMs: 1000,
    async read(_host, _signal, wish) {
      asked.push(wish?.asked === true);
      await new Promise<void>((resolve) => clock.after(40, resolve));
      return asked.length === 4 ? fail(problem('timed-out', 'no')) : ok(1);
    },
  };
  const handle = pump.add(source, () => undefined);
  await clock.advance(1020);
  handle.poke();
  await clock.advance(100);
  expect(asked).toEqual([false, false, true]);
  await clock.advance(1300);
  expect(asked).toEqual([false, false, true, false]);
  handle.poke();
  await clock.advance(50);
  expect(asked).toEqual([false, false, true, false, true]);
});

test('a poke reads now; during a read it reads once more right after', async () => {
  const { clock, pump } = setUp();
  const { source, readAt, flyingMax } = pollOf(clock, ok, { tookMs: 100, everyMs: 60_000 });
  const handle = pump.add(source, () => undefined);
  await clock.advance(500);
  handle.poke();
  await clock.advance(50);
  handle.poke();
  handle.poke();
  await clock.advance(5000);
  expect(readAt).toEqual([0, 500, 600]);
  expect(flyingMax()).toBe(1);
});

test('problems are retried with growing pauses, and the age of the last good sample is kept', async () => {
  const { clock, statuses, pump } = setUp();
  const broken = problem('bad-exit', 'no');
  const { source, readAt } = pollOf(
    clock,
    (count) => (count === 1 || count === 7 ? ok(count) : fail(broken)),
    {
      everyMs: 500,
    },
  );
  pump.add(source, () => undefined);
  await clock.advance(40_000);
  expect(readAt.slice(0, 9)).toEqual([0, 500, 1500, 3500, 7500, 15_500, 31_500, 32_000, 33_000]);
  expect(statuses[2]).toEqual({
    kind: 'retrying',
    problem: broken,
    retryAt: 1_001_500,
    lastSampleAt: 1_000_000,
  });
});

test('the pauses have jitter and an upper bound', async () => {
  const { clock, pump } = setUp();
  clock.chance = 0.5;
  const { source, readAt } = pollOf(clock, () => fail(problem('timed-out', 'no')));
  pump.add(source, () => undefined);
  await clock.advance(600_000);
  const pauses = readAt.map((at, index) => at - (readAt[index - 1] ?? 0)).slice(1);
  expect(pauses.slice(0, 3)).toEqual([1250, 2500, 5000]);
  expect(Math.max(...pauses)).toBe(75_000);
});

test.each<ProblemCode>(['missing-tool', 'not-permitted', 'not-found'])(
  '%s is told once and tried again slowly or on a poke',
  async (code) => {
    const { clock, statuses, pump } = setUp();
    const { source, readAt } = pollOf(clock, (count) => (count < 5 ? fail(problem(code, 'nft')) : ok(count)));
    const handle = pump.add(source, () => undefined);
    await clock.advance(65_000);
    handle.poke();
    await clock.advance(30_000);
    expect(readAt.slice(0, 5)).toEqual([0, 30_000, 60_000, 65_000, 95_000]);
    expect(statuses.map((status) => status.kind)).toEqual(['starting', 'unavailable', 'live']);
  },
);

test('a source that throws becomes a problem of that source', async () => {
  const { clock, statuses, pump } = setUp();
  pump.add(
    { kind: 'poll', id: 'host', everyMs: 1000, read: () => Promise.reject(new Error('oh\x1b')) },
    () => undefined,
  );
  await clock.advance(10);
  expect(statuses.at(-1)).toMatchObject({ kind: 'retrying', problem: { code: 'bug' } });
  expect(JSON.stringify(statuses.at(-1))).toContain('oh\\\\x1b');
});

test('after stop nothing comes any more, and it says off', async () => {
  const { clock, statuses, pump } = setUp();
  const samples: number[] = [];
  const { source } = pollOf(clock, ok, { tookMs: 100 });
  pump.add(source, (sample) => samples.push(sample));
  await clock.advance(50);
  const stopped = pump.stop();
  await clock.advance(10_000);
  await stopped;
  expect(samples).toEqual([]);
  expect(statuses.at(-1)).toEqual({ kind: 'off' });
  expect(clock.timers.size).toBe(0);
});

test('a stream that ends is started again, later each time while it is unwell', async () => {
  const { clock, statuses, pump } = setUp();
  const startedAt: number[] = [];
  const source: StreamSource<number> = {
    kind: 'stream',
    id: 'log:a',
    async run(_host, _signal, emit) {
      startedAt.push(clock.now);
      emit(startedAt.length);
      emit(startedAt.length);
      if (startedAt.length === 3) await new Promise<void>((resolve) => clock.after(20_000, resolve));
      return ok(undefined);
    },
  };
  const samples: number[] = [];
  pump.add(source, (sample) => samples.push(sample));
  await clock.advance(24_500);
  expect(startedAt).toEqual([0, 1000, 3000, 24_000]);
  expect(samples).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
  const live = statuses.filter((status) => status.kind === 'live');
  expect(live.length).toBe(4);
  expect(live[0]).toEqual({ kind: 'live', sampledAt: 1_000_000, everyMs: Number.POSITIVE_INFINITY });
});

test('stopping ends the programs of streams and polls', async () => {
  const pump = createPump({ host: local, onStatus: () => undefined });
  const pids: number[] = [];
  const endless = command(['sh', '-c', 'echo $$; exec sleep 1000'], { timeoutMs: 0 });
  pump.add<number>(
    {
      kind: 'stream',
      id: 'log:b',
      async run(host, signal, emit) {
        const ended = await host.stream(endless, (chunk) => emit(Number(chunk)), signal);
        return ended.ok ? ok(undefined) : ended;
      },
    },
    (pid) => pids.push(pid),
  );
  await vi.waitFor(() => expect(pids.length).toBe(1), { timeout: 10_000 });
  await pump.stop();
  expect(pids.map(isAlive)).toEqual([false]);
});

test('what a source makes of a line that is down is no sample', async () => {
  const why = problem('no-line', 'edge: connection refused');
  const now = unixMs(1);
  let state: LinkState = { kind: 'down', since: now, problem: why, retryAt: now };
  const { clock, statuses, pump } = setUp(() => state);
  const seen: number[] = [];
  // As of tools that are not found: "no set", or "not there" for half a minute.
  const answers = [ok(1), fail(problem('missing-tool', 'no nft here')), ok(3), ok(4), ok(5)];
  const { source } = pollOf(clock, (count) => answers[count - 1] ?? ok(0), { tookMs: 10 });
  const handle = pump.add(source, (sample) => seen.push(sample));
  await clock.advance(10);
  expect(statuses.at(-1)).toMatchObject({ kind: 'retrying', problem: { summary: why.summary } });
  handle.poke();
  await clock.advance(10);
  expect(statuses.at(-1)).toMatchObject({ kind: 'retrying', problem: { code: 'no-line' } });
  // It comes up, or another one does, while the third reading is under way.
  state = up(2);
  handle.poke();
  await clock.advance(5);
  state = up(3);
  await clock.advance(5);
  expect(seen).toEqual([]);
  handle.poke();
  await clock.advance(10);
  expect(seen).toEqual([4]);
  expect(statuses.at(-1)?.kind).toBe('live');
  await pump.stop();
});

test('what lies on our own machine is read without a line', async () => {
  const { clock, pump } = setUp(() => ({ kind: 'connecting', since: unixMs(1) }));
  const seen: number[] = [];
  const { source } = pollOf(clock, (count) => ok(count));
  pump.add({ ...source, near: true }, (sample) => seen.push(sample));
  await clock.advance(0);
  expect(seen).toEqual([1]);
  await pump.stop();
});
