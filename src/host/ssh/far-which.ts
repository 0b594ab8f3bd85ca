// Finds tools of the far host in the fixed system folders, in the order that the local one has. Found ones are remembered.

import { quoteWord } from '../../core/plan.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { missingTool } from '../explain-exit.ts';
import { SYSTEM_PATH, type Which } from '../which.ts';
import { gather } from './gather.ts';
import type { Pool } from './pool.ts';

/** Somebody may install it; until then each question is a round trip, and guards ask for tools of other systems at every act. */
const MISSED_FOR_MS = 30_000;

export type FarWhich = Which &
  Readonly<{
    /** As `find`, but a line that gives no answer does not count as a tool that is missing. */
    locate(tool: string): Promise<Result<string>>;
    forgetAll(): void;
  }>;

export function createFarWhich(pool: Pool): FarWhich {
  const found = new Map<string, string>();
  const missing = new Map<string, number>();
  const asking = new Map<string, Promise<Result<string>>>();
  const look = async (tool: string): Promise<Result<string>> => {
    const answer = await gather(pool, whichBody(tool));
    if (!answer.ok) return fail({ ...answer.problem, code: 'no-line' });
    const said = answer.value.stdout.toString('utf8').trim();
    // Whatever else it may say: it becomes a word of commands.
    const path = candidatesOf(tool).find((one) => one === said) ?? '';
    // Only a shell that looked and found nothing says that it is not there.
    if (path === '') missing.set(tool, performance.now());
    else found.set(tool, path);
    return path === '' ? fail(missingTool(tool)) : ok(path);
  };
  const locate = (tool: string): Promise<Result<string>> => {
    const known = found.get(tool);
    if (known !== undefined) return Promise.resolve(ok(known));
    const missedAt = missing.get(tool);
    const isMissing = missedAt !== undefined && performance.now() - missedAt < MISSED_FOR_MS;
    const isName = tool.startsWith('/') ? !tool.includes('\0') : /^[A-Za-z0-9_+.@-]+$/.test(tool);
    if (isMissing || !isName) return Promise.resolve(fail(missingTool(tool)));
    const asked = asking.get(tool) ?? look(tool).finally(() => asking.delete(tool));
    asking.set(tool, asked);
    return asked;
  };
  return {
    locate,
    async find(tool) {
      const path = await locate(tool);
      return path.ok ? path.value : undefined;
    },
    forget: (tool) => void found.delete(tool),
    forgetAll() {
      found.clear();
      missing.clear();
    },
  };
}

const candidatesOf = (tool: string): readonly string[] =>
  tool.startsWith('/') ? [tool] : SYSTEM_PATH.map((folder) => `${folder}/${tool}`);

export function whichBody(tool: string): string {
  const words = candidatesOf(tool).map(quoteWord).join(' ');
  return `for f in ${words}; do if [ -f "$f" ] && [ -x "$f" ]; then echo "$f"; break; fi; done`;
}
