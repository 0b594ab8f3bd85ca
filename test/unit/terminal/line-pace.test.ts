import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FAST_GAP_MS,
  FIRST_PACE,
  frameTaken,
  gapNow,
  type LinePace,
  SLOWEST_GAP_MS,
  tripLost,
  tripsForgotten,
  tripTaken,
} from '../../../src/terminal/line-pace.ts';

const NOTHING = { drainingMs: 0, waitingMs: 0 };
const gap = (pace: LinePace): number => gapNow(pace, NOTHING);
const frames = (pace: LinePace, ...times: number[]): LinePace =>
  times.reduce((before, ms) => frameTaken(before, { bytes: 4000, ms }), pace);
const trips = (pace: LinePace, ...times: number[]): LinePace =>
  times.reduce((before, ms) => tripTaken(before, { bytes: 4000, ms }), pace);

const event = fc.oneof(
  fc
    .record({ bytes: fc.nat(100_000), ms: fc.double({ min: -5, max: 60_000, noNaN: true }) })
    .map((frame) => (pace: LinePace) => frameTaken(pace, frame)),
  fc
    .double({ min: -5, max: 60_000, noNaN: true })
    .map((ms) => (pace: LinePace) => tripTaken(pace, { bytes: 4000, ms })),
  fc.constant(tripLost),
  fc.constant(tripsForgotten),
);
const history = fc
  .array(event, { maxLength: 60 })
  .map((events) => events.reduce((pace, happens) => happens(pace), FIRST_PACE));

describe('the gap between frames', () => {
  it('is the shortest on a line that takes all at once, and says nothing of it', () => {
    const pace = trips(frames(FIRST_PACE, 0.2, 1, 0.4), 20, 22, 19);
    expect(gap(pace)).toBe(FAST_GAP_MS);
    expect(pace.slow).toBe(false);
  });

  it('leaves half of the time to others while frames drain slowly', () => {
    expect(gap(frames(FIRST_PACE, 300))).toBe(600);
    expect(gap(frames(FIRST_PACE, 5_000))).toBe(SLOWEST_GAP_MS);
  });

  it('grows with what stands in the queue, not with how far away the terminal is', () => {
    expect(gap(trips(FIRST_PACE, 600, 610, 590))).toBe(FAST_GAP_MS);
    expect(gap(trips(FIRST_PACE, 40, 340))).toBe(600);
    expect(trips(FIRST_PACE, 600, 610).slow).toBe(true);
  });

  it('counts what is under way', () => {
    expect(gapNow(FIRST_PACE, { drainingMs: 400, waitingMs: 0 })).toBe(800);
    expect(gapNow(trips(FIRST_PACE, 100), { drainingMs: 0, waitingMs: 900 })).toBe(1600);
    // A terminal that has never answered may be one that does not.
    expect(gapNow(FIRST_PACE, { drainingMs: 0, waitingMs: 4_900 })).toBe(FAST_GAP_MS);
  });

  it('is the longest after an answer was lost, of a terminal that answers', () => {
    expect(gap(tripLost(trips(FIRST_PACE, 40)))).toBe(SLOWEST_GAP_MS);
    expect(gap(tripLost(FIRST_PACE))).toBe(FAST_GAP_MS);
    expect(gap(tripTaken(tripLost(trips(FIRST_PACE, 40)), { bytes: 4000, ms: 41 }))).toBe(FAST_GAP_MS);
    expect(gap(tripsForgotten(tripLost(trips(FIRST_PACE, 40))))).toBe(FAST_GAP_MS);
  });

  it('recovers within a few frames of the same size, and not by small ones', () => {
    const slow = frames(FIRST_PACE, 1_000);
    expect(gap(frames(slow, 1, 1, 1, 1, 1))).toBe(FAST_GAP_MS);
    const small = [1, 2].reduce((pace) => frameTaken(pace, { bytes: 40, ms: 1 }), slow);
    expect(gap(small)).toBeGreaterThan(1_500);
  });

  it('believes no quick answer behind a small frame, and more than half of one behind a large frame', () => {
    const slow = trips(FIRST_PACE, 10, 510);
    expect(gap(slow)).toBe(1_000);
    expect(gap(tripTaken(slow, { bytes: 40, ms: 12 }))).toBe(1_000);
    expect(gap(tripTaken(slow, { bytes: 0, ms: 12 }))).toBe(1_000);
    expect(gap(trips(slow, 10))).toBe(400);
    expect(gap(trips(slow, 10, 10, 10))).toBe(FAST_GAP_MS);
  });

  it('does not tremble with every frame', () => {
    const pace = frames(FIRST_PACE, 300);
    expect(gap(frames(pace, 330))).toBe(gap(pace));
    expect(gap(frames(pace, 310, 320, 305))).toBe(gap(pace));
  });

  it('says slow and fast with a distance between them', () => {
    expect(frames(FIRST_PACE, 80).slow).toBe(false);
    const slow = frames(FIRST_PACE, 110);
    expect(slow.slow).toBe(true);
    expect(frames(slow, 70).slow).toBe(true);
    expect(frames(slow, 1, 1, 1).slow).toBe(false);
  });

  it('lies between the bounds whatever happened', () => {
    fc.assert(
      fc.property(history, fc.nat(90_000), fc.nat(90_000), (pace, drainingMs, waitingMs) => {
        const now = gapNow(pace, { drainingMs, waitingMs });
        expect(now).toBeGreaterThanOrEqual(FAST_GAP_MS);
        expect(now).toBeLessThanOrEqual(SLOWEST_GAP_MS);
        expect(pace.trips.length).toBeLessThanOrEqual(20);
      }),
    );
  });

  it('gives a frame at least as much quiet as it took, up to the longest gap', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 60_000 }), (pace, ms) => {
        const after = frameTaken(pace, { bytes: 4_000, ms });
        // Within the dead band a gap stays what it was.
        expect(gap(after)).toBeGreaterThanOrEqual(Math.min(SLOWEST_GAP_MS, ms * 2 * 0.79));
      }),
    );
  });

  it('is the shortest again after a while of quick frames and quick answers, whatever happened', () => {
    fc.assert(
      fc.property(history, (pace) => {
        const quiet = Array.from({ length: 40 }).reduce<LinePace>(
          (before) => tripTaken(frameTaken(before, { bytes: 4_000, ms: 1 }), { bytes: 4_000, ms: 10 }),
          pace,
        );
        expect(gap(quiet)).toBe(FAST_GAP_MS);
        expect(quiet.slow).toBe(false);
      }),
    );
  });
});
