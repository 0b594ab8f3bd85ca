// Says when a file may have changed: also for editors that write another file and rename it, and where a link on the way
// to it leads elsewhere now. The reader compares; several hints for one change are normal.

import { readlink } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

export type WatchOptions = Readonly<{
  path: string;
  /** Called after the last sign of a change, when it has been quiet for `quietMs`. */
  onChange: () => void;
  quietMs: number;
}>;

/** Ends with `close`. Resolves when changes from now on are seen. */
export async function watchFile(options: WatchOptions): Promise<Readonly<{ close(): Promise<void> }>> {
  const path = resolve(options.path);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const hint = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      work = work.then(told);
    }, options.quietMs);
  };
  let way = await wayTo(path);
  let watcher = await watchAll(way, hint);
  /** Where a link leads elsewhere now, that place is watched before the change is told: nothing is missed between. */
  const told = async (): Promise<void> => {
    const now = await wayTo(path);
    if (closed) return;
    if (now.join('\0') !== way.join('\0')) {
      const old = watcher;
      way = now;
      watcher = await watchAll(now, hint);
      await old.close();
    }
    if (!closed) options.onChange();
  };
  let work = Promise.resolve();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await work;
      await watcher.close();
    },
  };
}

async function watchAll(way: readonly string[], hint: () => void): Promise<FSWatcher> {
  const watcher = watch([...new Set(way.map((name) => dirname(name)))], {
    depth: 0,
    ignoreInitial: true,
    persistent: false,
    // The folder may hold thousands of files that are nobody's business here.
    ignored: (seen, stats) => stats?.isFile() === true && !isOurs(seen, way),
  });
  watcher.on('all', (_, seen) => {
    if (isOurs(seen, way)) hint();
  });
  // A folder that cannot be watched any more is no reason to end: nothing is said of later changes.
  watcher.on('error', () => undefined);
  await new Promise<void>((ready) => watcher.once('ready', ready));
  return watcher;
}

const LINKS_MAX = 40;

/** The path, every link on the way, and where they lead: whichever of them is exchanged, another file is meant. */
async function wayTo(path: string): Promise<readonly string[]> {
  const way = [path];
  let rest = path.split(sep).filter((part) => part !== '');
  let at: string = sep;
  for (let links = 0; rest.length > 0; ) {
    const [part = '', ...more] = rest;
    const here = resolve(at, part);
    const leads = await readlink(here).catch(() => undefined);
    rest = more;
    if (leads === undefined) at = here;
    else {
      way.push(here);
      if (++links > LINKS_MAX) return way;
      rest = [
        ...resolve(at, leads)
          .split(sep)
          .filter((step) => step !== ''),
        ...more,
      ];
      at = sep;
    }
  }
  return [...new Set([...way, at])];
}

/** By its name: the watched folders may be called otherwise than the operator calls them. */
function isOurs(seen: string, names: readonly string[]): boolean {
  return names.some((name) => basename(seen) === basename(name));
}
