// Reads files of this machine: small ones whole, long ones and procfs tables in chunks. Errors of the file system become Problems.

import type { Dirent, Stats } from 'node:fs';
import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, readdir, stat, statfs } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { unixMs } from '../core/brand.ts';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { expandGlob } from './glob.ts';
import type { FileStat, Host } from './host.ts';

export type Files = Pick<Host, 'read' | 'readChunks' | 'stat' | 'disk' | 'glob'>;

const READ_MAX = 1_048_576;
const CHUNK_BYTES = 262_144;
/** A procfs read is pure kernel work and comes in pages, so it is done in place; but never for longer than this at a time. */
const SLICE_MS = 4;

/** `place`: where a path really is (a namespace's /proc/net); answers and problems name the path as asked. */
export function createFiles(place: (path: string) => string = (path) => path): Files {
  return {
    read: (path, maxBytes = READ_MAX) =>
      KERNEL_NET.test(path)
        ? readKernelFile(path, place(path), maxBytes)
        : withFile(path, place(path), (file) => readWhole(file, path, maxBytes)),
    readChunks: (path, onChunk, signal) =>
      withFile(path, place(path), (file) => {
        const chunked = /^\/(proc|sys)\//.test(path) ? readKernelTable : readLongFile;
        return chunked(file, onChunk, signal);
      }),
    async stat(path) {
      try {
        return ok(fileStat(path, await stat(place(path))));
      } catch (error) {
        return fail(fileProblem(path, error));
      }
    },
    async disk(path) {
      try {
        const { bsize, blocks, bavail } = await statfs(place(path));
        return ok({ size: blocks * bsize, available: bavail * bsize });
      } catch (error) {
        return fail(fileProblem(path, error));
      }
    },
    glob: (pattern) =>
      expandGlob(pattern, {
        list: (folder): Promise<readonly Dirent[]> => readdir(place(folder), { withFileTypes: true }),
        exists: async (path) => void (await stat(place(path))),
        problem: fileProblem,
      }),
  };
}

export function fileProblem(path: string, error: unknown, verb: 'read' | 'written' = 'read'): Problem {
  const code = errnoOf(error);
  const name = sanitise(path, 200);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return problem(
        'not-found',
        verb === 'read' ? `${name} does not exist` : `the folder of ${name} does not exist`,
      );
    case 'ELOOP':
      return problem('unreadable', `${name} is a link that leads in a circle`);
    case 'EACCES':
    case 'EPERM':
      return problem('not-permitted', `${name} may not be ${verb}`, {
        hint:
          verb === 'read'
            ? 'run as root, or join the group that may read it (adm on Debian)'
            : 'choose a folder that you may write to',
      });
    case 'EBUSY':
      return problem('unreadable', `${name} cannot be ${verb}: it is in use, or a mount of its own (EBUSY)`);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EROFS':
      return problem('no-space', `${name} cannot be written: ${SPACE[code]} (${code})`);
    case undefined:
      throw error;
    default:
      return problem('unreadable', `${name} cannot be ${verb} (${sanitise(code, 40)})`);
  }
}

const SPACE = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
};

export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

async function withFile<T>(
  path: string,
  place: string,
  use: (file: FileHandle) => Promise<Result<T>>,
): Promise<Result<T>> {
  let file: FileHandle | undefined;
  try {
    file = await open(place, 'r');
    return await use(file);
  } catch (error) {
    return fail(fileProblem(path, error));
  } finally {
    await file?.close();
  }
}

/** Made by the network code of the kernel without waiting for anything; files of a process may hang with it. */
const KERNEL_NET = /^\/proc\/(?:net|sys\/net)\//;

/**
 * Read in place, because four trips through Node's thread pool cost milliseconds on a busy machine, and the safe set is
 * read between Enter and the drop. Long tables give way every SLICE_MS.
 */
async function readKernelFile(path: string, place: string, maxBytes: number): Promise<Result<Buffer>> {
  let fd: number | undefined;
  try {
    fd = openSync(place, 'r');
    const chunks: Buffer[] = [];
    let size = 0;
    let until = performance.now() + SLICE_MS;
    for (;;) {
      const buffer = Buffer.allocUnsafe(65_536);
      const bytesRead = readSync(fd, buffer, 0, buffer.length, null);
      if (bytesRead === 0) return ok(Buffer.concat(chunks, size));
      size += bytesRead;
      if (size > maxBytes)
        return fail(problem('too-large', `${sanitise(path, 200)} is larger than ${maxBytes} bytes`));
      chunks.push(buffer.subarray(0, bytesRead));
      if (performance.now() < until) continue;
      await nextTurn();
      until = performance.now() + SLICE_MS;
    }
  } catch (error) {
    return fail(fileProblem(path, error));
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** procfs files say size 0, so the size is never asked. */
async function readWhole(file: FileHandle, path: string, maxBytes: number): Promise<Result<Buffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  let room = 4096;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(room), 0, room, null);
    if (bytesRead === 0) return ok(Buffer.concat(chunks, size));
    size += bytesRead;
    if (size > maxBytes)
      return fail(problem('too-large', `${sanitise(path, 200)} is larger than ${maxBytes} bytes`));
    chunks.push(buffer.subarray(0, bytesRead));
    room = Math.min(65_536, room * 2);
  }
}

type Chunked = (
  file: FileHandle,
  onChunk: (chunk: Buffer) => void,
  signal?: AbortSignal,
) => Promise<Result<void>>;

const readLongFile: Chunked = async (file, onChunk, signal) => {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    if (signal?.aborted === true) return fail(problem('cancelled', 'reading was cancelled'));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return ok(undefined);
    onChunk(buffer.subarray(0, bytesRead));
  }
};

const readKernelTable: Chunked = async (file, onChunk, signal) => {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    if (signal?.aborted === true) return fail(problem('cancelled', 'reading was cancelled'));
    const until = performance.now() + SLICE_MS;
    let filled = 0;
    let ended = false;
    while (!ended && filled < buffer.length && performance.now() < until) {
      const bytesRead = readSync(file.fd, buffer, filled, buffer.length - filled, null);
      filled += bytesRead;
      ended = bytesRead === 0;
    }
    if (filled > 0) onChunk(buffer.subarray(0, filled));
    if (ended) return ok(undefined);
    await nextTurn();
  }
};

function fileStat(path: string, found: Stats): FileStat {
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  return { path, size: found.size, inode: found.ino, mtime: unixMs(found.mtimeMs), kind };
}
