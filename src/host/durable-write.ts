// Writes a small file of the operator so that it is the old one or the new one at any moment, also when the power goes:
// written beside it, synced, renamed. Mode and owner stay; a link stays a link.

import {
  constants,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { errnoOf, fileProblem } from './files.ts';

/**
 * `expected`: what the file must hold now, undefined: there must be none. Then `written` says whether it was so.
 * `ours`: the one folder that is made when it is missing; a folder of another name may be a slip of the hand.
 */
export type DurableWrite = Readonly<{
  path: string;
  text: string;
  expected: string | undefined;
  ours?: string;
}>;

/** Only for its owner: a session may hold commands, addresses and environment variables. */
const NEW_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** 'changed': the file is not what was expected; nothing was written. */
export async function writeDurably(wish: DurableWrite): Promise<Result<'written' | 'changed'>> {
  let temporary: string | undefined;
  try {
    const target = await targetOf(wish.path);
    const folder = dirname(target);
    if (wish.expected === undefined) {
      if (folder === wish.ours) await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
      const missing = await folderMissing(wish.path, wish.ours);
      if (missing !== undefined) return fail(missing);
    }
    const now = await compare(target, wish.expected);
    if (now === 'not text') return fail(notText(wish.path));
    if (now !== 'same') return ok('changed');
    temporary = join(folder, `.${basename(target)}.${process.pid}.${crypto.randomUUID().slice(0, 8)}`);
    const kept = await writeBeside(temporary, target, wish.text);
    if (!kept.ok) return kept;
    if ((await compare(target, wish.expected)) !== 'same') return ok('changed');
    await rename(temporary, target);
    temporary = undefined;
    await syncFolder(folder);
    return ok('written');
  } catch (error) {
    return fail(fileProblem(wish.path, error, 'written'));
  } finally {
    if (temporary !== undefined) await unlink(temporary).catch(() => undefined);
  }
}

/** Why a new file at this path has no place; a missing `ours` will be made. */
export async function folderMissing(path: string, ours?: string): Promise<Problem | undefined> {
  try {
    const folder = dirname(await targetOf(path));
    return folder === ours ? undefined : await missingAt(folder);
  } catch {
    // Writing says what is wrong there.
    return undefined;
  }
}

async function missingAt(folder: string): Promise<Problem | undefined> {
  try {
    await stat(folder);
    return undefined;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') return undefined;
    const words = `${sanitise(folder, 200)} does not exist: make it first, or give another place`;
    return problem('not-found', words);
  }
}

/** Where a link leads, also when there is nothing yet. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const leads = await readlink(path).catch(() => undefined);
  return leads === undefined ? resolve(path) : resolve(dirname(path), leads);
}

/** By its bytes: those that are no UTF-8 were shown as other signs, and would be written as those. */
async function compare(path: string, expected: string | undefined): Promise<'same' | 'other' | 'not text'> {
  const bytes = await bytesOf(path);
  if (bytes === undefined || expected === undefined) return bytes === expected ? 'same' : 'other';
  if (bytes.equals(Buffer.from(expected))) return 'same';
  return bytes.toString('utf8') === expected ? 'not text' : 'other';
}

/** Not waiting for the other end of a pipe. */
async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const notText = (path: string) =>
  problem('refused', `${sanitise(path, 200)} is not all UTF-8, and saving would change what is not`, {
    hint: 'save under another name, or convert the file with iconv',
  });

async function writeBeside(temporary: string, target: string, text: string): Promise<Result<void>> {
  const old = await lstat(target).catch(() => undefined);
  const file = await open(temporary, 'wx', NEW_MODE);
  try {
    if (old !== undefined) {
      const own = await file.stat();
      if (own.uid !== old.uid || own.gid !== old.gid) {
        const owned = await keepOwner(file, old);
        if (!owned) return fail(notOurs(target));
      }
      await file.chmod(old.mode & 0o7777);
    }
    await file.writeFile(text);
    await file.sync();
    return ok(undefined);
  } finally {
    await file.close();
  }
}

async function keepOwner(
  file: FileHandle,
  { uid, gid }: Readonly<{ uid: number; gid: number }>,
): Promise<boolean> {
  try {
    await file.chown(uid, gid);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EPERM') return false;
    throw error;
  }
}

const notOurs = (target: string) =>
  problem('not-permitted', `${sanitise(target, 200)} belongs to somebody else and would not any more`, {
    hint: 'save under another name',
  });

/** Not every file system can; the file itself is safe already. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
