// A command of the session file when the shields go up and its counterpart when they come down: monit, systemd, a script.

import { command } from '../../../core/plan.ts';
import { problem } from '../../../core/problem.ts';
import { fail, ok } from '../../../core/result.ts';
import { sanitise } from '../../../core/sanitise.ts';
import type { MeasureSpec } from '../../../core/shields.ts';
import type { Measure } from '../measure.ts';

type Spec = Extract<MeasureSpec, { measure: 'run' }>;

/** What cannot be taken back is not begun: both programs must be there. */
export const runPair: Measure<Spec, null> = {
  id: 'run',
  describe: ({ name, up }) => sanitise(`${name}: ${up.join(' ')}`, 120),
  async gather({ up, down }, { host }) {
    for (const [program] of [up, down])
      if ((await host.which(program)) === undefined)
        return fail(problem('missing-tool', `${sanitise(program, 120)} is not installed`));
    return ok(null);
  },
  hazard: ({ name, down }) => [
    sanitise(`${name}: what it does is not known here; lowering runs ${down.join(' ')}`, 200),
  ],
  apply: ({ up, timeoutSeconds }) => ({
    steps: [{ command: command(up, { privileged: true, timeoutMs: timeoutSeconds * 1000 }) }],
  }),
  revert: ({ name, down, timeoutSeconds }) => [{ kind: 'command', name, argv: down, timeoutSeconds }],
};
