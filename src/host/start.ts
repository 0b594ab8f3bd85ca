// Starts one program, as the runner wants it: stdin given or closed, stdout and stderr to us, nothing inherited. With execa, or
// for the watch without it: execa costs 11 MB of memory, more than all the rest of a small headless process.

import type { Readable } from 'node:stream';
import { overTerminals } from './pty-files.ts';
import { standing } from './standing.ts';

export type StartWish = Readonly<{
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Absent: closed. */
  stdin: string | undefined;
  /** In a session of its own. */
  detached: boolean;
  /** Absent: ours. */
  cwd?: string;
}>;

/** `startError`: errno name, or words, when it could not be started. */
export type Ended = Readonly<{ exitCode?: number; signal?: string; startError?: string }>;
/** `ended` never rejects; it comes when the program is over and its pipes are closed. */
export type Started = Readonly<{
  pid: number | undefined;
  stdout: Readable | null;
  stderr: Readable | null;
  ended: Promise<Ended>;
}>;
export type Start = (wish: StartWish) => Promise<Started>;

export const startWithExeca: Start = async ({ file, args, env, stdin, detached, cwd }) => {
  const { execa } = await import('execa');
  // Its types know descriptors only up to 9.
  const over = overTerminals().map((fd) => fd as 9);
  const child = execa(file, args, {
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...over],
    ...(stdin === undefined ? {} : { input: stdin }),
    env,
    extendEnv: false,
    reject: false,
    buffer: false,
    stripFinalNewline: false,
    forceKillAfterDelay: false,
    detached,
    ...(cwd === undefined ? standing() : { cwd }),
  });
  const ended = child.then((finished): Ended => {
    const { exitCode, signal } = finished;
    if (exitCode !== undefined) return { exitCode };
    return signal === undefined ? { startError: startErrorOf(finished) } : { signal };
  });
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended };
};

export const startPlain: Start = async ({ file, args, env, stdin, detached, cwd }) => {
  const { spawn } = await import('node:child_process');
  let child: ReturnType<typeof spawn>;
  try {
    child = spawn(file, args, {
      env,
      detached,
      ...(cwd === undefined ? standing() : { cwd }),
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...overTerminals()],
    });
  } catch (error) {
    const ended = Promise.resolve({ startError: codeOf(error) ?? String(error) });
    return { pid: undefined, stdout: null, stderr: null, ended };
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ startError: codeOf(error) ?? error.message });
    });
    child.on('close', (exitCode, signal) =>
      resolve(exitCode === null ? { signal: signal ?? 'a signal' } : { exitCode }),
    );
  });
  // A program that does not read all of its input is no failure.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdin);
  return { pid: child.pid, stdout: child.stdout, stderr: child.stderr, ended };
};

/** execa keeps the system error as the cause, without a stable type. */
function startErrorOf(result: Readonly<{ cause?: unknown; code?: unknown }>): string {
  const code = codeOf(result) ?? codeOf(result.cause);
  return code ?? (result.cause instanceof Error ? result.cause.message : 'unknown');
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
