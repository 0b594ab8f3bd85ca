// opsconsole bans import --format ban-file: the file of a ban script (address=epoch), each ban with an end of its own.

import { resolve } from 'node:path';
import { findSet, readFirewalls } from '../../actions/firewalls.ts';
import { consoleNow } from '../../actions/journal/clock.ts';
import type { BanTarget } from '../../core/act.ts';
import { type Family, parseHost } from '../../core/address.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { ownsTable } from '../../firewall/backend.ts';
import { type BanFile, type EpochMeaning, readBanFile } from '../../firewall/iptables/ban-file.ts';
import { BACKENDS } from '../../firewall/registry.ts';
import type { SavedBans } from '../../firewall/saved-bans.ts';
import type { Host } from '../../host/host.ts';
import { type ActDeps, openDesk, placesOf, targetOf } from '../act-desk.ts';
import { readSpan } from '../act-input.ts';
import { complain, runAct } from '../act-run.ts';
import { EXIT, type ExitStatus } from '../io.ts';
import type { ImportArgs } from './commands.ts';

/** Some four million bans. */
const FILE_BYTES_MAX = 128 * 1024 * 1024;

export async function importBanFile(name: string, args: ImportArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  const meaning = meaningOf(args);
  if (!meaning.ok) return complain(meaning.problem, io);
  const path = resolve(io.cwd, name);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, io);
  const { desk, host, session } = open.value;
  try {
    const { files } = await placesOf(deps);
    const read = await files.read(path, FILE_BYTES_MAX);
    if (!read.ok) return complain(read.problem, io);
    const epoch = meaning.value === undefined ? {} : { epoch: meaning.value };
    const file = readBanFile(read.value.toString('utf8'), { name, now: consoleNow(host), ...epoch });
    if (!file.ok) return complain(meaning.value === undefined ? withFlags(file.problem) : file.problem, io);
    if (args.json !== true) io.stdout.write(`${words(name, file.value)}\n`);
    if (file.value.bans.length === 0) return EXIT.done;
    const to = args.to === undefined ? session.bans.target : args.to === 'ours' ? undefined : args.to;
    const target = await targetOf(host, to);
    if (!target.ok) return complain(target.problem, io);
    const saved = await asSaved(host, target.value, file.value);
    if (!saved.ok) return complain(saved.problem, io);
    return await runAct(open.value, { draft: { action: 'restore', saved: saved.value }, flags: args }, io);
  } finally {
    desk.close();
  }
}

const withFlags = (wrong: Problem): Problem => ({
  ...wrong,
  hint: 'nothing was changed; what the numbers are is said by --epoch end, or --epoch began --for 1d',
});

/** Both readings of a number are dangerous where it is the other, so neither is taken unsaid. */
function meaningOf({ epoch, for: span }: ImportArgs): Result<EpochMeaning | undefined> {
  if (epoch !== 'began') return ok(epoch === undefined ? undefined : { kind: 'end' });
  const seconds = span === undefined ? undefined : readSpan(span);
  if (seconds?.ok === false) return seconds;
  if (seconds === undefined || seconds.value === null)
    return fail(
      problem('bad-input', '--epoch began needs --for: how long each ban lasts from then', {
        hint: 'for example --for 1d',
      }),
    );
  return ok({ kind: 'began', seconds: seconds.value });
}

/** Put where the restore of saved bans would put them: into the set, its other half, or our own table. */
async function asSaved(host: Host, target: BanTarget, file: BanFile): Promise<Result<SavedBans>> {
  const keys = target.kind === 'own' ? ownKeys() : await keysOf(host, target.set);
  const sets: SavedBans['sets'][number][] = [];
  for (const family of [4, 6] as const) {
    const bans = file.bans.filter(({ net }) => net.family === family);
    const key = keys.get(family);
    if (bans.length === 0) continue;
    if (key === undefined)
      return fail(
        problem('refused', `no set for the IPv${family} addresses of the file belongs to that one`),
      );
    sets.push({ key, family, bans });
  }
  return ok({ savedAt: consoleNow(host), sets });
}

function ownKeys(): ReadonlyMap<Family, SetKey> {
  const own = BACKENDS.find(ownsTable)?.own;
  return new Map(
    ['192.0.2.1', '2001:db8::1'].flatMap((text) => {
      const net = parseHost(text);
      return net.ok && own !== undefined ? [[net.value.family, own.setFor(net.value).key] as const] : [];
    }),
  );
}

async function keysOf(host: Host, key: SetKey): Promise<ReadonlyMap<Family, SetKey>> {
  const found = findSet(await readFirewalls(host, BACKENDS), key);
  const keys = new Map<Family, SetKey>();
  if (found === undefined) return keys;
  const { family, twin } = found.set;
  keys.set(family, key);
  if (twin !== undefined) keys.set(family === 4 ? 6 : 4, twin);
  return keys;
}

function words(name: string, { bans, ended, repeated }: BanFile): string {
  const parts = [`${groupDigits(bans.length)} bans that have not ended`];
  if (ended > 0) parts.push(`${groupDigits(ended)} are over`);
  if (repeated > 0) parts.push(`${groupDigits(repeated)} are repeated`);
  return sanitise(`${name}: ${parts.join(', ')}`, 400);
}
