// How much of a log is asked for at once, and how far behind reading may be: by how quickly answers come. Acts and samples
// share the connection, so a slice may take a quarter of a second of it, not more.

const SLICE_MIN = 2048;
const SLICE_FIRST = 4096;
const SLICE_MAX = 262_144;
const SLOW_MS = 250;
const QUICK_MS = 100;
/** On a narrower line the way back and forth counts too: slices stay small there. */
const NARROW = 65_536;
/** Smaller answers say how long the way is, not how wide. */
const TELLING_BYTES = 2048;
/** So many seconds of the line is what may be caught up; beyond it is jumped over. */
const BEHIND_SECONDS = 4;
const BEHIND_MIN = 32_768;
const BEHIND_MAX = 4 << 20;
const KEEP_MIN = 16_384;
const KEEP_MAX = 262_144;
/** What is fetched per file of what came while the line was away, at most. */
export const RESUME_MAX = 262_144;

export type Backlog = Readonly<{ maxBytes: number; keepBytes: number }>;

export class Pace {
  #slice = SLICE_FIRST;
  #way = Number.POSITIVE_INFINITY;
  /** Bytes a second, of slices that told. */
  #rate: number | undefined;

  /** The next slice. */
  get slice(): number {
    return this.#slice;
  }

  get isKnown(): boolean {
    return this.#rate !== undefined;
  }

  /** Another connection may go another way. */
  anew(): void {
    this.#slice = Math.min(this.#slice, SLICE_FIRST);
    this.#way = Number.POSITIVE_INFINITY;
    this.#rate = undefined;
  }

  answered(bytes: number, ms: number): void {
    this.#way = Math.min(this.#way, ms);
    if (bytes < TELLING_BYTES) return;
    const took = Math.max(1, ms - this.#way);
    const rate = (bytes * 1000) / took;
    this.#rate = this.#rate === undefined ? rate : (this.#rate + rate) / 2;
    if (took > SLOW_MS) this.#slice = Math.max(SLICE_MIN, Math.floor(this.#slice / 2));
    else if (took < QUICK_MS && bytes >= this.#slice * 0.9)
      this.#slice = Math.min(SLICE_MAX, this.#slice * 2);
  }

  /** Bytes a second that get through, one slice after the other. */
  #speed(): number {
    const rate = this.#rate ?? KEEP_MAX / BEHIND_SECONDS;
    if (this.#rate === undefined || rate > NARROW) return rate;
    return (this.#slice * 1000) / (this.#way + (this.#slice * 1000) / rate);
  }

  /** How far behind a file may be, and what of it is read when it is further. */
  backlog(isResumed: boolean): Backlog {
    const rate = this.#speed();
    const behind = clamp(rate * BEHIND_SECONDS, BEHIND_MIN, BEHIND_MAX);
    if (isResumed) return { maxBytes: Math.min(behind, RESUME_MAX), keepBytes: Math.min(behind, RESUME_MAX) };
    return { maxBytes: behind, keepBytes: clamp(rate, KEEP_MIN, KEEP_MAX) };
  }

  /** Of what a pane would like to begin with, where `files` begin together. */
  tail(wished: number, files: number): number {
    const rate = this.#speed();
    return Math.min(
      wished,
      Math.max(4096, Math.floor((rate * BEHIND_SECONDS) / Math.max(1, Math.min(8, files)))),
    );
  }
}

const clamp = (value: number, least: number, most: number): number =>
  Math.floor(Math.min(most, Math.max(least, value)));
