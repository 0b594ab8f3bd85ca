// What the line does, as one thing: the frame writer tells what it took, the input parser tells the answers, and out
// come the gap between frames and the facts for the top line and `:line`.

import type { LineFacts } from '../core/line-facts.ts';
import type { FrameCounters } from './frame-writer.ts';
import { FIRST_PACE, frameTaken, gapNow, tripLost, tripsForgotten, tripTaken } from './line-pace.ts';
import { QUESTION, RoundTrip } from './round-trip.ts';

/** What the frame writer tells of a frame: when its bytes were offered, and when the last was taken. */
export type FrameWatch = Readonly<{
  begun(): void;
  taken(frame: Readonly<{ bytes: number; ms: number }>): void;
}>;

export type LineMeter = FrameWatch &
  Readonly<{
    typed(): void;
    answered(): void;
    pause(): void;
    resume(): void;
    /** An answer may be under way. */
    owed(): boolean;
    gapMs(): number;
    facts(counters: FrameCounters): LineFacts;
  }>;

export function createLineMeter(
  send: (data: string) => void,
  nowMs: () => number = () => performance.now(),
): LineMeter {
  let pace = FIRST_PACE;
  let begunAt: number | undefined;
  /** Bytes of the last frame, and of the one before the last question; what frames are like on the whole. */
  let lastBytes = 0;
  let askedBehind = 0;
  let usualBytes = 0;
  const trip = new RoundTrip({
    ask: () => {
      askedBehind = lastBytes;
      send(QUESTION);
    },
    nowMs,
    onMeasured: (ms) => {
      pace = tripTaken(pace, { ms, bytes: askedBehind });
    },
    onSilence: () => {
      pace = trip.fact().kind === 'deaf' ? tripsForgotten(pace) : tripLost(pace);
    },
  });
  const gapMs = (): number =>
    gapNow(pace, {
      drainingMs: begunAt === undefined ? 0 : nowMs() - begunAt,
      waitingMs: trip.waitingMs(),
    });
  return {
    begun: () => {
      begunAt = nowMs();
    },
    taken: (frame) => {
      begunAt = undefined;
      pace = frameTaken(pace, frame);
      lastBytes = frame.bytes;
      usualBytes += (frame.bytes - usualBytes) / 8;
      // Behind a frame: its answer tells what the frame cost, wherever on the way it was kept. A small one costs nothing.
      if (frame.bytes >= usualBytes / 2) trip.nudge();
    },
    typed: () => {
      lastBytes = 0;
      trip.nudge();
    },
    answered: () => trip.answered(),
    pause: () => {
      begunAt = undefined;
      trip.pause();
      pace = tripsForgotten(pace);
    },
    resume: () => trip.resume(),
    owed: () => trip.owed(),
    gapMs,
    facts: ({ frames, bytes, skipped, waitMs }) => ({
      gapMs: gapMs(),
      drainMs: waitMs,
      roundTrip: trip.fact(),
      slow: pace.slow,
      ...{ frames, bytes, skipped },
    }),
  };
}
