// Reading a log named on the command line ("-" is standard input), and writing output that may be long:
// respects a slow reader and ends quietly when the reader has gone (`| head`).

import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { Host } from '../host/host.ts';
import type { Io } from './io.ts';

const READ_BYTES = 1 << 20;

/** `far`: where the logs lie when not on this machine. */
export type LogIo = Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'cwd'> & Readonly<{ far?: Host }>;

/** `onChunk` may return false to stop; its buffer is reused, so it keeps nothing of it. */
export async function readLog(
  log: string,
  io: Pick<LogIo, 'stdin' | 'cwd' | 'far'>,
  onChunk: (chunk: Buffer) => Promise<boolean> | boolean,
): Promise<Result<void>> {
  try {
    if (log === '-') {
      for await (const chunk of io.stdin) {
        if (!(await onChunk(Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))))) break;
      }
      return ok(undefined);
    }
    if (io.far !== undefined) return await readFar(log, io.far, onChunk);
    await using file = await open(resolve(io.cwd, log), 'r');
    if ((await file.stat()).isDirectory()) return fail(unreadable(log, 'EISDIR'));
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0 || !(await onChunk(buffer.subarray(0, bytesRead)))) return ok(undefined);
    }
  } catch (error) {
    return fail(unreadable(log, codeOf(error)));
  }
}

async function readFar(
  log: string,
  far: Host,
  onChunk: (chunk: Buffer) => Promise<boolean> | boolean,
): Promise<Result<void>> {
  if (!log.startsWith('/'))
    return fail(problem('bad-input', `${sanitise(log, 200)}: give the whole path of a log on ${far.name}`));
  const stop = new AbortController();
  const chunk = (bytes: Buffer): void => {
    void Promise.resolve(onChunk(bytes)).then((more) => {
      if (!more) stop.abort();
    });
  };
  const read = await far.readChunks(log, chunk, stop.signal);
  return stop.signal.aborted ? ok(undefined) : read;
}

function unreadable(log: string, code: string): ReturnType<typeof problem> {
  const name = log === '-' ? 'standard input' : sanitise(log, 200);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return problem('not-found', `${name}: no such file`);
    case 'EACCES':
    case 'EPERM':
      return problem('not-permitted', `${name}: no permission to read it`, { hint: 'run it with sudo' });
    case 'EISDIR':
      return problem('bad-input', `${name} is a directory`, { hint: 'name the log files in it' });
    default:
      return problem('unreadable', `${name} cannot be read (${code})`);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? sanitise(error.message, 200) : 'unknown error';
}

export type Output = Readonly<{
  /** Waits while the reader is slow; false when the reader has gone, then nothing more need be made. */
  write(text: string): Promise<boolean>;
  close(): void;
}>;

/** Takes over the stream's errors: a reader that went away is no failure. */
export function createOutput(stdout: Writable): Output {
  let gone = stdout.destroyed || stdout.writableEnded;
  let wake: (() => void) | undefined;
  const onError = (): void => {
    gone = true;
    wake?.();
  };
  const onDrain = (): void => wake?.();
  stdout.on('error', onError);
  stdout.on('close', onError);
  stdout.on('drain', onDrain);
  return {
    async write(text) {
      if (gone || text === '') return !gone;
      if (!stdout.write(text)) {
        await new Promise<void>((done) => {
          wake = done;
          if (gone) done();
        });
        wake = undefined;
      }
      return !gone;
    },
    close() {
      stdout.off('close', onError);
      stdout.off('drain', onDrain);
      // The error listener stays: an EPIPE may still be on its way, and must not become an uncaught error.
    },
  };
}
