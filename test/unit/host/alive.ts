// Whether a process is still there (a zombie that nobody collected counts as gone).

import { readFileSync } from 'node:fs';

export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
