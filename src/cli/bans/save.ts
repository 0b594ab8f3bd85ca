// opsconsole bans save: every ban that nobody else keeps, into a file that is the old one or the new one at any moment.

import { dirname } from 'node:path';
import { type Gathering, gatherBans, holdsLive } from '../../actions/bulk/save.ts';
import { consoleNow } from '../../actions/journal/clock.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { printSavedBans, type SavedBans } from '../../firewall/saved-bans.ts';
import { type DurableWrite, writeDurably } from '../../host/durable-write.ts';
import type { Host } from '../../host/host.ts';
import { type ActDeps, findKey, placesOf } from '../act-desk.ts';
import { complain, sayProblem } from '../act-run.ts';
import { EXIT, type ExitStatus, type Io } from '../io.ts';
import { listingBackends } from '../listing-backends.ts';
import { journalPath } from '../operator.ts';
import { stateFolder } from '../state-folder.ts';
import type { SaveArgs } from './commands.ts';
import { type BansText, bansFile, readBansFile } from './file.ts';
import { sayUnits } from './units.ts';

export async function runSave(args: SaveArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  if (args.printUnit !== undefined) return sayUnits('save', args.printUnit, deps);
  if (args.file !== undefined && deps.gate !== undefined)
    return complain(problem('bad-input', '--file is one file: name one host, or leave it out'), io);
  const { host: here, files } = await placesOf(deps);
  const path = bansFile(args.file, here, io);
  const old = await readBansFile(files, path);
  if (!old.ok) return complain(old.problem, io);
  const only = await keysOf(here, args.set);
  if (!only.ok) return complain(only.problem, io);
  const before = old.value?.saved.ok === true ? old.value.saved.value : undefined;
  const { backends, close } = await listingBackends(here, io.env);
  const gathering = await gatherBans(here, {
    backends,
    ...(only.value === undefined ? {} : { only: only.value }),
    ...(before === undefined ? {} : { old: before }),
  }).finally(close);
  for (const problem of gathering.unread) sayProblem(problem, io);
  for (const words of gathering.skipped) io.stderr.write(`not saved: ${words}\n`);
  if (args.dryRun === true) {
    io.stdout.write(printSavedBans(gathering.saved));
    return gathering.unread.length === 0 ? EXIT.done : EXIT.failed;
  }
  return keep(gathering, { path, old: old.value, before, here, files, io });
}

async function keysOf(
  host: Host,
  names: readonly string[] | undefined,
): Promise<Result<readonly SetKey[] | undefined>> {
  if (names === undefined) return ok(undefined);
  const keys: SetKey[] = [];
  for (const name of names) {
    const key = await findKey(host, name);
    if (!key.ok) return fail(key.problem);
    keys.push(key.value);
  }
  return ok(keys);
}

type Place = Readonly<{
  path: string;
  old: BansText | undefined;
  before: SavedBans | undefined;
  here: Host;
  files: Host;
  io: Io;
}>;

async function keep({ saved, unread }: Gathering, place: Place): Promise<ExitStatus> {
  const { path, old, before, here, files, io } = place;
  const count = saved.sets.reduce((sum, { bans }) => sum + bans.length, 0);
  const shown = sanitise(path, 200);
  // What cannot be read now is nowhere else than in the file; where that says nothing either, it stays as it is.
  if (unread.length > 0 && (count === 0 || (old !== undefined && before === undefined))) {
    io.stderr.write(`nothing was saved: ${shown} stays as it is\n`);
    return EXIT.failed;
  }
  if (old !== undefined && count === 0 && (before === undefined || holdsLive(before, consoleNow(here)))) {
    const aside = await readBansFile(files, `${path}.previous`);
    const expected = aside.ok ? aside.value?.text : undefined;
    const kept = await write({ path: `${path}.previous`, text: old.text, expected }, io);
    if (!kept.ok) return complain(kept.problem, io);
    io.stderr.write(`no ban is left to save: what was in ${shown} is kept in ${shown}.previous\n`);
  }
  const written = await write({ path, text: printSavedBans(saved), expected: old?.text }, io);
  if (!written.ok) return complain(written.problem, io);
  const rest = unread.length === 0 ? '' : ', with the lines of before for what could not be read';
  io.stdout.write(`saved ${groupDigits(count)} bans of ${saved.sets.length} sets in ${shown}${rest}\n`);
  return unread.length === 0 ? EXIT.done : EXIT.failed;
}

async function write(wish: DurableWrite, io: Io): Promise<Result<void>> {
  const { path } = wish;
  const folder = dirname(path);
  const ours = [stateFolder(io.env), dirname(journalPath(io.env))].includes(folder) ? { ours: folder } : {};
  const wrote = await writeDurably({ ...wish, ...ours });
  if (!wrote.ok) return wrote;
  if (wrote.value === 'written') return ok(undefined);
  return fail(
    problem('timed-out', `${sanitise(path, 200)} was written by somebody else meanwhile: nothing was saved`, {
      hint: 'try again',
    }),
  );
}
