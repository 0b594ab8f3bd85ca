// Fifty hosts on one screen: what the console and its ssh processes cost at rest, with a table of hosts and one of all bans.
// A real sshd in a namespace stands for all of them; what happens on its side is the hosts' own business and not counted.
// Needs root, sshd and util-linux.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFarHost } from '../test/kernel/harness/far-host.ts';
import { createTestNet } from '../test/kernel/harness/netns.ts';
import { type Figure, whyNot } from './console-load.ts';
import { COLUMNS, ROWS, type RunningConsole, startConsole } from './console-run.ts';
import { makeWorld } from './console-world.ts';

const HOSTS = Number(process.env.OPSCONSOLE_BENCH_HOSTS ?? 50);
const SETTLE_MS = 30_000;
const WATCH_MS = 30_000;
const BANS = 200;

export async function run(): Promise<Figure[]> {
  const missing = whyNot();
  if (missing !== undefined)
    return [{ name: 'hosts', value: Number.NaN, unit: '', note: `not measured: ${missing}` }];
  const world = makeWorld();
  const net = await createTestNet({ clients: 1, v6: false });
  try {
    const far = await startFarHost(net, { offline: true });
    try {
      await net.exec(net.server, ['nft', '-f', '-'], { input: rules() });
      const session = join(world.folder, 'hosts.yml');
      writeFileSync(session, sessionText());
      const args = `--ssh-config ${far.options.config ?? ''}`;
      const started = performance.now();
      const place = { ...world, netns: net.client(0).name, session: `${session} ${args}` };
      const console = await startConsole(place, 120_000);
      try {
        const openMs = performance.now() - started;
        return [
          { name: `${HOSTS} hosts: first frame`, value: openMs, unit: 'ms', note: 'after all have answered' },
          ...(await costs(console, far.folder)),
        ];
      } finally {
        await console.quit();
      }
    } finally {
      await far.dispose();
    }
  } finally {
    await net.dispose();
    world.remove();
  }
}

function sessionText(): string {
  const hosts = Array.from({ length: HOSTS }, (_, at) => `  edge${at}: { ssh: far }\n`).join('');
  return `version: 1\nhosts:\n${hosts}windows:\n  - { name: all, panes: [hosts, all-bans] }\n`;
}

function rules(): string {
  const elements = Array.from({ length: BANS }, (_, at) => `198.18.${at >> 8}.${at & 255}`).join(', ');
  return `table inet edge {
  set banned { type ipv4_addr; elements = { ${elements} } }
  chain in { type filter hook input priority 0; ip saddr @banned drop; }
}\n`;
}

async function costs(console: RunningConsole, folder: string): Promise<readonly Figure[]> {
  await sleep(SETTLE_MS);
  const clients = sshOf(folder);
  const before = { ...console.cost(), ssh: ticksOf(clients) };
  await sleep(WATCH_MS);
  const after = { ...console.cost(), ssh: ticksOf(clients) };
  const ms = after.at - before.at;
  const share = (spent: number): number => (100 * spent) / ms;
  const own = after.cpuMs - before.cpuMs;
  const ssh = (after.ssh - before.ssh) * 10;
  const note = `${COLUMNS}×${ROWS}, ${((1000 * (after.frames - before.frames)) / ms).toFixed(1)} frames/s, ${clients.length} ssh processes`;
  const name = `${HOSTS} hosts`;
  const unit = '% of core';
  return [
    { name: `${name}: console and ssh`, value: share(own + ssh), unit, note },
    { name: `${name}: console alone`, value: share(own), unit },
    {
      name: `${name}: memory of the console`,
      value: console.memory().rssKiB / 1024,
      unit: 'MiB',
      note: 'resident',
    },
    { name: `${name}: memory of ssh`, value: pssOf(clients) / 1024, unit: 'MiB', note: 'proportional (Pss)' },
  ];
}

/** ssh processes of this machine that were given a file of this folder. */
function sshOf(folder: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    const words = /^\d+$/.test(pid) ? read(`/proc/${pid}/cmdline`).split('\0') : [];
    return words[0]?.endsWith('ssh') === true && words.some((word) => word.startsWith(`${folder}/`));
  });
}

/** USER_HZ is 100. */
function ticksOf(pids: readonly string[]): number {
  return pids.reduce((sum, pid) => {
    const stat = read(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }, 0);
}

function pssOf(pids: readonly string[]): number {
  return pids.reduce(
    (sum, pid) => sum + Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
    0,
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
