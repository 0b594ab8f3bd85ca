// The first lines of several files: newest by written time, each file's last ones, bounded.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { Backlog } from '../../../../src/sources/logs/backlog.ts';
import { Feed } from '../../../../src/sources/logs/feed.ts';
import type { Segment } from '../../../../src/sources/logs/segment.ts';

const NOW = unixMs(Date.UTC(2026, 10, 21, 12));
const at = (second: number): string => new Date(NOW + second * 1000).toISOString();
const dated = (second: number, words = ''): string => `${at(second)} h t: ${words}${second}`;
const feedOf = (max: number): Feed => new Feed(max, true);
const say = (feed: Feed, file: string, ...lines: readonly string[]): void =>
  feed.data(file, Buffer.from(lines.map((line) => `${line}\n`).join('')), NOW);
const given = (feed: Feed, max: number): readonly string[] =>
  feed.take(max, NOW).lines.map(({ text }) => text);
const ends = (feed: Feed, max: number): readonly string[] =>
  given(feed, max).map((text) => text.split(' ').at(-1) ?? '');

describe('first lines', () => {
  test('a busy file that is read last does not push out newer lines', () => {
    const feed = feedOf(4);
    say(feed, 'a', dated(-3), dated(-1));
    say(feed, 'b', ...[-9, -8, -7, -6, -5, -4, -2].map((second) => dated(second)));
    const batch = feed.take(4, NOW);
    expect(batch.lines.map(({ text }) => text.split(' ').at(-1))).toEqual(['-4', '-3', '-2', '-1']);
    expect(batch).toMatchObject({ linesTotal: 9, skipped: 5 });
    expect(batch.lines.map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
  });

  test('a line without a time stays with the line before it; those in front go with the first time', () => {
    const feed = feedOf(5);
    say(feed, 'a', '  at front', dated(-30), '  at a', '  at b');
    say(feed, 'b', dated(-40), dated(-20));
    expect(ends(feed, 5)).toEqual(['front', '-30', 'a', 'b', '-20']);
  });

  test('the first time may come in a later chunk', () => {
    const feed = feedOf(2);
    say(feed, 'a', 'one', 'two');
    say(feed, 'b', dated(-40));
    say(feed, 'a', dated(-50));
    say(feed, 'b', dated(-30));
    expect(ends(feed, 2)).toEqual(['-40', '-30']);
  });

  test('a time in the future is now, and a forged old one takes nothing away', () => {
    const feed = feedOf(3);
    say(feed, 'a', dated(-5), dated(-4), '1999-01-01T00:00:00Z h t: forged', dated(-3));
    say(feed, 'b', dated(-6), dated(86_400, 'tomorrow '));
    expect(ends(feed, 3)).toEqual(['forged', '-3', '86400']);
  });

  test('files without any time get an even share, and what the others leave', () => {
    const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
    const full = feedOf(6);
    say(full, 'a', ...[-9, -8, -7, -6, -5].map((second) => dated(second)));
    say(full, 'b', ...words);
    expect(ends(full, 6)).toEqual(['-7', '-6', '-5', '17', '18', '19']);
    const free = feedOf(6);
    say(free, 'a', dated(-9));
    say(free, 'b', ...words);
    expect(ends(free, 6)).toEqual(['-9', '15', '16', '17', '18', '19']);
  });

  test('one file gives its last lines, whatever their times', () => {
    const feed = feedOf(2);
    say(feed, 'a', dated(-1), dated(-9), 'no time');
    expect(ends(feed, 2)).toEqual(['-9', 'time']);
  });

  test('after them lines go by arrival, as many as a batch takes', () => {
    const feed = feedOf(2);
    feed.mark('c', 'missing', false);
    expect(given(feed, 2)).toEqual([]);
    say(feed, 'a', dated(-1));
    say(feed, 'b', dated(-2));
    expect(ends(feed, 2)).toEqual(['-2', '-1']);
    say(feed, 'a', dated(0));
    say(feed, 'b', dated(-7), dated(-6));
    expect(ends(feed, 2)).toEqual(['-7', '-6']);
    expect(feed.take(2, NOW).skipped).toBe(1);
  });

  test('an unfinished line that was shown, and one of a megabyte', () => {
    const feed = feedOf(9);
    say(feed, 'a', dated(-9));
    feed.data('a', Buffer.from(dated(-3)), NOW);
    feed.ripen(NOW);
    feed.data('a', Buffer.from('\n'), NOW);
    for (let index = 0; index < 16; index++) feed.data('b', Buffer.alloc(65_536, 'x'), NOW);
    say(feed, 'b', '', dated(-5));
    const batch = feed.take(9, NOW);
    expect(batch.lines.map(({ text }) => text.slice(-2))).toEqual(['-9', 'x…', '-5', '-3']);
    expect(batch).toMatchObject({ linesTotal: 4, skipped: 0 });
  });
});

type Spec = Readonly<{ file: number; second: number | undefined; cuts: boolean }>;

/** What the rules say, without bounds and chunks: all lines with their times, the newest `max` of them. */
function oracle(specs: readonly Spec[], max: number): readonly string[] {
  const files = [...new Set(specs.map(({ file }) => file))];
  const timed = files.flatMap((file) => {
    const own = specs.map((spec, index) => ({ ...spec, index })).filter((spec) => spec.file === file);
    const lead = own.find(({ second }) => second !== undefined)?.second ?? 0;
    let latest = Math.min(lead, 0);
    return own.map(({ second, index }) => {
      latest = Math.max(latest, second === undefined ? latest : Math.min(second, 0));
      return { index, time: latest };
    });
  });
  const sorted = timed.sort((a, b) => a.time - b.time);
  return sorted.slice(Math.max(0, sorted.length - max)).map(({ index }) => `L${index}`);
}

describe('properties', () => {
  const spec = fc.record({
    file: fc.nat(3),
    second: fc.option(fc.integer({ min: -30, max: 5 }), { nil: undefined, freq: 4 }),
    cuts: fc.boolean(),
  });

  test('the same as sorting all, however the bytes arrive and however often some are let go', () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 80 }), fc.integer({ min: 1, max: 12 }), (specs, max) => {
        // Files without any time go by shares instead.
        const isDated = (file: number): boolean =>
          specs.some((other) => other.file === file && other.second !== undefined);
        const all = specs.filter(({ file }) => isDated(file));
        const feed = feedOf(max);
        const open = new Map<number, string>();
        for (const [index, { file, second, cuts }] of all.entries()) {
          const text = `${second === undefined ? '  ' : `${at(second)} h t: `}L${index}\n`;
          open.set(file, (open.get(file) ?? '') + text);
          // A chunk of more than `max` lines loses its first ones unread.
          if (!cuts && (open.get(file) ?? '').split('\n').length <= max) continue;
          feed.data(String(file), Buffer.from(open.get(file) ?? ''), NOW);
          open.delete(file);
        }
        for (const [file, text] of open) feed.data(String(file), Buffer.from(text), NOW);
        const batch = feed.take(max, NOW);
        const names = batch.lines.map(({ text }) => /L\d+$/.exec(text)?.[0] ?? text);
        expect(batch.linesTotal).toBe(all.length);
        expect(batch.skipped + names.length).toBe(all.length);
        const files = new Set(all.map(({ file }) => file)).size;
        const wanted = files > 1 ? oracle(all, max) : all.map((_, index) => `L${index}`).slice(-max);
        // Of equal times another file's line may stay: as many of each time, and each file in its order.
        const timeOf = (name: string): number | undefined => times.get(name);
        const times = new Map(oracleTimes(all));
        expect(names.map(timeOf)).toEqual(files > 1 ? wanted.map(timeOf) : names.map(timeOf));
        for (const file of [0, 1, 2, 3]) {
          const own = names.map((name) => Number(name.slice(1))).filter((index) => all[index]?.file === file);
          const last = all.flatMap((one, index) => (one.file === file ? [index] : []));
          expect(own).toEqual(last.slice(last.length - own.length));
        }
      }),
    );
  });

  test('what is held is bounded in lines and bytes, whatever comes', () => {
    const chunk = fc.record({
      file: fc.nat(20),
      lines: fc.integer({ min: 1, max: 10 }),
      length: fc.constantFrom(1, 100, 3000),
    });
    fc.assert(
      fc.property(fc.array(chunk, { minLength: 1, maxLength: 100 }), (chunks) => {
        const backlog = new Backlog({ lines: 5, bytes: 10_000 });
        let lines = 0;
        let held = 0;
        for (const { file, lines: count, length } of chunks) {
          const line = `${dated(-file)} ${'x'.repeat(length)}\n`;
          backlog.add(segmentOf(file, line.repeat(count), count), NOW);
          lines += count;
          held = Math.max(held, backlog.heldBytes);
        }
        expect(held).toBeLessThanOrEqual(10_000);
        const pieces = backlog.take(5, NOW);
        expect(pieces.length).toBeGreaterThan(0);
        expect(pieces.length + backlog.takeSkipped()).toBe(lines);
      }),
    );
  });
});

function oracleTimes(specs: readonly Spec[]): readonly (readonly [string, number])[] {
  return specs.map((spec, index) => {
    const own = specs.slice(0, index + 1).filter(({ file }) => file === spec.file);
    const known = own.flatMap(({ second }) => (second === undefined ? [] : [Math.min(second, 0)]));
    const lead = specs.find(({ file, second }) => file === spec.file && second !== undefined)?.second ?? 0;
    return [`L${index}`, Math.max(Math.min(lead, 0), ...known)] as const;
  });
}

function segmentOf(file: number, text: string, lines: number): Segment {
  const none = Buffer.alloc(0);
  return { file, head: none, headBytes: 0, body: Buffer.from(text), lines, continued: false };
}
