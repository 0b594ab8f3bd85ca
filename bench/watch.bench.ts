// opsconsole watch, the built program in a network namespace: memory and processor while nothing happens, and with ss at every
// sample. The second start, when Node has its compiled code: what a machine has after its first boot with it.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

type Figure = { name: string; value: number; unit: string; note?: string };

const PROGRAM = join(import.meta.dirname, '..', 'bin', 'opsconsole');
const SECONDS = 30;
const TICKS_PER_SECOND = 100;
const NAMESPACE = `oc-bench-watch-${process.pid}`;

/** `load`: threshold; under the machine's load, ss runs at each sample. */
const session = (load: number): string => `version: 1
name: bench
shields: { watch: { load: ${load} } }
windows: [{ name: w, panes: [host] }]
`;

export async function run(): Promise<Figure[]> {
  if (process.getuid?.() !== 0 || spawnSync('ip', ['netns', 'add', NAMESPACE]).status !== 0)
    return [{ name: 'watch', value: Number.NaN, unit: '', note: 'needs root and ip: left out' }];
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-watch-'));
  try {
    await measure(folder, 10_000, 2);
    const idle = await measure(folder, 10_000, SECONDS);
    const asking = await measure(folder, 0.1, SECONDS);
    return [
      { name: 'watch: memory (RSS)', value: idle.megabytes, unit: 'MB', note: 'at most 60' },
      { name: 'watch: processor, load low', value: idle.percent, unit: '% of a core', note: 'at most 0.5' },
      { name: 'watch: processor, load high (ss at each sample)', value: asking.percent, unit: '% of a core' },
      { name: 'watch: memory after ss', value: asking.megabytes, unit: 'MB' },
    ];
  } finally {
    spawnSync('ip', ['netns', 'del', NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, load: number, seconds: number) {
  const path = join(folder, 'session.yml');
  writeFileSync(path, session(load));
  writeFileSync(join(folder, 'loadavg'), '8.00 8.00 8.00 1/100 1\n');
  const env = {
    PATH: process.env.PATH,
    OPSCONSOLE_STATE_DIR: join(folder, 'lib'),
    OPSCONSOLE_RUN_DIR: join(folder, 'run'),
    XDG_STATE_HOME: folder,
  };
  const script = `mount --bind ${folder}/loadavg /proc/loadavg && exec ${PROGRAM} watch --session ${path}`;
  const child = spawn('ip', ['netns', 'exec', NAMESPACE, 'sh', '-c', script], { env, stdio: 'ignore' });
  try {
    await pause(6000);
    const pid = Number(readFileSync(join(folder, 'run/watch.pid'), 'utf8').split(' ')[0]);
    const before = ticksOf(pid);
    await pause(seconds * 1000);
    const percent = ((ticksOf(pid) - before) / TICKS_PER_SECOND / seconds) * 100;
    const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return { percent, megabytes: (kib * 1024) / 1e6 };
  } finally {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** Ours and that of the programs we waited for (fields 14 to 17 of proc(5)). */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
