// A feed: the kept lines of one log pane's source with exact counters, its rate, and how often each address appears.

import type { UnixMs } from '../../core/brand.ts';
import type { FileState, LineAway, ReadLine } from '../../core/rows.ts';
import { append, type Chunk, lastKey } from './chunks.ts';

/**
 * Counters are totals since the feed began, so a batch that was thrown away loses nothing: `total` lines read,
 * `bytes` read, `skipped` lines that were counted but not kept; a gap is shown before the next kept line.
 */
export type Batch = Readonly<{
  lines: readonly ReadLine[];
  total: number;
  bytes: number;
  skipped: number;
  files: readonly FileState[];
  /** As in LogBatch; 0 when absent. */
  run?: number;
  away?: LineAway | undefined;
  at: UnixMs;
}>;

export type Totals = Readonly<{ total: number; bytes: number; skipped: number }>;
const NO_TOTALS: Totals = { total: 0, bytes: 0, skipped: 0 };

type Reading = Readonly<{ at: number; total: number }>;

export type Feed = Readonly<{
  chunks: readonly Chunk[];
  total: number;
  bytes: number;
  skipped: number;
  /** Totals of earlier runs of the source: one that starts again counts from 0, the pane does not. */
  earlier: Totals;
  /** One more than the greatest seq kept; a source that starts again is renumbered behind it. */
  nextSeq: number;
  /** Skipped lines not yet said before a kept line. */
  pendingGap: number;
  /** Which run of the source the last batch came from, and whether its start is not yet said before a kept line. */
  run: number;
  pendingAgain: boolean;
  /** How often the line was away, and the last time while it is not said before a kept line. */
  aways: number;
  pendingAway: LineAway | undefined;
  files: readonly FileState[];
  /** Latest order time of each file: lines of one file never change places. */
  fileTimes: readonly number[];
  readings: readonly Reading[];
  at: UnixMs | undefined;
  startedAt: UnixMs | undefined;
}>;

export const EMPTY_FEED: Feed = {
  chunks: [],
  total: 0,
  bytes: 0,
  skipped: 0,
  earlier: NO_TOTALS,
  nextSeq: 0,
  pendingGap: 0,
  run: 0,
  pendingAgain: false,
  aways: 0,
  pendingAway: undefined,
  files: [],
  fileTimes: [],
  readings: [],
  at: undefined,
  startedAt: undefined,
};

const RATE_WINDOW_MS = 5000;
/** What was in the files when they were opened arrives within this time; it is no rate. */
const BACKLOG_MS = 1500;

/** `held`: the chunks that a frozen pane shows; they stay as they are and new lines come after them. */
export type FeedOptions = Readonly<{
  history: number;
  byTime: boolean;
  held: readonly Chunk[] | undefined;
}>;

export function appendBatch(feed: Feed, batch: Batch, options: FeedOptions): Feed {
  const run = batch.run ?? 0;
  const isNewRun = run !== feed.run || batch.total + feed.earlier.total < feed.total;
  const earlier = isNewRun ? totalsOf(feed) : feed.earlier;
  // What it says now may have been said before; whether it was, lines that are alike cannot tell.
  const again = feed.pendingAgain || (isNewRun && feed.nextSeq > 0);
  const totals = {
    total: earlier.total + batch.total,
    bytes: earlier.bytes + batch.bytes,
    skipped: earlier.skipped + batch.skipped,
  };
  const gap = feed.pendingGap + Math.max(0, totals.skipped - feed.skipped);
  const wasAway = (batch.away?.count ?? 0) > (isNewRun ? 0 : feed.aways);
  const away = wasAway ? batch.away : feed.pendingAway;
  const lines = numbered(batch.lines.slice(-Math.max(1, options.history)), feed.nextSeq);
  const heldEnd = options.held?.at(-1);
  const sealed = heldEnd !== undefined && heldEnd === feed.chunks.at(-1);
  const floor = heldEnd === undefined ? Number.NEGATIVE_INFINITY : lastKey(heldEnd).time;
  const fileTimes = [...feed.fileTimes];
  // What was there before us; a line that comes later was written now, if it does not say otherwise.
  const isBacklog = options.byTime && feed.nextSeq === 0;
  const order: Order = { fileTimes, floor, leads: isBacklog ? leadTimes(lines) : new Map() };
  const times = lines.map((line) => (options.byTime ? orderTime(line, order) : 0));
  return {
    ...totals,
    earlier,
    nextSeq: Math.max(feed.nextSeq, (lines.at(-1)?.seq ?? -1) + 1),
    // A batch that fills the history by itself replaces all: nothing is missing between old and new lines.
    chunks: append(lines.length < batch.lines.length ? [] : feed.chunks, {
      lines,
      times,
      gap: { skipped: gap, again, ...(away === undefined ? {} : { away }) },
      history: options.history,
      sealed,
    }),
    pendingGap: lines.length > 0 ? 0 : gap,
    run,
    pendingAgain: lines.length === 0 && again,
    aways: batch.away?.count ?? 0,
    pendingAway: lines.length === 0 ? away : undefined,
    files: batch.files,
    fileTimes: options.byTime ? fileTimes : feed.fileTimes,
    readings: nextReadings(isNewRun ? EMPTY_FEED : feed, { at: batch.at, total: totals.total }),
    startedAt: isNewRun ? batch.at : (feed.startedAt ?? batch.at),
    at: batch.at,
  };
}

function totalsOf(feed: Feed): Totals {
  return { total: feed.total, bytes: feed.bytes, skipped: feed.skipped };
}

function numbered(lines: readonly ReadLine[], next: number): readonly ReadLine[] {
  const behind = next - (lines[0]?.seq ?? next);
  return behind <= 0 ? lines : lines.map((line) => ({ ...line, seq: line.seq + behind }));
}

/** `leads`: by file, the first time written in its backlog. */
type Order = Readonly<{ fileTimes: number[]; floor: number; leads: ReadonlyMap<number, number> }>;

/** A tail may begin in the middle of a trace: its lines belong to the first time behind them, not to now. */
function leadTimes(lines: readonly ReadLine[]): ReadonlyMap<number, number> {
  const leads = new Map<number, number>();
  for (const line of lines) {
    const stamp = stampOf(line);
    if (stamp !== undefined && !leads.has(line.file)) leads.set(line.file, Math.min(stamp, line.readAt));
  }
  return leads;
}

function stampOf(line: ReadLine): number | undefined {
  return line.stamp ?? line.reading.stamp;
}

/**
 * The written time, never later than when we read it (a forged or skewed stamp cannot stick to the end); a line
 * without one belongs to the line before it in its file, else it counts as written when read.
 */
function orderTime(line: ReadLine, { fileTimes, floor, leads }: Order): number {
  const before = fileTimes[line.file];
  const stamp = stampOf(line);
  const wished =
    stamp === undefined ? (before ?? leads.get(line.file) ?? line.readAt) : Math.min(stamp, line.readAt);
  const time = Math.max(wished, before ?? wished, floor);
  fileTimes[line.file] = time;
  return time;
}

/** Keeps what spans the window, and one reading before it. */
function nextReadings({ readings, startedAt }: Feed, latest: Reading): readonly Reading[] {
  if (startedAt === undefined || latest.at - startedAt < BACKLOG_MS) return [latest];
  const all = [...readings, latest];
  let from = 0;
  while (from < all.length - 2 && latest.at - (all[from + 1]?.at ?? latest.at) >= RATE_WINDOW_MS) from++;
  return all.slice(from);
}

/** Lines per second over the last seconds up to `now`; undefined until it is known. */
export function rateOf(feed: Feed, now: number): number | undefined {
  const first = feed.readings[0];
  const last = feed.readings.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const span = Math.max(now, last.at) - first.at;
  if (first === last && span < BACKLOG_MS) return undefined;
  return span <= 0 ? undefined : ((last.total - first.total) * 1000) / span;
}

const counts = new WeakMap<Chunk, ReadonlyMap<string, number>>();

function countsIn(chunk: Chunk): ReadonlyMap<string, number> {
  const known = counts.get(chunk);
  if (known !== undefined) return known;
  const made = new Map<string, number>();
  for (const line of chunk.lines) {
    const { all } = line.reading;
    for (const [index, { net }] of all.entries()) {
      const again = all.length > 1 && all.findIndex((other) => other.net.text === net.text) < index;
      if (!again) made.set(net.text, (made.get(net.text) ?? 0) + 1);
    }
  }
  counts.set(chunk, made);
  return made;
}

/** In how many kept lines the address stands. */
export function seenIn(feed: Feed, address: string): number {
  let seen = 0;
  for (const chunk of feed.chunks) seen += countsIn(chunk).get(address) ?? 0;
  return seen;
}
