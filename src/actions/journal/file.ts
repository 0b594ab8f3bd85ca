// Opens the journal file: private directory, private file, schema version, and the lock that keeps acts apart.

import { chmod, lstat, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type HostId, LOCAL } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { makeFolder } from '../make-folder.ts';
import { sqliteProblem } from './problem.ts';

const SCHEMA_VERSION = 2;
/** "opsc" in ASCII; tells our file from any other SQLite database. */
const APPLICATION_ID = 0x6f707363;

const SCHEMA = `
  CREATE TABLE acts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    console TEXT NOT NULL,
    operator TEXT NOT NULL,
    action TEXT NOT NULL,
    summary TEXT NOT NULL,
    reason TEXT NOT NULL,
    commands TEXT NOT NULL,
    state TEXT NOT NULL,
    result TEXT NOT NULL,
    undoes TEXT,
    undone_by TEXT,
    can_undo INTEGER NOT NULL,
    finished_at INTEGER,
    host TEXT,
    details BLOB NOT NULL
  ) STRICT;
  CREATE INDEX acts_host ON acts (host);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/** Version 1 knew this machine only, which is what no host means; a console that has it open goes on writing such rows. */
const FROM_1 = `
  ALTER TABLE acts ADD COLUMN host TEXT;
  CREATE INDEX acts_host ON acts (host);
  PRAGMA user_version = ${SCHEMA_VERSION};`;

export async function openDatabase(path: string): Promise<Result<DatabaseSync>> {
  const prepared = await preparePlace(path);
  if (!prepared.ok) return prepared;
  let database: DatabaseSync | undefined;
  try {
    const sqlite = await import('node:sqlite');
    database = new sqlite.DatabaseSync(path, { timeout: 2000 });
    const checked = prepareSchema(database, path);
    if (!checked.ok) {
      database.close();
      return checked;
    }
    return ok(database);
  } catch (error) {
    database?.close();
    return fail(sqliteProblem(error, path));
  }
}

/** The directory must be ours alone: a journal that others can write proves nothing. */
async function preparePlace(path: string): Promise<Result<void>> {
  const directory = dirname(path);
  const shown = sanitise(directory, 200);
  try {
    await makeFolder(directory, 0o700);
    const [place, file] = await Promise.all([lstat(directory), lstat(path).catch(() => undefined)]);
    const uid = process.geteuid?.() ?? place.uid;
    if (!place.isDirectory() || place.uid !== uid || (place.mode & 0o022) !== 0) {
      return fail(
        problem('not-permitted', `the journal's directory ${shown} is not a directory of yours alone`, {
          hint: `chown it to you and chmod 700 ${shown}, or set XDG_STATE_HOME`,
        }),
      );
    }
    if (file !== undefined && (!file.isFile() || file.uid !== uid)) {
      return fail(
        problem('not-permitted', `the journal ${sanitise(path, 200)} is not a plain file of yours`),
      );
    }
    // Made here, so that SQLite's companions (-wal, -shm), which copy its mode, are private too.
    if (file === undefined) await (await open(path, 'a', 0o600)).close();
    else if ((file.mode & 0o077) !== 0) await chmod(path, 0o600);
    return ok(undefined);
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    return fail(
      problem(full ? 'no-space' : 'not-permitted', `the journal's directory ${shown} cannot be made`, {
        hint: 'set XDG_STATE_HOME to a writable directory, or act without a journal',
        detail: error instanceof Error ? sanitise(error.message, 300) : '',
      }),
    );
  }
}

function prepareSchema(database: DatabaseSync, path: string): Result<void> {
  const version = pragma(database, 'user_version');
  if (version > SCHEMA_VERSION) {
    return fail(
      problem('unreadable', `the journal ${sanitise(path, 200)} was written by a newer opsconsole`, {
        hint: 'update opsconsole, or act without a journal',
      }),
    );
  }
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  if (version === SCHEMA_VERSION && pragma(database, 'application_id') === APPLICATION_ID)
    return ok(undefined);
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another console may have made the tables while we waited for the lock.
    const now = pragma(database, 'user_version');
    if (now === 0) database.exec(SCHEMA);
    else if (now === 1) database.exec(FROM_1);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
  return ok(undefined);
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

const placeWords = (host: HostId): string => (host === LOCAL ? 'this machine' : host);

export type Held = Readonly<{ release(): void }>;

/**
 * One act at a time on each host and by each user: SQLite's file lock on a file beside the journal, which the kernel drops
 * when its holder dies. Waits up to `waitMs`.
 */
export async function takeLock(path: string, waitMs: number, where: HostId = LOCAL): Promise<Result<Held>> {
  const prepared = await preparePlace(path);
  if (!prepared.ok) return prepared;
  const sqlite = await import('node:sqlite');
  let database: DatabaseSync | undefined;
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    try {
      database ??= new sqlite.DatabaseSync(path, { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
      const taken = database;
      return ok({ release: () => taken.close() });
    } catch (error) {
      const trouble = sqliteProblem(error, path);
      if (trouble.code !== 'timed-out' || performance.now() > giveUpAt) {
        database?.close();
        return fail(
          trouble.code === 'timed-out'
            ? problem('timed-out', `another console is performing an act on ${placeWords(where)}`, {
                hint: 'try again',
              })
            : trouble,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
