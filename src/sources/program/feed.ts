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

/** A slice is as large as can be taken in within this time: some bytes cost a thousand times what others do. */
const SLICE_MS = 15;
const SLICE_MAX = 8_192;
const SLICE_MIN = 256;
const PAUSE_AT = 32_768;
const RESUME_AT = 8_192;
/** Per program and period: passes without asking. */
const SMALL_BYTES = 4_096;
const SMALL_PERIOD_MS = 100;

export function createFeed(options: FeedOptions): Feed {
  return new QueuedFeed(options);
}

class QueuedFeed implements Feed {
  readonly #options: FeedOptions;
  readonly #held: Buffer[] = [];
  #bytes = 0;
  #paused = false;
  #working = false;
  #closed = false;
  #periodAt = Number.NEGATIVE_INFINITY;
  #small = 0;
  #slice = SLICE_MAX;
  #onEmpty: (() => void) | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  push(more: Buffer): void {
    if (this.#closed) return;
    this.#held.push(more);
    this.#bytes += more.length;
    if (!this.#paused && this.#bytes > PAUSE_AT) {
      this.#paused = true;
      this.#options.pause();
    }
    this.#next();
  }

  whenEmpty(ready: () => void): void {
    this.#onEmpty = ready;
    this.#next();
  }

  close(): void {
    this.#closed = true;
    this.#held.length = 0;
    this.#bytes = 0;
  }

  #next(): void {
    if (this.#closed) return;
    if (this.#paused && this.#bytes <= RESUME_AT) {
      this.#paused = false;
      this.#options.resume();
    }
    if (this.#working) return;
    if (this.#bytes === 0) {
      this.#onEmpty?.();
      this.#onEmpty = undefined;
      return;
    }
    this.#working = true;
    if (this.#isSmall()) this.#run();
    else this.#options.budget.ask(() => this.#run());
  }

  #isSmall(): boolean {
    const now = this.#options.nowMs();
    if (now - this.#periodAt > SMALL_PERIOD_MS) {
      this.#periodAt = now;
      this.#small = 0;
    }
    this.#small += this.#bytes;
    return this.#small <= SMALL_BYTES;
  }

  #run(): void {
    const { budget, nowMs, write, onWritten } = this.#options;
    if (this.#closed) {
      budget.spent(0);
      return;
    }
    let began = nowMs();
    // The terminal takes it in by a timer of its own, which is set after this one: what lies between was not for it.
    setTimeout(() => {
      began = nowMs();
    }, 0);
    write(this.#take(), () => {
      this.#working = false;
      const took = nowMs() - began;
      if (took > SLICE_MS) this.#slice = Math.max(SLICE_MIN, this.#slice >> 1);
      else if (took < SLICE_MS / 2) this.#slice = Math.min(SLICE_MAX, this.#slice << 1);
      budget.spent(took);
      if (this.#closed) return;
      onWritten();
      this.#next();
    });
  }

  #take(): Buffer {
    const slice = Buffer.concat(this.#held).subarray(0, this.#slice);
    for (let left = slice.length; left > 0; ) {
      const [first] = this.#held;
      if (first === undefined) break;
      if (first.length <= left) this.#held.shift();
      else this.#held[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
    this.#bytes -= slice.length;
    return slice;
  }
}
