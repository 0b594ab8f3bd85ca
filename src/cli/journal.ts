// opsconsole journal: what was done, by whom, with which commands, and what became of it.

import { createJournal, type Journal } from '../actions/journal/journal.ts';
import type { JournalRow, Operator } from '../core/act.ts';
import { printCommand } from '../core/plan.ts';
import { problem } from '../core/problem.ts';
import { sanitise } from '../core/sanitise.ts';
import type { ActDeps } from './act-desk.ts';
import { complain, sayProblem } from './act-run.ts';
import { EXIT, type ExitStatus } from './io.ts';
import { journalPath } from './operator.ts';
import { printJson } from './plain-text.ts';
import { printTable } from './print-table.ts';
import { notesPath } from './state-folder.ts';

export type JournalArgs = Readonly<{ number: string; json?: boolean }>;

const ROWS_MAX = 100_000;

export async function runJournal(
  id: string | undefined,
  args: JournalArgs,
  { io }: ActDeps,
): Promise<ExitStatus> {
  const limit = /^\d{1,6}$/.test(args.number) ? Math.min(ROWS_MAX, Number(args.number)) : 0;
  if (limit < 1)
    return complain(
      problem('bad-input', `${JSON.stringify(sanitise(args.number, 20))} is not a number of acts`),
      io,
    );
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
    const rows = journal.rows(limit);
    if (!rows.ok) return complain(rows.problem, io);
    if (args.json === true) io.stdout.write(`${printJson(rows.value)}\n`);
    else if (rows.value.length === 0) io.stdout.write('no act yet\n');
    else io.stdout.write(printTable([HEAD, ...rows.value.map(lineOf)]));
    return EXIT.done;
  } finally {
    journal.close();
  }
}

const HEAD = ['ID', 'WHEN', 'WHO', 'STATE', 'WHAT', 'RESULT'];

function lineOf(row: JournalRow): readonly string[] {
  return [row.id, timeOf(row), whoOf(row.operator), row.state, row.summary, row.result];
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
    io.stdout.write(`${printJson({ ...row.value, commands })}\n`);
    return EXIT.done;
  }
  const { operator, reason, state, result, summary } = row.value;
  const lines = [
    `${summary} (${state})`,
    `when    ${timeOf(row.value)}`,
    `who     ${whoOf(operator)}${operator.tty === undefined ? '' : ` on ${sanitise(operator.tty, 60)}`}`,
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
