// Runs a plan: steps in order, and when one fails the done ones are taken back in reverse. The only code that changes
// a machine.

import type { UnixMs } from '../core/brand.ts';
import type { Command, Proof, Step } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Finished, Host } from '../host/host.ts';
import type { Move, Prepared } from './action.ts';
import { explainRefusal } from './dry-run.ts';

export type Ran =
  | Readonly<{
      kind: 'done';
      proof: Proof;
      durationMs: number;
      /** Commands that rounds have named, besides those of the plan. */
      named: readonly Command[];
    }>
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
  const named: Command[] = [];
  for (const [stepIndex, move] of prepared.moves.entries()) {
    const ran = await runMove(host, move, { outputs, named });
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
  }
  const proof = await prepared.prove({ host, outputs, startedAt });
  return { kind: 'done', proof, durationMs: host.now() - startedAt, named };
}

type Done = Readonly<{ outputs: Finished[]; named: Command[] }>;

async function runMove(host: Host, { step, rounds }: Move, { outputs, named }: Done): Promise<Result<void>> {
  if (rounds === undefined) {
    const ran = await host.run(step.command);
    if (ran.ok) outputs.push(ran.value);
    return ran.ok ? ok(undefined) : ran;
  }
  for (let round = 0; round < rounds.max; round++) {
    const reader = rounds.reader();
    const listed = await host.stream(step.command, (chunk) => reader.push(chunk));
    // What cannot be listed is not cut, and the proof, which lists as well, says so: the steps before stay.
    const steps = listed.ok ? reader.end() : [];
    if (steps.length === 0) break;
    for (const { command } of steps) {
      named.push(command);
      const ran = await host.run(command);
      if (!ran.ok) return ran;
      outputs.push(ran.value);
    }
  }
  return ok(undefined);
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
