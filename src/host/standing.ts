// Where what we start stands: in our folder, as long as there is one.

import { existsSync } from 'node:fs';

/** A folder that was removed under us would keep every program from starting. */
export function standing(): Readonly<{ cwd?: string }> {
  try {
    return existsSync(process.cwd()) ? {} : { cwd: '/' };
  } catch {
    return { cwd: '/' };
  }
}
