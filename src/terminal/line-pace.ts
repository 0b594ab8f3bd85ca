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
export const UNANSWERED_MS = 5_000;

/**
 * `drainMs`: what a frame costs, by what the terminal took; `drainBytes`: how large such a frame is. `trips`: the last
 * round trips, newest last. `lost`: the last question was not answered in time.
 */
export type LinePace = Readonly<{
  drainMs: number;
  drainBytes: number;
  trips: readonly number[];
  lost: boolean;
  gapMs: number;
  slow: boolean;
}>;

export const FIRST_PACE: LinePace = {
  drainMs: 0,
  drainBytes: 0,
  trips: [],
  lost: false,
  gapMs: FAST_GAP_MS,
  slow: false,
};

/** A frame was taken whole. Slower counts at once; faster by half, and less when the frame proves little. */
export function frameTaken(pace: LinePace, { bytes, ms }: Readonly<{ bytes: number; ms: number }>): LinePace {
  const [size, took] = [Math.max(1, bytes), Math.max(0, ms)];
  if (took >= pace.drainMs) return settled({ ...pace, drainMs: took, drainBytes: size });
  const proof = Math.min(1, size / Math.max(1, pace.drainBytes));
  return settled({
    ...pace,
    drainMs: Math.max(took, pace.drainMs * (1 - proof / 2)),
    drainBytes: pace.drainBytes + (size - pace.drainBytes) / 5,
  });
}

/** An answer came. What it took longer than the quickest ones, it stood behind our own frames. */
export function tripTaken(pace: LinePace, ms: number): LinePace {
  return settled({ ...pace, lost: false, trips: [...pace.trips, Math.max(0, ms)].slice(-TRIPS_KEPT) });
}

export function tripLost(pace: LinePace): LinePace {
  return settled({ ...pace, lost: pace.trips.length > 0 });
}

/** Another terminal, or the same after somebody else had it: the round trips of before say nothing. */
export function tripsForgotten(pace: LinePace): LinePace {
  return settled({ ...pace, lost: false, trips: [] });
}

/** What is under way now: how long a frame drains already, how long a question waits. */
export type Pending = Readonly<{ drainingMs: number; waitingMs: number }>;

/** The time from one streaming frame to the next. */
export function gapNow(pace: LinePace, pending: Pending): number {
  const late = pace.trips.length === 0 ? 0 : pending.waitingMs - Math.min(...pace.trips);
  return Math.max(pace.gapMs, gapFor(Math.max(pending.drainingMs, late)));
}

function settled(pace: LinePace): LinePace {
  const wanted = gapFor(Math.max(pace.drainMs, queueMs(pace)));
  const near = Math.abs(wanted - pace.gapMs) <= pace.gapMs * DEAD_BAND;
  const atEnd = wanted === FAST_GAP_MS || wanted === SLOWEST_GAP_MS;
  const gapMs = near && !atEnd ? pace.gapMs : wanted;
  const trip = pace.trips.at(-1) ?? 0;
  const slow = pace.slow
    ? gapMs >= SLOW_UNTIL_MS || trip >= FAR_UNTIL_MS
    : gapMs >= SLOW_FROM_MS || trip >= FAR_FROM_MS;
  return { ...pace, gapMs, slow };
}

function queueMs({ trips, lost }: LinePace): number {
  if (lost) return UNANSWERED_MS;
  const last = trips.at(-1);
  return last === undefined ? 0 : last - Math.min(...trips);
}

function gapFor(costMs: number): number {
  return Math.min(SLOWEST_GAP_MS, Math.max(FAST_GAP_MS, Math.round(2 * costMs)));
}
