// How wide the line is: a little is asked for that nothing can compress, and what lies between its first and its last byte is timed.

import type { Pool } from './pool.ts';

const BYTES = 4096;
/** The newline leaves first; what dd takes to start is counted as the line's, which only a quick line feels. */
const BODY = `echo\ndd if=/dev/urandom bs=${BYTES} count=1 2>/dev/null </dev/null`;
const EVERY_MS = 30_000;

/** Below this the answers of acts feel what else is on the line: 512 kbit/s. */
const NARROW = 64_000;
/** So much worse than it looks: others use the line at the same time. */
const SHARED = 1.5;
const ROUND_TRIPS = 10;

export const isNarrow = (bytesPerSecond: number | undefined): boolean =>
  bytesPerSecond !== undefined && bytesPerSecond < NARROW;

/** What question and answer may take on the line, besides the program's own time. */
export function lineMs(
  {
    rttMs = 0,
    bytesPerSecond,
  }: Readonly<{ rttMs?: number | undefined; bytesPerSecond?: number | undefined }>,
  bytes: number,
): number {
  const carried = bytesPerSecond === undefined ? 0 : (bytes * 1000 * SHARED) / bytesPerSecond;
  return ROUND_TRIPS * rttMs + carried;
}

export type Meter = Readonly<{
  /** Measures, unless it just did. */
  measure(): void;
  /** Another connection. */
  anew(): void;
}>;

export function createMeter(pool: () => Pool, tell: (bytesPerSecond: number) => void): Meter {
  let askedAt = Number.NEGATIVE_INFINITY;
  const measure = async (): Promise<void> => {
    const first = await once(pool());
    // A busy machine makes a line look narrow: it is looked at twice before that is believed.
    const second = isNarrow(first) ? await once(pool()) : undefined;
    if (first !== undefined) tell(Math.max(first, second ?? 0));
  };
  return {
    measure() {
      if (performance.now() - askedAt < EVERY_MS) return;
      askedAt = performance.now();
      void measure();
    },
    anew() {
      askedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

function once(pool: Pool): Promise<number | undefined> {
  return new Promise((resolve) => {
    let size = 0;
    let began: number | undefined;
    let ended = 0;
    pool.quick({
      body: BODY,
      onStdout(bytes) {
        began ??= performance.now();
        ended = performance.now();
        size += bytes.length;
      },
      onStderr: () => undefined,
      onEnd: (end) => {
        const isTold = end.kind === 'done' && began !== undefined && size > BYTES;
        resolve(isTold ? Math.round((BYTES * 1000) / Math.max(1, ended - (began ?? 0))) : undefined);
      },
    });
  });
}
