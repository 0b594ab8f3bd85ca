// One timeout by its name or all by a preset, as they are asked for: the same for conntrack and for pf.

import type { Preset } from '../core/act.ts';
import { TIMEOUT_SECONDS_MAX } from '../core/duration.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { suggest } from '../core/suggest.ts';
import type { TimeoutFacts } from '../firewall/timeouts.ts';

export const shortName = (name: string): string => name.replace(/^nf_conntrack_/, '');

export function presetValue(timeout: TimeoutFacts, preset: Preset): number {
  return preset === 'default' ? timeout.kernelDefault : timeout[preset];
}

/** `whose`: "conntrack" or "pf", for the words of a refusal. */
export function timeoutNamed(
  all: readonly TimeoutFacts[],
  change: Readonly<{ name: string; seconds: number }>,
  whose: string,
): Result<TimeoutFacts> {
  const timeout = all.find(({ name }) => shortName(name) === shortName(change.name));
  if (timeout === undefined) {
    const names = all.map(({ name }) => shortName(name));
    const near = suggest(change.name, names);
    return fail(
      problem('bad-input', `${JSON.stringify(sanitise(change.name, 60))} is not a timeout of ${whose}`, {
        hint: near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`,
      }),
    );
  }
  if (!Number.isInteger(change.seconds) || change.seconds < 1 || change.seconds > TIMEOUT_SECONDS_MAX)
    return fail(
      problem('bad-input', `a timeout is a whole number of seconds from 1 to ${TIMEOUT_SECONDS_MAX}`),
    );
  return ok(timeout);
}
