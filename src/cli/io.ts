// Standard streams and environment as a command sees them, so that tests drive commands without a process.

import type { Readable, Writable } from 'node:stream';

export type Io = Readonly<{
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Whether a person is at the other end and may be asked. */
  terminal: boolean;
}>;

export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  return {
    stdin,
    stdout,
    stderr,
    env,
    cwd: process.cwd(),
    terminal: stdin.isTTY === true && stdout.isTTY === true,
  };
}

/** Exit statuses of every subcommand, one table for --help, docs and scripts. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unproved: 4,
  unconfirmed: 5,
  unknown: 6,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_WORDS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done, and proved where there is something to prove',
  failed: 'failed; what was begun has been undone, or the message says what was not',
  usage: 'bad arguments or a bad session file',
  refused: 'refused by a guard; nothing was changed',
  unproved: 'done, but reading back did not prove it; the message says what is missing',
  unconfirmed: 'needs a yes: run it on a terminal or with --yes',
  unknown:
    'not known: the line to the host was lost in the middle and did not come back; it is checked at the next connection',
};
