// The journal of acts in SQLite (WAL): the intent is on disk before the first step, the outcome follows. A row that
// stays 'intended' is an act that was cut short. Opened on first use only: node:sqlite costs an idle console nothing.
// Directory 0700, file 0600, under $XDG_STATE_HOME/opsconsole of the user that runs the console (root under sudo).

import type { DatabaseSync } from 'node:sqlite';
import type { JournalRow, Operator } from '../../core/act.ts';
import { type UnixMs, unixMs } from '../../core/brand.ts';
import { type HostId, LOCAL } from '../../core/hosts.ts';
import type { Command, JournalAction } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ActFacts } from '../facts.ts';
import { takeIn } from '../intake/intake.ts';
import { openDatabase } from './file.ts';
import { abridge, packDetails, readCommands, readJson, readOperator, unpackDetails } from './pack.ts';
import { sqliteProblem } from './problem.ts';

/** What is written before step 1. `commands`: in full; listings show them abridged. */
export type Intent = Readonly<{
  id: string;
  at: UnixMs;
  operator: Operator;
  action: JournalAction;
  summary: string;
  reason: string;
  commands: readonly Command[];
  facts: ActFacts;
  canUndo: boolean;
  undoes?: string;
}>;

export type FinalState = Exclude<JournalRow['state'], 'intended'>;
export type Details = Readonly<{ commands: readonly Command[]; facts: ActFacts }>;

/**
 * Every method answers a problem (`no-space`, `unreadable`, `not-permitted`) rather than throwing. The file holds the acts on
 * all hosts; what is written and listed is of `host`, except where `everywhere` is said.
 */
export interface Journal {
  readonly path: string;
  readonly host: HostId;
  /** Opens (and creates) the file, so that the first act does not pay for it. */
  open(): Promise<Result<void>>;
  intend(intent: Intent): Result<void>;
  /** `details`: given where more commands ran than the intent could name. */
  finish(id: string, state: FinalState, result: string, details?: Details): Result<void>;
  markUndone(id: string, by: string): Result<void>;
  /** Takes in what fail2ban's action wrote to `path`; see intake. */
  takeIn(path: string): Promise<Result<Readonly<{ rows: number; unread: number }>>>;
  /** Newest first. */
  rows(limit: number, of?: 'everywhere'): Result<readonly JournalRow[]>;
  /** The same without what others noted (fail2ban): an attacker makes as many of those as he likes. */
  actRows(limit: number): Result<readonly JournalRow[]>;
  /** By its name, of whatever host. */
  row(id: string): Result<JournalRow | undefined>;
  /** The newest act that can be undone, of this console or of any. */
  lastUndoable(console?: string): Result<JournalRow | undefined>;
  details(id: string): Result<Details>;
  /** Grows with every act of any console on this host: tells whether something happened since. */
  version(): Result<number>;
  close(): void;
}

const COLUMNS =
  'id, at, host, operator, action, summary, reason, commands, state, result, undoes, can_undo, undone_by';
/** Rows of this machine have none; by the index, which ends in `seq`. */
const HERE = 'host IS ?';
const UNDOABLE =
  "action <> 'noted' AND can_undo = 1 AND undone_by IS NULL AND state IN ('done', 'unproved', 'intended')";

export function createJournal(path: string, host: HostId = LOCAL): Journal {
  const whose = columnOf(host);
  let database: DatabaseSync | undefined;
  let closed = false;

  async function open(): Promise<Result<void>> {
    if (database !== undefined) return ok(undefined);
    const opened = await openDatabase(path);
    if (!opened.ok) return opened;
    if (closed || database !== undefined) opened.value.close();
    else database = opened.value;
    return ok(undefined);
  }

  function use<T>(work: (db: DatabaseSync) => T): Result<T> {
    if (database === undefined) return fail(problem('unreadable', 'the journal is not open'));
    try {
      return ok(work(database));
    } catch (error) {
      const trouble = sqliteProblem(error, path);
      if (trouble.code === 'unreadable') {
        // A damaged handle is not used again; the next open() tells the operator what is wrong with the file.
        database.close();
        database = undefined;
      }
      return fail(trouble);
    }
  }

  return {
    path,
    host,
    open,
    intend: (intent) => use((db) => insertIntent(db, intent, whose)),
    finish: (id, state, result, details) =>
      use((db) => finishAct(db, id, { state, result, ...(details === undefined ? {} : { details }) })),
    markUndone: (id, by) =>
      use((db) => {
        db.prepare("UPDATE acts SET state = 'undone', undone_by = ? WHERE id = ?").run(by, id);
      }),
    takeIn: async (from) =>
      database === undefined
        ? fail(problem('unreadable', 'the journal is not open'))
        : takeIn(database, from),
    rows: (limit, of) =>
      use((db) => (of === undefined ? newest(db, HERE, [whose, limit]) : newest(db, 'true', [limit]))),
    actRows: (limit) => use((db) => newest(db, `${HERE} AND action <> 'noted'`, [whose, limit])),
    row: (id) => use((db) => maybeRow(db.prepare(`SELECT ${COLUMNS} FROM acts WHERE id = ?`).get(id))),
    lastUndoable: (console) => use((db) => maybeRow(lastUndoable(db, whose, console ?? null))),
    details: (id) => {
      const read = use((db) => db.prepare('SELECT details FROM acts WHERE id = ?').get(id)?.details);
      if (!read.ok) return read;
      if (!(read.value instanceof Uint8Array))
        return fail(problem('not-found', `no act ${id} in the journal`));
      return unpackDetails(read.value);
    },
    version: () =>
      use((db) => {
        const sql = `SELECT coalesce(max(seq), 0) AS version FROM acts WHERE ${HERE}`;
        return Number(db.prepare(sql).get(whose)?.version);
      }),
    close() {
      closed = true;
      database?.close();
      database = undefined;
    },
  };
}

function lastUndoable(db: DatabaseSync, whose: string | null, console: string | null): Raw | undefined {
  const sql = `SELECT ${COLUMNS} FROM acts
    WHERE ${HERE} AND ${UNDOABLE} AND (? IS NULL OR console = ?) ORDER BY seq DESC LIMIT 1`;
  return db.prepare(sql).get(whose, console, console);
}

const columnOf = (host: HostId): string | null => (host === LOCAL ? null : host);

function newest(
  db: DatabaseSync,
  where: string,
  values: readonly (string | number | null)[],
): readonly JournalRow[] {
  const sql = `SELECT ${COLUMNS} FROM acts WHERE ${where} ORDER BY seq DESC LIMIT ?`;
  return db
    .prepare(sql)
    .all(...values)
    .map(toRow);
}

type Finish = Readonly<{ state: FinalState; result: string; details?: Details }>;

function finishAct(db: DatabaseSync, id: string, { state, result, details }: Finish): void {
  const sql = 'UPDATE acts SET state = ?, result = ?, finished_at = unixepoch() WHERE id = ?';
  db.prepare(sql).run(state, result, id);
  if (details !== undefined) renewDetails(db, id, details);
}

function insertIntent(db: DatabaseSync, intent: Intent, host: string | null): void {
  const sql = `INSERT INTO acts
    (id, at, host, console, operator, action, summary, reason, commands, state, result, undoes, can_undo, details)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'intended', '', ?, ?, ?)`;
  db.prepare(sql).run(
    intent.id,
    intent.at,
    host,
    intent.operator.console,
    JSON.stringify(intent.operator),
    intent.action,
    intent.summary,
    intent.reason,
    JSON.stringify(abridge(intent.commands)),
    intent.undoes ?? null,
    intent.canUndo ? 1 : 0,
    packDetails({ commands: intent.commands, facts: intent.facts }),
  );
}

function renewDetails(db: DatabaseSync, id: string, details: Details): void {
  const sql = 'UPDATE acts SET commands = ?, details = ? WHERE id = ?';
  db.prepare(sql).run(JSON.stringify(abridge(details.commands)), packDetails(details), id);
}

type Raw = Readonly<Record<string, unknown>>;

function maybeRow(raw: Raw | undefined): JournalRow | undefined {
  return raw === undefined ? undefined : toRow(raw);
}

const STATES: readonly JournalRow['state'][] = [
  'intended',
  'done',
  'unproved',
  'failed',
  'undone',
  'refused',
];

/** Rows come from a file that anything might have touched: every text is made safe again. */
function toRow(raw: Raw): JournalRow {
  const text = (name: string): string => (typeof raw[name] === 'string' ? raw[name] : '');
  const state = STATES.find((known) => known === raw.state) ?? 'unproved';
  return {
    id: sanitise(text('id')),
    at: unixMs(Number(raw.at)),
    ...(typeof raw.host === 'string' ? { host: sanitise(raw.host, 63) as string as HostId } : {}),
    operator: readOperator(readJson(text('operator'))),
    action: sanitise(text('action')) as string as JournalAction,
    summary: sanitise(text('summary')),
    reason: sanitise(text('reason')),
    commands: readCommands(readJson(text('commands'))),
    state,
    result: sanitise(state === 'intended' ? 'cut short: no outcome was recorded' : text('result')),
    ...(typeof raw.undoes === 'string' ? { undoes: sanitise(raw.undoes) } : {}),
    canUndo: raw.can_undo === 1 && raw.undone_by === null && ['done', 'unproved', 'intended'].includes(state),
  };
}
