// The machine that we run on.

import { hostname } from 'node:os';
import { unixMs } from '../core/brand.ts';
import { command } from '../core/plan.ts';
import { createFiles } from './files.ts';
import { followFiles } from './follow.ts';
import type { Host } from './host.ts';
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
  const sudo =
    isRoot || options.sudo === 'never'
      ? undefined
      : await workingSudo(which, createRunner(which, plain, options.start));
  const runner = createRunner(
    which,
    (wish, path) =>
      wish.privileged === true && sudo !== undefined
        ? [sudo, '-n', path, ...wish.argv.slice(1)]
        : plain(wish, path),
    options.start,
  );
  const files = createFiles();
  return {
    kind: 'local',
    name: hostname(),
    privileged: isRoot || sudo !== undefined,
    now: () => unixMs(Date.now()),
    ...runner,
    ...files,
    ...createPtys(),
    follow: (wish) => followFiles(wish, files),
    which: which.find,
  };
}

/** Tools that sudoers may allow one by one, where `sudo -n true` is refused. */
const GRANTED_TOOLS = ['nft', 'ipset', 'iptables', 'conntrack'];

/** Path of sudo when it lets us do something without asking for a password. */
async function workingSudo(which: Which, runner: Runner): Promise<string | undefined> {
  const sudo = await which.find('sudo');
  if (sudo === undefined) return undefined;
  const asks = [
    ['true'],
    ...(await Promise.all(GRANTED_TOOLS.map(async (tool) => ['-l', await which.find(tool)]))),
  ];
  for (const words of asks) {
    const known = words.filter((word) => word !== undefined);
    if (known.length < words.length) continue;
    const answer = await runner.run(command([sudo, '-n', ...known], { timeoutMs: 3000 }));
    if (answer.ok) return sudo;
  }
  return undefined;
}
