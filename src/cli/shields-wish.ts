// The flags of opsconsole shields as a wish: durations within the bounds of the session file, profiles that are there.

import { formatDuration, parseDuration } from '../core/duration.ts';
import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { RaiseWish } from '../core/shields.ts';
import { suggest } from '../core/suggest.ts';

export type ShieldsFlags = Readonly<{
  trial?: string;
  for?: string;
  profile?: string;
  auto?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  session?: string;
  json?: boolean;
}>;
/** As in the session file. */
const TRIAL = { least: 10, most: 1800, name: '--trial' };
const HOLD = { least: 60, most: 86_400, name: '--for' };

export function wishOf(flags: ShieldsFlags): Result<RaiseWish> {
  const trial = secondsOf(flags.trial, TRIAL);
  if (!trial.ok) return trial;
  const hold = secondsOf(flags.for, HOLD);
  if (!hold.ok) return hold;
  if (flags.auto === true && trial.value !== undefined)
    return bad('--auto raises without a trial: leave --trial away');
  return ok({
    ...(trial.value === undefined ? {} : { trialSeconds: trial.value }),
    ...(hold.value === undefined ? {} : { holdSeconds: hold.value }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.auto === true ? { auto: true } : {}),
    ...(flags.yes === true ? { unattended: true } : {}),
  });
}

type Bounds = Readonly<{ least: number; most: number; name: string }>;

function secondsOf(text: string | undefined, { least, most, name }: Bounds): Result<number | undefined> {
  if (text === undefined) return ok(undefined);
  const parsed = parseDuration(text);
  if (!parsed.ok) {
    const { summary, hint } = parsed.problem;
    return bad(`${name}: ${sanitise(summary)}`, hint);
  }
  if (parsed.value >= least && parsed.value <= most) return parsed;
  return bad(`${name} must be ${formatDuration(least)} to ${formatDuration(most)}`);
}

/** What only makes sense against the session file. */
export function checkWish(wish: RaiseWish, { shields }: Pick<Session, 'shields'>): Result<RaiseWish> {
  const { profile } = wish;
  if (profile !== undefined && !Object.hasOwn(shields.profiles, profile)) {
    const known = Object.keys(shields.profiles);
    const near = suggest(profile, known);
    return bad(
      `there is no profile ${JSON.stringify(sanitise(profile, 60))}`,
      near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`,
    );
  }
  const trial = wish.trialSeconds ?? shields.trialSeconds;
  const hold = wish.holdSeconds ?? shields.holdSeconds;
  if (wish.trialSeconds !== undefined && hold < trial)
    return bad(`the hold, ${formatDuration(hold)}, is shorter than the trial`, 'give a longer --for');
  return ok(wish);
}

function bad(summary: string, hint?: string): Result<never> {
  return fail(problem('bad-input', summary, hint === undefined ? {} : { hint }));
}
