// opsconsole journal: what was done, by whom, with which commands, and what became of it.

import { createJournal, type Journal } from '../actions/journal/journal.ts';
import type { JournalRow, Operator } from '../core/act.ts';
import { type HostId, LOCAL } from '../core/hosts.ts';
import { printCommand } from '../core/plan.ts';
import { problem } from '../core/problem.ts';
import { ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { ActDeps } from './act-desk.ts';
import { complain, sayProblem } from './act-run.ts';
import { type HostFlags, joined, namesHosts } from './hosts/flags.ts';
import { wantedHosts } from './hosts/wishes.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { journalPath } from './operator.ts';
import { printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';
import { openFileSession } from './session-file.ts';
import { notesPath } from './state-folder.ts';

export type JournalArgs = HostFlags & Readonly<{ number: string; json?: boolean }>;

const ROWS_MAX = 100_000;

export async function runJournal(
  id: string | undefined,
  args: JournalArgs,
  deps: ActDeps,
): Promise<ExitStatus> {
  const { io } = deps;
  const limit = /^\d{1,6}$/.test(args.number) ? Math.min(ROWS_MAX, Number(args.number)) : 0;
  if (limit < 1)
    return complain(
      problem('bad-input', `${JSON.stringify(sanitise(args.number, 20))} is not a number of acts`),
      io,
    );
  const hosts = await hostsAsked(args, deps);
  if (!hosts.ok) return complain(hosts.problem, io);
  const journal = createJournal(journalPath(io.env));
  try {
    const opened = await journal.open();
    if (!opened.ok) return complain(opened.problem, io);
    const taken = await journal.takeIn(notesPath(io.env));
    if (!taken.ok) sayProblem(taken.problem, io);
    else if (taken.value.unread > 0)
      io.stderr.write(
        `${taken.value.unread} lines of fail2ban's action were not understood and are left out\n`,
      );
    if (id !== undefined) return showOne(journal, id, { json: args.json === true, io });
    const rows = await rowsOf(journal, hosts.value, limit);
    if (!rows.ok) return complain(rows.problem, io);
    if (args.json === true) io.stdout.write(`${printJson(rows.value.map(withHost))}\n`);
    else if (rows.value.length === 0) io.stdout.write('no act yet\n');
    else io.stdout.write(tableOf(rows.value));
    return EXIT.done;
  } finally {
    journal.close();
  }
}

/** The journal lies here: nobody is connected to. A host that the session does not know any more may have rows. */
async function hostsAsked(args: JournalArgs, deps: ActDeps): Promise<Result<readonly HostId[] | undefined>> {
  const flags = joined(deps.before?.() ?? {}, args);
  if (!namesHosts(flags)) return ok(undefined);
  const session = await openFileSession(await deps.host(), args.session, deps.io);
  if (!session.ok) return session;
  const wanted = wantedHosts(flags, session.value);
  return wanted.ok ? ok(wanted.value.map(({ id }) => id)) : wanted;
}

/** Newest first; undefined: of all hosts. */
async function rowsOf(
  journal: Journal,
  hosts: readonly HostId[] | undefined,
  limit: number,
): Promise<Result<readonly JournalRow[]>> {
  if (hosts === undefined) return journal.rows(limit, 'everywhere');
  const found: JournalRow[] = [];
  for (const host of hosts) {
    const one = createJournal(journal.path, host);
    try {
      const opened = await one.open();
      const rows = opened.ok ? one.rows(limit) : opened;
      if (!rows.ok) return rows;
      found.push(...rows.value);
    } finally {
      one.close();
    }
  }
  return ok(found.toSorted((a, b) => b.at - a.at).slice(0, limit));
}

const withHost = (row: JournalRow): JournalRow => ({ ...row, host: row.host ?? LOCAL });

const HEAD = ['ID', 'WHEN', 'WHO', 'STATE', 'WHAT', 'RESULT'];

/** The host where there is another one than this machine. */
function tableOf(rows: readonly JournalRow[]): string {
  const several = rows.some(({ host }) => host !== undefined);
  const lines = rows.map((row) => {
    const line = [row.id, timeOf(row), whoOf(row.operator), row.state, row.summary, row.result];
    return several ? line.toSpliced(1, 0, row.host ?? LOCAL) : line;
  });
  return printTable([several ? HEAD.toSpliced(1, 0, 'HOST') : HEAD, ...lines]);
}

/** Local time, as the logs beside it have. */
function timeOf({ at }: JournalRow): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}

function whoOf({ user, sudoUser, sshPeer }: Operator): string {
  const name = sudoUser === undefined ? user : `${sudoUser} as ${user}`;
  return sanitise(sshPeer === undefined ? name : `${name} from ${sshPeer}`, 60);
}

function showOne(
  journal: Journal,
  id: string,
  { json, io }: Readonly<{ json: boolean; io: ActDeps['io'] }>,
): ExitStatus {
  const row = journal.row(id);
  if (!row.ok) return complain(row.problem, io);
  if (row.value === undefined)
    return complain(problem('not-found', `no act ${sanitise(id, 40)} in the journal`), io);
  const details = journal.details(id);
  if (!details.ok) return complain(details.problem, io);
  const { commands } = details.value;
  if (json) {
    io.stdout.write(`${printJson({ ...withHost(row.value), commands })}\n`);
    return EXIT.done;
  }
  const { operator, reason, state, result, summary, host } = row.value;
  const lines = [
    `${summary} (${state})`,
    `when    ${timeOf(row.value)}`,
    `who     ${whoOf(operator)}${operator.tty === undefined ? '' : ` on ${sanitise(operator.tty, 60)}`}`,
    ...(host === undefined ? [] : [`host    ${host}`]),
    ...(reason === '' ? [] : [`why     ${reason}`]),
    `result  ${result}`,
    ...(row.value.undoes === undefined ? [] : [`undoes  ${row.value.undoes}`]),
    'commands',
    ...commands.flatMap((one) =>
      printCommand(one)
        .split('\n')
        .map((line) => `  ${sanitise(line)}`),
    ),
  ];
  io.stdout.write(`${lines.join('\n')}\n`);
  return EXIT.done;
}
