// One ssh process of this machine as a channel: its stdin stays open for what we write, nothing is inherited but what it asks for.

import { overTerminals } from '../pty-files.ts';
import { standing } from '../standing.ts';
import type { Channel, ChannelEnd } from './channel.ts';

export type SshProcess = Channel &
  Readonly<{
    pid: number | undefined;
    /** The last words on stderr, as ssh wrote them. */
    lastWords(): string;
    /** TERM, and KILL when it does not listen. */
    kill(): void;
  }>;

export type SshStart = Readonly<{
  words: readonly [string, ...string[]];
  /** In a session of its own: it has no terminal to ask on. */
  detached: boolean;
  env: Readonly<Record<string, string | undefined>>;
}>;

const WORDS_MAX = 16_384;
const GRACE_MS = 1000;
/** Of a far side that does not end when it is told. */
const CLOSE_MS = 8000;
/** So much still waits, and more is to be written: the far side makes us write, and does not read. */
const WAITING_MAX = 8 * 1_048_576;

export async function startSsh({ words, detached, env }: SshStart): Promise<SshProcess> {
  const { execa } = await import('execa');
  const [file, ...args] = words;
  // Its types know descriptors only up to 9.
  const over = overTerminals().map((fd) => fd as 9);
  const child = execa(file, args, {
    stdio: ['pipe', 'pipe', 'pipe', ...over],
    env,
    extendEnv: false,
    reject: false,
    buffer: false,
    forceKillAfterDelay: false,
    detached,
    ...standing(),
  });
  let said = Buffer.alloc(0);
  let isOver = false;
  let closing = false;
  let complain: ((chunk: Buffer) => void) | undefined;
  const ended = child.then((): ChannelEnd => {
    isOver = true;
    return closing ? 'closed' : 'lost';
  });
  child.stdin?.on('error', () => undefined);
  child.stdout?.on('error', () => undefined);
  // Its session is over: a master would stay for the sessions of others, with a first lane that is dead.
  child.stdout?.on('end', () => setTimeout(() => signal('SIGTERM'), GRACE_MS).unref());
  child.stderr?.on('error', () => undefined);
  child.stderr?.on('data', (chunk: Buffer) => {
    said = Buffer.concat([said, chunk]).subarray(-WORDS_MAX);
    complain?.(chunk);
  });
  const signal = (how: NodeJS.Signals): void => {
    if (!isOver) child.kill(how);
  };
  return {
    pid: child.pid,
    ended,
    lastWords: () => said.toString('utf8'),
    onData: (listener) => void child.stdout?.on('data', listener),
    onErrors: (listener) => {
      complain = listener;
    },
    write: (text) => {
      if (isOver || child.stdin?.writable !== true) return;
      if (child.stdin.writableLength > WAITING_MAX) signal('SIGKILL');
      else child.stdin.write(text);
    },
    finish: () => void child.stdin?.end(),
    close: () => {
      closing = true;
      child.stdin?.end();
      const timer = setTimeout(() => signal('SIGTERM'), CLOSE_MS).unref();
      void ended.then(() => clearTimeout(timer));
    },
    kill: () => {
      closing = true;
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), GRACE_MS);
      void ended.then(() => clearTimeout(timer));
    },
  };
}
