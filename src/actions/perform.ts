// Runs a plan: steps in order, and when one fails the done ones are taken back in reverse. The only code that changes
// a machine.

import type { UnixMs } from '../core/brand.ts';
import { type Command, command, type Proof, type Step } from '../core/plan.ts';
import { type Problem, problem } from '../core/problem.ts';
import { ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Finished, Host } from '../host/host.ts';
import type { Move, Performed, Prepared } from './action.ts';
import { explainRefusal } from './dry-run.ts';
import { type Line, type LineOptions, lineTo } from './lost/line.ts';

export type Ran =
  | Readonly<{
      kind: 'done';
      proof: Proof;
      durationMs: number;
      /** Commands that rounds have named, besides those of the plan. */
      named: readonly Command[];
      /** An answer was lost; it was looked what had become of it. */
      checked?: true;
    }>
  | Readonly<{
      kind: 'failed';
      problem: Problem;
      stepIndex: number;
      undone: boolean;
      /** What taking back could not do, in words. */
      left: readonly string[];
    }>
  /** The line broke and did not come back: nobody can say yet what ran. */
  | Readonly<{ kind: 'unknown'; problem: Problem; stepIndex: number }>;

/** Not cancellable on purpose: an act that began is finished or taken back, whatever happens to the screen. */
export async function runPlan(host: Host, prepared: Prepared, far: LineOptions): Promise<Ran> {
  const startedAt = host.now();
  const line = lineTo(host, far);
  const back = lineTo(host, { ...far, act: `${far.act}.back`, whyNot: async () => [] });
  const outputs: Finished[] = [];
  const named: Command[] = [];
  const giveUp = async (stepIndex: number, why: Problem, moves: readonly Move[]): Promise<Ran> => {
    // Without a line nothing can be taken back either; if nothing has begun there is nothing to take back.
    const nothing = stepIndex === 0 && why.code === 'no-line';
    if (!nothing && !(await line.back())) return { kind: 'unknown', problem: why, stepIndex };
    const left = nothing ? [] : await takeBack(back, moves, why);
    if (left.length > 0 && !back.isUp()) return { kind: 'unknown', problem: why, stepIndex };
    return { kind: 'failed', problem: explainRefusal(why), stepIndex, undone: left.length === 0, left };
  };
  for (const [stepIndex, move] of prepared.moves.entries()) {
    const ran = await runMove(line, move, { outputs, named });
    if (!ran.ok) return giveUp(stepIndex, ran.problem, prepared.moves.slice(0, stepIndex + 1));
  }
  const proof = await proveOver(line, prepared, { outputs, startedAt });
  const last = prepared.moves.length - 1;
  if (proof === undefined) return { kind: 'unknown', problem: NO_PROOF, stepIndex: last };
  const reasons = await line.whyNot();
  if (reasons.length > 0) {
    const why = problem('refused', sanitise(`while the line was gone: ${reasons.join('; ')}`, 300));
    return giveUp(last, why, [...prepared.moves, NO_MOVE]);
  }
  const durationMs = host.now() - startedAt;
  return { kind: 'done', proof, durationMs, named, ...(line.losses() > 0 ? { checked: true } : {}) };
}

const NO_PROOF = problem(
  'line-lost',
  'all steps have run, and the line was lost before they could be proved',
);
/** Stands for the step that failed where all of them ran. */
const NO_MOVE: Move = { step: { command: command(['true']) }, atomic: true, reverse: () => [] };
/** A line that breaks during each proof proves nothing. */
const PROOFS_MAX = 4;

/** What was read over a line that broke meanwhile is no proof, neither way. Undefined: the line did not come back. */
async function proveOver(
  line: Line,
  { prove }: Prepared,
  { outputs, startedAt }: Omit<Performed, 'host'>,
): Promise<Proof | undefined> {
  for (let attempt = 1; ; attempt++) {
    const before = line.losses();
    const proof = await prove({ host: line.asking, outputs, startedAt });
    if (proof.kind === 'proved' || line.losses() === before) return proof;
    if (attempt === PROOFS_MAX || !(await line.back())) return undefined;
  }
}

type Done = Readonly<{ outputs: Finished[]; named: Command[] }>;

async function runMove(line: Line, { step, rounds }: Move, { outputs, named }: Done): Promise<Result<void>> {
  if (rounds === undefined) {
    const ran = await line.acting.run(step.command);
    if (ran.ok) outputs.push(ran.value);
    return ran.ok ? ok(undefined) : ran;
  }
  for (let round = 0; round < rounds.max; round++) {
    const reader = rounds.reader();
    const listed = await line.asking.stream(step.command, (chunk) => reader.push(chunk));
    // What cannot be listed is not cut, and the proof, which lists as well, says so: the steps before stay.
    const steps = listed.ok ? reader.end() : [];
    if (steps.length === 0) break;
    for (const { command } of steps) {
      named.push(command);
      const ran = await line.acting.run(command);
      if (!ran.ok) return ran;
      outputs.push(ran.value);
    }
  }
  return ok(undefined);
}

/** The last move is the one that failed: it is taken back only if it may have done something. */
async function takeBack({ acting }: Line, moves: readonly Move[], why: Problem): Promise<readonly string[]> {
  const left: string[] = [];
  const failedAt = moves.length - 1;
  const backwards = moves
    .map((move, index) => ({ move, index }))
    .filter(({ move, index }) => index < failedAt || (began(why) && (!move.atomic || mayHaveActed(why))))
    .reverse();
  for (const { move, index } of backwards) {
    if (move.stays !== undefined && (index < failedAt || mayHaveActed(why))) left.push(move.stays);
    for (const step of reverseSteps(move, acting.now())) {
      const ran = await acting.run(step.command);
      if (!ran.ok) left.push(sanitise(ran.problem.summary, 200));
    }
  }
  return left;
}

/** Without a line, or refused before it, the step that failed was not run. */
const began = ({ code }: Problem): boolean => code !== 'no-line' && code !== 'refused';

/** A tool that said no to a transaction did nothing; one that gave no answer may have done all of it. */
function mayHaveActed({ code }: Problem): boolean {
  return ['timed-out', 'cancelled', 'too-large', 'line-lost'].includes(code);
}

function reverseSteps(move: Move, now: UnixMs): readonly Step[] {
  return move.reverse(now);
}
