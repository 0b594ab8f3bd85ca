// Frames by the clock: a fake timer stands in, nothing waits.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../../src/core/brand.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import type { ConsoleState } from '../../../src/store/state.ts';
import { createPaced, IDLE_FRAME_MS, STREAM_FRAME_MS } from '../../../src/views/paced.ts';
import type { Screen } from '../../../src/views/screen.ts';
import { NOW, storeAt } from '../../frames/shell-parts.ts';

function rig(text: (state: ConsoleState) => string) {
  const store = storeAt(80, 24);
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  let draws = 0;
  let frames = 0;
  const draw = (state: ConsoleState): Screen => {
    draws++;
    const rect = { x: 0, y: 0, columns: 80, rows: 1 };
    return { columns: 80, rows: 24, areas: [{ key: 'all', rect, text: text(state) }] };
  };
  const pace = {
    nowMs: () => now,
    later: (ms: number, run: () => void) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  const paced = createPaced({ store, draw, pace });
  paced.subscribe(() => frames++);
  const advance = (ms: number) => {
    now += ms;
    for (const timer of timers.filter(({ at }) => at <= now)) {
      timers = timers.filter((other) => other !== timer);
      timer.run();
    }
  };
  const notice = (words: string) =>
    store.dispatch({ kind: 'modal/noticed', text: sanitise(words), role: 'plain' });
  const tick = (seconds: number) =>
    store.dispatch({ kind: 'clock/ticked', now: unixMs(NOW + seconds * 1000) });
  return {
    store,
    paced,
    advance,
    notice,
    tick,
    draws: () => draws,
    frames: () => frames,
    timers: () => timers.length,
  };
}

const bySecond = (state: ConsoleState) => `${state.now} ${state.modal.notice?.text ?? ''}`;

describe('the pace of frames', () => {
  it('draws no frame when the screen would look the same', () => {
    const { advance, tick, frames, draws } = rig(() => 'same');
    advance(1000);
    tick(1);
    expect([draws(), frames()]).toEqual([2, 0]);
  });

  it('joins measurements that tick along into one frame a second', () => {
    const { advance, tick, frames } = rig(bySecond);
    for (let step = 1; step <= 20; step++) {
      advance(50);
      tick(step);
    }
    expect(frames()).toBe(1000 / IDLE_FRAME_MS);
  });

  it('draws at most every 66 ms while things stream', () => {
    const { advance, notice, frames } = rig(bySecond);
    for (let step = 1; step <= 100; step++) {
      advance(10);
      notice(`line ${step}`);
    }
    expect(frames()).toBeLessThanOrEqual(Math.ceil(1000 / STREAM_FRAME_MS));
    expect(frames()).toBeGreaterThan(10);
  });

  it('a key does not wait for the pace', () => {
    const { advance, tick, frames, paced, notice } = rig(bySecond);
    advance(1000);
    tick(1);
    advance(30);
    notice('typed');
    expect(frames()).toBe(1);
    paced.urge();
    expect(frames()).toBe(2);
  });

  it('an idle frame that waits is brought forward by a quick one', () => {
    const { advance, tick, notice, frames } = rig(bySecond);
    tick(1);
    notice('line');
    advance(STREAM_FRAME_MS);
    expect(frames()).toBe(1);
  });

  it('draws nothing while held, and nothing after closing', () => {
    const { advance, tick, frames, paced, timers } = rig(bySecond);
    paced.hold(true);
    advance(1000);
    tick(1);
    expect(frames()).toBe(0);
    paced.hold(false);
    expect(frames()).toBe(1);
    paced.close();
    advance(1000);
    tick(2);
    expect([frames(), timers()]).toEqual([1, 0]);
  });
});
