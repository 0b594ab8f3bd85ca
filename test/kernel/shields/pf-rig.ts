// Shields on a BSD that exists only as a stand-in: real sh scripts and a real watcher, which find `pfctl` and `sysctl` of the
// stand-in where a BSD has them, because they run in a mount namespace of their own. No file of /proc is there for us.

import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createShields, type ShieldsOptions } from '../../../src/actions/shields/shields.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail } from '../../../src/core/result.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import type { Host } from '../../../src/host/host.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createPfHost, type PfHost } from '../../fakes/pf-host.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import type { Pf, System } from '../../fakes/pfctl/state.ts';
import { onEnd } from '../acts/kit.ts';
import { readIfThere } from '../harness/read-if-there.ts';
import { endWatchers } from './kit.ts';

export const ANCHOR = 'opsconsole/shields';
const MAIN = 'set skip on lo0\ntable <bans> persist\nanchor "opsconsole/*"\npass all\n';

export type PfRig = Readonly<{
  pf: PfHost;
  host: Host;
  options: ShieldsOptions;
  folder: string;
  /** Texts of the rules in our anchor. */
  anchor(): readonly string[];
  /** Names of the tables in our anchor. */
  tables(): readonly string[];
  /** The clock is set by so many seconds, and with it kern.boottime, as both systems do. */
  step(seconds: number): void;
  /** How often somebody has asked for kern.boottime. */
  asked(): number;
}>;

/** `main`: the text of pf.conf. */
export async function openPf(system: System, main = MAIN): Promise<PfRig> {
  const pf = await createPfHost(system, {
    change(state: Pf) {
      const loaded = pfctl(state, { argv: ['-f', '-'], stdin: () => main });
      if (loaded.exitCode !== 0) throw new Error(loaded.stderr);
    },
  });
  onEnd(() => pf.dispose());
  const pid = await enter(pf.folder, system);
  const tools = ['sh', 'rm', 'ps'].map((tool) => [tool, `/bin/${tool}`] as const);
  const which = {
    find: async (tool: string) => (await pf.host.which(tool)) ?? tools.find(([name]) => name === tool)?.[1],
    forget: () => undefined,
  };
  const runner = createRunner(which, ({ argv }, path) => [
    ...(['nsenter', '-t', String(pid), '-m', path] as const),
    ...argv.slice(1),
  ]);
  const host: Host = {
    ...pf.host,
    ...runner,
    which: which.find,
    read: async (path, maxBytes) =>
      path.startsWith('/proc/')
        ? fail(problem('not-found', `${path} does not exist`))
        : pf.host.read(path, maxBytes),
  };
  const folder = pf.folder;
  const options: ShieldsOptions = {
    host,
    settings: { ...DEFAULT_SHIELDS, ports: [80, 443] },
    operator: { user: 'tester', console: 'test', sshPeer: '203.0.113.5' },
    allow: ['198.51.100.0/24'],
    journal: join(folder, 'journal.db'),
    place: { dir: join(folder, 'state'), run: join(folder, 'run') },
    readOnly: false,
  };
  onEnd(async () => {
    await createShields(options).lower();
    endWatchers(folder);
  });
  return {
    ...{ pf, host, options, folder },
    anchor: () => (pf.state().rules[ANCHOR] ?? []).map(({ text }) => text),
    tables: () => pf.state().tables.flatMap(({ anchor, name }) => (anchor === ANCHOR ? [name] : [])),
    step: (seconds) => writeFileSync(join(folder, 'step'), `${seconds}\n`),
    asked: () => (readIfThere(join(folder, 'asked')) ?? '').split('\n').length,
  };
}

/** The process that keeps the namespace. */
async function enter(folder: string, system: System): Promise<number> {
  const booted = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? '0';
  const said =
    system === 'freebsd15' ? '{ sec = $BOOTED, usec = 412345 } Fri Nov 21 04:40:00 2025' : '$BOOTED';
  const step = join(folder, 'step');
  writeFileSync(step, '0\n');
  copyFileSync('/bin/date', join(folder, 'real-date'));
  program(folder, 'date', `echo $(($('${folder}/real-date' +%s) + $(cat '${step}')))`);
  program(
    folder,
    'sysctl',
    `echo "$*" >>'${folder}/asked'\nBOOTED=$((${booted} + $(cat '${step}')))\necho "${said}"`,
  );
  const script = `mount --bind "$1" /usr/local/sbin && mount --bind "$1/sysctl" /usr/sbin/sysctl &&
    mount --bind "$1/date" "$(readlink -f /bin/date)" && echo ready >"$1/ready"; exec sleep 300`;
  const child = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', folder], { stdio: 'ignore' });
  onEnd(() => void child.kill('SIGKILL'));
  await vi.waitUntil(() => readIfThere(join(folder, 'ready')) !== undefined, {
    timeout: 15_000,
    interval: 20,
  });
  return child.pid ?? 0;
}

function program(folder: string, name: string, lines: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\n`);
  chmodSync(join(folder, name), 0o755);
}
