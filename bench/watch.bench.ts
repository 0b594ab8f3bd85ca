// opsconsole watch, a copy of the built program in a network namespace: memory at its first start, when Node has nothing compiled
// yet, at the next one, and after it has raised; processor while nothing happens, and with ss at every sample.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

type Figure = { name: string; value: number; unit: string; note?: string };
type Measured = Readonly<{ percent: number; megabytes: number; peak: number }>;

const ROOT = join(import.meta.dirname, '..');
const SECONDS = 30;
const SETTLED_MS = 6000;
const RAISED_WITHIN_MS = 60_000;
const TICKS_PER_SECOND = 100;
const NAMESPACE = `oc-bench-watch-${process.pid}`;

/** `load`: threshold; under the machine's load, ss runs at each sample. */
const quiet = (load: number): string => `version: 1
name: bench
shields: { watch: { load: ${load} } }
windows: [{ name: w, panes: [host] }]
`;
/** High load and a log that grows: enough to raise. */
const attacked = (log: string): string => `version: 1
name: bench
shields:
  unattended: true
  ports: [80]
  profile: few
  profiles: { few: [{ syn-rate: { per-second: 5 } }, { connections: 50 }] }
  watch: { every: 1s, load: 0.1, conntrack: off, raise-after: 2, log-rate: { file: ${log}, lines: 1 } }
windows: [{ name: w, panes: [host] }]
`;

export async function run(): Promise<Figure[]> {
  if (process.getuid?.() !== 0 || spawnSync('ip', ['netns', 'add', NAMESPACE]).status !== 0)
    return [{ name: 'watch', value: Number.NaN, unit: '', note: 'needs root and ip: left out' }];
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-watch-'));
  try {
    install(folder);
    const first = await measure(folder, { session: quiet(10_000), seconds: 5 });
    const idle = await measure(folder, { session: quiet(10_000), seconds: SECONDS });
    const asking = await measure(folder, { session: quiet(0.1), seconds: SECONDS });
    const raised = await measure(folder, {
      session: attacked(join(folder, 'log')),
      seconds: 10,
      raise: true,
    });
    const most = 'at most 60';
    return [
      {
        name: 'watch: memory (RSS), first start, nothing compiled',
        value: first.megabytes,
        unit: 'MB',
        note: most,
      },
      { name: 'watch: memory (RSS), idle', value: idle.megabytes, unit: 'MB', note: most },
      { name: 'watch: memory (RSS), after ss', value: asking.megabytes, unit: 'MB', note: most },
      { name: 'watch: memory (RSS), after it has raised', value: raised.megabytes, unit: 'MB', note: most },
      {
        name: 'watch: memory at its highest, of all four',
        value: highest([first, idle, asking, raised]),
        unit: 'MB',
      },
      { name: 'watch: processor, load low', value: idle.percent, unit: '% of a core', note: 'at most 0.5' },
      { name: 'watch: processor, load high (ss at each sample)', value: asking.percent, unit: '% of a core' },
    ];
  } finally {
    spawnSync('ip', ['netns', 'del', NAMESPACE]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const highest = (all: readonly Measured[]): number => Math.max(...all.map(({ peak }) => peak));

/** A copy: its cache of compiled code begins empty, and a build meanwhile changes nothing. */
function install(folder: string): void {
  for (const part of ['bin', 'dist']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(ROOT, 'node_modules/node'), join(folder, 'node_modules/node'));
  writeFileSync(join(folder, 'loadavg'), '8.00 8.00 8.00 1/100 1\n');
  writeFileSync(join(folder, 'log'), 'GET / HTTP/1.1\n');
}

type Wish = Readonly<{ session: string; seconds: number; raise?: boolean }>;

async function measure(folder: string, { session, seconds, raise = false }: Wish): Promise<Measured> {
  const path = join(folder, 'session.yml');
  writeFileSync(path, session);
  const env = {
    PATH: process.env.PATH,
    OPSCONSOLE_STATE_DIR: join(folder, 'lib'),
    OPSCONSOLE_RUN_DIR: join(folder, 'run'),
    XDG_STATE_HOME: folder,
  };
  const program = join(folder, 'bin/opsconsole');
  const inside = (script: string): string[] => ['netns', 'exec', NAMESPACE, 'sh', '-c', script];
  const child = spawn(
    'ip',
    inside(`mount --bind ${folder}/loadavg /proc/loadavg && exec ${program} watch --session ${path}`),
    { env, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    if (raise) await raised(child, join(folder, 'log'));
    else child.stdout?.resume();
    await pause(SETTLED_MS);
    const pid = Number(readFileSync(join(folder, 'run/watch.pid'), 'utf8').split(' ')[0]);
    const before = ticksOf(pid);
    await pause(seconds * 1000);
    const percent = ((ticksOf(pid) - before) / TICKS_PER_SECOND / seconds) * 100;
    return { percent, megabytes: statusOf(pid, 'VmRSS'), peak: statusOf(pid, 'VmHWM') };
  } finally {
    child.kill('SIGTERM');
    await ended;
    if (raise) spawnSync('ip', inside(`exec ${program} shields down --session ${path}`), { env });
  }
}

/** Lets the log grow until the watch says that the shields are up. */
async function raised(child: ChildProcess, log: string): Promise<void> {
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (const began = performance.now(); !said.includes('shields are up'); await pause(100)) {
    if (performance.now() - began > RAISED_WITHIN_MS) throw new Error(`the watch did not raise: ${said}`);
    appendFileSync(log, 'GET / HTTP/1.1\n'.repeat(20));
  }
}

function statusOf(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)?.[1]) * 1024) / 1e6;
}

/** Ours and that of the programs we waited for (fields 14 to 17 of proc(5)). */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
}
