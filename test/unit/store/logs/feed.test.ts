import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { ReadLine } from '../../../../src/core/rows.ts';
import { CHUNK_LINES, countLines } from '../../../../src/store/logs/chunks.ts';
import { appendBatch, EMPTY_FEED, type Feed, rateOf, seenIn } from '../../../../src/store/logs/feed.ts';
import { paneChunks, paneShown } from '../../../../src/store/logs/log-pane.ts';
import {
  batchOf,
  fileOf,
  key,
  LOG,
  lineOf,
  logPane,
  logSpec,
  NOW,
  reduced,
  stateOf,
  textBatch,
} from '../rig.ts';

const OPTIONS = { history: 100_000, byTime: true, held: undefined };

function fed(batches: readonly (readonly ReadLine[])[], options = OPTIONS): Feed {
  return batches.reduce((feed, lines) => appendBatch(feed, batchOf(lines), options), EMPTY_FEED);
}

const linesOf = (feed: Feed): readonly ReadLine[] => feed.chunks.flatMap((chunk) => chunk.lines);

/** Lines of up to 3 files with stamps that run, jump back or are missing, cut into batches. */
const arrivalsOf = (length: fc.ArrayConstraints) =>
  fc
    .array(
      fc.record({
        file: fc.nat(2),
        stamp: fc.option(fc.integer({ min: -50, max: 60 }), { nil: undefined }),
        ends: fc.boolean(),
      }),
      length,
    )
    .map((specs) => {
      const batches: ReadLine[][] = [[]];
      for (const [seq, { file, stamp, ends }] of specs.entries()) {
        const readAt = unixMs(NOW + seq);
        const extra = stamp === undefined ? {} : { stamp: unixMs(readAt + stamp * 1000) };
        batches.at(-1)?.push(lineOf(seq, `line ${seq}`, { file, readAt, ...extra }));
        if (ends) batches.push([]);
      }
      return batches;
    });

const arrivals = arrivalsOf({ maxLength: 100 });
/** So many that late lines belong several chunks back. */
const floods = arrivalsOf({ minLength: 3 * CHUNK_LINES, maxLength: 4 * CHUNK_LINES, size: 'max' });

describe('lines of several files', () => {
  it('are merged completely and stably by time, however they were cut into batches', () => {
    fc.assert(
      fc.property(fc.oneof({ arbitrary: arrivals, weight: 4 }, floods), (batches) => {
        const all = batches.flat();
        const last = new Map<number, number>();
        const backlog = batches.find((lines) => lines.length > 0) ?? [];
        const leadOf = (line: ReadLine): number | undefined => {
          const first = backlog.find(({ file, stamp }) => file === line.file && stamp !== undefined);
          return first === undefined || !backlog.includes(line)
            ? undefined
            : Math.min(first.stamp ?? 0, first.readAt);
        };
        const timed = all.map((line) => {
          const before = last.get(line.file);
          const wished =
            line.stamp === undefined
              ? (before ?? leadOf(line) ?? line.readAt)
              : Math.min(line.stamp, line.readAt);
          const time = Math.max(wished, before ?? wished);
          last.set(line.file, time);
          return { line, time };
        });
        const expected = timed.toSorted((a, b) => a.time - b.time).map(({ line }) => line.seq);
        expect(linesOf(fed(batches)).map((line) => line.seq)).toEqual(expected);
      }),
    );
  });

  it('keep the order within each file even when its stamps go back', () => {
    fc.assert(
      fc.property(arrivals, (batches) => {
        const merged = linesOf(fed(batches));
        for (const file of [0, 1, 2]) {
          const seqs = merged.filter((line) => line.file === file).map((line) => line.seq);
          expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
        }
      }),
    );
  });

  it('put the end of a trace with which a tail begins before the first time behind it, not at now', () => {
    const hours = (back: number) => unixMs(NOW - back * 3_600_000);
    const feed = fed([
      [
        lineOf(0, '  at trace', { file: 0 }),
        lineOf(1, 'a', { file: 0, stamp: hours(3) }),
        lineOf(2, 'b', { file: 1, stamp: hours(2) }),
        lineOf(3, 'c', { file: 0, stamp: hours(1) }),
      ],
      [lineOf(4, 'new, in a new file', { file: 2 }), lineOf(5, 'd', { file: 2, stamp: hours(2) })],
    ]);
    expect(linesOf(feed).map((line) => line.text)).toEqual([
      '  at trace',
      'a',
      'b',
      'c',
      'new, in a new file',
      'd',
    ]);
  });

  it('do not let a forged stamp of tomorrow stick to the end', () => {
    const tomorrow = unixMs(NOW + 86_400_000);
    const feed = fed([
      [lineOf(0, 'forged', { file: 0, stamp: tomorrow })],
      [lineOf(1, 'later', { file: 1, readAt: unixMs(NOW + 10), stamp: unixMs(NOW + 10) })],
    ]);
    expect(linesOf(feed).map((line) => line.text)).toEqual(['forged', 'later']);
  });
});

describe('a feed', () => {
  it('keeps the newest lines, a bounded number of them, and counts all', () => {
    const batches = fc.array(fc.nat(900), { maxLength: 30 });
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 1500 }), (sizes, history) => {
        let feed = EMPTY_FEED;
        let seq = 0;
        for (const size of sizes) {
          const lines = Array.from({ length: size }, () => lineOf(seq++, 'x'));
          feed = appendBatch(feed, batchOf(lines, { total: seq }), { ...OPTIONS, byTime: false, history });
        }
        const kept = linesOf(feed).map((line) => line.seq);
        expect(feed.total).toBe(seq);
        expect(kept.length).toBeLessThan(history + CHUNK_LINES + 1);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(history, seq));
        expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => seq - kept.length + index));
      }),
      { numRuns: 30 },
    );
  });

  it('counts in how many kept lines an address stands, and forgets lines that left', () => {
    const options = { history: 300, byTime: false, held: undefined };
    const many = Array.from({ length: 600 }, (_, seq) =>
      lineOf(seq, `192.0.2.${seq % 3} via 192.0.2.${seq % 3}`),
    );
    const feed = fed([many.slice(0, 250), many.slice(250, 251), many.slice(251)], options);
    const naive = linesOf(feed).filter((line) => line.text.includes('192.0.2.1')).length;
    expect(seenIn(feed, '192.0.2.1')).toBe(naive);
    expect(naive).toBeLessThan(200);
  });

  it('measures its rate over the last seconds', () => {
    const feed = [0, 1, 2, 3].reduce(
      (sum, second) =>
        appendBatch(sum, batchOf([], { total: second * 312, at: unixMs(NOW + second * 1000) }), OPTIONS),
      EMPTY_FEED,
    );
    expect(rateOf(feed, NOW + 3000)).toBe(312);
    expect(rateOf(EMPTY_FEED, NOW)).toBeUndefined();
    const opened = appendBatch(EMPTY_FEED, batchOf([], { total: 10 }), OPTIONS);
    const backlog = appendBatch(opened, batchOf([], { total: 9000, at: unixMs(NOW + 200) }), OPTIONS);
    expect(rateOf(backlog, NOW + 1200)).toBeUndefined();
    expect(rateOf(backlog, NOW + 9000)).toBe(0);
  });

  it('goes on counting when its source starts again from nothing', () => {
    const first = fed([[lineOf(0, 'a'), lineOf(1, 'b')]]);
    const again = appendBatch(first, batchOf([lineOf(0, 'c')], { total: 1 }), OPTIONS);
    expect(again.total).toBe(3);
    expect(linesOf(again).map((line) => [line.seq, line.text])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
  });
});

describe('skipped lines', () => {
  it('are said before the next kept line, exactly', () => {
    const state = reduced(
      stateOf(),
      textBatch(['a', 'b']),
      batchOf([], { total: 1204, skipped: 1202 }),
      batchOf([lineOf(2, 'c')], { total: 1207, skipped: 1204 }),
    );
    expect([...paneShown(logPane(state)).gapBefore]).toEqual([[2, { skipped: 1204, again: false }]]);
  });

  it('are summed over lines that a filter hides', () => {
    const state = reduced(
      stateOf(),
      textBatch(['keep 1']),
      batchOf([lineOf(1, 'other')], { total: 12, skipped: 10 }),
      batchOf([lineOf(2, 'keep 2')], { total: 18, skipped: 15 }),
      { kind: 'pane/prompted', pane: LOG, purpose: 'filter-in', text: 'keep', accepted: true },
    );
    expect([...paneShown(logPane(state)).gapBefore]).toEqual([[1, { skipped: 15, again: false }]]);
  });
});

describe('a source that was started again', () => {
  const first = textBatch(['a', 'b', 'c']);
  const marks = (...batches: Parameters<typeof reduced>[1][]) => [
    ...paneShown(logPane(reduced(stateOf(), ...batches))).gapBefore,
  ];
  const again = { skipped: 0, again: true };

  it('is marked before its first line, drops none of it and counts all, however much it repeats', () => {
    for (const count of [1, 2, 3, 4, 9]) {
      const texts = Array.from({ length: count }, (_, at) => 'abc'.charAt(at % 3));
      const state = reduced(stateOf(), first, { ...textBatch(texts), run: 1 });
      const { feed } = logPane(state);
      expect(linesOf(feed).map((line) => line.text)).toEqual(['a', 'b', 'c', ...texts]);
      expect(feed.total).toBe(3 + count);
      expect([...paneShown(logPane(state)).gapBefore]).toEqual([[3, again]]);
    }
  });

  it('is marked when its first line comes, once for each time, together with what was skipped', () => {
    const empty = batchOf([], { total: 0, run: 1 });
    expect(marks(first, empty)).toEqual([]);
    const second = { ...textBatch(['a']), run: 1 };
    expect(marks(first, empty, second, { ...textBatch(['b'], 1), run: 1 })).toEqual([[3, again]]);
    expect(marks(first, empty, { ...second, run: 2 }, { ...second, run: 3 })).toEqual([
      [3, again],
      [4, again],
    ]);
    expect(marks(first, { ...textBatch(['a']), total: 8, skipped: 7, run: 1 })).toEqual([
      [3, { skipped: 7, again: true }],
    ]);
  });

  it('is no news when nothing was shown before', () => {
    expect(marks(batchOf([], { total: 0 }), { ...first, run: 1 })).toEqual([]);
  });

  it('stands with a filter before the next line that passes', () => {
    const filter = {
      kind: 'pane/prompted',
      pane: LOG,
      purpose: 'filter-in',
      text: 'b',
      accepted: true,
    } as const;
    expect(marks(first, { ...textBatch(['a', 'b']), run: 1 }, filter)).toEqual([[1, again]]);
  });

  it('has no rate from what it repeats', () => {
    const at = (seconds: number) => unixMs(NOW + seconds * 1000);
    const options = { ...OPTIONS, byTime: false };
    let feed = EMPTY_FEED;
    for (let second = 0; second < 20; second++)
      feed = appendBatch(feed, batchOf([], { total: second, at: at(second) }), options);
    feed = appendBatch(
      feed,
      { ...textBatch(Array.from({ length: 500 }, () => 'x')), run: 1, at: at(20) },
      options,
    );
    feed = appendBatch(feed, batchOf([], { total: 500, run: 1, at: at(23) }), options);
    expect(rateOf(feed, at(23))).toBe(0);
  });
});

describe('a frozen pane', () => {
  it('loses none of its lines to a flood, and says how many passed in between', () => {
    const texts = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => `line ${from + at}`);
    let state = reduced(stateOf(logSpec({ history: 500 })), textBatch(texts(0, 400)), key(LOG, 'line-up'));
    const held = paneShown(logPane(state)).length;
    for (let from = 400; from < 5400; from += 500) state = reduced(state, textBatch(texts(from, 500), from));
    const shown = paneShown(logPane(state));
    const lines = paneChunks(logPane(state)).flatMap((chunk) => chunk.lines);
    expect(lines.slice(0, held).map((line) => line.seq)).toEqual(Array.from({ length: held }, (_, at) => at));
    const [[at, gap] = [0, { skipped: 0, again: true }]] = [...shown.gapBefore];
    expect(at).toBe(held);
    expect(held + gap.skipped + (lines.length - held)).toBe(5400);
    expect(gap.again).toBe(false);
    expect(lines.at(-1)?.seq).toBe(5399);
    expect(countLines(logPane(reduced(state, key(LOG, 'follow'))).feed.chunks)).toBeLessThan(
      500 + CHUNK_LINES,
    );
  });

  it('does not mix late lines into what is being read', () => {
    const files = [fileOf('a'), fileOf('b')];
    const before = reduced(
      stateOf(),
      batchOf([lineOf(0, 'one', { stamp: NOW }), lineOf(1, 'two', { stamp: NOW })], { files }),
      key(LOG, 'line-up'),
      batchOf([lineOf(2, 'late', { file: 1, stamp: unixMs(NOW - 60_000) })], { files }),
    );
    const texts = paneChunks(logPane(before)).flatMap((chunk) => chunk.lines.map((line) => line.text));
    expect(texts).toEqual(['one', 'two', 'late']);
  });
});
