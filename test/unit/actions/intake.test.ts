// The lines of fail2ban's action, and that each comes into the journal exactly once, whatever happens to the file.

import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { parseNotedLine, sayNoted } from '../../../src/actions/intake/parse.ts';
import { createJournal, type Journal } from '../../../src/actions/journal/journal.ts';
import { unixMs } from '../../../src/core/brand.ts';

const line = (second: number, who = '203.0.113.5', what = 'ban'): string =>
  `1\t17952063${second}.25\t${what}\tsshd\t600\t5\t${who}\n`;

describe('a line', () => {
  test.each([
    [line(24), 'fail2ban banned 203.0.113.5 in jail sshd for 10m after 5 failures'],
    ['1\t1795206324\tban\tweb\t-1\t0\t2001:DB8:0::5', 'fail2ban banned 2001:db8::5 in jail web for ever'],
    ['1\t1795206324\tunban\tweb\t600\t5\t203.0.113.5', 'fail2ban unbanned 203.0.113.5 in jail web'],
    ['1\t1795206324\tban\tweb\t<bantime>\t\troot\u001b[2J', undefined],
  ])('%j', (text, words) => {
    const noted = parseNotedLine(text.trimEnd());
    const says = noted === undefined ? '' : sayNoted(noted);
    if (words === undefined) expect(says).toMatch(/^fail2ban banned "root[^\u001b]*" in jail web$/);
    else expect(says).toBe(words);
  });

  test('random bytes never throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `1\t1\tban\t${text}`),
        ),
        (text) => {
          const noted = parseNotedLine(text);
          if (noted !== undefined) expect(sayNoted(noted)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
        },
      ),
    );
  });
});

describe('the file', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function rig(): Promise<
    Readonly<{ journal: Journal; other: Journal; path: string; count: () => number }>
  > {
    const folder = mkdtempSync(join(tmpdir(), 'oc-intake-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const journal = createJournal(join(folder, 'journal.db'));
    const other = createJournal(join(folder, 'journal.db'));
    ends.push(
      () => journal.close(),
      () => other.close(),
    );
    await journal.open();
    await other.open();
    const count = (): number => {
      const rows = journal.rows(10_000);
      return rows.ok ? rows.value.length : -1;
    };
    return { journal, other, path: join(folder, 'fail2ban.log'), count };
  }

  test('of any length pushes no act of an operator out of sight', async () => {
    const { journal, path } = await rig();
    journal.intend({
      id: 'mine',
      at: unixMs(1),
      operator: { user: 'x', console: 'x' },
      action: 'ban',
      summary: 'ban',
      reason: '',
      commands: [],
      facts: { kind: 'cut' },
      canUndo: false,
    });
    writeFileSync(path, Array.from({ length: 30 }, (_, at) => line(at)).join(''), { mode: 0o600 });
    await journal.takeIn(path);
    const [all, acts] = [journal.rows(1), journal.actRows(1)];
    expect(all.ok && all.value[0]?.action).toBe('noted');
    expect(acts.ok && acts.value.map(({ id }) => id)).toEqual(['mine']);
  });

  test('appended to, put aside, emptied; half a line waits for its end; two consoles', async () => {
    const { journal, other, path, count } = await rig();
    expect(await journal.takeIn(path)).toEqual({ ok: true, value: { rows: 0, unread: 0 } });
    writeFileSync(path, `${line(24)}what is this\n${line(25).slice(0, 10)}`, { mode: 0o600 });
    expect(await journal.takeIn(path)).toEqual({ ok: true, value: { rows: 1, unread: 1 } });
    appendFileSync(path, line(25).slice(10));
    const both = await Promise.all([journal.takeIn(path), other.takeIn(path)]);
    expect(both.map((taken) => (taken.ok ? taken.value.rows : -1)).sort()).toEqual([0, 1]);
    expect(count()).toBe(2);
    // A name that is not UTF-8 must not shift the places.
    appendFileSync(path, Buffer.from(line(26, 'r\xf6\xf6t'), 'latin1'));
    appendFileSync(path, line(27));
    await journal.takeIn(path);
    expect(count()).toBe(4);
    appendFileSync(path, line(28));
    renameSync(path, `${path}.1`);
    writeFileSync(path, line(29), { mode: 0o600 });
    await journal.takeIn(path);
    expect(count()).toBe(6);
    writeFileSync(path, '');
    await journal.takeIn(path);
    appendFileSync(path, line(30));
    await journal.takeIn(path);
    expect(count()).toBe(7);
  });

  test('megabytes without an end of line do not hold up what comes after them', async () => {
    const { journal, path, count } = await rig();
    writeFileSync(path, `${'x'.repeat(5 * 1024 * 1024)}\n${line(24)}`, { mode: 0o600 });
    await journal.takeIn(path);
    await journal.takeIn(path);
    expect(count()).toBe(1);
  });

  test('one that others can write, or a link, is not taken, and said', async () => {
    const { journal, path, count } = await rig();
    writeFileSync(path, line(24));
    chmodSync(path, 0o666);
    expect(await journal.takeIn(path)).toMatchObject({ ok: false, problem: { code: 'not-permitted' } });
    renameSync(path, `${path}.real`);
    symlinkSync(`${path}.real`, path);
    expect(await journal.takeIn(path)).toMatchObject({ ok: false });
    expect(count()).toBe(0);
  });

  test('what cannot be taken back says whose act it was', async () => {
    const { journal, path } = await rig();
    writeFileSync(path, line(24), { mode: 0o600 });
    await journal.takeIn(path);
    const rows = journal.rows(1);
    expect(rows).toMatchObject({
      ok: true,
      value: [{ action: 'noted', canUndo: false, state: 'done', operator: { user: 'fail2ban' } }],
    });
    expect(journal.lastUndoable()).toEqual({ ok: true, value: undefined });
  });
});
