// Makes a folder with the folders above it, in a number of steps that is known before: one per missing level.

import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Not Node's `recursive`: where mkdir says ENOENT although the parent is there, as procfs does, Node makes the parent
 * "again" and tries for ever, on a thread that keeps even the exit waiting. Throws the system's errors.
 */
export async function makeFolder(path: string, mode: number): Promise<void> {
  for (const level of await missingLevels(resolve(path))) {
    try {
      await mkdir(level, { mode });
    } catch (error) {
      // Somebody else made it meanwhile; that it is a folder shows at the next level, or to the caller.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
}

/** Outermost first; ends at the root, which is always there. */
async function missingLevels(path: string): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let level = path; level !== dirname(level); level = dirname(level)) {
    try {
      await stat(level);
      break;
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) throw error;
      missing.unshift(level);
    }
  }
  return missing;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
