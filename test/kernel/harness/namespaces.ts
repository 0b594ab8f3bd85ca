// Namespaces by name: removing them whatever happens to the test, and running the tools that make them.

import { execFile, execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

export type ExecResult = Readonly<{ stdout: string; stderr: string; exitCode: number }>;

const liveNames = new Set<string>();
process.on('exit', () => {
  for (const name of liveNames) removeNow(name);
});

/** From now on it is removed when this process ends. */
export function expectNamespace(name: string): void {
  liveNames.add(name);
}

export function tool(
  argv: readonly [string, ...string[]],
  input?: string,
  anyExit?: boolean,
): Promise<ExecResult> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(program, rest, { maxBuffer: 1 << 28 }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      if (exitCode === 0 || (anyExit === true && exitCode > 0)) resolve({ stdout, stderr, exitCode });
      else reject(new Error(`${argv.join(' ')}: exit ${exitCode}: ${stderr || error?.message}`));
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

export function removeNow(name: string): void {
  liveNames.delete(name);
  try {
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  } catch {
    // Never made, or already gone: that is what we want.
  }
}

/** Namespaces of test processes that were killed: their names carry the pid. */
export function removeLeftovers(): void {
  for (const name of namespaces()) {
    const pid = Number(/^oc-test-(\d+)-/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) removeNow(name);
  }
}

function namespaces(): readonly string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
