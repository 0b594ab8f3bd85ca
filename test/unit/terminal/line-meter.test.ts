import { describe, expect, it } from 'vitest';
import { createFrameWriter } from '../../../src/terminal/frame-writer.ts';
import { createLineMeter } from '../../../src/terminal/line-meter.ts';
import { FAST_GAP_MS } from '../../../src/terminal/line-pace.ts';
import { QUESTION } from '../../../src/terminal/round-trip.ts';

/** A line that takes so many bytes a second, on a clock of its own; the terminal answers what it has read. */
function narrowLine(bytesPerSecond: number) {
  let now = 0;
  let queue: { data: string; left: number; done?: (error: Error | undefined) => void }[] = [];
  const meter = createLineMeter(
    (data) => queue.push({ data, left: data.length }),
    () => now,
  );
  const writer = createFrameWriter({
    ...{ columns: 80, rows: 24, synchronised: false, watch: meter },
    now: () => now,
    output: { write: (data, done) => queue.push({ data, left: data.length, done }) },
  });
  let drawnAt = Number.NEGATIVE_INFINITY;
  let most = 0;
  let rate = bytesPerSecond;
  let frame = 0;
  const tick = (): void => {
    now += 10;
    let room = (rate * 10) / 1000;
    while (room > 0 && queue.length > 0) {
      const [first] = queue;
      if (first === undefined) break;
      const taken = Math.min(room, first.left);
      first.left -= taken;
      room -= taken;
      if (first.left > 0) break;
      queue = queue.slice(1);
      if (first.data === QUESTION) meter.answered();
      first.done?.(undefined);
    }
    most = Math.max(
      most,
      queue.reduce((sum, { left }) => sum + left, 0),
    );
    if (now - drawnAt < meter.gapMs()) return;
    drawnAt = now;
    frame += 1;
    writer.write(
      Array.from({ length: 24 }, (_, row) => `${(frame * 7919 + row) % 97} `.repeat(20)).join('\n'),
    );
  };
  return {
    run: (ms: number) => {
      const before = writer.counters().frames;
      for (let passed = 0; passed < ms; passed += 10) tick();
      return writer.counters().frames - before;
    },
    widen: (to: number) => {
      rate = to;
    },
    most: () => most,
    facts: () => meter.facts(writer.counters()),
  };
}

describe('the line meter', () => {
  it('leaves a wide line at full speed', () => {
    const line = narrowLine(10_000_000);
    expect(line.run(10_000)).toBeGreaterThan(130);
    expect(line.facts()).toMatchObject({ gapMs: FAST_GAP_MS, slow: false, roundTrip: { kind: 'known' } });
  });

  it('draws less on a narrow one, keeps it free for half of the time, and recovers when it widens', () => {
    const line = narrowLine(4_000);
    line.run(5_000);
    const frames = line.run(20_000);
    expect(frames).toBeGreaterThan(8);
    expect(frames).toBeLessThan(40);
    expect(line.facts().slow).toBe(true);
    // One frame and one question: nothing piles up.
    expect(line.most()).toBeLessThan(4_000);
    line.widen(10_000_000);
    line.run(10_000);
    expect(line.facts()).toMatchObject({ gapMs: FAST_GAP_MS, slow: false });
  });
});
