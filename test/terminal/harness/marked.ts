// Processes that were started with a mark in their environment, wherever they have gone since.

import { readdirSync, readFileSync } from 'node:fs';

export function markedProcesses(mark: string): readonly number[] {
  return pidsWhere((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark));
}

/** The reaper of a console. */
export function reaperOf(console: number): number | undefined {
  return pidsWhere((pid) => {
    const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (
      Number(parent) === console &&
      readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('opsconsole-reaper')
    );
  })[0];
}

export function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function pidsWhere(holds: (pid: number) => boolean): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return holds(pid) && isThere(pid);
      } catch {
        return false;
      }
    });
}
