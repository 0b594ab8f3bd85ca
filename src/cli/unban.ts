// opsconsole unban: from every set that holds the address, or from one.

import { ok } from '../core/result.ts';
import { type ActDeps, findKey, openDesk } from './act-desk.ts';
import { readAddresses } from './act-input.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import type { ExitStatus } from './io.ts';

export type UnbanArgs = ActFlags & Readonly<{ from?: string; session?: string }>;

export async function runUnban(
  words: readonly string[],
  args: UnbanArgs,
  deps: ActDeps,
): Promise<ExitStatus> {
  const addresses = await readAddresses(words, deps.io.stdin);
  if (!addresses.ok) return complain(addresses.problem, deps.io);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, deps.io);
  const { desk, host } = open.value;
  try {
    const set = args.from === undefined ? ok(undefined) : await findKey(host, args.from);
    if (!set.ok) return complain(set.problem, deps.io);
    const { nets, widened } = addresses.value;
    const draft = { action: 'unban', nets, ...(set.value === undefined ? {} : { set: set.value }) } as const;
    return await runAct(open.value, { draft, flags: args, confirm: widened }, deps.io);
  } finally {
    desk.close();
  }
}
