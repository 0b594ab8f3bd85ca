// opsconsole undo: take back an act by its id, or the newest that can be taken back.

import { type ActDeps, openDesk } from './act-desk.ts';
import { type ActFlags, complain, runAct } from './act-run.ts';
import type { ExitStatus } from './io.ts';

export type UndoArgs = ActFlags & Readonly<{ session?: string }>;

export async function runUndo(id: string | undefined, args: UndoArgs, deps: ActDeps): Promise<ExitStatus> {
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, deps.io);
  try {
    const draft = { action: 'undo', ...(id === undefined ? {} : { actId: id }) } as const;
    return await runAct(open.value, { draft, flags: args }, deps.io);
  } finally {
    open.value.desk.close();
  }
}
