// Whether the line to a far host was there for all of a reading. Tools and files behind a line that is down look as if they
// were not there: what a source makes of that ("no set", "/proc/stat cannot be read") is not true of the host.

import { whyNoLine } from '../core/line-problem.ts';
import { type Problem, problem } from '../core/problem.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';

/** Called before the reading; the answer, called after it, is what was in its way. */
export function watchLine({ link, name }: Pick<Host, 'link' | 'name'>): () => Problem | undefined {
  const before = link?.state();
  return () => {
    const after = link?.state();
    const why = whyNoLine(after, name);
    if (why !== undefined || after?.kind !== 'up') return why;
    if (before?.kind === 'up' && before.since === after.since) return undefined;
    return problem('no-line', `${sanitise(name, 80)}: the line was not there all the time`);
  };
}
