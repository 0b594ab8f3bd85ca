// Counts how often the shields of a world come down: as the kernel saw it, and as their outcome tells it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './console.ts';
import { untilTrue } from './tmux.ts';

export type Reverts = Readonly<{
  /** `deleted`: how often the table was deleted since. `outcome`: of the shields that were up then. */
  end(): Promise<Readonly<{ deleted: number; outcome: string }>>;
}>;

export async function revertsOf({ net, path }: World, table: string): Promise<Reverts> {
  const monitor = net.spawnIn(net.server, ['nft', 'monitor', 'tables']);
  let seen = '';
  monitor.stdout?.on('data', (bytes: Buffer) => {
    seen += bytes.toString();
  });
  const folder = join(path('lib'), 'shields');
  const file = join(folder, readFileSync(join(folder, 'current'), 'utf8').trim(), 'outcome');
  // It is listening when it reports something of ours.
  let probe = 0;
  await untilTrue('nft monitor listens', async () => {
    const name = `oc_probe_${++probe}`;
    await net.exec(net.server, ['nft', 'add', 'table', 'inet', name]);
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', name]);
    return seen.includes('oc_probe');
  });
  return {
    async end() {
      await untilTrue('an outcome is written', () => existsSync(file));
      // What came after it would be seen before this.
      await net.exec(net.server, ['nft', 'add', 'table', 'inet', 'oc_last']);
      await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'oc_last']);
      await untilTrue('the monitor has told all', () => seen.includes('delete table inet oc_last'));
      monitor.kill('SIGKILL');
      return {
        deleted: seen.split(`delete table inet ${table}`).length - 1,
        outcome: readFileSync(file, 'utf8'),
      };
    },
  };
}
