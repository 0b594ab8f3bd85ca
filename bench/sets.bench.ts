// Big ban sets in a private namespace: listing a million ipset members beside `ipset list > /dev/null`, the peak memory of
// the process that does it, and one batch of 10,000 bans.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { makeNet } from '../src/core/address.ts';
import type { Step } from '../src/core/plan.ts';
import { ipsetBackend } from '../src/firewall/ipset/backend.ts';
import { nftBackend } from '../src/firewall/nft/backend.ts';
import { createNetnsHost, type NetnsHost } from '../src/host/netns.ts';

type Row = { name: string; value: number; unit: string; note?: string };

const MEMBERS = 1_000_000;
const BATCH = 10_000;
const RUNS = 3;
const NAMESPACE = `oc-bench-${process.pid}`;
const run1 = promisify(execFile);

export async function run(): Promise<Row[]> {
  if (process.getuid?.() !== 0)
    return [{ name: 'sets', value: Number.NaN, unit: '', note: 'not run: needs root' }];
  await run1('ip', ['netns', 'add', NAMESPACE]);
  try {
    await fill();
    const rows = await listing();
    await inNamespace(['ipset', 'destroy', 'big']);
    return [...rows, ...(await batches())];
  } finally {
    await run1('ip', ['netns', 'del', NAMESPACE]);
  }
}

async function listing(): Promise<Row[]> {
  const tool: number[] = [];
  const ours: { ms: number; peakMb: number }[] = [];
  for (let turn = 0; turn < RUNS; turn++) {
    tool.push(await timed(() => inNamespace(['ipset', 'list', 'big'])));
    ours.push(await listInChild());
  }
  const floor = median(tool);
  const time = median(ours.map(({ ms }) => ms));
  return [
    { name: 'ipset list of 1 M > /dev/null', value: floor, unit: 'ms' },
    {
      name: 'listed and parsed by us',
      value: time,
      unit: 'ms',
      note: `${(time / floor).toFixed(2)} × of it`,
    },
    { name: 'peak memory of that process', value: Math.max(...ours.map(({ peakMb }) => peakMb)), unit: 'MB' },
  ];
}

/** A process of its own, so that its peak is that of the listing. */
async function listInChild(): Promise<{ ms: number; peakMb: number }> {
  const from = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const code = `
    const { createNetnsHost } = await import(${from('../src/host/netns.ts')});
    const { startWorker } = await import(${from('../src/host/worker.ts')});
    const { createTerseReader } = await import(${from('../src/sources/bans/terse.ts')});
    const { listMembersNow } = await import(${from('../src/sources/bans/list-members.ts')});
    const host = await createNetnsHost({ name: ${JSON.stringify(NAMESPACE)} });
    const read = await createTerseReader().read(host, new AbortController().signal);
    const set = read.value.sets.find((one) => one.name === 'big');
    const began = performance.now();
    const members = await listMembersNow(host, set, { startWorker });
    const ms = performance.now() - began;
    if (!members.ok || members.value.length !== ${MEMBERS}) throw new Error(JSON.stringify(members.problem));
    host.close();
    process.stdout.write(JSON.stringify({ ms, peakMb: process.resourceUsage().maxRSS / 1024 }));
    process.exit(0);`;
  const { stdout } = await run1(process.execPath, ['-e', code]);
  return JSON.parse(stdout) as { ms: number; peakMb: number };
}

async function batches(): Promise<Row[]> {
  const host = await createNetnsHost({ name: NAMESPACE });
  const rows: Row[] = [];
  for (const backend of [ipsetBackend, nftBackend]) {
    await perform(host, backend.own.ensure([], [4]));
    const elements = Array.from({ length: BATCH }, (_, i) => ({
      net: makeNet(4, 0x0a000000n + BigInt(i) * 7n, 32),
      seconds: 3600,
      comment: 'bench',
    }));
    const set = backend.own.setFor(makeNet(4, 0x0a000000n, 32));
    const first = await timed(() => perform(host, backend.planAdd(set, elements)));
    const again = await timed(() => perform(host, backend.planAdd(set, elements)));
    rows.push(
      { name: `${backend.id}: ban 10,000 at once`, value: first, unit: 'ms' },
      { name: `${backend.id}: and again, refreshing`, value: again, unit: 'ms' },
    );
  }
  host.close();
  return rows;
}

async function perform(host: NetnsHost, steps: readonly Step[]): Promise<void> {
  for (const { command } of steps) {
    const finished = await host.run(command);
    if (!finished.ok) throw new Error(`${finished.problem.summary} ${finished.problem.detail ?? ''}`);
  }
}

/** As f2b and the like keep them: timeouts and counters. */
async function fill(): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', NAMESPACE, 'ipset', 'restore'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdin.write(`create big hash:ip timeout 0 counters maxelem ${MEMBERS * 2} hashsize 1048576\n`);
  for (let start = 0; start < MEMBERS; start += 10_000) {
    let lines = '';
    for (let i = start; i < start + 10_000; i++)
      lines += `add big ${1 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}.7 timeout ${3600 + (i % 1000)}\n`;
    if (!child.stdin.write(lines)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await ended;
}

async function inNamespace(argv: readonly string[]): Promise<void> {
  const child = spawn('ip', ['netns', 'exec', NAMESPACE, ...argv], { stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
