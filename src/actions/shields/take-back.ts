// A raise that failed is taken back at once, by the script and not by us: what the watcher would do a little later.

import { command } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import type { Result } from '../../core/result.ts';
import type { Outcome, RaiseReport } from '../../core/shields.ts';
import { type Engine, runRevert, type Where } from './engine.ts';
import { wordsOf } from './journal-shields.ts';

/** `lowered`: somebody else (or the watcher) has begun to take them down while we were still raising. */
export async function takeBack(
  engine: Engine,
  where: Where,
  { problem, lowered = false }: Readonly<{ problem: Problem; lowered?: boolean }>,
): Promise<RaiseReport> {
  const { host } = engine.options;
  let ran = await runRevert(host, where, 'failed-raise');
  // Not by us: somebody was done with some items before we were.
  if (lowered || (ran.ok && ran.value.by !== 'failed-raise')) ran = await revertAgain(engine, where);
  // The machine may have had no room for one more process just then.
  if (!ran.ok) ran = await runRevert(host, where, 'failed-raise');
  const undone = ran.ok && ran.value.complete && ran.value.items.every(({ result }) => result !== 'failed');
  const back = ran.ok ? wordsOf(ran.value) : ran.problem.summary;
  engine.journal.raised(
    where.id,
    'failed',
    `${problem.summary} · ${undone ? 'taken back' : 'NOT all taken back'}: ${back}`,
  );
  return {
    kind: 'failed',
    undone,
    problem: undone
      ? problem
      : { ...problem, detail: `${problem.detail ?? ''} not all was taken back: ${back}`.trim() },
  };
}

/**
 * The script does each item once. What we did after it had passed the item is still there, so its marks are removed and it
 * runs once more; items that have their old values already are left alone.
 */
async function revertAgain({ options }: Engine, { place, id }: Where): Promise<Result<Outcome>> {
  const marks = [`${place.run}/${id}`, `${place.dir}/${id}/${id}`].flatMap((path) => [
    `${path}.items`,
    `${path}.lock`,
    `${path}.outcome`,
  ]);
  await options.host.run(
    command(['rm', '-rf', ...marks, `${place.dir}/${id}/outcome`], { privileged: true }),
  );
  return runRevert(options.host, { place, id }, 'failed-raise');
}
