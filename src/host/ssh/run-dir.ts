// A private folder for control sockets: whoever may write there could take our connections over.

import { lstatSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { errnoOf, fileProblem } from '../files.ts';

export type RunDir = Readonly<{ path: string; remove(): void }>;

/**
 * sun_path has 104 bytes on macOS and the BSDs; ssh first binds a name that is 17 longer, and ours in it are 10 behind a
 * slash.
 */
const PATH_MAX = 103 - 17 - 11;

/** `XDG_RUNTIME_DIR` where it is ours alone, else the folder for temporary files. Mode 0700, a name that nobody guesses. */
export function makeRunDir(env: Readonly<Record<string, string | undefined>> = process.env): Result<RunDir> {
  const own = env.XDG_RUNTIME_DIR;
  const folders = [...(own !== undefined && isOurs(own) ? [own] : []), tmpdir(), '/tmp'];
  let why: Problem | undefined;
  for (const folder of folders) {
    const base = join(folder, 'opsconsole-');
    if (Buffer.byteLength(base) + 6 > PATH_MAX) continue;
    try {
      const path = mkdtempSync(base);
      return ok({ path, remove: () => rmSync(path, { recursive: true, force: true }) });
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      why ??= fileProblem(folder, error, 'written');
    }
  }
  const named = sanitise(folders.join(', '), 200);
  return fail(why ?? problem('bad-input', `the paths of ${named} are too long for ssh's control sockets`));
}

function isOurs(folder: string): boolean {
  if (!folder.startsWith('/')) return false;
  try {
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
