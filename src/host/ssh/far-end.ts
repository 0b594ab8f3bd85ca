// Ends a far program, through another lane than the one that waits for it; and what is known when it does not end.

import type { Command } from '../../core/plan.ts';
import type { ProblemCode } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { explainEnded } from '../explain-exit.ts';
import { lineLost } from './far-result.ts';
import type { FarRunOptions } from './far-run.ts';
import type { JobEnd } from './lane.ts';
import type { Slot } from './pool.ts';
import { killBody } from './script.ts';

/** How long the far side has to say that it still listens. */
const SILENCE_MS = 3000;

/** The program was not seen to end: either it cannot be ended, or the line is silent and nobody knows. */
export async function giveUp(
  options: FarRunOptions,
  { slot, command }: Readonly<{ slot: Slot; command: Command }>,
  why: ProblemCode,
): Promise<Result<never>> {
  const answers = await stillAnswers(options);
  slot.abandon();
  if (answers) return fail(explainEnded(command, why));
  options.suspect();
  return fail(lineLost(options.name, command));
}

/** Through another lane: the one that hangs does not listen. */
export async function kill(options: FarRunOptions, slot: Slot, how: 'TERM' | 'KILL'): Promise<void> {
  const { words } = options.privilege();
  const body = killBody(slot.pid, how, words);
  if (!slot.privileged) {
    options.pool.quick(silent(body, () => undefined));
    return;
  }
  const root = await options.pool.alone(true);
  if (root.ok) root.value.lane.send([silent(body, root.value.release)]);
}

function stillAnswers(options: FarRunOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), SILENCE_MS);
    options.pool.quick(
      silent(':', (end) => {
        clearTimeout(timer);
        resolve(end.kind === 'done');
      }),
    );
  });
}

const silent = (body: string, onEnd: (end: JobEnd) => void) => ({
  body,
  onStdout: () => undefined,
  onStderr: () => undefined,
  onEnd,
});
