// A playground of a test: started in tmux as a person would, found again by its folder, counted by what /proc says.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM } from './console.ts';
import { openTerminal, type TestTerminal, untilTrue } from './tmux.ts';

export type TestPlayground = Readonly<{
  terminal: TestTerminal;
  /** Where its temporary folder is made. */
  base: string;
  /** The temporary folder; throws when there is none. */
  folder(): string;
  /** What a file in the folder says; empty when there is none. */
  read(name: string): string;
  /** Requests served so far of sources that begin so. */
  served(prefixes: readonly string[]): number;
  /** Served per second, measured over about a second: of sources that begin so. */
  rate(prefixes: readonly string[]): Promise<number>;
  /** Runs a tool in the network namespace of its server. */
  inside(argv: readonly string[]): string;
  /** The process that watches over all others inside. */
  supervisor(): number;
  /** Processes that have the folder in their environment or their words. */
  processes(): readonly number[];
  dispose(): Promise<void>;
}>;

export type PlaygroundOptions = Readonly<{
  args?: readonly string[];
  /** Name of a user without rights; absent: root. */
  user?: string;
}>;

export async function startPlayground({ args = [], user }: PlaygroundOptions): Promise<TestPlayground> {
  const base = mkdtempSync('/tmp/oc-play-');
  chmodSync(base, 0o777);
  const as = user === undefined ? [] : ['setpriv', '--reuid', user, '--regid', GROUP, '--clear-groups'];
  const terminal = await openTerminal({
    columns: 120,
    rows: 40,
    argv: [...as, PROGRAM, 'playground', ...args],
    env: { TMPDIR: base, HOME: base },
    cwd: base,
  });
  const folder = (): string => {
    const name = readdirSync(base).find((entry) => entry.startsWith('opsconsole-playground-'));
    if (name === undefined) throw new Error('the playground has no folder');
    return join(base, name);
  };
  const read = (name: string): string => {
    try {
      return readFileSync(join(folder(), name), 'utf8');
    } catch {
      return '';
    }
  };
  const served = (prefixes: readonly string[]): number =>
    read('access.log')
      .split('\n')
      .filter((line) => prefixes.some((prefix) => line.startsWith(prefix))).length;
  return {
    terminal,
    base,
    folder,
    read,
    served,
    async rate(prefixes) {
      const before = served(prefixes);
      const began = performance.now();
      await untilTrue('a second has passed', () => performance.now() - began >= 1000);
      return ((served(prefixes) - before) * 1000) / (performance.now() - began);
    },
    inside(argv) {
      const pid = supervisorOf(base);
      return execFileSync('nsenter', ['-t', String(pid), '-n', '--', ...argv], { encoding: 'utf8' });
    },
    supervisor: () => supervisorOf(base),
    processes: () => processesOf(base),
    async dispose() {
      await terminal.close();
      // Again and again: the first SIGTERM waits for as long as shields are up, the second does not.
      const gone = (): boolean => {
        outerOf(base).forEach(endQuietly);
        return processesOf(base).length === 0;
      };
      await untilTrue('the playground has gone', gone, 30_000);
      if (existsSync(base)) rmSync(base, { recursive: true, force: true });
    },
  };
}

const GROUP = 'nogroup';

/** Exact: every process whose environment or words hold the folder, the tmux client of the test left out. */
function processesOf(base: string): readonly number[] {
  return pids().filter((pid) => {
    if (pid === process.pid) return false;
    const words = procText(pid, 'cmdline');
    return !words.startsWith('tmux') && (words.includes(base) || procText(pid, 'environ').includes(base));
  });
}

function supervisorOf(base: string): number {
  const found = pids().find((pid) => {
    const words = procText(pid, 'cmdline').split('\0');
    return words[0]?.endsWith('/node') === true && words.includes('--inside') && words.join().includes(base);
  });
  if (found === undefined) throw new Error('there is no supervisor');
  return found;
}

/** The process that the person started. */
function outerOf(base: string): readonly number[] {
  return pids().filter((pid) => {
    const words = procText(pid, 'cmdline').split('\0');
    const isOuter = words.includes('playground') && !words.includes('--inside') && !words.includes('--part');
    return isOuter && words[0]?.endsWith('/node') === true && procText(pid, 'environ').includes(base);
  });
}

const pids = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function procText(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // Gone already.
  }
}
