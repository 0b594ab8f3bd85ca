// The reports of acts that did not begin.

import type { ActReport } from '../core/act.ts';
import type { Outcome } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Prepared } from './action.ts';

export function refusal(prepared: Prepared | undefined, reasons: readonly SafeText[]): ActReport {
  return notDone(prepared, { kind: 'refused', reasons }, sanitise(`refused: ${reasons.join('; ')}`, 300));
}

export function failure(prepared: Prepared, trouble: Problem): ActReport {
  const outcome: Outcome = { kind: 'failed', problem: trouble, stepIndex: -1, undone: true };
  return notDone(prepared, outcome, sanitise(`nothing was done: ${trouble.summary}`, 300));
}

function notDone(prepared: Prepared | undefined, outcome: Outcome, summary: SafeText): ActReport {
  return { actId: '', action: prepared?.plan.action ?? 'ban', summary, outcome, canUndo: false };
}
