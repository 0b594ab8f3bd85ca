// Opens the session, and prints raise.sh for it, in a short-lived process of the whole program and takes both over as data: what
// reading YAML and checking it leaves in memory, 10 MB, would stay with the watch for months. (A thread leaves more behind
// than it saves.)

import type { Session } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, type Result } from '../core/result.ts';
import type { ShieldsPlace } from '../core/shields.ts';
import type { Io } from './io.ts';
import { runChild, wholeProgram } from './watch-child.ts';

/** `script`: raise.sh. */
export type Opened = Readonly<{ session: Session; place: ShieldsPlace; script: Result<string> }>;

const TIMEOUT_MS = 60_000;

export async function openSessionApart(argument: string | undefined, io: Io): Promise<Result<Opened>> {
  const words = ['watch', '--print-session', ...(argument === undefined ? [] : ['--session', argument])];
  const ran = await runChild(wholeProgram(...words), { timeoutMs: TIMEOUT_MS, cwd: io.cwd });
  const opened = readPrinted(ran.stdout);
  if (opened !== undefined) return opened;
  const detail = [ran.ended ?? 'its answer was cut short', ran.stderr].filter(Boolean).join(': ');
  return fail(problem('bad-exit', 'the session could not be read in a process of its own', { detail }));
}

/** Of our own making, a moment ago. */
function readPrinted(text: string): Result<Opened> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
