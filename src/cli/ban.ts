// opsconsole ban: the same act as on the screen, for scripts.

import { type ActDeps, openDesk, targetOf } from './act-desk.ts';
import { readAddresses, readSpan } from './act-input.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import type { ExitStatus } from './io.ts';

export type BanArgs = ActFlags &
  Readonly<{ for?: string; reason?: string; into?: string; cut: boolean; session?: string }>;

export async function runBan(words: readonly string[], args: BanArgs, deps: ActDeps): Promise<ExitStatus> {
  const addresses = await readAddresses(words, deps.io.stdin);
  if (!addresses.ok) return complain(addresses.problem, deps.io);
  const span = args.for === undefined ? undefined : readSpan(args.for);
  if (span !== undefined && !span.ok) return complain(span.problem, deps.io);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, deps.io);
  const { desk, host, session } = open.value;
  try {
    const target = await targetOf(host, args.into ?? session.bans.target);
    if (!target.ok) return complain(target.problem, deps.io);
    const seconds = span === undefined ? session.bans.defaultSeconds : span.value;
    return await runAct(
      open.value,
      {
        draft: {
          action: 'ban',
          nets: addresses.value.nets,
          seconds,
          target: target.value,
          reason: args.reason ?? '',
          cut: args.cut && session.bans.cut,
        },
        flags: args,
        confirm: addresses.value.widened,
      },
      deps.io,
    );
  } finally {
    desk.close();
  }
}
