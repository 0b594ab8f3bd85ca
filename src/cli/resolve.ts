// Host names of the session file's `allow` list, through the system's resolver and /etc/hosts.

import { lookup } from 'node:dns/promises';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';

/** Name servers of a machine under attack may be slow: an act does not wait longer than this. */
const WAIT_MS = 2000;

export async function resolveName(name: string): Promise<Result<readonly string[]>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), WAIT_MS);
    timer.unref();
  });
  try {
    const found = await Promise.race([lookup(name, { all: true }), late]);
    return ok(found.map(({ address }) => address));
  } catch {
    return fail(problem('not-found', `${sanitise(name, 120)} does not resolve`));
  } finally {
    clearTimeout(timer);
  }
}
