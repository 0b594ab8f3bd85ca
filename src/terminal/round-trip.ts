// How far away the terminal is: now and then it is asked for its status (DSR, CSI 5 n), which every terminal answers
// with CSI 0 n. What the answer took is the line, there and back, with all that stands in its queue. Inside of tmux,
// screen and mosh it is they who answer, and what lies behind them cannot be measured.

import type { RoundTripFact } from '../core/line-facts.ts';

export const QUESTION = '\x1b[5n';
const ASK_EVERY_MS = 2_000;
/** The first question is not among what is drawn at the start. */
const FIRST_AFTER_MS = 1_000;
export const SILENCE_MS = 5_000;
/** A terminal that says nothing so often is not asked again. */
const SILENCES_MAX = 3;
/** An answer that is later than this does not come. */
const FORGET_MS = 30_000;

export type RoundTripOptions = Readonly<{
  /** Sends the question. */
  ask: () => void;
  nowMs: () => number;
  onMeasured: (ms: number) => void;
  onSilence: () => void;
}>;

/** Asks only when it is nudged: a console at rest sends nothing. */
export class RoundTrip {
  readonly #options: RoundTripOptions;
  #notBefore: number;
  #askedAt: number | undefined;
  /** Questions that were given up; their answers may still come, and come first. */
  #late: number[] = [];
  #silences = 0;
  /** It has answered before. */
  #answers = false;
  #fact: RoundTripFact = { kind: 'unknown' };
  #paused = false;

  constructor(options: RoundTripOptions) {
    this.#options = options;
    this.#notBefore = options.nowMs() + FIRST_AFTER_MS;
  }

  /** Something was drawn or typed: time to ask, perhaps. */
  nudge(): void {
    const now = this.#options.nowMs();
    this.#look(now);
    if (this.#paused || this.#askedAt !== undefined || now < this.#notBefore) return;
    if (this.#silences >= SILENCES_MAX) return;
    this.#askedAt = now;
    this.#notBefore = now + ASK_EVERY_MS;
    this.#options.ask();
  }

  /** The terminal has answered. An answer to an older question says nothing about the last one. */
  answered(): void {
    const now = this.#options.nowMs();
    this.#look(now);
    this.#silences = 0;
    this.#answers = true;
    const askedAt = this.#late.shift() ?? this.#askedAt;
    if (askedAt === undefined) return;
    const open = this.#late.length > 0 || (this.#askedAt !== undefined && this.#askedAt !== askedAt);
    if (this.#askedAt === askedAt) this.#askedAt = undefined;
    if (open || this.#paused) return;
    this.#fact = { kind: 'known', ms: now - askedAt };
    this.#options.onMeasured(now - askedAt);
  }

  /** How long the last question has been waiting; 0 when none is. */
  waitingMs(): number {
    this.#look(this.#options.nowMs());
    return this.#askedAt === undefined ? 0 : this.#options.nowMs() - this.#askedAt;
  }

  /** Whether an answer may be under way: it must not reach the shell. */
  owed(): boolean {
    this.#look(this.#options.nowMs());
    return this.#askedAt !== undefined || (this.#answers && this.#late.length > 0);
  }

  fact(): RoundTripFact {
    this.#look(this.#options.nowMs());
    return this.#fact;
  }

  /** Somebody else has the terminal. */
  pause(): void {
    this.#paused = true;
    if (this.#askedAt !== undefined) this.#late.push(this.#askedAt);
    this.#askedAt = undefined;
    this.#fact = { kind: 'unknown' };
  }

  /** It is ours again, and may be another one. */
  resume(): void {
    this.#paused = false;
    this.#silences = 0;
    this.#notBefore = this.#options.nowMs() + FIRST_AFTER_MS;
  }

  /** Gives up what has waited too long. */
  #look(now: number): void {
    this.#late = this.#late.filter((at) => now - at < FORGET_MS);
    if (this.#askedAt === undefined || now - this.#askedAt < SILENCE_MS) return;
    this.#late.push(this.#askedAt);
    this.#askedAt = undefined;
    this.#silences += 1;
    this.#fact = this.#silences >= SILENCES_MAX ? { kind: 'deaf' } : { kind: 'unknown' };
    this.#options.onSilence();
  }
}
