// opsconsole allow sync: names → addresses → sets, safe to run every minute: nothing is done where nothing changed, and a
// name server that is down changes nothing.

import { answerNames, bookAfter, type NameAnswer } from '../../actions/allow/answers.ts';
import type { AllowBook } from '../../actions/allow/book.ts';
import { type AllowDraft, lookAtAllow } from '../../actions/allow/sync.ts';
import { backendsOf, readFirewalls } from '../../actions/firewalls.ts';
import { type Net, parseNet } from '../../core/address.ts';
import { hostIdOf } from '../../core/hosts.ts';
import type { Session } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import { BACKENDS } from '../../firewall/registry.ts';
import { type ActDeps, findKey, type OpenDesk, openDesk, placesOf } from '../act-desk.ts';
import { complain, runAct, sayProblem } from '../act-run.ts';
import { sayUnits } from '../bans/units.ts';
import { EXIT, type ExitStatus, type Io } from '../io.ts';
import { printJson } from '../plain-text.ts';
import { printTable } from '../print-table.ts';
import { resolveName } from '../resolve.ts';
import { openSession } from '../session-file.ts';
import type { AllowArgs, AllowSyncArgs } from './commands.ts';
import { type KeptBook, readAllowFile, writeAllowFile } from './file.ts';

export async function runAllow(args: AllowArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  const places = await placesOf(deps);
  const { host: here } = places;
  const session = await openSession(places, args.session, io);
  if (!session.ok) return complain(session.problem, io);
  const kept = await readAllowFile(io.env, hostIdOf(here));
  if (!kept.ok) return complain(kept.problem, io);
  const { book } = kept.value;
  const answers = await answerNames(namesOf(session.value), resolveName, { book, now: here.now() });
  if (args.json === true) {
    io.stdout.write(`${printJson({ names: answers.map(answerJson), put: putJson(book) })}\n`);
    return EXIT.done;
  }
  if (answers.length === 0) io.stdout.write('no host name is in `allow` of the session file\n');
  else io.stdout.write(printTable([['NAME', 'ADDRESSES', ''], ...answers.map(answerRow)]));
  for (const [key, nets] of book.put)
    if (nets.length > 0) io.stdout.write(`put into ${sanitise(key, 100)}: ${textsOf(nets)}\n`);
  return EXIT.done;
}

const namesOf = ({ allow }: Pick<Session, 'allow'>, more: readonly string[] = []): readonly string[] => [
  ...new Set([...allow, ...more].filter((text) => !parseNet(text).ok)),
];
const textsOf = (nets: readonly Net[]): string => nets.map(({ text }) => text).join(' ');

function answerRow({ name, nets, trouble }: NameAnswer): readonly string[] {
  return [sanitise(name, 80), nets.length === 0 ? '–' : textsOf(nets), trouble ?? ''];
}

function answerJson({ name, nets, at, trouble }: NameAnswer): unknown {
  return {
    name: sanitise(name, 255),
    addresses: nets.map(({ text }) => text),
    ...(at === undefined ? {} : { at }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}

const putJson = ({ put }: AllowBook): unknown =>
  Object.fromEntries([...put].map(([key, nets]) => [sanitise(key), nets.map(({ text }) => text)]));

export async function runAllowSync(args: AllowSyncArgs, deps: ActDeps): Promise<ExitStatus> {
  const { io } = deps;
  if (args.printUnit !== undefined) return sayUnits('allow', args.printUnit, deps);
  const open = await openDesk(deps, args.session);
  if (!open.ok) return complain(open.problem, io);
  try {
    return await sync(open.value, args, io);
  } finally {
    open.value.desk.close();
  }
}

async function sync(open: OpenDesk, args: AllowSyncArgs, io: Io): Promise<ExitStatus> {
  const { host, session } = open;
  const names = namesOf(session, args.name);
  const kept = await readAllowFile(io.env, hostIdOf(host));
  if (!kept.ok) return complain(kept.problem, io);
  const keys = await keysOf(open, args.into ?? session.allowInto ?? []);
  if (!keys.ok) return complain(keys.problem, io);
  if (names.length === 0 && kept.value.book.put.size === 0)
    return complain(
      problem('bad-input', 'no host name is in `allow` of the session file', { hint: HINT }),
      io,
    );
  const answers = await answerNames(names, resolveName, { book: kept.value.book, now: host.now() });
  for (const { trouble } of answers) if (trouble !== undefined) io.stderr.write(`${trouble}\n`);
  const wanted = answers.flatMap(({ nets }) => nets);
  const syncing = { open, args, io, wanted };
  const last = bookAfter(kept.value.book, answers);
  const first = args.dryRun === true ? ok(kept.value) : await writeAllowFile(kept.value, last);
  if (!first.ok) return complain(first.problem, io);
  let book = first.value;
  let worst: ExitStatus = answers.some(({ at }) => at === undefined) ? EXIT.failed : EXIT.done;
  for (const key of keys.value) {
    const one = await syncSet(key, book, syncing);
    book = one.kept;
    if (one.status !== EXIT.done) worst = one.status;
  }
  if (keys.value.length === 0 && args.json !== true)
    io.stdout.write(`${wanted.length} addresses are kept for the safe set; no set is named to hold them\n`);
  return worst;
}

const HINT = 'write it there: allow: [home.example.net]';

async function keysOf({ host }: OpenDesk, sets: readonly string[]): Promise<Result<readonly SetKey[]>> {
  const keys: SetKey[] = [];
  for (const set of sets) {
    const key = await findKey(host, set);
    if (!key.ok) return fail(key.problem);
    if (!keys.includes(key.value)) keys.push(key.value);
  }
  return ok(keys);
}

type Syncing = Readonly<{ open: OpenDesk; args: AllowSyncArgs; io: Io; wanted: readonly Net[] }>;

/** What we are going to put is in the file before it is in the set: a run that is cut short leaves nothing that nobody owns. */
async function syncSet(
  key: SetKey,
  kept: KeptBook,
  { open, args, io, wanted }: Syncing,
): Promise<Readonly<{ status: ExitStatus; kept: KeptBook }>> {
  const draft: AllowDraft = { action: 'allow', set: key, wanted, ours: kept.book.put.get(key) ?? [] };
  const flags = { ...args, yes: true };
  if (args.dryRun === true) return { status: await runAct(open, { draft, flags }, io), kept };
  const view = await readFirewalls(open.host, backendsOf([], BACKENDS));
  const look = await lookAtAllow(open.host, view, draft);
  if (!look.ok) {
    sayProblem(look.problem, io);
    return { status: look.problem.code === 'refused' ? EXIT.refused : EXIT.failed, kept };
  }
  const { parts } = look.value;
  const before = await keep(kept, { key, nets: parts.flatMap(({ put, remove }) => [...put, ...remove]) });
  if (!before.ok) {
    sayProblem(before.problem, io);
    return { status: EXIT.failed, kept };
  }
  const status = await runAct(open, { draft, flags }, io);
  if (status !== EXIT.done) return { status, kept: before.value };
  const after = await keep(before.value, { key, nets: parts.flatMap(({ put }) => put) });
  if (after.ok) return { status, kept: after.value };
  sayProblem(after.problem, io);
  return { status: EXIT.failed, kept: before.value };
}

function keep(
  kept: KeptBook,
  { key, nets }: Readonly<{ key: SetKey; nets: readonly Net[] }>,
): Promise<Result<KeptBook>> {
  const put = new Map(kept.book.put);
  if (nets.length === 0) put.delete(key);
  else put.set(key, nets);
  return writeAllowFile(kept, { ...kept.book, put });
}
