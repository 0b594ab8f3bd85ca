// The clocks: keep ends the trial, renew counts the hold anew. Any operator of the host may do either, whoever raised.

import { formatClock } from '../../core/duration.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ShieldsNow } from '../../core/shields.ts';
import { findCurrent, readNow, type Up } from '../../firewall/shields/read-now.ts';
import { writerOf } from '../../firewall/shields/writers.ts';
import { beforeAll, type Engine, NOT_PRIVILEGED, whereOf } from './engine.ts';
import { startClock } from './raise-steps.ts';

/** As in the session file. The kernel's own timer could not take more than 24 days. */
const LONGEST_HOLD_SECONDS = 86_400;

/**
 * The end of the hold was settled when they were raised. Kept already: the same end is written once more, in case that the
 * kernel's timer could not be set the last time.
 */
export async function keep(engine: Engine): Promise<Result<ShieldsNow>> {
  const up = await readUp(engine);
  if (!up.ok) return up;
  // With a trial as long as the hold: keeping shortens nothing.
  return hold(engine, Math.ceil(Math.max(up.value.holdLeftSeconds, up.value.leftSeconds)));
}

export async function renew(engine: Engine, seconds?: number): Promise<Result<ShieldsNow>> {
  const up = await readUp(engine);
  if (!up.ok) return up;
  const wanted = seconds ?? engine.options.settings.holdSeconds;
  if (!Number.isFinite(wanted) || wanted < 1 || wanted > LONGEST_HOLD_SECONDS)
    return fail(
      problem('bad-input', `the shields cannot be held for ${wanted} seconds: a day at most`, {
        hint: 'renew them again tomorrow',
      }),
    );
  return hold(engine, Math.ceil(wanted));
}

async function readUp({ options }: Engine): Promise<Result<Up>> {
  const { host, place, readOnly } = options;
  if (readOnly) return fail(problem('refused', 'this console is read-only: nothing is changed'));
  if (!host.privileged) return fail(NOT_PRIVILEGED);
  const now = await readNow(host, place, { wall: false });
  if (now.kind === 'unknown') return fail(beforeAll(now.problem));
  if (now.kind === 'down')
    return fail(
      problem('not-found', 'the shields are not up', {
        hint: 'raise them first: `opsconsole shields up`, or ! in the console',
      }),
    );
  if (now.phase === 'raising')
    return fail(problem('refused', 'the shields are still being raised: wait a moment'));
  if (now.leftSeconds <= 0)
    return fail(
      problem(
        'refused',
        `too late: their time ended ${formatClock(-now.leftSeconds)} ago, they are coming down`,
      ),
    );
  return ok(now);
}

async function hold(engine: Engine, seconds: number): Promise<Result<ShieldsNow>> {
  const { host, place } = engine.options;
  const [found, now] = await Promise.all([findCurrent(host, place), readNow(host, place, { wall: false })]);
  if (found.kind !== 'current' || now.kind !== 'up') return readAgain(engine);
  const where = whereOf(place, found.base, found.id);
  const { wall } = now.state;
  const writer = wall === 'none' ? undefined : writerOf(wall);
  const started = await startClock(engine, where, { phase: 'held', seconds: Math.max(1, seconds), writer });
  if (started.ok) return readAgain(engine);
  // The deadline is written first: with the wall deleted by others there is no timer to set, and all else is kept.
  const after = await readNow(host, place);
  if (after.kind === 'up' && after.phase === 'held' && after.wall === 'gone') return ok(after);
  return fail({ ...started.problem, hint: started.problem.hint ?? 'try again: keeping twice does no harm' });
}

async function readAgain({ options }: Engine): Promise<Result<ShieldsNow>> {
  return ok(await readNow(options.host, options.place));
}
