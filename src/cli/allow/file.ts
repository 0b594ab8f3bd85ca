// The file of the allow-list's last good answers, and the resolver that falls back on it.

import { dirname } from 'node:path';
import { type AllowBook, EMPTY_BOOK, parseAllowBook, printAllowBook } from '../../actions/allow/book.ts';
import { type HostId, LOCAL } from '../../core/hosts.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { writeDurably } from '../../host/durable-write.ts';
import { createFiles } from '../../host/files.ts';
import type { Io } from '../io.ts';
import { resolveName } from '../resolve.ts';
import { fileAbout } from '../state-folder.ts';

type Env = Io['env'];

/** `text`: as it lies at `path`, undefined = there is no file yet. */
export type KeptBook = Readonly<{ book: AllowBook; text: string | undefined; path: string }>;

/** Of each host by itself: what was put into its sets is not in those of others. */
export async function readAllowFile(env: Env, host: HostId = LOCAL): Promise<Result<KeptBook>> {
  const path = fileAbout(host, 'allow.json', env);
  const read = await createFiles().read(path);
  if (!read.ok)
    return read.problem.code === 'not-found'
      ? ok({ book: EMPTY_BOOK, text: undefined, path })
      : fail(read.problem);
  const text = read.value.toString('utf8');
  const book = parseAllowBook(text, path);
  return book.ok ? ok({ book: book.value, text, path }) : book;
}

/** What was kept until now must still be there: two runs at once must not forget each other's addresses. */
export async function writeAllowFile(kept: KeptBook, book: AllowBook): Promise<Result<KeptBook>> {
  const text = printAllowBook(book);
  if (text === kept.text) return ok(kept);
  const { path } = kept;
  const wrote = await writeDurably({ path, text, expected: kept.text, ours: dirname(path) });
  if (!wrote.ok) return wrote;
  if (wrote.value === 'written') return ok({ book, text, path });
  return fail(
    problem('timed-out', `${sanitise(path, 200)} was written by another run meanwhile`, {
      hint: 'run it again',
    }),
  );
}

/**
 * Name servers that are down must not take a safe address from the operator: the last good answer of `allow sync` holds. A file
 * that cannot be read is no reason to ask less.
 */
export function resolverFor(env: Env): (name: string) => Promise<Result<readonly string[]>> {
  return async (name) => {
    const asked = await resolveName(name);
    if (asked.ok) return asked;
    const kept = await readAllowFile(env);
    const last = kept.ok ? kept.value.book.names.get(name) : undefined;
    return last === undefined ? asked : ok(last.nets.map(({ text }) => text));
  };
}
