// The round trip through the whole chain, measured while the line is in use: ssh, sshd, the far sh, and back.

import type { Pool } from './pool.ts';

const EVERY_MS = 5000;

export type Ping = Readonly<{ stop(): void }>;

/** An idle line stays idle. One question at a time: on a slow line the next waits. */
export function startPing(pool: Pool, tell: (rttMs: number) => void): Ping {
  let isAsking = false;
  let seen = pool.used();
  const timer = setInterval(() => {
    if (isAsking || pool.used() === seen) return;
    isAsking = true;
    const startedAt = performance.now();
    pool.quick({
      body: ':',
      onStdout: () => undefined,
      onStderr: () => undefined,
      onEnd: (end) => {
        isAsking = false;
        seen = pool.used();
        if (end.kind === 'done') tell(performance.now() - startedAt);
      },
    });
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
