// opsconsole playground --watch: follows what the running playground of this user sees, from another terminal, until it
// has ended. It reads one log and nothing else.

import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, type ExitStatus, type Io } from '../io.ts';
import { plainLines } from '../plain-text.ts';
import { FOLDER_PREFIX, temporaryFolder } from './outer.ts';
import { LAST_WORDS } from './witness.ts';

const EVERY_MS = 250;

export async function watchPlayground(io: Io): Promise<ExitStatus> {
  const path = newest(temporaryFolder(io.env));
  if (path === undefined) {
    io.stderr.write('no playground of yours is running; start one with: opsconsole playground\n');
    return EXIT.failed;
  }
  // The file stays readable when the playground removes it: the last words are not lost.
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(65_536);
  for (let isOver = false; ; ) {
    const bytes = readSync(file, chunk, 0, chunk.length, null);
    if (bytes > 0) io.stdout.write(`${plainLines(chunk.toString('utf8', 0, bytes).replace(/\n$/, ''))}\n`);
    else if (isOver) break;
    else {
      // What was said last is still read after the file has gone.
      isOver = !exists(path) || endsWell(file);
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  }
  closeSync(file);
  return EXIT.done;
}

function endsWell(file: number): boolean {
  const { size } = fstatSync(file);
  const end = Buffer.alloc(LAST_WORDS.length + 1);
  readSync(file, end, 0, end.length, Math.max(0, size - end.length));
  return end.toString('utf8') === `${LAST_WORDS}\n`;
}

function newest(base: string): string | undefined {
  const own = process.geteuid?.();
  const found = readdirSync(base)
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .flatMap((name) => {
      const path = join(base, name, 'playground.log');
      try {
        const { uid, mtimeMs } = statSync(path);
        return uid === own ? [{ path, mtimeMs }] : [];
      } catch {
        return [];
      }
    });
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs)[0]?.path;
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch {
    return false;
  }
}
