// Files that others may take away at any moment: looking first and reading then would be a race.

import { readFileSync } from 'node:fs';

/** Undefined when there is no such file, or no longer. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
