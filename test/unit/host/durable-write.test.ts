// A file is the old one or the new one: mode, links, races and refusals, on a real file system.

import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeDurably } from '../../../src/host/durable-write.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('writeDurably', () => {
  it('replaces what was expected and keeps the mode', async () => {
    const path = join(folder, 'a.yml');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    expect(await writeDurably({ path, text: 'new', expected: 'old' })).toEqual({
      ok: true,
      value: 'written',
    });
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['a.yml']);
  });

  it('writes nothing over what was not expected', async () => {
    const path = join(folder, 'a.yml');
    await writeFile(path, 'other');
    expect(await writeDurably({ path, text: 'new', expected: 'old' })).toEqual({
      ok: true,
      value: 'changed',
    });
    expect(await writeDurably({ path, text: 'new', expected: undefined })).toEqual({
      ok: true,
      value: 'changed',
    });
    expect(await readFile(path, 'utf8')).toBe('other');
    expect(await readdir(folder)).toEqual(['a.yml']);
  });

  it('makes a new file for its owner only, with the one folder that it may make', async () => {
    const ours = join(folder, 'x', 'opsconsole');
    const path = join(ours, 'a.yml');
    expect(await writeDurably({ path, text: 'new', expected: undefined, ours })).toEqual({
      ok: true,
      value: 'written',
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(ours)).mode & 0o777).toBe(0o700);
  });

  it('makes no other folder, and says which is missing', async () => {
    const missing = join(folder, 'y');
    const summary = `${missing} does not exist: make it first, or give another place`;
    for (const ours of [{}, { ours: join(folder, 'x') }, { ours: join(missing, 'deeper') }])
      expect(
        await writeDurably({ path: join(missing, 'a.yml'), text: 'new', expected: undefined, ...ours }),
      ).toEqual({ ok: false, problem: { code: 'not-found', summary } });
    expect(await readdir(folder)).toEqual([]);
  });

  it('goes where a link leads, also to nothing yet', async () => {
    await mkdir(join(folder, 'real'));
    await writeFile(join(folder, 'real', 'a.yml'), 'old');
    await symlink('real/a.yml', join(folder, 'a.yml'));
    await symlink('real/b.yml', join(folder, 'b.yml'));
    await writeDurably({ path: join(folder, 'a.yml'), text: 'new', expected: 'old' });
    await writeDurably({ path: join(folder, 'b.yml'), text: 'new', expected: undefined });
    expect(await readFile(join(folder, 'real', 'a.yml'), 'utf8')).toBe('new');
    expect(await readFile(join(folder, 'real', 'b.yml'), 'utf8')).toBe('new');
  });

  it('leaves bytes alone that are no UTF-8, and says so', async () => {
    const path = join(folder, 'a.yml');
    const latin = Buffer.from('# caf\u00e9\n', 'latin1');
    await writeFile(path, latin);
    const result = await writeDurably({ path, text: 'new', expected: latin.toString('utf8') });
    expect(result.ok ? '' : result.problem.summary).toContain('not all UTF-8');
    expect((await readFile(path)).equals(latin)).toBe(true);
    expect(await readdir(folder)).toEqual(['a.yml']);
  });

  it.each(['folder', 'pipe', 'circle'] as const)('a %s is no file to write', async (what) => {
    const path = join(folder, 'a.yml');
    if (what === 'folder') await mkdir(path);
    else if (what === 'pipe') execFileSync('mkfifo', [path]);
    else await symlink('a.yml', path);
    const before = await readdir(folder);
    for (const expected of ['old', undefined]) {
      const result = await writeDurably({ path, text: 'new', expected });
      expect(result).not.toEqual({ ok: true, value: 'written' });
      if (what === 'circle') expect(result.ok ? '' : result.problem.summary).toContain('in a circle');
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it('says in one sentence why it cannot', async () => {
    await writeFile(join(folder, 'file'), '');
    const result = await writeDurably({
      path: join(folder, 'file', 'a.yml'),
      text: 'x',
      expected: undefined,
    });
    expect(result.ok ? '' : result.problem.summary).toContain('a.yml');
  });
});
