import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import { Feed } from '../../../../src/sources/logs/feed.ts';

const at = unixMs;
const MAX = 500;

function texts(feed: Feed, max = MAX): string[] {
  return feed.take(max, at(0)).lines.map(({ text }) => text);
}

describe('Feed', () => {
  test('totals are exact and kept + skipped = all, however the bytes arrive', () => {
    const step = fc.record({
      file: fc.constantFrom('a', 'b'),
      bytes: fc
        .array(fc.constantFrom('x', 'yy', '\n', '\n\n'), { maxLength: 30 })
        .map((parts) => parts.join('')),
      take: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (steps, max) => {
        const feed = new Feed(max);
        let kept = 0;
        let newlines = 0;
        let bytes = 0;
        for (const one of steps) {
          feed.data(one.file, Buffer.from(one.bytes), at(0));
          newlines += one.bytes.split('\n').length - 1;
          bytes += one.bytes.length;
          if (one.take) kept += feed.take(max, at(0)).lines.length;
        }
        const batch = feed.take(max, at(0));
        kept += batch.lines.length;
        expect(batch.linesTotal).toBe(newlines);
        expect(batch.bytesTotal).toBe(bytes);
        expect(kept + batch.skipped).toBe(newlines);
        expect(batch.files.reduce((sum, file) => sum + file.lines, 0)).toBe(newlines);
      }),
    );
  });

  test('every line exactly once and in order when nothing must be dropped', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'ü') }), { maxLength: 50 }),
        fc.integer({ min: 1, max: 9 }),
        (lines, size) => {
          const feed = new Feed(MAX);
          const whole = Buffer.from(lines.map((line) => `${line}\n`).join(''));
          for (let start = 0; start < whole.length; start += size)
            feed.data('f', whole.subarray(start, start + size), at(0));
          expect(texts(feed)).toEqual(lines);
        },
      ),
    );
  });

  test('of a flood the newest are kept', () => {
    const feed = new Feed(3);
    feed.data('f', Buffer.from(Array.from({ length: 1000 }, (_, index) => `${index}\n`).join('')), at(0));
    const batch = feed.take(3, at(0));
    expect(batch.lines.map(({ text }) => text)).toEqual(['997', '998', '999']);
    expect(batch).toMatchObject({ linesTotal: 1000, skipped: 997 });
  });

  test('a line of a megabyte is cut, its length is kept', () => {
    const feed = new Feed(MAX);
    for (let index = 0; index < 16; index++) feed.data('f', Buffer.alloc(65_536, 'x'), at(0));
    feed.data('f', Buffer.from('\nnext\n'), at(0));
    const [long, next] = feed.take(MAX, at(0)).lines;
    expect(long?.text.endsWith('…')).toBe(true);
    expect(long?.bytes).toBe(1_048_576);
    expect(next?.text).toBe('next');
  });

  test('an unfinished line is shown when it has ripened, its rest once, and it counts once', () => {
    const feed = new Feed(MAX);
    feed.data('f', Buffer.from('begin'), at(1000));
    expect(feed.waiting).toBe(true);
    feed.ripen(999);
    expect(texts(feed)).toEqual([]);
    feed.ripen(1000);
    expect(texts(feed)).toEqual(['begin']);
    feed.data('f', Buffer.from(' end\nnew\n'), at(2000));
    const batch = feed.take(MAX, at(0));
    expect(batch.lines.map(({ text }) => text)).toEqual(['… end', 'new']);
    expect(batch).toMatchObject({ linesTotal: 2, skipped: 0 });
  });

  test('a shown line that only gets its newline says nothing more', () => {
    const feed = new Feed(MAX);
    feed.data('f', Buffer.from('whole'), at(0));
    feed.ripen(0);
    feed.data('f', Buffer.from('\r\n'), at(1));
    expect(texts(feed)).toEqual(['whole']);
    expect(feed.take(MAX, at(0)).linesTotal).toBe(1);
  });

  test('rotation ends an unfinished line', () => {
    const feed = new Feed(MAX);
    feed.data('f', Buffer.from('last of the old'), at(0));
    feed.mark('f', 'rotated', true);
    feed.data('f', Buffer.from('first of the new\n'), at(0));
    const batch = feed.take(MAX, at(0));
    expect(batch.lines.map(({ text }) => text)).toEqual(['last of the old', 'first of the new']);
    expect(batch.linesTotal).toBe(2);
  });

  test('what was jumped over is counted, and an unfinished line goes with it', () => {
    const feed = new Feed(MAX);
    feed.data('f', Buffer.from('a\nunfinished'), at(0));
    feed.jumped('f', 5000, 70);
    feed.data('f', Buffer.from('b\n'), at(0));
    const batch = feed.take(MAX, at(0));
    expect(batch.lines.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(batch).toMatchObject({ linesTotal: 72, skipped: 70, bytesTotal: 5014 });
  });

  test('the hole that copytruncate leaves does not hide the line behind it', () => {
    const feed = new Feed(MAX);
    for (let index = 0; index < 4; index++) feed.data('f', Buffer.alloc(65_536), at(0));
    feed.data('f', Buffer.from('here\n'), at(0));
    expect(texts(feed)).toEqual(['here']);
  });

  test('lines carry the time written in them', () => {
    const feed = new Feed(MAX);
    feed.data('f', Buffer.from('2026-11-20T12:00:00Z h t: x\nno time\n'), at(0));
    const [first, second] = feed.take(MAX, at(7)).lines;
    expect(first?.stamp).toBe(Date.UTC(2026, 10, 20, 12));
    expect(second?.stamp).toBeUndefined();
    expect([first?.seq, second?.seq, first?.readAt]).toEqual([0, 1, 7]);
  });
});
