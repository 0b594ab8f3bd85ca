// Floods: all programs together take their share and no more, a little output passes at once, and the reading stops in time.

import { describe, expect, it } from 'vitest';
import { createFeed, type Feed } from '../../../../src/sources/program/feed.ts';
import { createParseBudget, PARSE_SHARE } from '../../../../src/sources/program/parse-budget.ts';

/** A clock that only moves when asked, with its timers. */
function createClock() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    nowMs: () => now,
    later: (ms: number, run: () => void) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(ms: number) {
      for (const end = now + ms; ; ) {
        const next = timers.toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) {
          now = end;
          return;
        }
        timers = timers.filter((one) => one !== next);
        now = Math.max(now, next.at);
        next.run();
      }
    },
  };
}

describe('the share', () => {
  it('is kept, in turns', () => {
    const clock = createClock();
    const budget = createParseBudget(clock);
    const taken = [0, 0, 0];
    const go = (who: number): void =>
      budget.ask(() => {
        taken[who] = (taken[who] ?? 0) + 2;
        // Two milliseconds of work, asked for again at once.
        clock.later(0, () => {
          budget.spent(2);
          go(who);
        });
      });
    for (const who of [0, 1, 2]) go(who);
    clock.advance(10_000);
    const sum = taken.reduce((all, one) => all + one, 0);
    expect(sum / 10_000).toBeLessThan(PARSE_SHARE * 1.15);
    expect(sum / 10_000).toBeGreaterThan(PARSE_SHARE * 0.7);
    expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(4);
    expect(budget.waiting()).toBeGreaterThan(0);
    budget.close();
    expect(budget.waiting()).toBe(0);
  });
});

function createRig() {
  const clock = createClock();
  const budget = createParseBudget(clock);
  const asked: (() => void)[] = [];
  const log: string[] = [];
  let written = 0;
  const feed: Feed = createFeed({
    budget: { ...budget, ask: (run) => asked.push(run) },
    nowMs: clock.nowMs,
    write: (bytes, done) => {
      written += bytes.length;
      clock.later(1, done);
    },
    pause: () => log.push('pause'),
    resume: () => log.push('resume'),
    onWritten: () => log.push('written'),
  });
  return { clock, feed, asked, log, written: () => written };
}

describe('output', () => {
  it('passes at once when it is little', () => {
    const { feed, asked, written } = createRig();
    feed.push(Buffer.from('echo'));
    expect([written(), asked.length]).toEqual([4, 0]);
  });

  it('waits for its share when it is much, in order and in slices', () => {
    const { feed, asked, clock, written } = createRig();
    feed.push(Buffer.alloc(20_000));
    expect([written(), asked.length]).toEqual([0, 1]);
    for (let turn = 0; turn < 3; turn++) {
      asked.shift()?.();
      clock.advance(2);
    }
    expect(written()).toBe(20_000);
  });

  it('is no longer read while too much waits', () => {
    const { feed, asked, clock, log } = createRig();
    for (let piece = 0; piece < 10; piece++) feed.push(Buffer.alloc(4096));
    expect(log).toEqual(['pause']);
    clock.advance(2);
    while (asked.length > 0) {
      asked.shift()?.();
      clock.advance(2);
    }
    expect(log.filter((one) => one !== 'written')).toEqual(['pause', 'resume']);
  });

  it('tells when all of it was taken in', () => {
    const { feed, asked, clock, log } = createRig();
    feed.push(Buffer.alloc(10_000));
    feed.whenEmpty(() => log.push('empty'));
    asked.shift()?.();
    clock.advance(2);
    expect(log).not.toContain('empty');
    asked.shift()?.();
    clock.advance(2);
    expect(log.at(-1)).toBe('empty');
  });

  it('that is dear to take in comes in smaller slices, and in larger ones when it is cheap again', () => {
    const clock = createClock();
    const sizes: number[] = [];
    let msPerKilobyte = 40;
    const feed = createFeed({
      budget: { ask: (run) => void clock.later(1, run), spent: () => {}, waiting: () => 0, close: () => {} },
      nowMs: clock.nowMs,
      write: (bytes, done) => {
        sizes.push(bytes.length);
        clock.later((bytes.length / 1024) * msPerKilobyte, done);
      },
      ...{ pause: () => {}, resume: () => {}, onWritten: () => {} },
    });
    feed.push(Buffer.alloc(60_000));
    clock.advance(10_000);
    expect([sizes[0], sizes.at(-2)]).toEqual([8192, 256]);
    msPerKilobyte = 0.1;
    feed.push(Buffer.alloc(60_000));
    clock.advance(10_000);
    expect(sizes.slice(-4)).toContain(8192);
  });

  it('is nothing any more after the end', () => {
    const { feed, asked, clock, written } = createRig();
    feed.push(Buffer.alloc(10_000));
    feed.close();
    asked.shift()?.();
    feed.push(Buffer.alloc(10));
    clock.advance(10);
    expect(written()).toBe(0);
  });
});
