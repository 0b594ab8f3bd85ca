// The other end of session-apart.ts: opens the session and prints it, with its raise.sh, for the watch.

import { ok, type Result } from '../core/result.ts';
import { type ActDeps, placesOf } from './act-desk.ts';
import type { Opened } from './session-apart.ts';
import { openSession } from './session-file.ts';
import { shieldsPlace } from './shields-desk.ts';
import { raiseScriptFor } from './watch-script.ts';

export async function printSession(argument: string | undefined, { io, host }: ActDeps): Promise<void> {
  io.stdout.write(JSON.stringify(await open(argument, { io, host })));
}

async function open(
  argument: string | undefined,
  { io, host }: Pick<ActDeps, 'io' | 'host'>,
): Promise<Result<Opened>> {
  const opened = await openSession(await placesOf({ host }), argument, io);
  if (!opened.ok) return opened;
  const session = opened.value;
  const place = shieldsPlace(io.env);
  return ok({ session, place, script: await raiseScriptFor({ session, place }) });
}
