// A journal over a line that breaks: each entry once, whatever was cut.

import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { LogSpec } from '../../../../src/core/pane.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok, type Result } from '../../../../src/core/result.ts';
import type { Finished, Host } from '../../../../src/host/host.ts';
import { Feed } from '../../../../src/sources/logs/feed.ts';
import { followUnits, isLine, LastEntry, splitCursor } from '../../../../src/sources/logs/journal-resume.ts';

const SPEC: LogSpec = {
  kind: 'log',
  files: [],
  units: ['ssh.service'],
  filters: [],
  merge: 'arrival',
  history: 1000,
  wrap: false,
} as never;
const CURSOR = 's=0639;i=4af;b=3c1e;m=4a27;t=6297;x=22';

const entry = (micro: number, text = `line ${micro}`): string =>
  `2026-11-21T21:44:31.${String(micro).padStart(6, '0')}+0200 host sshd[1]: ${text}\n`;

/** A journal of which `shown` entries arrived before the line broke in the middle of the next, and then all that there is. */
async function throughCut(all: readonly string[], shown: number, cutAt: number) {
  const ran: (readonly string[])[] = [];
  const streams: Command[] = [];
  const feed = new Feed(5000);
  const stop = new AbortController();
  const lost: Result<Finished> = fail(problem('line-lost', 'the line broke'));
  const host = {
    privileged: true,
    now: () => unixMs(Date.now()),
    link: {
      state: () => ({ kind: 'up', since: 0, rttMs: 1, skewMs: 0, system: 'Linux' }),
      whenUp: () => Promise.resolve(ok(undefined)),
    },
    run: ({ argv }: Command) => {
      ran.push(argv);
      if (argv.includes('cat'))
        return Promise.resolve(ok({ stdout: 'x\n', stderr: '', exitCode: 0, durationMs: 1 }));
      const since = argv.find((word) => word.startsWith('--since='))?.split('.')[1] ?? '000000';
      const from = all.findIndex((text) => (/\.(\d{6})/.exec(text)?.[1] ?? '') >= since);
      const stdout = `${all.slice(from < 0 ? all.length : from).join('')}-- cursor: ${CURSOR}\n`;
      return Promise.resolve(ok({ stdout, stderr: '', exitCode: 0, durationMs: 1 }));
    },
  } as unknown as Host;
  const done = followUnits({
    ...{ spec: SPEC, host, feed, name: 'journal', signal: stop.signal, soon: () => undefined },
    run: async (what, also) => {
      streams.push(what);
      if (streams.length > 1) {
        await new Promise<void>((resolve) =>
          stop.signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        return undefined;
      }
      const chunk = Buffer.from(all.slice(0, shown).join('') + (all[shown] ?? '').slice(0, cutAt));
      feed.data('journal', chunk, host.now());
      also(chunk);
      return lost.ok ? undefined : lost.problem;
    },
  });
  await vi.waitUntil(() => streams.length === 2, { timeout: 10_000, interval: 1 });
  stop.abort();
  await done;
  const batch = feed.take(5000, host.now());
  return { ran, streams, batch, lines: batch.lines.map(({ text }) => String(text)) };
}

test('what was written meanwhile comes once, and from there it goes on behind the cursor', async () => {
  const all = [entry(1), entry(5), entry(5, 'the same moment\n    more of it'), entry(5, 'also'), entry(9)];
  const { ran, streams, batch, lines } = await throughCut(all, 3, 20);
  expect(lines).toEqual(all.join('').trimEnd().split('\n'));
  expect(ran.at(-1)).toEqual([
    ...['journalctl', '--since=@1795290271.000005', '-n', '1000', '--show-cursor', '-o', 'short-iso-precise'],
    ...['--all', '--no-pager', '-q', '--unit=ssh.service'],
  ]);
  expect(streams[1]?.argv.slice(0, 3)).toEqual(['journalctl', '-f', `--after-cursor=${CURSOR}`]);
  expect(batch.away).toMatchObject({ count: 1, unknown: false });
});

test('entries that were received after the last one was written come along, and are left out', () => {
  const last = new LastEntry();
  last.push(Buffer.from(entry(1) + entry(7) + entry(5)));
  expect(last.withoutKnown(entry(7) + entry(5) + entry(6))).toBe(entry(6));
  expect(last.withoutKnown(entry(6))).toBe(entry(6));
  last.push(Buffer.from(entry(8, 'Ärger \u{1f525}')));
  expect(last.withoutKnown(entry(8, 'Ärger \u{1f525}') + entry(9))).toBe(entry(9));
});

test('wherever it is cut, each entry is there once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 12 }),
      fc.nat(12),
      fc.nat(60),
      async (steps, shown, cutAt) => {
        let micro = 0;
        const all = steps.map((step, index) => {
          micro += Math.floor(step / 2);
          return entry(micro, `entry ${index}`);
        });
        const { lines } = await throughCut(all, Math.max(1, Math.min(shown, all.length)), cutAt % 60);
        expect(lines).toEqual(all.map((text) => text.trimEnd()));
      },
    ),
    { numRuns: 40 },
  );
});

test('of a long outage the newest are fetched, and it is said', async () => {
  const all = Array.from({ length: 1500 }, (_, index) => entry(index));
  const { ran, batch } = await throughCut(all, 10, 0);
  expect(ran.at(-1)?.slice(0, 3)).toEqual(['journalctl', '-n', '200']);
  expect(batch.away).toMatchObject({ unknown: true });
});

test('texts that are no journal never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.constant(entry(3)))), fc.string(), (chunks, text) => {
      const last = new LastEntry();
      for (const chunk of chunks) last.push(Buffer.from(chunk));
      expect(text.endsWith(last.withoutKnown(text))).toBe(true);
      expect(last.since ?? '@1795290271.000003').toBe('@1795290271.000003');
      splitCursor(text);
    }),
  );
  expect(splitCursor(`a\n-- cursor: ${CURSOR}\n`)).toEqual({ entries: 'a\n', cursor: CURSOR });
  expect(splitCursor(`-- cursor: ${CURSOR}\n`)).toEqual({ entries: '', cursor: CURSOR });
  expect(splitCursor('-- cursor: $(id)\n').cursor).toBeUndefined();
  expect(isLine(problem('bad-exit', 'x'))).toBe(false);
});
