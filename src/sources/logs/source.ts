// A log pane's source: files and globs followed by the host, journald units through `journalctl -f`, or a
// command. All of them make one feed; at most ten batches a second leave it, each with the newest lines and
// the exact totals.

import type { LogSpec } from '../../core/pane.ts';
import { type Command, command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { LogBatch } from '../../core/rows.ts';
import type { SourceId } from '../../core/status.ts';
import type { FollowEvent, Host } from '../../host/host.ts';
import type { StreamSource } from '../source.ts';
import { Feed } from './feed.ts';
import { followUnits, isLine, type JournalFollow } from './journal-resume.ts';

/**
 * Lines in one batch: more than a screen shows in a tenth of a second, little enough to decode in a
 * millisecond or two.
 */
export const BATCH_LINES_MAX = 500;
export const BATCH_EVERY_MS = 100;
/** The first batch brings the tail of what is there already, so it may be longer. */
const FIRST_BATCH_LINES_MAX = 5000;
/** Lines come in bursts: a short wait brings a burst as one batch. */
const GATHER_MS = 15;
const RIPE_AFTER_MS = 1000;
/** So long the first batch waits for files that are slow to read; what they held comes later then, and may be cut. */
const CATCH_UP_MAX_MS = 1500;
const TAIL_BYTES_PER_LINE = 200;
const TAIL_BYTES_MAX = 2 * 1024 * 1024;

const NEWLINE = Buffer.from('\n');

type Emit = (batch: Omit<LogBatch, 'run'>) => void;

/**
 * `mayRun`: the command does not start before; absent: at once. `runs`: goes on counting how often the feed was started,
 * where another source of the same pane was there before.
 */
export type LogSourceOptions = Readonly<{ mayRun?: Promise<void>; runs?: { next: number } }>;

export function createLogSource(
  spec: LogSpec,
  id: SourceId,
  { mayRun, runs = { next: 0 } }: LogSourceOptions = {},
): StreamSource<LogBatch> {
  return {
    kind: 'stream',
    id,
    async run(host, signal, onBatch) {
      const run = runs.next++;
      const emit: Emit = (batch) => onBatch({ ...batch, run });
      const firstMax = Math.max(BATCH_LINES_MAX, Math.min(spec.history, FIRST_BATCH_LINES_MAX));
      const byTime = spec.merge === 'time' && spec.files.length > 0;
      const feed = new Feed(firstMax, byTime);
      const batches = new Batches(feed, host, { emit, firstMax });
      if (byTime) batches.hold(CATCH_UP_MAX_MS);
      const inner = new AbortController();
      const stop = (): void => inner.abort();
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await runFeeds({ spec, host, feed, batches, signal: inner.signal, mayRun });
      } finally {
        signal.removeEventListener('abort', stop);
        inner.abort();
        batches.close(!signal.aborted);
      }
    },
  };
}

type Running = Readonly<{
  spec: LogSpec;
  host: Host;
  feed: Feed;
  batches: Batches;
  signal: AbortSignal;
  mayRun: Promise<void> | undefined;
}>;

/** Ends when aborted, or with a problem when none of the feeds is left and one of them failed. */
async function runFeeds(running: Running): Promise<Result<void>> {
  const { spec, host, feed, batches, signal } = running;
  const jobs: Promise<Problem | undefined>[] = [];
  if (spec.files.length > 0) {
    const tailBytes = Math.min(TAIL_BYTES_MAX, Math.max(65_536, spec.history * TAIL_BYTES_PER_LINE));
    const onEvent = (event: FollowEvent): void => {
      feedEvent(feed, event, host);
      batches.soon();
    };
    const onCaughtUp = (): void => batches.release();
    const wish = { patterns: spec.files, tailBytes, signal, onEvent, onCaughtUp };
    jobs.push(host.follow(wish).then(() => undefined));
  }
  if (spec.units.length > 0) {
    const name = spec.units.includes('*') ? 'journal' : `journal ${spec.units.join(' ')}`;
    const run: JournalFollow['run'] = (what, also) => runCommand(running, name, { what, also });
    jobs.push(followUnits({ spec, host, feed, name, signal, run, soon: () => batches.soon() }));
  }
  if (spec.command !== undefined) {
    const endless = command(spec.command, { timeoutMs: 0, outputMaxBytes: Number.MAX_SAFE_INTEGER });
    const name = spec.command.join(' ');
    const run = (): Promise<Problem | undefined> =>
      runCommand(running, name, { what: endless, onceAsked: spec.start !== 'auto' });
    const { mayRun } = running;
    jobs.push(mayRun === undefined ? run() : Promise.race([mayRun, aborted(signal)]).then(run));
  }
  if (jobs.length === 0) {
    const hint = 'give the log pane files, units or a command';
    return fail(problem('bad-input', 'this log pane has nothing to read', { hint }));
  }
  const problems = (await Promise.all(jobs)).filter((one) => one !== undefined);
  const [first] = problems;
  if (signal.aborted) return ok(undefined);
  if (first !== undefined) return fail(first);
  // A command that came to its end has said all; the pane keeps showing it.
  await aborted(signal);
  return ok(undefined);
}

function feedEvent(feed: Feed, event: FollowEvent, host: Host): void {
  switch (event.kind) {
    case 'data':
      feed.data(event.path, event.bytes, host.now());
      return;
    case 'skipped':
      feed.jumped(event.path, event.bytes, event.lines);
      return;
    case 'opened':
      feed.mark(event.path, 'open', false);
      return;
    case 'gap':
      feed.away(event.path, event.downMs, event.missed === 'unknown');
      return;
    case 'rotated':
    case 'truncated':
    case 'missing':
      feed.mark(event.path, event.kind, true);
      return;
    default:
      feed.mark(event.path, event.kind, false);
  }
}

/** `also`: a journal, which goes on where it was. `onceAsked`: a command that the operator started, and only that once. */
type Told = Readonly<{ what: Command; also?: (chunk: Buffer) => void; onceAsked?: boolean }>;

async function runCommand(
  running: Running,
  name: string,
  { what, also, onceAsked = false }: Told,
): Promise<Problem | undefined> {
  const { host, feed, batches, signal } = running;
  if (signal.aborted) return undefined;
  feed.mark(name, 'open', false);
  const onChunk = (chunk: Buffer): void => {
    feed.data(name, chunk, host.now());
    also?.(chunk);
    batches.soon();
  };
  const skipped = (bytes: number, lines: number): void => {
    feed.jumped(name, bytes, lines);
    also?.(NEWLINE);
    batches.soon();
  };
  const finished = await host.stream(what, Object.assign(onChunk, { skipped }), signal);
  if (signal.aborted) return undefined;
  // It goes on when the line is back; the line that was broken off comes again.
  if (!finished.ok && also !== undefined && isLine(finished.problem)) return finished.problem;
  // It ran, and what it did over there it would do again. Where it never began it is still to begin.
  const isCutOff = onceAsked && !finished.ok && finished.problem.code === 'line-lost';
  feed.mark(name, isCutOff ? 'cut-off' : 'ended', true);
  batches.soon();
  return finished.ok || isCutOff ? undefined : finished.problem;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/**
 * Paces what leaves the feed: soon after a pause, else every BATCH_EVERY_MS; the first waits for the tail to
 * be read.
 */
class Batches {
  readonly #feed: Feed;
  readonly #host: Host;
  readonly #emit: Emit;
  #max: number;
  #emittedAt: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ripening: ReturnType<typeof setTimeout> | undefined;
  #holding: ReturnType<typeof setTimeout> | undefined;

  constructor(feed: Feed, host: Host, options: Readonly<{ emit: Emit; firstMax: number }>) {
    this.#feed = feed;
    this.#host = host;
    this.#emit = options.emit;
    this.#max = options.firstMax;
  }

  /** Nothing leaves before `release`, or before `mostMs` are over. */
  hold(mostMs: number): void {
    this.#holding = setTimeout(() => this.release(), mostMs);
  }

  release(): void {
    if (this.#holding === undefined) return;
    clearTimeout(this.#holding);
    this.#holding = undefined;
    this.soon();
  }

  soon(): void {
    if (this.#timer !== undefined || this.#holding !== undefined) return;
    const since = this.#emittedAt === undefined ? 0 : this.#host.now() - this.#emittedAt;
    // A clock that was set back must not stop the pane.
    const wait = since < 0 ? BATCH_EVERY_MS : Math.max(GATHER_MS, BATCH_EVERY_MS - since);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, wait);
  }

  /** `last`: what is still held leaves with a last batch. */
  close(last: boolean): void {
    clearTimeout(this.#holding);
    clearTimeout(this.#timer);
    clearTimeout(this.#ripening);
    this.#holding = undefined;
    this.#timer = undefined;
    this.#ripening = undefined;
    if (last && this.#feed.changed) this.#flush();
    clearTimeout(this.#ripening);
  }

  #flush(): void {
    if (this.#feed.changed) {
      const batch = this.#feed.take(this.#max, this.#host.now());
      if (batch.lines.length > 0) this.#max = BATCH_LINES_MAX;
      this.#emittedAt = this.#host.now();
      this.#emit(batch);
    }
    if (this.#feed.waiting) this.#ripening ??= setTimeout(() => this.#ripen(), RIPE_AFTER_MS);
  }

  #ripen(): void {
    this.#ripening = undefined;
    this.#feed.ripen(this.#host.now() - RIPE_AFTER_MS / 2);
    this.#flush();
  }
}
