// When a log is gone or silent: the file beside it that is written instead. `error.log` → `site.error.log`, `error.log.1`.

import type { Host } from '../../host/host.ts';

const LOOKED_MAX = 300;
/** Written within this time counts as being written. */
const FRESH_MS = 3_600_000;
const OLDER_MS = 600_000;

/** The newest of those that are written now, while `path` is missing or older. */
export async function findSuccessor(
  host: Pick<Host, 'glob' | 'stat' | 'now'>,
  path: string,
): Promise<string | undefined> {
  const cut = path.lastIndexOf('/');
  const folder = path.slice(0, cut);
  const name = path.slice(cut + 1);
  const stem = /^[A-Za-z]+/.exec(name)?.[0] ?? '';
  if (stem.length < 3 || /[*?[\]{}\\]/.test(folder)) return undefined;
  const own = await host.stat(path);
  const since = Math.max(own.ok ? own.value.mtime + OLDER_MS : 0, host.now() - FRESH_MS);
  const found = await host.glob(`${folder}/*`);
  let newest: Readonly<{ path: string; mtime: number }> | undefined;
  for (const other of found.ok ? found.value.slice(0, LOOKED_MAX) : []) {
    if (other === path || /\.(gz|xz|bz2|zst)$/.test(other) || !other.slice(cut + 1).includes(stem)) continue;
    const stat = await host.stat(other);
    if (!stat.ok || stat.value.kind !== 'file' || stat.value.mtime < since) continue;
    if (newest === undefined || stat.value.mtime > newest.mtime)
      newest = { path: other, mtime: stat.value.mtime };
  }
  return newest?.path;
}
