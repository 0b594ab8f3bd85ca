// Takes what fail2ban's action has written into the journal, each line exactly once: how far the file was read lies in the same
// database and moves in the same transaction as the rows.

import { constants } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { packDetails } from '../journal/pack.ts';
import { type NotedBan, parseNotedLine, sayNoted } from './parse.ts';

/** In one go; the rest comes with the next look. */
const BYTES_MAX = 4 * 1024 * 1024;
/** From here on the file is put aside when all of it is taken. */
const ASIDE_BYTES = 1024 * 1024;
const OPERATOR = JSON.stringify({ user: 'fail2ban', console: 'fail2ban' });

/** With the index the acts of operators are found at once among any number of notes. */
const TABLE = `CREATE TABLE IF NOT EXISTS intake (
  file TEXT PRIMARY KEY, inode INTEGER NOT NULL, offset INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS acts_not_noted ON acts (seq) WHERE action <> 'noted'`;

type Place = Readonly<{ inode: number; offset: number }>;
type Taken = Readonly<{ rows: number; unread: number }>;

/** `rows`: taken now; `unread`: lines that were not understood. No file is nothing to take. */
export async function takeIn(database: DatabaseSync, path: string): Promise<Result<Taken>> {
  try {
    database.exec(TABLE);
    const place = placeOf(database, path);
    const before = await takeFrom(database, path, { file: `${path}.1`, place, only: true });
    if (!before.ok) return before;
    const now = await takeFrom(database, path, { file: path, place: placeOf(database, path), only: false });
    if (!now.ok) return now;
    return ok({
      rows: before.value.rows + now.value.rows,
      unread: before.value.unread + now.value.unread,
    });
  } catch (error) {
    return fail(
      problem(
        'unreadable',
        `what fail2ban recorded in ${sanitise(path, 120)} could not be taken into the journal`,
        {
          detail: sanitise(String(error), 200),
        },
      ),
    );
  }
}

function placeOf(database: DatabaseSync, path: string): Place | undefined {
  const raw = database.prepare('SELECT inode, offset FROM intake WHERE file = ?').get(path);
  return raw === undefined ? undefined : { inode: Number(raw.inode), offset: Number(raw.offset) };
}

const NOTHING: Taken = { rows: 0, unread: 0 };

/** `only`: the file counts only when it is the one that was read last: it was put aside meanwhile. */
type Source = Readonly<{ file: string; place: Place | undefined; only: boolean }>;

async function takeFrom(
  database: DatabaseSync,
  path: string,
  { file, place, only }: Source,
): Promise<Result<Taken>> {
  const handle = await openOrNot(file);
  if (handle === undefined) return ok(NOTHING);
  try {
    const stat = await handle.stat();
    const uid = process.geteuid?.() ?? stat.uid;
    if (!stat.isFile() || (stat.uid !== 0 && stat.uid !== uid) || (stat.mode & 0o022) !== 0)
      return fail(
        problem(
          'not-permitted',
          `${sanitise(file, 120)} is not a plain file that only root or you can write`,
          {
            hint: 'what it says is not taken into the journal',
          },
        ),
      );
    const known = place !== undefined && place.inode === stat.ino ? place : undefined;
    if (only && known === undefined) return ok(NOTHING);
    // Shorter than what was read: it was emptied.
    const offset = known === undefined || known.offset > stat.size ? 0 : known.offset;
    const buffer = Buffer.alloc(Math.min(BYTES_MAX, stat.size - offset));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const ends = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    // A line that fills all that is read at once is no line of ours: it is passed over rather than waited for.
    const whole = ends === 0 && bytesRead === BYTES_MAX ? bytesRead : ends;
    const taken = store(database, {
      path,
      from: place,
      lines: buffer.subarray(0, whole).toString('latin1').split('\n'),
      place: { inode: stat.ino, offset: offset + whole },
    });
    if (!only && offset + whole === stat.size && stat.size >= ASIDE_BYTES) await rename(file, `${file}.1`);
    return ok(taken);
  } finally {
    await handle.close();
  }
}

async function openOrNot(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** `lines`: a character for each byte, so that places can be counted. */
type Batch = Readonly<{
  path: string;
  lines: readonly string[];
  /** Where the last look ended, and where this one does. */
  from: Place | undefined;
  place: Place;
}>;

function store(database: DatabaseSync, { path, lines, from, place }: Batch): Taken {
  let rows = 0;
  let unread = 0;
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another console may have taken the same lines since we looked; what is left comes with the next look.
    const now = placeOf(database, path);
    if (now?.inode !== from?.inode || now?.offset !== from?.offset) {
      database.exec('ROLLBACK');
      return NOTHING;
    }
    let at = place.offset - lines.reduce((sum, line) => sum + line.length + 1, -1);
    for (const line of lines) {
      const begins = at;
      at += line.length + 1;
      if (line === '') continue;
      const noted = parseNotedLine(Buffer.from(line, 'latin1').toString('utf8'));
      if (noted === undefined) unread++;
      else {
        insert(
          database,
          noted,
          `f2b-${place.inode.toString(36)}-${begins.toString(36)}-${noted.at.toString(36)}`,
        );
        rows++;
      }
    }
    database
      .prepare('INSERT OR REPLACE INTO intake (file, inode, offset) VALUES (?, ?, ?)')
      .run(path, place.inode, place.offset);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
  return { rows, unread };
}

function insert(database: DatabaseSync, noted: NotedBan, id: string): void {
  database
    .prepare(
      `INSERT OR IGNORE INTO acts
      (id, at, console, operator, action, summary, reason, commands, state, result, undoes, can_undo, details)
      VALUES (?, ?, 'fail2ban', ?, 'noted', ?, ?, '[]', 'done', ?, NULL, 0, ?)`,
    )
    .run(
      id,
      noted.at,
      OPERATOR,
      sayNoted(noted),
      sanitise(`jail ${noted.jail}`),
      'recorded by the action of fail2ban',
      packDetails({ commands: [], facts: { kind: 'noted' } }),
    );
}
