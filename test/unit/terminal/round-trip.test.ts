import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoundTrip, SILENCE_MS } from '../../../src/terminal/round-trip.ts';

function rig() {
  let now = 10_000;
  const asked: number[] = [];
  const measured: number[] = [];
  let silences = 0;
  const trip = new RoundTrip({
    ask: () => asked.push(now),
    nowMs: () => now,
    onMeasured: (ms) => measured.push(ms),
    onSilence: () => silences++,
  });
  const pass = (ms: number): void => {
    now += ms;
  };
  /** Frames flow: nudges every 100 ms. */
  const flow = (ms: number): void => {
    for (let left = ms; left > 0; left -= 100) {
      pass(100);
      trip.nudge();
    }
  };
  return { trip, asked, measured, pass, flow, silences: () => silences };
}

describe('the round trip', () => {
  it('is not asked for while nothing happens, nor in the first second', () => {
    const { trip, asked, pass } = rig();
    trip.nudge();
    pass(900);
    trip.nudge();
    pass(60_000);
    expect(trip.waitingMs()).toBe(0);
    expect(asked).toEqual([]);
    trip.nudge();
    expect(asked).toHaveLength(1);
  });

  it('is what the answer took', () => {
    const { trip, flow, pass, measured } = rig();
    flow(1_000);
    pass(340);
    expect(trip.waitingMs()).toBe(340);
    trip.answered();
    expect(measured).toEqual([340]);
    expect(trip.fact()).toEqual({ kind: 'known', ms: 340 });
    expect(trip.waitingMs()).toBe(0);
  });

  it('is asked for every few seconds at most, one question at a time', () => {
    const { trip, flow, asked } = rig();
    for (let second = 0; second < 30; second++) {
      flow(1_000);
      trip.answered();
    }
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.length).toBeLessThanOrEqual(15);
  });

  it('is unknown when no answer comes, and no longer asked for after three silences', () => {
    const { trip, flow, asked, silences } = rig();
    flow(1_000 + SILENCE_MS);
    expect(trip.fact()).toEqual({ kind: 'unknown' });
    flow(600_000);
    expect(asked).toHaveLength(3);
    expect(silences()).toBe(3);
    expect(trip.fact()).toEqual({ kind: 'deaf' });
    expect(trip.owed()).toBe(false);
  });

  it('believes no answer while one to an older question may be the one that came', () => {
    const { trip, flow, pass, measured, asked } = rig();
    flow(1_000);
    flow(SILENCE_MS);
    expect(asked).toHaveLength(2);
    pass(10);
    trip.answered();
    expect(measured).toEqual([]);
    pass(190);
    trip.answered();
    expect(measured).toEqual([200]);
  });

  it('takes a late answer for what it is', () => {
    const { trip, flow, pass, measured } = rig();
    flow(1_000);
    pass(SILENCE_MS + 2_000);
    expect(trip.fact()).toEqual({ kind: 'unknown' });
    trip.answered();
    expect(measured).toEqual([SILENCE_MS + 2_000]);
  });

  it('neither asks nor measures while another has the terminal', () => {
    const { trip, flow, asked, measured } = rig();
    flow(1_000);
    expect(trip.owed()).toBe(true);
    trip.pause();
    trip.answered();
    flow(60_000);
    expect(asked).toHaveLength(1);
    expect(measured).toEqual([]);
    trip.resume();
    flow(1_000);
    expect(asked).toHaveLength(2);
    trip.answered();
    expect(measured).toEqual([0]);
  });

  it('asks a terminal again that was silent before somebody else had it', () => {
    const { trip, flow, asked } = rig();
    flow(100_000);
    trip.pause();
    trip.resume();
    flow(2_000);
    expect(asked).toHaveLength(4);
  });

  it('never measures less than nothing nor more than was waited, whatever comes when', () => {
    const step = fc.oneof(
      fc.constant('nudge' as const),
      fc.constant('answered' as const),
      fc.constant('pause' as const),
      fc.constant('resume' as const),
      fc.nat(12_000),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { trip, pass, measured, asked } = rig();
        let passed = 0;
        for (const what of steps) {
          if (typeof what === 'number') {
            pass(what);
            passed += what;
          } else trip[what]();
        }
        for (const ms of measured) {
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThanOrEqual(passed);
        }
        expect(measured.length).toBeLessThanOrEqual(asked.length);
        const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
        expect(gaps.filter((gap) => gap < 1_000)).toEqual([]);
      }),
    );
  });
});
