// opsconsole cut: delete the live flows of addresses.

import { type ActDeps, openDesk } from './act-desk.ts';
import { readAddresses } from './act-input.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import type { ExitStatus } from './io.ts';

export type CutArgs = ActFlags & Readonly<{ session?: string }>;

export async function runCut(words: readonly string[], args: CutArgs, deps: ActDeps): Promise<ExitStatus> {
  const addresses = await readAddresses(words, deps.io.stdin);
  if (!addresses.ok) return complain(addresses.problem, deps.io);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, deps.io);
  try {
    const { nets, widened } = addresses.value;
    const wish = { draft: { action: 'cut', nets }, flags: args, confirm: widened } as const;
    return await runAct(open.value, wish, deps.io);
  } finally {
    open.value.desk.close();
  }
}
