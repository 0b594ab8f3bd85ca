// Finds tools of the far host in the fixed system folders, in the order that the local one has. Found ones are remembered.

import { quoteWord } from '../../core/plan.ts';
import { SYSTEM_PATH, type Which } from '../which.ts';
import { gather } from './gather.ts';
import type { Pool } from './pool.ts';

/** Somebody may install it; until then each question is a round trip, and guards ask for tools of other systems at every act. */
const MISSED_FOR_MS = 30_000;

export function createFarWhich(pool: Pool): Which & Readonly<{ forgetAll(): void }> {
  const found = new Map<string, string>();
  const missing = new Map<string, number>();
  const asking = new Map<string, Promise<string | undefined>>();
  const look = async (tool: string): Promise<string | undefined> => {
    const answer = await gather(pool, whichBody(tool));
    const path = answer.ok && answer.value.exitCode === 0 ? answer.value.stdout.toString('utf8').trim() : '';
    if (path === '') {
      // Only a shell that looked and found nothing says that it is not there.
      if (answer.ok) missing.set(tool, performance.now());
      return undefined;
    }
    found.set(tool, path);
    return path;
  };
  return {
    find(tool) {
      const known = found.get(tool);
      if (known !== undefined) return Promise.resolve(known);
      const missedAt = missing.get(tool);
      if (missedAt !== undefined && performance.now() - missedAt < MISSED_FOR_MS)
        return Promise.resolve(undefined);
      const isName = tool.startsWith('/') ? !tool.includes('\0') : /^[A-Za-z0-9_+.@-]+$/.test(tool);
      if (!isName) return Promise.resolve(undefined);
      const asked = asking.get(tool) ?? look(tool).finally(() => asking.delete(tool));
      asking.set(tool, asked);
      return asked;
    },
    forget: (tool) => void found.delete(tool),
    forgetAll() {
      found.clear();
      missing.clear();
    },
  };
}

export function whichBody(tool: string): string {
  const candidates = tool.startsWith('/') ? [tool] : SYSTEM_PATH.map((folder) => `${folder}/${tool}`);
  const words = candidates.map(quoteWord).join(' ');
  return `for f in ${words}; do if [ -f "$f" ] && [ -x "$f" ]; then echo "$f"; break; fi; done`;
}
