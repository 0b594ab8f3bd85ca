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
  let gap = 0;
  let timers: { at: number; run: () => void }[] = [];
  let draws = 0;
  let shown = '';
  let frames = 0;
  const draw = (state: ConsoleState): Screen => {
    draws++;
    shown = text(state);
    const rect = { x: 0, y: 0, columns: 80, rows: 1 };
    return { columns: 80, rows: 24, areas: [{ key: 'all', rect, text: shown }] };
  };
  const pace = {
    nowMs: () => now,
    gapMs: () => gap,
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
    shown: () => shown,
    slow: (ms: number) => {
      gap = ms;
    },
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

describe('the pace of frames on a slow line', () => {
  const told = (state: ConsoleState) => `${state.modal.notice?.text ?? ''}`;

  it('is what the line wants', () => {
    const { advance, notice, frames, slow } = rig(bySecond);
    slow(500);
    for (let step = 1; step <= 500; step++) {
      advance(10);
      notice(`line ${step}`);
    }
    expect(frames()).toBeLessThanOrEqual(10);
    expect(frames()).toBeGreaterThan(8);
    slow(0);
    advance(500);
    const before = frames();
    for (let step = 1; step <= 100; step++) {
      advance(10);
      notice(`more ${step}`);
    }
    expect(frames() - before).toBeGreaterThan(10);
  });

  it('waits longer when the line became slower meanwhile, and draws nothing for what comes then', () => {
    const { advance, notice, draws, slow } = rig(bySecond);
    advance(1000);
    notice('first');
    notice('second');
    const before = draws();
    slow(2000);
    for (let step = 1; step <= 19; step++) {
      advance(100);
      notice(`line ${step}`);
    }
    expect(draws()).toBe(before);
    advance(100);
    expect(draws()).toBe(before + 1);
  });

  it('draws a key at once, without what has streamed, which comes at its own time', () => {
    const { store, advance, tick, paced, slow, shown } = rig(
      (state) => `${state.now - NOW} ${state.modal.notice?.text ?? ''}`,
    );
    slow(2000);
    advance(100);
    tick(1);
    const key = (words: string) =>
      paced.typed(() => store.dispatch({ kind: 'modal/noticed', text: sanitise(words), role: 'plain' }));
    key('a');
    expect(shown()).toBe('0 a');
    advance(30);
    key('ab');
    expect(shown()).toBe('0 ab');
    expect(paced.drawn().now).toBe(NOW);
    advance(1900);
    expect(shown()).toBe('1000 ab');
  });

  it('draws all that a key has changed, and everything when it changed the windows', () => {
    const { store, advance, tick, paced, slow, shown } = rig(
      (state) => `${state.now - NOW} ${state.layout.numbers}`,
    );
    slow(2000);
    advance(100);
    tick(1);
    paced.typed(() => store.dispatch({ kind: 'layout/numbers-shown', on: true }));
    expect(shown()).toBe('1000 true');
  });

  it('joins the keys that come faster than frames', () => {
    const { store, advance, paced, slow, draws } = rig(told);
    slow(2000);
    advance(100);
    const before = draws();
    for (let key = 1; key <= 200; key++) {
      paced.typed(() =>
        store.dispatch({ kind: 'modal/noticed', text: sanitise(`typed ${key}`), role: 'plain' }),
      );
      advance(1);
    }
    expect(draws() - before).toBeLessThanOrEqual(9);
  });
});
