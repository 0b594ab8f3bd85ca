// Says when a file may have changed: also for editors that write another file and rename it, and for a link whose target
// is exchanged. The reader compares; several hints for one change are normal.

import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { watch } from 'chokidar';

export type WatchOptions = Readonly<{
  path: string;
  /** Called after the last sign of a change, when it has been quiet for `quietMs`. */
  onChange: () => void;
  quietMs: number;
}>;

/** Ends with `close`. Resolves when changes from now on are seen. */
export async function watchFile(options: WatchOptions): Promise<Readonly<{ close(): Promise<void> }>> {
  const path = resolve(options.path);
  const target = await realpath(path).catch(() => path);
  const names = new Set([path, target]);
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch([...new Set([...names].map((name) => dirname(name)))], {
    depth: 0,
    ignoreInitial: true,
    persistent: false,
    // The folder may hold thousands of files that are nobody's business here.
    ignored: (seen, stats) => stats?.isFile() === true && !isOurs(seen, names),
  });
  const hint = (): void => {
    clearTimeout(timer);
    timer = setTimeout(options.onChange, options.quietMs);
  };
  watcher.on('all', (_, seen) => {
    if (isOurs(seen, names)) hint();
  });
  // A folder that cannot be watched any more is no reason to end: nothing is said of later changes.
  watcher.on('error', () => undefined);
  await new Promise<void>((ready) => watcher.once('ready', ready));
  return {
    close: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** By its name: the watched folders may be called otherwise than the operator calls them. */
function isOurs(seen: string, names: ReadonlySet<string>): boolean {
  return [...names].some((name) => basename(seen) === basename(name));
}
