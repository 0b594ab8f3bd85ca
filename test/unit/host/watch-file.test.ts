// The watch over one file: writing, renaming over it, deleting and making it again; neighbours are nobody's business.

import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFile } from '../../../src/host/watch-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Resolves when a change was seen after it was made. */
async function follow(
  path: string,
): Promise<Readonly<{ more(change: () => Promise<unknown>): Promise<void>; close(): Promise<void> }>> {
  let seen = 0;
  const watch = await watchFile({ path, quietMs: 10, onChange: () => seen++ });
  return {
    close: () => watch.close(),
    more: async (change) => {
      const before = seen;
      await change();
      await vi.waitFor(() => expect(seen).toBeGreaterThan(before), { timeout: 15_000, interval: 20 });
    },
  };
}
const link = async (to: string, name: string): Promise<void> => {
  await symlink(to, `${name}.new`);
  await rename(`${name}.new`, name);
};

it('goes along when a link leads to another folder', async () => {
  const at = (...names: readonly string[]): string => join(folder, ...names);
  for (const name of ['one', 'two', 'here']) await mkdir(at(name));
  await writeFile(at('one', 'a.yml'), 'one');
  await writeFile(at('two', 'b.yml'), 'two');
  await link('../one/a.yml', at('here', 'a.yml'));
  const watch = await follow(at('here', 'a.yml'));
  try {
    await watch.more(() => writeFile(at('one', 'a.yml'), 'one, longer'));
    await watch.more(() => link('../two/b.yml', at('here', 'a.yml')));
    await watch.more(() => writeFile(at('two', 'b.yml'), 'two, longer'));
    await watch.more(() => writeFile(at('two', 'b.yml'), 'two, longer still'));
  } finally {
    await watch.close();
  }
}, 60_000);

it('goes along when a folder on the way is a link that leads elsewhere', async () => {
  const at = (...names: readonly string[]): string => join(folder, ...names);
  for (const name of ['one', 'two']) {
    await mkdir(at(name));
    await writeFile(at(name, 'a.yml'), name);
  }
  await link('one', at('now'));
  const watch = await follow(at('now', 'a.yml'));
  try {
    await watch.more(() => link('two', at('now')));
    await watch.more(() => writeFile(at('two', 'a.yml'), 'two, longer'));
  } finally {
    await watch.close();
  }
}, 60_000);

it('a circle of links ends, and its end is seen', async () => {
  await symlink('b.yml', join(folder, 'a.yml'));
  await symlink('a.yml', join(folder, 'b.yml'));
  const watch = await follow(join(folder, 'a.yml'));
  try {
    await watch.more(async () => {
      await rm(join(folder, 'a.yml'));
      await writeFile(join(folder, 'a.yml'), 'there');
    });
  } finally {
    await watch.close();
  }
}, 60_000);

it('sees every way in which an editor writes', async () => {
  const path = join(folder, 'a.yml');
  await writeFile(path, 'one');
  let seen = 0;
  const watch = await watchFile({ path, quietMs: 10, onChange: () => seen++ });
  const more = async (change: () => Promise<unknown>): Promise<void> => {
    const before = seen;
    await change();
    await vi.waitFor(() => expect(seen).toBeGreaterThan(before), { timeout: 15_000, interval: 20 });
  };
  try {
    await more(() => writeFile(path, 'two, longer'));
    await more(async () => {
      await writeFile(join(folder, '.a.yml.swp'), 'three, longer still');
      await rename(join(folder, '.a.yml.swp'), path);
    });
    await more(() => rm(path));
    await more(() => writeFile(path, 'four'));
  } finally {
    await watch.close();
  }
}, 60_000);
