// Opens the session, and prints raise.sh for it, in a short-lived process of the same program and takes both over as data: what
// reading YAML and checking it leaves in memory, 10 MB, would stay with the watch for months. (A thread leaves more behind
// than it saves.)

import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import type { Host } from '../host/host.ts';
import type { Io } from './io.ts';

/** `script`: raise.sh. */
export type Opened = Readonly<{ session: Session; place: ShieldsPlace; script: Result<string> }>;

const BUNDLE = 'watch.js';
const OUTPUT_MAX = 4_194_304;
const TIMEOUT_MS = 60_000;

export async function openSessionApart(
  host: Host,
  argument: string | undefined,
  io: Io,
): Promise<Result<Opened>> {
  const bundle = process.argv[1] ?? '';
  if (basename(bundle) !== BUNDLE) return openHere(host, argument, io);
  const words = ['watch', '--print-session', ...(argument === undefined ? [] : ['--session', argument])];
  const options = { cwd: io.cwd, maxBuffer: OUTPUT_MAX, timeout: TIMEOUT_MS };
  const printed = await new Promise<string | Error>((resolve) => {
    execFile(process.execPath, [...process.execArgv, bundle, ...words], options, (error, stdout) =>
      resolve(stdout === '' && error !== null ? error : stdout),
    );
  });
  const opened = typeof printed === 'string' ? readPrinted(printed) : undefined;
  if (opened !== undefined) return opened;
  const detail = printed instanceof Error ? sanitise(printed.message, 300) : 'its answer was cut short';
  return fail(problem('bad-exit', 'the session could not be read in a process of its own', { detail }));
}

/** What `--print-session` writes: the Result itself. */
export async function printSession(host: Host, argument: string | undefined, io: Io): Promise<void> {
  io.stdout.write(JSON.stringify(await openHere(host, argument, io)));
}

async function openHere(host: Host, argument: string | undefined, io: Io): Promise<Result<Opened>> {
  const [{ openSession }, { raiseScriptFor }, { shieldsPlace }] = await Promise.all([
    import('./session-file.ts'),
    import('./watch-script.ts'),
    import('./shields-desk.ts'),
  ]);
  const opened = await openSession(host, argument, io);
  if (!opened.ok) return opened;
  const session = opened.value;
  const place = shieldsPlace(io.env);
  return ok({ session, place, script: await raiseScriptFor({ session, place }) });
}

/** Of our own making, a moment ago. */
function readPrinted(text: string): Result<Opened> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
