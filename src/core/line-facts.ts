// What is known of the line between the console and the terminal that shows it.

/** `unknown`: not asked yet, or no answer in time. `deaf`: this terminal does not answer the question. */
export type RoundTripFact =
  | Readonly<{ kind: 'known'; ms: number }>
  | Readonly<{ kind: 'unknown' }>
  | Readonly<{ kind: 'deaf' }>;

/**
 * `gapMs`: time between two frames that stream. `drainMs`: how long the line took for the last frame, as the
 * terminal took the bytes. `slow`: worth a word in the top line. `frames`, `bytes`, `skipped`: since the start.
 */
export type LineFacts = Readonly<{
  gapMs: number;
  drainMs: number;
  roundTrip: RoundTripFact;
  slow: boolean;
  frames: number;
  bytes: number;
  skipped: number;
}>;
