// How often a frame may be drawn, by what the line does with those before: at most half of the time is spent writing,
// so that a key always finds room. Pure; the times come from the frame writer and from the questions of round-trip.ts.

/** A line that takes everything at once. */
export const FAST_GAP_MS = 66;
/** However slow: something moves, and it can be seen that it does. */
export const SLOWEST_GAP_MS = 2_000;
/** Slow is said from here on, and no longer said from there on: no flicker in between. */
const SLOW_FROM_MS = 200;
const SLOW_UNTIL_MS = 120;
const FAR_FROM_MS = 500;
const FAR_UNTIL_MS = 350;
/** A gap within this share of the one before stays as it was. */
const DEAD_BAND = 0.25;
/** The shortest of so many round trips is taken for the line without a queue. */
const TRIPS_KEPT = 20;
/** What an unanswered question counts for, of a terminal that answers otherwise. */
const UNANSWERED_MS = 5_000;

/** Milliseconds that the line needs for a frame of so many bytes. */
type Cost = Readonly<{ ms: number; bytes: number }>;
const NOTHING: Cost = { ms: 0, bytes: 0 };

/**
 * `drain`: what a frame costs, by what the terminal took. `queue`: by what an answer took longer than the quickest, as
 * it stood behind our frames. `trips`: the last round trips, newest last. `lost`: no answer came in time.
 */
export type LinePace = Readonly<{
  drain: Cost;
  queue: Cost;
  trips: readonly number[];
  lost: boolean;
  gapMs: number;
  slow: boolean;
}>;

export const FIRST_PACE: LinePace = {
  drain: NOTHING,
  queue: NOTHING,
  trips: [],
  lost: false,
  gapMs: FAST_GAP_MS,
  slow: false,
};

/** A frame was taken whole. A quick one counts by half: the next may find the line as it was before. */
export function frameTaken(pace: LinePace, seen: Cost): LinePace {
  return settled({ ...pace, drain: learnt(pace.drain, seen, 0.5) });
}

/** An answer came to a question that was asked behind a frame of so many bytes. */
export function tripTaken(pace: LinePace, { ms, bytes }: Cost): LinePace {
  const trips = [...pace.trips, Math.max(0, ms)].slice(-TRIPS_KEPT);
  const queue = learnt(pace.queue, { ms: Math.max(0, ms) - Math.min(...trips), bytes }, 0.6);
  return settled({ ...pace, lost: false, trips, queue });
}

/** Slower counts at once; faster as far as the frame was of a size that proves it. */
function learnt(before: Cost, seen: Cost, weight: number): Cost {
  // Beyond the longest gap a higher cost would only be slower to forget.
  const ms = Math.min(SLOWEST_GAP_MS / 2, Math.max(0, seen.ms));
  const bytes = Math.max(1, seen.bytes);
  if (ms >= before.ms) return { ms, bytes };
  const proof = Math.min(1, bytes / Math.max(1, before.bytes));
  return {
    ms: Math.max(ms, before.ms * (1 - proof * weight)),
    bytes: before.bytes + (bytes - before.bytes) / 5,
  };
}

export function tripLost(pace: LinePace): LinePace {
  return settled({ ...pace, lost: pace.trips.length > 0 });
}

/** Another terminal, or the same after somebody else had it: the round trips of before say nothing. */
export function tripsForgotten(pace: LinePace): LinePace {
  return settled({ ...pace, lost: false, trips: [], queue: NOTHING });
}

/** What is under way now: how long a frame drains already, how long a question waits. */
export type Pending = Readonly<{ drainingMs: number; waitingMs: number }>;

/** The time from one streaming frame to the next. */
export function gapNow(pace: LinePace, pending: Pending): number {
  const late = pace.trips.length === 0 ? 0 : pending.waitingMs - Math.min(...pace.trips);
  return Math.max(pace.gapMs, gapFor(Math.max(pending.drainingMs, late)));
}

function settled(pace: LinePace): LinePace {
  const wanted = gapFor(Math.max(pace.drain.ms, pace.lost ? UNANSWERED_MS : pace.queue.ms));
  const near = Math.abs(wanted - pace.gapMs) <= pace.gapMs * DEAD_BAND;
  const atEnd = wanted === FAST_GAP_MS || wanted === SLOWEST_GAP_MS;
  const gapMs = near && !atEnd ? pace.gapMs : wanted;
  const trip = pace.trips.at(-1) ?? 0;
  const slow = pace.slow
    ? gapMs >= SLOW_UNTIL_MS || trip >= FAR_UNTIL_MS
    : gapMs >= SLOW_FROM_MS || trip >= FAR_FROM_MS;
  return { ...pace, gapMs, slow };
}

function gapFor(costMs: number): number {
  return Math.min(SLOWEST_GAP_MS, Math.max(FAST_GAP_MS, Math.round(2 * costMs)));
}
