// The terminals of programs are open in us without close-on-exec, which Node cannot set: whatever else we start would
// inherit them, keep them open, and could type into them, whoever it runs as. So each of them is laid over in the child.

import { openSync } from 'node:fs';

const masters = new Set<number>();
let nothing: number | undefined;

/** `fd` is the terminal of a program from now on; call what is returned when it has been closed. */
export function keepFromChildren(fd: number): () => void {
  masters.add(fd);
  return () => void masters.delete(fd);
}

/**
 * For `stdio` of a child, behind its first three: /dev/null in the place of every terminal that is open now. Its other
 * places are ours with close-on-exec, so that nothing else is lost.
 */
export function overTerminals(): readonly number[] {
  const highest = Math.max(0, ...masters);
  if (highest < FIRST) return [];
  try {
    nothing ??= openSync('/dev/null', 'r+');
  } catch {
    return [];
  }
  return new Array<number>(highest - FIRST + 1).fill(nothing);
}

/** Below it are stdin, stdout and stderr. */
const FIRST = 3;
