// Starts a worker thread from its entry file: the TypeScript file itself under Node's type stripping (tests, benches),
// or the text that the build put into the bundle, so that the program stays one file.

import { basename } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** Entry file name → bundled source; defined by scripts/build.mjs, absent when running from source. */
declare const OPSCONSOLE_WORKERS: Readonly<Record<string, string>> | undefined;

/** `entry`: `new URL('./flows-worker.ts', import.meta.url)`. The caller terminates it and listens for 'error'. */
export function startWorker(entry: URL, options: WorkerOptions = {}): Worker {
  // The parent's own flags (an inline script, say) are not the worker's.
  const own = { execArgv: [], ...options };
  if (typeof OPSCONSOLE_WORKERS === 'undefined') return new Worker(entry, own);
  const source = OPSCONSOLE_WORKERS[basename(entry.pathname)];
  if (source === undefined) throw new Error(`no worker ${entry.pathname} in the bundle`);
  return new Worker(source, { ...own, eval: true });
}
