// Starts the whole program, or sh, in a short-lived process for the watch: what it loads goes with it. Bounded time and output,
// everything of our environment, a working folder that cannot vanish. Never throws for reasons of the world.

import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { type Started, startPlain } from '../host/start.ts';

/** As bin/opsconsole starts it; the reasons stand there. */
export const PROGRAM_FLAGS: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=2',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--regexp-backtracks-before-fallback=2000',
];

export type Program = Readonly<{ file: string; args: readonly string[] }>;

/** `ended`: how, in words; absent = by itself, with `exitCode`. */
export type Ran = Readonly<{ stdout: string; stderr: SafeText; exitCode?: number; ended?: SafeText }>;

export type RunOptions = Readonly<{ timeoutMs: number; cwd?: string }>;
export type RunChild = (program: Program, options: RunOptions) => Promise<Ran>;

const OUTPUT_MAX = 4_194_304;
const STDERR_KEPT = 4096;
/** A program that was killed may have left its pipes to a child. */
const GRACE_MS = 1000;

/** The program that the watch's bundle lies beside, with these words. */
export function wholeProgram(...words: readonly string[]): Program {
  const bundle = join(dirname(process.argv[1] ?? ''), 'opsconsole.js');
  return { file: process.execPath, args: [...PROGRAM_FLAGS, bundle, ...words] };
}

export const runChild: RunChild = async ({ file, args }, { timeoutMs, cwd = '/' }) => {
  // In a session of its own: Ctrl-C for the watch does not end a raise half-way.
  const child = await startPlain({
    file,
    args,
    env: ownEnvironment(),
    stdin: undefined,
    detached: true,
    cwd,
  });
  let stdout = '';
  let stderr = '';
  let why: string | undefined;
  const timers: NodeJS.Timeout[] = [];
  const givenUp = new Promise<undefined>((resolve) => {
    const end = (words: string): void => {
      if (why !== undefined) return;
      why = words;
      killGroup(child);
      timers.push(setTimeout(() => resolve(undefined), GRACE_MS));
    };
    timers.push(setTimeout(() => end(`no answer within ${timeoutMs / 1000} s`), timeoutMs));
    gather(child.stdout, (text) => {
      if (stdout.length + text.length > OUTPUT_MAX) end('too much output');
      else stdout += text;
    });
    gather(child.stderr, (text) => {
      stderr = (stderr + text).slice(-STDERR_KEPT);
    });
  });
  const finished = await Promise.race([child.ended, givenUp]);
  for (const timer of timers) clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
  const { exitCode, signal, startError } = finished ?? {};
  if (startError !== undefined) why ??= `it cannot be started: ${startError}`;
  if (signal !== undefined) why ??= `it was ended by ${signal}`;
  return {
    stdout,
    stderr: tellingLine(stderr),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(why === undefined ? {} : { ended: sanitise(why, 200) }),
  };
};

function gather(stream: Readable | null, sink: (text: string) => void): void {
  stream?.setEncoding('utf8');
  stream?.on('error', () => undefined);
  stream?.on('data', sink);
}

function killGroup({ pid }: Started): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Of a stack trace the line with the error, else the last one. */
function tellingLine(stderr: string): SafeText {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /^(\w*Error|FATAL ERROR|#? ?Fatal)\b/i.test(line)) ?? lines.at(-1);
  return sanitise((telling ?? '').trim(), 300);
}
