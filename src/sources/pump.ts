// Runs sources: polls never overlap and stay within their duty, streams are restarted, problems are retried ever more
// slowly, and what cannot work here waits for a poke or a slow re-probe. The only code that calls a source.

import type { UnixMs } from '../core/brand.ts';
import { unixMs } from '../core/brand.ts';
import { isNarrowLine } from '../core/hosts.ts';
import { type Problem, type ProblemCode, problem } from '../core/problem.ts';
import { fail, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { SourceId, SourceStatus } from '../core/status.ts';
import type { Host } from '../host/host.ts';
import { watchLine } from './line.ts';
import type { PollSource, Source, StreamSource } from './source.ts';

const DUTY_MAX = 0.05;
/** What a reading took is time, not work: a busy machine must not make the panes old. */
const STRETCH_MAX_MS = 5000;
/** But what is really so slow takes no more than this share of the time. */
const SLOW_DUTY_MAX = 0.2;
/** Over a narrow line many sources and the acts share what it carries. */
const NARROW_DUTY_MAX = 0.1;
const BACKOFF_MIN_MS = 1000;
const BACKOFF_MAX_MS = 60_000;
/** No tool, no right, no file: the operator may be installing it just now. */
const REPROBE_MS = 30_000;
/** A stream that ran so long was well: its next failure starts at the shortest backoff. */
const WELL_MS = 10_000;
/** A stream that has not failed by then runs, even if it has nothing to say yet. */
const SETTLED_MS = 300;
/** A stream's samples may come ten times a second; its status need not. */
const STREAM_STATUS_MS = 1000;
const UNAVAILABLE: ReadonlySet<ProblemCode> = new Set(['missing-tool', 'not-permitted', 'not-found']);

/** Time and chance, so that tests can hold them still. `elapsed` never jumps, unlike the host's wall clock. */
export type PumpClock = Readonly<{
  elapsed(): number;
  /** Calls back once; the answer takes it back. */
  after(ms: number, then: () => void): () => void;
  /** 0 ≤ x < 1. */
  random(): number;
}>;

export type PumpOptions = Readonly<{
  host: Host;
  onStatus: (source: SourceId, status: SourceStatus) => void;
  clock?: PumpClock;
}>;

export type PumpHandle = Readonly<{
  /** Reads now: ends a pause, or reads once more right after the read that is under way. A running stream goes on. */
  poke(): void;
  /** Ends it with its programs; resolves when they are gone. No sample comes after the call. */
  stop(): Promise<void>;
}>;

export type Pump = Readonly<{
  /** Starts at once. */
  add<Sample>(source: Source<Sample>, onSample: (sample: Sample) => void): PumpHandle;
  /** Ends everything, for good. */
  stop(): Promise<void>;
}>;

const REAL_CLOCK: PumpClock = {
  elapsed: () => performance.now(),
  after(ms, then) {
    // Waiting for the next sample is no reason to keep a finished program alive.
    const timer = setTimeout(then, ms).unref();
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

export function createPump({ host, onStatus, clock = REAL_CLOCK }: PumpOptions): Pump {
  const handles = new Set<PumpHandle>();
  return {
    add(source, onSample) {
      const runner = new SourceRunner({ host, clock, tell: (status) => onStatus(source.id, status) });
      const done = source.kind === 'poll' ? runner.poll(source, onSample) : runner.stream(source, onSample);
      const handle: PumpHandle = {
        poke: () => runner.poke(),
        async stop() {
          runner.abort();
          await done;
          // Not before: the end of everything waits also for what is being ended already.
          handles.delete(handle);
        },
      };
      handles.add(handle);
      return handle;
    },
    async stop() {
      await Promise.all([...handles].map((handle) => handle.stop()));
    },
  };
}

type Surroundings = Readonly<{ host: Host; clock: PumpClock; tell: (status: SourceStatus) => void }>;

class SourceRunner {
  readonly #host: Host;
  readonly #clock: PumpClock;
  readonly #tell: (status: SourceStatus) => void;
  readonly #abort = new AbortController();
  #poked = false;
  #wake: (() => void) | undefined;
  #failures = 0;
  #lastSampleAt: UnixMs | undefined;
  #unavailableFor: string | undefined;

  constructor({ host, clock, tell }: Surroundings) {
    this.#host = host;
    this.#clock = clock;
    this.#tell = tell;
  }

  poke(): void {
    this.#poked = true;
    this.#wake?.();
  }

  abort(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#wake?.();
    this.#tell({ kind: 'off' });
  }

  async poll<Sample>(source: PollSource<Sample>, onSample: (sample: Sample) => void): Promise<void> {
    const { signal } = this.#abort;
    this.#tell({ kind: 'starting', since: this.#host.now() });
    while (!signal.aborted) {
      const wish = { asked: this.#poked };
      this.#poked = false;
      const began = this.#clock.elapsed();
      const lineProblem = source.near === true ? () => undefined : watchLine(this.#host);
      const result = await guarded(async () => {
        const read = await source.read(this.#host, signal, wish);
        const broken = lineProblem();
        if (broken !== undefined) return fail(broken);
        if (read.ok && !signal.aborted) onSample(read.value);
        return read;
      });
      if (signal.aborted) return;
      const tookMs = this.#clock.elapsed() - began;
      if (result.ok) {
        const everyMs = intervalOf(source, tookMs, isNarrowLine(this.#host.link?.state()));
        this.#failures = 0;
        this.#lastSampleAt = this.#host.now();
        this.#live(everyMs);
        await this.#pause(everyMs - tookMs);
      } else await this.#recover(result.problem, Math.max(source.everyMs, tookMs));
    }
  }

  async stream<Sample>(source: StreamSource<Sample>, onSample: (sample: Sample) => void): Promise<void> {
    const { signal } = this.#abort;
    this.#tell({ kind: 'starting', since: this.#host.now() });
    while (!signal.aborted) {
      const began = this.#clock.elapsed();
      let toldAt = Number.NEGATIVE_INFINITY;
      const live = (): void => {
        const now = this.#clock.elapsed();
        if (signal.aborted || now - toldAt < STREAM_STATUS_MS) return;
        toldAt = now;
        // Silence of a stream is not age: nothing is due.
        this.#live(Number.POSITIVE_INFINITY);
      };
      const emit = (sample: Sample): void => {
        if (signal.aborted) return;
        onSample(sample);
        this.#lastSampleAt = this.#host.now();
        live();
      };
      const unsettle = this.#clock.after(SETTLED_MS, live);
      const result = await guarded(() => source.run(this.#host, signal, emit));
      unsettle();
      if (signal.aborted) return;
      if (this.#clock.elapsed() - began >= WELL_MS) this.#failures = 0;
      // A poke meant the stream that ran then; only one during the pause starts it early.
      this.#poked = false;
      await this.#recover(result.ok ? problem('unreadable', 'it ended by itself') : result.problem, 0);
    }
  }

  #live(everyMs: number): void {
    this.#unavailableFor = undefined;
    this.#tell({ kind: 'live', sampledAt: this.#host.now(), everyMs });
  }

  /** Tells the problem and waits until it is time to try again; never sooner than `atLeastMs`. */
  async #recover(found: Problem, atLeastMs: number): Promise<void> {
    if (UNAVAILABLE.has(found.code)) {
      if (this.#unavailableFor !== found.summary) this.#tell({ kind: 'unavailable', problem: found });
      this.#unavailableFor = found.summary;
      await this.#pause(REPROBE_MS);
      return;
    }
    this.#unavailableFor = undefined;
    const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Sources that fail together, because the machine is overloaded, must not come back together.
    const pauseMs = Math.max(atLeastMs, backoffMs) * (1 + this.#clock.random() / 2);
    this.#tell({
      kind: 'retrying',
      problem: found,
      retryAt: unixMs(this.#host.now() + pauseMs),
      ...(this.#lastSampleAt === undefined ? {} : { lastSampleAt: this.#lastSampleAt }),
    });
    await this.#pause(pauseMs);
  }

  /** Ends early on a poke, also one that came since the read began, and on abort. */
  #pause(ms: number): Promise<void> {
    if (this.#poked || this.#abort.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.after(Math.max(0, ms), () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        cancel();
        resolve();
      };
    });
  }
}

/** From one reading's begin to the next one's. */
function intervalOf(source: PollSource<unknown>, tookMs: number, isNarrow: boolean): number {
  const slowest = isNarrow ? NARROW_DUTY_MAX : SLOW_DUTY_MAX;
  const { everyMs, dutyMax = DUTY_MAX, stretchMaxMs = STRETCH_MAX_MS } = source;
  return Math.max(everyMs, Math.min(tookMs / dutyMax, Math.max(stretchMaxMs, tookMs / slowest)));
}

/** A source that throws has a bug; the console lives on and says so on that pane. */
async function guarded<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return fail(problem('bug', 'a bug in opsconsole stopped this source', { detail: sanitise(words, 2000) }));
  }
}
