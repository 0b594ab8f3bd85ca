// opsconsole bans restore and expire: what runs at boot and from timers, so nothing asks and a race is met by a second look.

import type { DeskDraft } from '../../actions/bulk/draft.ts';
import { NOT_RESTORED } from '../../actions/bulk/restore.ts';
import type { Plan } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';
import { type ActDeps, openDesk, placesOf } from '../act-desk.ts';
import { type ActFlags, complain, runAct } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import type { ExpireArgs, RestoreArgs } from './commands.ts';
import { bansFile, readBansFile } from './file.ts';
import { sayUnits } from './units.ts';

export async function runRestore(args: RestoreArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  if (args.printUnit !== undefined) return sayUnits('restore', args.printUnit, deps);
  const { host, files } = await placesOf(deps);
  const path = bansFile(args.file, host, io);
  const read = await readBansFile(files, path);
  if (!read.ok) return complain(read.problem, io);
  if (read.value === undefined && args.file === undefined) {
    // As at the first boot with the unit: nothing is wrong.
    io.stderr.write(`nothing was saved yet: there is no ${sanitise(path, 200)}\n`);
    return EXIT.done;
  }
  if (read.value === undefined)
    return complain(
      problem('not-found', `${sanitise(path, 200)} does not exist: there are no saved bans`, {
        hint: '`opsconsole bans save` writes it',
      }),
      io,
    );
  const { saved } = read.value;
  if (!saved.ok) return complain(saved.problem, io);
  return unattended({ action: 'restore', saved: saved.value }, args, deps);
}

export async function runExpire(args: ExpireArgs, deps: ActDeps): Promise<ExitStatus> {
  if (args.printUnit !== undefined) return sayUnits('expire', args.printUnit, deps);
  return unattended({ action: 'expire' }, args, deps);
}

type Flags = ActFlags & Readonly<{ session?: string }>;

/** Refused because another act came between: what is left to do then is planned anew, once. */
async function unattended(draft: DeskDraft, flags: Flags, deps: ActDeps): Promise<ExitStatus> {
  const open = await openDesk(deps, flags.session);
  if (!open.ok) return complain(open.problem, deps.io);
  try {
    const wish = { draft, flags, idle };
    const status = await runAct(open.value, wish, deps.io);
    const again = status === EXIT.refused && flags.json !== true;
    return again ? await runAct(open.value, wish, deps.io) : status;
  } finally {
    open.value.desk.close();
  }
}

/** Nothing to add, and still not all that was saved is there. */
function idle({ notes }: Plan): ExitStatus {
  return notes.some((note) => note.startsWith(NOT_RESTORED)) ? EXIT.unproved : EXIT.done;
}
