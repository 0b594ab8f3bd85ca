// Output on its way from a program to its terminal: taken in slices within the common budget, and the program is made to
// wait when it writes faster than that. A little output passes at once, so that what is typed is echoed beside any flood.

import type { ParseBudget } from './parse-budget.ts';

/** `write` takes the bytes in and calls back, always later; `pause` and `resume` stop and go on with the reading. */
export type FeedOptions = Readonly<{
  budget: ParseBudget;
  write: (bytes: Uint8Array, done: () => void) => void;
  pause: () => void;
  resume: () => void;
  /** The terminal shows something new. */
  onWritten: () => void;
  nowMs: () => number;
}>;

export type Feed = Readonly<{
  push(bytes: Buffer): void;
  /** Calls back when all that was pushed has been taken in. */
  whenEmpty(run: () => void): void;
  close(): void;
}>;

const SLICE = 8_192;
const PAUSE_AT = 32_768;
const RESUME_AT = 8_192;
/** Per program and period: passes without asking. */
const SMALL_BYTES = 4_096;
const SMALL_PERIOD_MS = 100;

export function createFeed(options: FeedOptions): Feed {
  const { budget, nowMs } = options;
  const held: Buffer[] = [];
  let bytes = 0;
  let paused = false;
  let working = false;
  let closed = false;
  let periodAt = Number.NEGATIVE_INFINITY;
  let small = 0;
  let onEmpty: (() => void) | undefined;
  const take = (): Buffer => {
    const slice = Buffer.concat(held).subarray(0, SLICE);
    for (let left = slice.length; left > 0; ) {
      const [first] = held;
      if (first === undefined) break;
      if (first.length <= left) held.shift();
      else held[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
    bytes -= slice.length;
    return slice;
  };
  const run = (): void => {
    if (closed) {
      budget.spent(0);
      return;
    }
    const slice = take();
    let began = nowMs();
    // The terminal takes it in by a timer of its own, which was set after this one: what lies between was not for it.
    setTimeout(() => {
      began = nowMs();
    }, 0);
    options.write(slice, () => {
      working = false;
      budget.spent(nowMs() - began);
      if (closed) return;
      options.onWritten();
      next();
    });
  };
  const next = (): void => {
    if (paused && bytes <= RESUME_AT) {
      paused = false;
      options.resume();
    }
    if (working || closed) return;
    if (bytes === 0) {
      onEmpty?.();
      onEmpty = undefined;
      return;
    }
    working = true;
    if (isSmall()) run();
    else budget.ask(run);
  };
  const isSmall = (): boolean => {
    const now = nowMs();
    if (now - periodAt > SMALL_PERIOD_MS) {
      periodAt = now;
      small = 0;
    }
    small += bytes;
    return small <= SMALL_BYTES;
  };
  return {
    push: (more) => {
      if (closed) return;
      held.push(more);
      bytes += more.length;
      if (!paused && bytes > PAUSE_AT) {
        paused = true;
        options.pause();
      }
      next();
    },
    whenEmpty: (ready) => {
      onEmpty = ready;
      next();
    },
    close: () => {
      closed = true;
      held.length = 0;
      bytes = 0;
    },
  };
}
