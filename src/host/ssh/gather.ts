// One small question on the quick lane, with a bound: what it printed and how it ended.

import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Measures } from './link.ts';
import { lineMs } from './meter.ts';
import type { Pool } from './pool.ts';
import { killBody } from './script.ts';

export type Gathered = Readonly<{ stdout: Buffer; stderr: string; exitCode: number }>;

const QUICK_MS = 15_000;
/** A megabyte, the most that is read at once, over 64 kbit/s that others use too. */
const LINE_MAX_MS = 240_000;
const GRACE_MS = 1500;
const STDERR_MAX = 4096;
/** A glob with tens of thousands of names; every other answer is a line. */
const ANSWER_MAX = 4 * 1_048_576;

export type GatherOptions = Readonly<{ maxBytes?: number | undefined; line?: () => Measures }>;

/** Over `maxBytes`: `too-large`. A question that hangs is ended through another lane, and else another lane takes over. */
export function gather(
  pool: Pool,
  body: string,
  { maxBytes = ANSWER_MAX, line = () => ({}) }: GatherOptions = {},
): Promise<Result<Gathered>> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let failed: Problem | undefined;
    const timers: NodeJS.Timeout[] = [];
    const end = (why: Problem): void => {
      if (failed !== undefined) return;
      failed = why;
      parts.length = 0;
      void killQuick(pool);
      timers.push(
        setTimeout(() => {
          pool.giveUpQuick();
          resolve(fail(why));
        }, GRACE_MS),
      );
    };
    const beganAt = performance.now();
    const inTime = (): void => {
      const left = beganAt + QUICK_MS + Math.min(lineMs(line(), size), LINE_MAX_MS) - performance.now();
      if (left < 1) end(problem('timed-out', 'no answer in time'));
      else timers.push(setTimeout(inTime, left));
    };
    inTime();
    pool.quick({
      body,
      onStdout(bytes) {
        if (failed !== undefined) return;
        size += bytes.length;
        if (size > maxBytes) end(problem('too-large', `more than ${maxBytes} bytes`));
        else parts.push(Buffer.from(bytes));
      },
      onStderr(bytes) {
        if (stderr.length < STDERR_MAX) stderr += bytes.toString('utf8');
      },
      onEnd(ended) {
        for (const timer of timers) clearTimeout(timer);
        if (ended.kind === 'unsent') return resolve(fail(ended.problem));
        if (ended.kind === 'lost')
          return resolve(fail(problem('line-lost', 'the line broke before the answer')));
        if (failed !== undefined) return resolve(fail(failed));
        resolve(ok({ stdout: Buffer.concat(parts), stderr, exitCode: ended.exitCode }));
      },
    });
  });
}

async function killQuick(pool: Pool): Promise<void> {
  const pid = pool.quickPid();
  const taken = await pool.take(false);
  if (!taken.ok) return;
  const { lane, release } = taken.value;
  const nothing = (): void => undefined;
  lane.send([{ body: killBody(pid, 'KILL', []), onStdout: nothing, onStderr: nothing, onEnd: release }]);
}
