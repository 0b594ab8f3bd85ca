// How many lines came in the last hour and day, in steps of five minutes: two thousand bytes for each log.

import type { UnixMs } from '../../core/brand.ts';
import type { HourAndDay } from '../../core/jails.ts';

const STEP_MS = 300_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SLOTS = DAY_MS / STEP_MS + 1;

export class LineCounts {
  readonly #steps = new Float64Array(SLOTS).fill(Number.NaN);
  readonly #counts = new Float64Array(SLOTS);
  /** From here on every line was counted. */
  #from: number | undefined;
  #lastAt: UnixMs | undefined;

  get from(): number | undefined {
    return this.#from;
  }

  get lastAt(): UnixMs | undefined {
    return this.#lastAt;
  }

  /** All that was written at `at` or later is counted. The first to say so decides. */
  coversFrom(at: number): void {
    this.#from ??= at;
  }

  /** Something was jumped over: what came before `at` is not all known. */
  lostBefore(at: number): void {
    this.#from = at;
  }

  add(at: UnixMs, count = 1): void {
    if (count <= 0) return;
    const step = Math.floor(at / STEP_MS);
    const slot = ((step % SLOTS) + SLOTS) % SLOTS;
    const held = this.#steps[slot];
    // An old line must not take the place of newer ones.
    if (held !== undefined && held > step) return;
    this.#counts[slot] = (held === step ? (this.#counts[slot] ?? 0) : 0) + count;
    this.#steps[slot] = step;
    if (this.#lastAt === undefined || at > this.#lastAt) this.#lastAt = at;
  }

  /** undefined before anything was looked at. */
  read(now: number): HourAndDay | undefined {
    const from = this.#from;
    if (from === undefined) return undefined;
    const within = (ms: number): HourAndDay['hour'] => {
      const first = Math.floor((now - ms) / STEP_MS) + 1;
      let count = 0;
      for (let slot = 0; slot < SLOTS; slot++)
        if ((this.#steps[slot] ?? Number.NaN) >= first) count += this.#counts[slot] ?? 0;
      return { count, atLeast: from > now - ms };
    };
    return { hour: within(HOUR_MS), day: within(DAY_MS) };
  }
}
