// Raising and lowering the default shields in a namespace: on an idle machine, and with 30 processes that never sleep and
// 250,000 tracked flows. Goals: under 1 s and under 5 s. Needs root; nothing outside the namespaces is touched.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createShields, type ShieldsOptions } from '../src/actions/shields/shields.ts';
import { DEFAULT_SHIELDS } from '../src/core/shields-defaults.ts';
import { createLocalHost } from '../src/host/local.ts';
import { createTestNet, type TestNet } from '../test/kernel/harness/netns.ts';

type Row = { name: string; value: number; unit: string; note?: string };

const ROUNDS = 7;
const LOADED_ROUNDS = 3;
const BUSY = 30;
const BUSY_MS = 45_000;
const FLOWS = 250_000;

export async function run(): Promise<Row[]> {
  if (process.getuid?.() !== 0)
    return [{ name: 'shields', value: Number.NaN, unit: 'ms', note: 'not measured: needs root' }];
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-shields-'));
  const net = await createTestNet({ clients: 1 });
  try {
    await net.echoServer(net.server, 80);
    await net.trackConnections(net.server);
    const idle = await measureInside(net, folder, { rounds: ROUNDS, name: 'idle' });
    await fill(net, folder);
    const busy = spawnBusy();
    try {
      const name = `load ${BUSY}, ${FLOWS.toLocaleString('en')} flows`;
      return [...idle, ...(await measureInside(net, folder, { rounds: LOADED_ROUNDS, name }))];
    } finally {
      for (const child of busy) child.kill('SIGKILL');
    }
  } finally {
    await net.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Wish = Readonly<{ rounds: number; name: string }>;

/** In a process that is in the namespace, so that the machine is read as a console on it reads it: files, not programs. */
async function measureInside(net: TestNet, folder: string, { rounds, name }: Wish): Promise<Row[]> {
  const args = [folder, String(rounds), name].map((word) => JSON.stringify(word));
  const code = `const { inside } = await import(${JSON.stringify(import.meta.filename)});
    process.stdout.write('@@' + JSON.stringify(await inside(${args.join(', ')}))); process.exit(0);`;
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code];
  const { stdout } = await net.exec(net.server, [process.execPath, ...words]);
  return JSON.parse(stdout.slice(stdout.indexOf('@@') + 2));
}

export async function inside(folder: string, rounds: string, name: string): Promise<Row[]> {
  const options: ShieldsOptions = {
    host: await createLocalHost(),
    settings: { ...DEFAULT_SHIELDS, unattended: true },
    operator: { user: 'bench', console: 'bench' },
    allow: [],
    journal: join(folder, 'journal.db'),
    place: { dir: join(folder, 'state'), run: join(folder, 'run') },
    readOnly: false,
  };
  return measure(options, Number(rounds), name);
}

async function measure(options: ShieldsOptions, rounds: number, name: string): Promise<Row[]> {
  const raised: number[] = [];
  const lowered: number[] = [];
  const read: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // A console that has just started: nothing is remembered from the last time.
    const shields = createShields(options);
    const at = performance.now();
    const report = await shields.raise();
    raised.push(performance.now() - at);
    if (report.kind !== 'up') throw new Error(JSON.stringify(report));
    const readAt = performance.now();
    await shields.now();
    read.push(performance.now() - readAt);
    const downAt = performance.now();
    const { kind } = await shields.lower();
    lowered.push(performance.now() - downAt);
    if (kind !== 'down') throw new Error(`not lowered: ${kind}`);
  }
  const row = (what: string, values: number[]): Row => {
    const sorted = values.sort((a, b) => a - b);
    const middle = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    return {
      name: `${what}, ${name}`,
      value: middle,
      unit: 'ms',
      note: `worst ${Math.round(sorted.at(-1) ?? 0)} ms`,
    };
  };
  return [row('raise', raised), row('read', read), row('lower', lowered)];
}

async function fill(net: TestNet, folder: string): Promise<void> {
  const lines: string[] = [];
  for (let flow = 0; flow < FLOWS; flow++) {
    const source = `198.${18 + (flow % 2)}.${(flow >> 8) % 256}.${flow % 256}`;
    const port = 1024 + (Math.floor(flow / 5) % 60_000);
    lines.push(
      `-A -s ${source} -d 192.0.2.1 -p tcp --state SYN_RECV --sport ${port} --dport ${80 + (flow % 7)} -t 9000`,
    );
  }
  const path = join(folder, 'flows');
  writeFileSync(path, `${lines.join('\n')}\n`);
  await net.exec(net.server, ['conntrack', '-R', path]);
}

/** One process each, with an end of its own, should nobody end them. */
function spawnBusy(): readonly ChildProcess[] {
  const code = `const until = Date.now() + ${BUSY_MS}; while (Date.now() < until);`;
  return Array.from({ length: BUSY }, () => spawn(process.execPath, ['-e', code], { stdio: 'ignore' }));
}
