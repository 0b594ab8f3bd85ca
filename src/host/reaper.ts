// One small shell per console that ends our programs when we cannot: it waits at the end of a pipe from us, and however
// we end, the pipe ends with us.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { startIn } from '../core/proc-stat.ts';
import { REAPER_SCRIPT } from './reaper-script.ts';

/** A session by the number of its first process, and when that began (`-`: unknown here). */
export type SessionMark = Readonly<{ sid: number; began: string }>;

export type Reaper = Readonly<{
  add(session: SessionMark): void;
  /** HUP and CONT to all of its processes, KILL to those that are left after a grace. */
  end(session: SessionMark): void;
  /** KILL at once. */
  kill(session: SessionMark): void;
  /** Ends every session that is left, then itself; resolves when it has gone. */
  close(): Promise<void>;
}>;

/** Starts the shell; throws when that is not possible. It has no terminal, no file of ours but the pipe, and its own session. */
export function startReaper(): Reaper {
  // By the environment: a list of processes shows one short line.
  const child = spawn('/bin/sh', ['-c', 'eval "$SCRIPT"', 'opsconsole-reaper'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', SCRIPT: REAPER_SCRIPT },
  });
  child.on('error', () => undefined);
  if (child.pid === undefined) throw new Error('/bin/sh cannot be started');
  child.stdin.on('error', () => undefined);
  child.unref();
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  const say = (verb: string, { sid, began }: SessionMark): void => {
    child.stdin.write(`${verb} ${sid} ${began}\n`);
  };
  return {
    add: (session) => say('add', session),
    end: (session) => say('end', session),
    kill: (session) => say('kill', session),
    close: () => {
      const gone = goneOf(child);
      child.ref();
      child.stdin.end();
      return gone;
    },
  };
}

function goneOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** The mark of a process that has just been started as the first of its session. */
export function markOf(sid: number): SessionMark {
  try {
    return { sid, began: startIn(readFileSync(`/proc/${sid}/stat`, 'latin1')) ?? '-' };
  } catch {
    return { sid, began: '-' };
  }
}
