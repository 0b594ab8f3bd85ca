// Takes the shields down, whoever raised them: runs their own script and says what it did.

import { problem } from '../../core/problem.ts';
import type { LowerReport, Outcome } from '../../core/shields.ts';
import { findCurrent, readNow } from '../../firewall/shields/read-now.ts';
import { byHand } from '../../firewall/shields/state.ts';
import { beforeAll, type Engine, NOT_PRIVILEGED, revertCommand, whereOf } from './engine.ts';
import { runRevertTwice } from './revert-again.ts';

export async function lower(engine: Engine, by: 'operator' | 'auto'): Promise<LowerReport> {
  const { host, place, readOnly, operator } = engine.options;
  const found = await findCurrent(host, place);
  if (found.kind === 'none') return { kind: 'down', outcome: await lastOutcome(engine, by), already: true };
  if (readOnly)
    return { kind: 'failed', problem: problem('refused', 'this console is read-only: nothing is changed') };
  if (!host.privileged) return { kind: 'failed', problem: NOT_PRIVILEGED };
  if (found.kind === 'trouble') return { kind: 'failed', problem: beforeAll(found.problem) };
  const where = whereOf(place, found.base, found.id);
  const [ran] = await Promise.all([runRevertTwice(engine.acting, where, by), engine.journal.open()]);
  if (!ran.ok) return { kind: 'failed', problem: ran.problem };
  engine.journal.lowered(ran.value, operator, [revertCommand(where, by)]);
  const left = ran.value.items.find(({ result }) => result === 'failed');
  if (!ran.value.complete)
    return {
      kind: 'failed',
      problem: problem('timed-out', `lowering was cut short${left === undefined ? '' : ` at ${left.what}`}`, {
        hint: `try again, or ${byHand(found.base, found.id)}`,
      }),
    };
  return { kind: 'down', outcome: ran.value, already: false };
}

/** Down already is a success: what the last lowering did, else nothing. */
async function lastOutcome({ options }: Engine, by: Outcome['by']): Promise<Outcome> {
  const { host, place } = options;
  const now = await readNow(host, place, { wall: false, last: true });
  if (now.kind === 'down' && now.last !== undefined) return now.last;
  return { id: '', by, at: host.now(), items: [], complete: true };
}
