// A line to a far host that was away, from the feed of a log to the row in its pane that says so.

import { expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { ReadLine } from '../../../../src/core/rows.ts';
import { Feed } from '../../../../src/sources/logs/feed.ts';
import { readLine } from '../../../../src/sources/logs/reading.ts';
import { appendBatch, EMPTY_FEED, type Feed as Shown } from '../../../../src/store/logs/feed.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { drawGap } from '../../../../src/views/panes/log-line.ts';

const NOW = unixMs(1_800_000_000_000);

function rig() {
  const feed = new Feed(100);
  let shown: Shown = EMPTY_FEED;
  return {
    feed,
    /** The rows before lines, as they are drawn. */
    take(): readonly string[] {
      const { lines, linesTotal, bytesTotal, skipped, files, away } = feed.take(100, NOW);
      const read = lines.map((line): ReadLine => ({ ...line, reading: readLine(line.text, NOW) }));
      const batch = { lines: read, total: linesTotal, bytes: bytesTotal, skipped, files, away, at: NOW };
      shown = appendBatch(shown, batch, { history: 100, byTime: false, held: undefined });
      return shown.chunks.flatMap(({ gaps }) =>
        [...gaps].map(([seq, gap]) => {
          const words = drawGap(gap, 120, UNICODE_GLYPHS).map(({ text }) => text);
          return `${seq}:${words.join('').replaceAll('─', '')}`;
        }),
      );
    },
  };
}

test('is said once, before the next line, however many files tell of it', () => {
  const { feed, take } = rig();
  feed.data('a', Buffer.from('one\n'), NOW);
  expect(take()).toEqual([]);
  feed.away('a', 12_300, false);
  feed.away('b', 12_000, true);
  expect(take()).toEqual([]);
  feed.data('a', Buffer.from('two\n'), NOW);
  expect(take()).toEqual(['1: the line was down 12s, a file went away then: lines may be missing ']);
  feed.data('a', Buffer.from('three\n'), NOW);
  expect(take()).toHaveLength(1);
});

test('with what was jumped over beside it; each time anew', () => {
  const { feed, take } = rig();
  feed.away('a', 90_000, false);
  feed.jumped('a', 5000, 40);
  feed.data('a', Buffer.from('one\n'), NOW);
  expect(take()).toEqual(['0: the line was down 1m 30s, 40 lines skipped ']);
  feed.away('a', 0, true);
  feed.data('a', Buffer.from('two\n'), NOW);
  expect(take()[1]).toBe('1: the file went away, its last lines may be missing ');
});
