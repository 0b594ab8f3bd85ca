// Makes the folders of the watch's own files. Not Node's `recursive`: in procfs, where mkdir says ENOENT although the parent
// is there, that tries for ever.

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../host/files.ts';

/** Throws the system's errors. */
export function makeFolderNow(path: string, mode: number): void {
  const missing: string[] = [];
  for (let level = resolve(path); !existsSync(level); level = dirname(level)) missing.unshift(level);
  for (const level of missing) {
    try {
      mkdirSync(level, { mode });
    } catch (error) {
      // Somebody else made it meanwhile.
      if (errnoOf(error) !== 'EEXIST') throw error;
    }
  }
}
