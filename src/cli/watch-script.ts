// The sh script that raises the wall when Node cannot start, made for this machine's session and places.

import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import type { Result } from '../core/result.ts';
import { fail } from '../core/result.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import type { Host } from '../host/host.ts';

export async function raiseScriptFor(
  _: Readonly<{ host: Host; session: Session; place: ShieldsPlace }>,
): Promise<Result<string>> {
  return fail(problem('not-found', 'not yet'));
}
