// Whether commands and programs of panes may run here. What they change nobody can know, so a console that is to change
// nothing starts none: neither those of the session file nor what the operator types.

import type { PaneBody } from '../../core/pane.ts';
import { safe } from '../../core/sanitise.ts';

export const RUNS_NOTHING = safe('read-only: this console runs no commands');

/** Showing it means that a command or program runs. */
export function runsSomething(body: PaneBody): boolean {
  return body.kind === 'run' || body.kind === 'watch' || (body.kind === 'log' && body.command !== undefined);
}
