// Runs a plan: steps in order, and when one fails the done ones are taken back in reverse. The only code that changes
// a machine.

import type { UnixMs } from '../core/brand.ts';
import type { Proof, Step } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Finished, Host } from '../host/host.ts';
import type { Move, Prepared } from './action.ts';
import { explainRefusal } from './dry-run.ts';

export type Ran =
  | Readonly<{ kind: 'done'; proof: Proof; durationMs: number }>
  | Readonly<{
      kind: 'failed';
      problem: Problem;
      stepIndex: number;
      undone: boolean;
      /** What taking back could not do, in words. */
      left: readonly string[];
    }>;

/** Not cancellable on purpose: an act that began is finished or taken back, whatever happens to the screen. */
export async function runPlan(host: Host, prepared: Prepared): Promise<Ran> {
  const startedAt = host.now();
  const outputs: Finished[] = [];
  for (const [stepIndex, { step }] of prepared.moves.entries()) {
    const ran = await host.run(step.command);
    if (!ran.ok) {
      const left = await takeBack(host, prepared.moves.slice(0, stepIndex + 1), ran.problem);
      return {
        kind: 'failed',
        problem: explainRefusal(ran.problem),
        stepIndex,
        undone: left.length === 0,
        left,
      };
    }
    outputs.push(ran.value);
  }
  const proof = await prepared.prove({ host, outputs, startedAt });
  return { kind: 'done', proof, durationMs: host.now() - startedAt };
}

/** The last move is the one that failed: it is taken back only if it may have done something. */
async function takeBack(host: Host, moves: readonly Move[], why: Problem): Promise<readonly string[]> {
  const left: string[] = [];
  const failedAt = moves.length - 1;
  const backwards = moves
    .map((move, index) => ({ move, index }))
    .filter(({ move, index }) => index < failedAt || !move.atomic || mayHaveActed(why))
    .reverse();
  for (const { move } of backwards) {
    for (const step of reverseSteps(move, host.now())) {
      const ran = await host.run(step.command);
      if (!ran.ok) left.push(sanitise(ran.problem.summary, 200));
    }
  }
  return left;
}

/** A tool that said no to a transaction did nothing; one that gave no answer may have done all of it. */
function mayHaveActed({ code }: Problem): boolean {
  return code === 'timed-out' || code === 'cancelled' || code === 'too-large';
}

function reverseSteps(move: Move, now: UnixMs): readonly Step[] {
  return move.reverse(now);
}
