// The journal: durable intents, outcomes, modes, and every fault of disk and file as a problem instead of a throw.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { takeLock } from '../../../src/actions/journal/file.ts';
import { createJournal, type Intent, type Journal } from '../../../src/actions/journal/journal.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { type HostId, LOCAL } from '../../../src/core/hosts.ts';
import type { Command } from '../../../src/core/plan.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'oc-journal-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function intentOf(id: string, extra: Partial<Intent> = {}): Intent {
  return {
    id,
    at: unixMs(1_800_000_000_000),
    operator: { user: 'root', sudoUser: 'alice', tty: '/dev/pts/3', sshPeer: '198.51.100.7', console: 'c1' },
    action: 'ban',
    summary: 'ban 203.0.113.9 for 1h',
    reason: 'scan',
    commands: [{ argv: ['nft', '-f', '-'], stdin: 'add …\n', timeoutMs: 1, outputMaxBytes: 1 }],
    facts: { kind: 'ban', sets: ['nft:inet t s'], added: [[0, '203.0.113.9', 3600]], before: [] },
    canUndo: true,
    ...extra,
  };
}

async function opened(path: string): Promise<Journal> {
  const journal = createJournal(path);
  cleanups.push(() => journal.close());
  expect(await journal.open()).toEqual({ ok: true, value: undefined });
  return journal;
}

const codeOf = async (path: string): Promise<string> => {
  const journal = createJournal(path);
  cleanups.push(() => journal.close());
  const result = await journal.open();
  return result.ok ? 'opened' : `${result.problem.code}: ${result.problem.summary}`;
};

test('an intent without an outcome is shown as cut short, with all that undo needs', async () => {
  const path = join(folder(), 'state', 'journal.db');
  const first = await opened(path);
  expect(first.intend(intentOf('a1')).ok).toBe(true);
  first.close();

  const second = await opened(path);
  const rows = second.rows(10);
  expect(rows).toMatchObject({
    ok: true,
    value: [{ id: 'a1', state: 'intended', canUndo: true, reason: 'scan' }],
  });
  expect(rows.ok && rows.value[0]?.result).toMatch(/cut short/);
  expect(second.details('a1')).toMatchObject({ ok: true, value: { facts: { kind: 'ban' } } });
});

test('file and folder are private, also the companions of SQLite', async () => {
  const place = join(folder(), 'state');
  const journal = await opened(join(place, 'journal.db'));
  journal.intend(intentOf('a1'));
  expect(statSync(place).mode & 0o777).toBe(0o700);
  for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm'])
    expect(statSync(join(place, name)).mode & 0o777, name).toBe(0o600);
});

test('outcomes, undo marks and the newest act that can be undone', async () => {
  const journal = await opened(join(folder(), 'j.db'));
  journal.intend(intentOf('a1'));
  journal.finish('a1', 'done', 'banned');
  journal.intend(intentOf('b1', { operator: { user: 'bob', console: 'c2' } }));
  journal.finish('b1', 'unproved', 'no rule');
  journal.intend(intentOf('c1', { canUndo: false, action: 'cut', facts: { kind: 'cut' } }));
  journal.finish('c1', 'done', 'cut');
  journal.intend(intentOf('d1'));
  journal.finish('d1', 'failed', 'no');
  const last = (console?: string): string | undefined => {
    const found = journal.lastUndoable(console);
    return found.ok ? found.value?.id : 'problem';
  };
  expect(last()).toBe('b1');
  expect(last('c1')).toBe('a1');
  journal.markUndone('b1', 'e1');
  expect(last()).toBe('a1');
  expect(journal.row('b1')).toMatchObject({ ok: true, value: { state: 'undone', canUndo: false } });
});

test('a batch of 10,000 takes kilobytes, and its listing is short while the details are whole', async () => {
  const path = join(folder(), 'j.db');
  const journal = await opened(path);
  const nets = Array.from({ length: 10_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
  const stdin = nets.map((text) => `add element inet opsconsole ban4 { ${text} timeout 3600s }\n`).join('');
  const commands: readonly Command[] = [{ argv: ['nft', '-f', '-'], stdin, timeoutMs: 1, outputMaxBytes: 1 }];
  const added = nets.map((text) => [0, text, 3600] as const);
  journal.intend(intentOf('big', { commands, facts: { kind: 'ban', sets: ['x'], added, before: [] } }));
  const rows = journal.rows(1);
  expect(rows.ok && (rows.value[0]?.commands[0]?.stdin?.length ?? 0)).toBeLessThan(1000);
  const details = journal.details('big');
  expect(details.ok && details.value.commands[0]?.stdin).toBe(stdin);
  journal.close();
  expect(statSync(path).size).toBeLessThan(300_000);
});

test('hostile bytes in a record come back as visible escapes', async () => {
  const journal = await opened(join(folder(), 'j.db'));
  journal.intend(intentOf('a1', { reason: 'x\u001b[2Jy\u202e', summary: 'a\u0007b' }));
  const rows = journal.rows(1);
  expect(rows.ok && [rows.value[0]?.reason, rows.value[0]?.summary]).toEqual([
    'x\\x1b[2Jy\\u202e',
    'a\\x07b',
  ]);
});

test('two consoles write to one journal, and each sees that the other acted', async () => {
  const path = join(folder(), 'j.db');
  const one = await opened(path);
  const two = await opened(path);
  const before = one.version();
  expect(two.intend(intentOf('two')).ok).toBe(true);
  expect(one.intend(intentOf('one')).ok).toBe(true);
  expect(one.version()).not.toEqual(before);
  expect(two.rows(10)).toMatchObject({ ok: true, value: [{ id: 'one' }, { id: 'two' }] });
});

test('a file that is no database, a damaged one and one of a newer version are said, and left alone', async () => {
  const place = folder();
  const garbage = join(place, 'garbage.db');
  writeFileSync(garbage, 'this is not a database, '.repeat(100));
  expect(await codeOf(garbage)).toMatch(/^unreadable: .*damaged or not a journal/);
  expect(statSync(garbage).size).toBe(2400);

  const newer = join(place, 'newer.db');
  const database = new DatabaseSync(newer);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(await codeOf(newer)).toMatch(/^unreadable: .*newer opsconsole/);
});

test('a folder that others can write to, a symlink and a file in the way are refused', async () => {
  const place = folder();
  const open = join(place, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(await codeOf(join(open, 'j.db'))).toMatch(/^not-permitted: .*yours alone/);
  writeFileSync(join(place, 'target'), '');
  symlinkSync(join(place, 'target'), join(place, 'link.db'));
  expect(await codeOf(join(place, 'link.db'))).toMatch(/^not-permitted: .*not a plain file/);
  writeFileSync(join(place, 'file'), '');
  expect(await codeOf(join(place, 'file', 'deeper', 'j.db'))).toMatch(/^not-permitted/);
});

test('where the system makes no folders, as in /proc, that is said at once', async () => {
  const path = '/proc/opsconsole-none/state/opsconsole/journal.db';
  expect(await codeOf(path)).toBe(
    "not-permitted: the journal's directory /proc/opsconsole-none/state/opsconsole cannot be made",
  );
  expect(await takeLock(`${path}.lock`, 60_000)).toMatchObject({
    ok: false,
    problem: { code: 'not-permitted' },
  });
  const place = folder();
  symlinkSync(join(place, 'nowhere'), join(place, 'dangling'));
  expect(await codeOf(join(place, 'dangling', 'deeper', 'j.db'))).toMatch(/^not-permitted/);
});

test('all missing folders above the journal are made, private, and two consoles may make them at once', async () => {
  const place = folder();
  const path = join(place, 'a', 'b', 'c', 'j.db');
  await Promise.all(Array.from({ length: 4 }, () => opened(path)));
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(join(place, made)).mode & 0o777).toBe(0o700);
});

const canMount = ((): boolean => {
  if (process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['-m', 'true']);
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!canMount)(
  'a full disk is a problem when writing, and the journal works again when there is room',
  async () => {
    const place = folder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=300k,mode=0700', 'oc-test', place]);
    cleanups.push(() => execFileSync('umount', ['-l', place]));
    const journal = await opened(join(place, 'j.db'));
    expect(journal.intend(intentOf('a1')).ok).toBe(true);
    const filler = join(place, 'filler');
    try {
      writeFileSync(filler, Buffer.alloc(400_000));
    } catch {
      // ENOSPC: that is the point.
    }
    const results = Array.from({ length: 5 }, (_, i) =>
      journal.intend(intentOf(`f${i}`, { reason: 'x'.repeat(20_000) })),
    );
    const failed = results.find((result) => !result.ok);
    expect(failed).toMatchObject({ ok: false, problem: { code: 'no-space' } });
    rmSync(filler);
    expect(journal.intend(intentOf('later')).ok).toBe(true);
  },
);

test('the lock lets one act in at a time and is free again when its holder is gone', async () => {
  const path = join(folder(), 'j.db.lock');
  const first = await takeLock(path, 0);
  expect(first.ok).toBe(true);
  const second = await takeLock(path, 60);
  expect(second).toMatchObject({ ok: false, problem: { code: 'timed-out' } });
  if (first.ok) first.value.release();
  const third = await takeLock(path, 0);
  expect(third.ok).toBe(true);
  if (third.ok) third.value.release();
});

/** As version 1 made it. */
const VERSION_1 = `
  CREATE TABLE acts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, console TEXT NOT NULL,
    operator TEXT NOT NULL, action TEXT NOT NULL, summary TEXT NOT NULL, reason TEXT NOT NULL, commands TEXT NOT NULL,
    state TEXT NOT NULL, result TEXT NOT NULL, undoes TEXT, undone_by TEXT, can_undo INTEGER NOT NULL,
    finished_at INTEGER, details BLOB NOT NULL
  ) STRICT;
  PRAGMA application_id = ${0x6f707363};
  PRAGMA user_version = 1;`;
const OLD_ROW = `INSERT INTO acts
  (id, at, console, operator, action, summary, reason, commands, state, result, undoes, can_undo, details)
  VALUES (?, 1, 'c1', '{}', 'ban', 's', '', '[]', 'done', 'r', NULL, 1, ?)`;
const ROLLY = 'rolly' as HostId;

async function on(path: string, host: HostId): Promise<Journal> {
  const journal = createJournal(path, host);
  cleanups.push(() => journal.close());
  expect(await journal.open()).toEqual({ ok: true, value: undefined });
  return journal;
}
const ids = (read: ReturnType<Journal['rows']>): readonly string[] =>
  read.ok ? read.value.map(({ id }) => id) : [];

test('a file of version 1 is taken on: its rows are of this machine, and who has it open goes on', async () => {
  const path = join(folder(), 'j.db');
  writeFileSync(path, '', { mode: 0o600 });
  const old = new DatabaseSync(path);
  cleanups.push(() => old.close());
  old.exec(`PRAGMA journal_mode = WAL; ${VERSION_1}`);
  old.prepare(OLD_ROW).run('old', new Uint8Array(8));

  const [here, rolly] = await Promise.all([on(path, LOCAL), on(path, ROLLY)]);
  old.prepare(OLD_ROW).run('later', new Uint8Array(8));
  expect(rolly.intend(intentOf('far')).ok).toBe(true);
  expect(ids(here.rows(9))).toEqual(['later', 'old']);
  expect(ids(rolly.rows(9))).toEqual(['far']);
  const all = here.rows(9, 'everywhere');
  expect(all.ok && all.value.map(({ id, host }) => [id, host])).toEqual([
    ['far', 'rolly'],
    ['later', undefined],
    ['old', undefined],
  ]);
  expect(old.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
});

test('acts of hosts do not mix: lists, the last that can be undone, and whether something happened', async () => {
  const path = join(folder(), 'j.db');
  const [here, rolly] = [await on(path, LOCAL), await on(path, ROLLY)];
  expect(here.intend(intentOf('here')).ok).toBe(true);
  const before = here.version();
  expect(rolly.intend(intentOf('far')).ok).toBe(true);
  expect(here.version()).toEqual(before);
  expect(ids(here.actRows(9))).toEqual(['here']);
  expect(here.lastUndoable()).toMatchObject({ value: { id: 'here' } });
  expect(rolly.lastUndoable()).toMatchObject({ value: { id: 'far', host: 'rolly' } });
  expect(rolly.lastUndoable('c2')).toEqual({ ok: true, value: undefined });
  expect(here.row('far')).toMatchObject({ value: { host: 'rolly' } });
  expect(here.markUndone('here', 'x').ok).toBe(true);
  expect(here.lastUndoable()).toEqual({ ok: true, value: undefined });
});

test('a host that somebody wrote into the file is shown safely', async () => {
  const path = join(folder(), 'j.db');
  const journal = await on(path, ROLLY);
  expect(journal.intend(intentOf('a1')).ok).toBe(true);
  const file = new DatabaseSync(path);
  cleanups.push(() => file.close());
  file.prepare('UPDATE acts SET host = ?').run(`\u001b[2J${'x'.repeat(200)}`);
  const rows = journal.rows(1, 'everywhere');
  expect(rows.ok && rows.value[0]?.host).toMatch(/^[ -~…␛]{1,80}$/);
  expect(ids(journal.rows(1))).toEqual([]);
});
