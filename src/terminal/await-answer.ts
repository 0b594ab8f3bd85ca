// On the way out an answer to our question may still be under way. It would come to the shell and stand in its prompt,
// so it is waited for, shortly, and read away.

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { isBusy, pause } from './tty-wait.ts';

const LOOK_EVERY_MS = 5;
const ANSWER = /\x1b\[[03]n/;
const CHUNK = 256;

/** Reads the terminal behind `fd` until the answer came, the line ended or `patienceMs` are over. */
export function awaitAnswer(fd: number, patienceMs: number): void {
  const own = reopened(fd);
  // A terminal of another user: the shell may show three signs too many.
  if (own === undefined) return;
  const until = performance.now() + patienceMs;
  const chunk = Buffer.alloc(CHUNK);
  let seen = '';
  try {
    while (!ANSWER.test(seen) && performance.now() < until) {
      const count = take(own, chunk);
      if (count === undefined) return;
      if (count === 0) pause(LOOK_EVERY_MS);
      seen = (seen + chunk.toString('latin1', 0, count)).slice(-CHUNK);
    }
  } finally {
    closeSync(own);
  }
}

function reopened(fd: number): number | undefined {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, flags);
    } catch {
      // Not Linux: the next way.
    }
  }
  return undefined;
}

/** Bytes read; 0 when there are none now, undefined at the end of the line. */
function take(fd: number, chunk: Buffer): number | undefined {
  try {
    const count = readSync(fd, chunk);
    return count === 0 ? undefined : count;
  } catch (error) {
    return isBusy(error) ? 0 : undefined;
  }
}
