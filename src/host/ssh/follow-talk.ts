// Asks the far sh of the log stream, one thing at a time, over one channel that is opened again whenever the line is back.
// All that is asked only reads, so what was asked when the line broke is asked once more.
//
// One question at a time is also what keeps a slow line usable: no more than one slice is ever on its way, and its size
// follows how long slices take.

import { randomBytes } from 'node:crypto';
import type { Result } from '../../core/result.ts';
import type { Channel } from './channel.ts';
import { FarFrames } from './follow-frames.ts';
import {
  ended,
  type FarAnswer,
  type Job,
  learnPart,
  newJob,
  quiet,
  resolveJob,
  type TalkTuning,
  TUNING,
} from './follow-job.ts';
import { Pace } from './follow-pace.ts';
import { farFollowScript, WATCH_ON, type Watched, watchScript } from './follow-script.ts';

export type TalkOptions = Readonly<{
  open: () => Promise<Result<Channel>>;
  /** Resolves when it is worth trying: the line is up, or nobody knows. */
  whenUp: (signal: AbortSignal) => Promise<unknown>;
  tuning?: Partial<TalkTuning>;
}>;

/** The most bytes of one answer: a slice, the bytes before it, and the blocks around them. */
export const SLICE_MAX = 262_144;
const BYTES_MAX = SLICE_MAX + 4096;
/** Of all patterns together, in bytes: more than that nobody can follow. */
const NAMES_MAX = 2_097_152;

export type FarNews = Readonly<{
  /** A line that `ls` says now and did not before. */
  onLine(line: string): void;
  onNames(entries: readonly string[]): void;
  /** All of one look has been told; of which generation of watched paths. */
  onLook(generation: number): void;
  onLost(): void;
  onBack(downMs: number): void;
}>;

type Current = { readonly seq: number; readonly job: Job | 'watch'; readonly at: number };

export class FarTalk {
  readonly pace = new Pace();
  readonly #options: TalkOptions;
  readonly #tuning: TalkTuning;
  readonly #news: FarNews;
  readonly #queue: Job[] = [];
  #channel: Channel | undefined;
  #frames: FarFrames | undefined;
  #current: Current | undefined;
  #seq = 0;
  #watched: Watched | undefined;
  #told = -1;
  #watching = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #names: string[] | undefined;
  #namesBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #hanging: NodeJS.Timeout | undefined;
  #life: AbortController | undefined;
  #lostAt: number | undefined;

  constructor(options: TalkOptions, news: FarNews) {
    this.#options = options;
    this.#tuning = { ...TUNING, ...options.tuning };
    this.#news = news;
  }

  /** What is looked at from now on; nothing: the channel goes. */
  watch(watched: Watched | undefined): void {
    this.#watched = watched;
    this.#watching = false;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    if (watched === undefined) this.#stop();
    else if (this.#life === undefined) void this.#live();
    else this.#next();
  }

  ask(text: (seq: number) => string): Promise<FarAnswer> {
    return new Promise((resolve) => {
      this.#queue.push(newJob({ text, resolve }));
      this.#next();
    });
  }

  #stop(): void {
    this.#life?.abort();
    this.#life = undefined;
    this.#queue.length = 0;
    this.#lostAt = undefined;
    this.#forget();
  }

  #forget(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#frames = undefined;
    this.#current = undefined;
    this.#watching = false;
    this.#told = -1;
    this.#names = undefined;
    clearTimeout(this.#timer);
    clearTimeout(this.#hanging);
    this.#timer = undefined;
  }

  /** Opens the channel, and again when it was lost, until nobody watches. */
  async #live(): Promise<void> {
    const life = new AbortController();
    this.#life = life;
    let pause = this.#tuning.retryMs;
    while (!life.signal.aborted) {
      await this.#options.whenUp(life.signal);
      if (life.signal.aborted) return;
      const opened = await this.#options.open();
      if (life.signal.aborted) {
        if (opened.ok) opened.value.close();
        return;
      }
      let answered = false;
      if (opened.ok) answered = await this.#use(opened.value, life.signal);
      pause = answered ? this.#tuning.retryMs : Math.min(pause * 2, this.#tuning.retryMaxMs);
      await quiet(pause, life.signal);
    }
  }

  /** Until it ends; says whether it ever answered. */
  async #use(channel: Channel, life: AbortSignal): Promise<boolean> {
    const token = randomBytes(10).toString('hex');
    const frames = new FarFrames(token, BYTES_MAX);
    this.#channel = channel;
    this.#frames = frames;
    let answered = false;
    channel.onData((chunk) => {
      if (this.#frames !== frames) return;
      for (const frame of frames.push(chunk)) {
        if (this.#frames !== frames) return;
        if (frame.kind === 'overflow') channel.close();
        else if (frame.kind === 'bytes') this.#gotBytes(frame.seq, frame.bytes);
        else if (frame.text.startsWith('h')) {
          if (answered) continue;
          answered = true;
          this.#back();
        } else this.#answer(frame.text);
      }
    });
    // Start-up files that read a line get an empty one.
    channel.write(`\n${farFollowScript(token)}`);
    this.#hang(channel);
    await Promise.race([channel.ended, ended(life)]);
    const open = this.#current?.job;
    if (this.#frames !== frames) return answered;
    this.#forget();
    // What was asked is asked again, before all others.
    if (open !== undefined && open !== 'watch') this.#queue.unshift(newJob(open));
    if (answered && !life.aborted) {
      this.#lostAt = performance.now();
      this.#news.onLost();
    }
    return answered;
  }

  #back(): void {
    clearTimeout(this.#hanging);
    const { lostAt } = { lostAt: this.#lostAt };
    this.#lostAt = undefined;
    this.pace.anew();
    if (lostAt !== undefined) this.#news.onBack(Math.max(1, Math.round(performance.now() - lostAt)));
    this.#watching = false;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    this.#told = -2;
    this.#next();
  }

  #next(): void {
    const channel = this.#channel;
    const watched = this.#watched;
    // -1: it has not said yet that it is there.
    if (channel === undefined || watched === undefined || this.#told === -1 || this.#current !== undefined)
      return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wait = this.#lookedAt + this.#tuning.lookMs - performance.now();
    const isOverdue = wait < -2 * this.#tuning.lookMs;
    const job = this.#watching || !isOverdue ? this.#queue.shift() : undefined;
    if (job !== undefined) {
      const seq = ++this.#seq;
      this.#begin(channel, { seq, job, at: performance.now() });
      channel.write(job.text(seq));
      this.#watching = false;
    } else if (!this.#watching && wait <= 0) {
      const begins = this.#told === watched.generation ? '' : watchScript(watched);
      this.#told = watched.generation;
      this.#begin(channel, { seq: 0, job: 'watch', at: performance.now() });
      channel.write(begins + WATCH_ON);
    } else if (!this.#watching) this.#timer = setTimeout(() => this.#next(), wait);
  }

  #begin(channel: Channel, current: Current): void {
    this.#current = current;
    this.#hang(channel);
  }

  #hang(channel: Channel): void {
    clearTimeout(this.#hanging);
    this.#hanging = setTimeout(() => channel.close(), this.#tuning.answerMs);
    this.#hanging.unref();
  }

  #gotBytes(seq: number, bytes: Buffer): void {
    const current = this.#current;
    if (current?.seq === seq && current.job !== 'watch') current.job.bytes = bytes;
  }

  #answer(text: string): void {
    const space = text.indexOf(' ');
    const [kind, rest] = space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
    if (kind === '+') this.#news.onLine(rest);
    else if (kind === 'N') this.#names = [];
    else if (kind === '*') this.#name(rest);
    else if (kind === 'M') this.#named();
    else if (kind === 'w' || kind === 'W') this.#looked(kind === 'w', Number(rest));
    else this.#ofJob(kind, rest);
  }

  #name(entry: string): void {
    if (this.#names === undefined) return;
    this.#namesBytes = this.#names.length === 0 ? entry.length : this.#namesBytes + entry.length;
    if (this.#namesBytes <= NAMES_MAX) this.#names.push(entry);
  }

  /** All names of all patterns: a list without its end is none. */
  #named(): void {
    const names = this.#names;
    this.#names = undefined;
    if (names !== undefined) this.#news.onNames(names);
  }

  #looked(isAsked: boolean, generation: number): void {
    this.#names = undefined;
    if (isAsked && this.#current?.job === 'watch') {
      this.pace.answered(0, performance.now() - this.#current.at);
      this.#current = undefined;
      clearTimeout(this.#hanging);
      this.#lookedAt = performance.now();
      this.#watching = this.#watched?.generation === generation;
    } else this.#watching = false;
    this.#news.onLook(generation);
    this.#next();
  }

  #ofJob(kind: string, text: string): void {
    const current = this.#current;
    const words = /^(\d+) ?(.*)$/s.exec(text);
    if (current === undefined || current.job === 'watch' || words === null) return;
    const { job } = current;
    if (Number(words[1]) !== current.seq) return;
    const rest = words[2] ?? '';
    if (kind === 'e') {
      this.#current = undefined;
      clearTimeout(this.#hanging);
      if (job.newlines === undefined) this.pace.answered(job.bytes.length, performance.now() - current.at);
      resolveJob(job, rest);
      this.#next();
    } else learnPart(job, kind, rest);
  }
}
