// The watch over one file: writing, renaming over it, deleting and making it again; neighbours are nobody's business.

import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchFile } from '../../../src/host/watch-file.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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
