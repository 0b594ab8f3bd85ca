// A raise that failed is taken back at once, by the script and not by us: what the watcher would do a little later.

import type { Problem } from '../../core/problem.ts';
import type { RaiseReport } from '../../core/shields.ts';
import { type Engine, runRevert, type Where } from './engine.ts';
import { wordsOf } from './journal-shields.ts';
import { revertAgain } from './revert-again.ts';

/** `lowered`: somebody else (or the watcher) has begun to take them down while we were still raising. */
export async function takeBack(
  engine: Engine,
  where: Where,
  { problem, lowered = false }: Readonly<{ problem: Problem; lowered?: boolean }>,
): Promise<RaiseReport> {
  const { acting: host } = engine;
  let ran = await runRevert(host, where, 'failed-raise');
  // Not by us: somebody was done with some items before we were.
  if (lowered || (ran.ok && ran.value.by !== 'failed-raise'))
    ran = await revertAgain(host, where, 'failed-raise');
  // The machine may have had no room for one more process just then.
  if (!ran.ok) ran = await runRevert(host, where, 'failed-raise');
  // Without a line nothing more can be said: their own timer is over there, and what it did is read at the next connection.
  if (!ran.ok && !engine.line.isUp()) return { kind: 'failed', undone: false, problem: notKnown(problem) };
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

const notKnown = (problem: Problem): Problem => ({
  ...problem,
  code: 'line-lost',
  summary: `it is not known what stands of the shields: ${problem.summary}`,
  hint: 'the line is gone: what was begun is taken back over there, by its own timer',
});
