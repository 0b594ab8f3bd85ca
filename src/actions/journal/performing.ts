// What the desk writes down around an act, and the report that it gives back.

import type { ActReport, Operator } from '../../core/act.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { Outcome } from '../../core/plan.ts';
import { ok, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Prepared } from '../action.ts';
import type { Ran } from '../perform.ts';
import type { Details, FinalState, Journal } from './journal.ts';

export type Performing = Readonly<{ journal: Journal; operator: Operator; prepared: Prepared; at: UnixMs }>;

/** Durable when it answers: nothing is changed before that. The id is short enough to be typed. */
export async function startAct({ journal, operator, prepared, at }: Performing): Promise<Result<string>> {
  const opened = await journal.open();
  if (!opened.ok) return opened;
  const id = newActId(at);
  const written = journal.intend({
    id,
    at,
    operator,
    action: prepared.plan.action,
    summary: prepared.plan.summary,
    reason: prepared.reason,
    commands: prepared.recorded ?? prepared.moves.map(({ step }) => step.command),
    facts: prepared.facts,
    canUndo: prepared.canUndo,
    ...(prepared.undoes === undefined ? {} : { undoes: prepared.undoes }),
  });
  return written.ok ? ok(id) : written;
}

/** Seconds in base 36 and three random letters: "t9k2f1-x7q". */
function newActId(at: UnixMs): string {
  const letters = crypto.getRandomValues(new Uint8Array(3));
  const tail = [...letters].map((byte) => (byte % 36).toString(36)).join('');
  return `${Math.floor(at / 1000).toString(36)}-${tail}`;
}

/** Writes the outcome; what could not be written, in words, or undefined. */
export function finish(
  { journal, prepared }: Performing,
  id: string | undefined,
  ran: Ran,
): SafeText | undefined {
  if (id === undefined) return sanitise('the journal could not be written: this act is not recorded');
  // The row stays as intended: it is settled when the host can be asked.
  if (ran.kind === 'unknown') return undefined;
  const written = journal.finish(id, stateOf(ran), wordsOf(ran), alsoRan(prepared, ran));
  const marked =
    ran.kind === 'done' && prepared.undoes !== undefined
      ? journal.markUndone(prepared.undoes, id)
      : ok(undefined);
  if (written.ok && marked.ok) return undefined;
  return sanitise(`the outcome could not be written to the journal: act ${id} is shown there as cut short`);
}

/** All commands, where some were only named while it ran. */
function alsoRan({ moves, facts }: Prepared, ran: Ran): Details | undefined {
  if (ran.kind !== 'done' || ran.named.length === 0) return undefined;
  return { commands: [...moves.map(({ step }) => step.command), ...ran.named], facts };
}

function stateOf(ran: Exclude<Ran, { kind: 'unknown' }>): FinalState {
  if (ran.kind === 'failed') return 'failed';
  return ran.proof.kind === 'proved' ? 'done' : 'unproved';
}

function wordsOf(ran: Ran): SafeText {
  if (ran.kind === 'unknown')
    return sanitise(`not known: ${ran.problem.summary} · it is checked at the next connection`, 400);
  if (ran.kind === 'failed' && ran.stepIndex === 0 && ran.problem.code === 'no-line')
    return sanitise(`nothing was done: ${ran.problem.summary}`, 400);
  if (ran.kind === 'failed') {
    const back = ran.undone ? 'taken back' : `NOT all taken back: ${ran.left.join('; ')}`;
    return sanitise(
      `step ${ran.stepIndex + 1} failed: ${ran.problem.summary} · what was begun is ${back}`,
      400,
    );
  }
  const words = ran.proof.kind === 'proved' ? ran.proof.says : ran.proof.missing.join('; ');
  return sanitise(ran.checked === true ? `the line was lost, checked after it: ${words}` : words, 400);
}

export function reportOf(
  prepared: Prepared,
  ran: Ran,
  { id, lost }: Readonly<{ id: string | undefined; lost: SafeText | undefined }>,
): ActReport {
  const words =
    ran.kind === 'done' && ran.proof.kind === 'unproved' ? `done, not proved: ${wordsOf(ran)}` : wordsOf(ran);
  return {
    actId: id ?? '',
    action: prepared.plan.action,
    summary: sanitise(lost === undefined ? words : `${words} · ${lost}`, 400),
    outcome: outcomeOf(ran),
    canUndo: ran.kind === 'done' && prepared.canUndo && id !== undefined,
  };
}

function outcomeOf(ran: Ran): Outcome {
  switch (ran.kind) {
    case 'done':
      return { kind: 'done', durationMs: ran.durationMs, proof: ran.proof };
    case 'failed':
      return { kind: 'failed', problem: ran.problem, stepIndex: ran.stepIndex, undone: ran.undone };
    case 'unknown':
      return { kind: 'unknown', problem: ran.problem, stepIndex: ran.stepIndex };
    default:
      return unreachable(ran);
  }
}
