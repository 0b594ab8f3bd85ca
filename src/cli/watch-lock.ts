// One watch per host: a file that names the process, made whole or not at all. One that a dead process left is taken over.

import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Problem, problem } from '../core/problem.ts';
import { startIn } from '../core/proc-stat.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { fileProblem } from '../host/files.ts';
import { makeFolderNow } from './watch-folder.ts';

const ATTEMPTS = 5;

/** The value gives the lock back. `proc`: where the kernel lists processes, where it does. */
export function takeLock(path: string, proc = '/proc'): Result<() => void> {
  const mine = `${process.pid} ${startOf(process.pid, proc) ?? 0}\n`;
  try {
    makeFolderNow(dirname(path), 0o755);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (made(path, mine)) return ok(() => giveBack(path, mine));
      const found = contentOf(path);
      if (found === undefined) continue;
      const pid = livingOwner(found, proc);
      if (pid !== undefined) return fail(taken(pid));
      if (!cleared(path, found)) return fail(taken(undefined));
    }
  } catch (error) {
    return fail(fileProblem(path, error, 'written'));
  }
  return fail(taken(undefined));
}

function taken(pid: number | undefined): Problem {
  const who = pid === undefined ? '' : ` (process ${pid})`;
  return problem('refused', `another watch runs on this host already${who}`, {
    hint: 'one is enough; to change its session, end it first: systemctl restart opsconsole-watch',
  });
}

/** By a link, so that nobody ever reads half of it. */
function made(path: string, text: string): boolean {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text, { mode: 0o644 });
  try {
    linkSync(fresh, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** False: between our look and our hand another watch has taken it over; it gets its file back. */
function cleared(path: string, stale: string): boolean {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return true;
  }
  const isStale = contentOf(aside) === stale;
  if (!isStale) {
    try {
      linkSync(aside, path);
    } catch {
      // A third one has it by now.
    }
  }
  rmSync(aside, { force: true });
  return isStale;
}

function giveBack(path: string, mine: string): void {
  if (contentOf(path) === mine) rmSync(path, { force: true });
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A number alone may belong to another process by now; with its start time it cannot. */
function livingOwner(text: string, proc: string): number | undefined {
  const match = /^(\d{1,10}) (\d{1,20})\n$/.exec(text);
  const pid = Number(match?.[1]);
  return match !== null && startOf(pid, proc) === match[2] ? pid : undefined;
}

function startOf(pid: number, proc: string): string | undefined {
  const stat = contentOf(`${proc}/${sanitise(String(pid))}/stat`);
  if (stat !== undefined) return startIn(stat);
  // Without /proc nothing says when it began: there a living number is taken for the one that wrote it.
  return existsSync(`${proc}/self/stat`) || !lives(pid) ? undefined : '0';
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
