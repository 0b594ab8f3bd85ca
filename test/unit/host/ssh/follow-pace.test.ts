// How much of a log goes over a line at once, by how quickly answers come.

import { expect, test } from 'vitest';
import { Pace } from '../../../../src/host/ssh/follow-pace.ts';

/** Answers as a line of so many bytes a second gives them. */
function after(rate: number, wayMs: number): Pace {
  const pace = new Pace();
  pace.answered(0, wayMs);
  for (let times = 0; times < 20; times++) pace.answered(pace.slice, wayMs + (pace.slice * 1000) / rate);
  return pace;
}

test('a slow line gets small slices and little to catch up, a quick one large ones; a long way is not a slow line', () => {
  const slow = after(8000, 300);
  expect(slow.slice).toBeLessThanOrEqual(4096);
  expect(slow.backlog(false).maxBytes).toBe(32_768);
  expect(slow.tail(2_000_000, 1)).toBeLessThanOrEqual(24_000);
  expect(slow.tail(2_000_000, 8)).toBeLessThanOrEqual(4096);
  const quick = after(50_000_000, 300);
  expect(quick.slice).toBe(262_144);
  expect(quick.tail(2_000_000, 1)).toBe(2_000_000);
  expect(quick.backlog(false).maxBytes).toBe(4 << 20);
});

test('what came while the line was away is bounded; another connection is measured anew', () => {
  const pace = after(50_000_000, 1);
  expect(pace.backlog(true)).toEqual({ maxBytes: 262_144, keepBytes: 262_144 });
  pace.anew();
  expect(pace.isKnown).toBe(false);
  expect(pace.slice).toBe(4096);
});
