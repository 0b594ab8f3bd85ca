// What stands between us and a host, and what the operator can do about it.

import type { LinkState } from './hosts.ts';
import { type Problem, problem } from './problem.ts';
import { sanitise } from './sanitise.ts';

const RETRY_HINT = 'it is tried again by itself; :host retry tries now';

/** Undefined where nothing does. */
export function whyNoLine(link: LinkState | undefined, name: string): Problem | undefined {
  switch (link?.kind) {
    case undefined:
    case 'local':
    case 'up':
      return undefined;
    case 'connecting':
      return problem('no-line', `${sanitise(name, 80)}: not connected yet`);
    case 'down':
      return { hint: RETRY_HINT, ...link.problem, code: 'no-line' };
    case 'needs-operator':
      return { ...link.problem, code: 'no-line' };
  }
}
