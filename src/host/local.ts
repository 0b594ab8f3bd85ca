// The machine that we run on.

import { hostname } from 'node:os';
import { unixMs } from '../core/brand.ts';
import { command } from '../core/plan.ts';
import { createFiles } from './files.ts';
import { followFiles } from './follow.ts';
import type { Host } from './host.ts';
import { platformNow } from './platform.ts';
import { createPtys } from './pty.ts';
import { createRunner, type Launch, type Runner } from './run.ts';
import type { Start } from './start.ts';
import { createWhich, type Which } from './which.ts';

export type LocalOptions = Readonly<{
  /** `never`: do not try sudo, privileged commands run as we are. */
  sudo?: 'auto' | 'never';
  /** How programs are started; absent: with execa. */
  start?: Start;
}>;

export async function createLocalHost(options: LocalOptions = {}): Promise<Host> {
  const which = createWhich();
  const isRoot = process.geteuid?.() === 0;
  const plain: Launch = (wish, path) => [path, ...wish.argv.slice(1)];
  const grant =
    isRoot || options.sudo === 'never'
      ? undefined
      : await workingGrant(which, createRunner(which, plain, options.start));
  const runner = createRunner(
    which,
    (wish, path) =>
      wish.privileged === true && grant !== undefined ? [...grant, ...plain(wish, path)] : plain(wish, path),
    options.start,
  );
  const files = createFiles();
  return {
    kind: 'local',
    name: hostname(),
    privileged: isRoot || grant !== undefined,
    system: platformNow(),
    now: () => unixMs(Date.now()),
    ...runner,
    ...files,
    ...createPtys(),
    follow: (wish) => followFiles(wish, files),
    which: which.find,
  };
}

/** Tools that may be allowed one by one, where `sudo -n true` is refused. */
const GRANTED_TOOLS = ['nft', 'ipset', 'iptables', 'conntrack', 'pfctl'];
/** doas cannot be asked what it would allow: these calls change nothing. OpenBSD has pfctl and no sudo. */
const GRANTED_BY_DOAS: readonly (readonly string[])[] = [['true'], ['pfctl', '-s', 'memory']];

/** Words of sudo or doas before a command, when one of them lets us do something without asking for a password. */
export async function workingGrant(
  which: Which,
  runner: Runner,
): Promise<readonly [string, ...string[]] | undefined> {
  for (const [name, asks] of [
    ['sudo', [['true'], ...GRANTED_TOOLS.map((tool) => ['-l', tool])]],
    ['doas', GRANTED_BY_DOAS],
  ] as const) {
    const program = await which.find(name);
    if (program === undefined) continue;
    for (const words of asks) {
      // Rules name the path, and that is how it is started.
      const known = await Promise.all(words.map((word) => pathOf(which, word)));
      if (known.includes(undefined)) continue;
      const argv = known.filter((word) => word !== undefined);
      const answer = await runner.run(command([program, '-n', ...argv], { timeoutMs: 3000 }));
      if (answer.ok) return [program, '-n'];
    }
  }
  return undefined;
}

/** The path of a tool; any other word as it is. */
function pathOf(which: Which, word: string): Promise<string | undefined> {
  return GRANTED_TOOLS.includes(word) ? which.find(word) : Promise.resolve(word);
}
