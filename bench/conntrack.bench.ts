// The source report of a full table: 250,000 real flows in a namespace of their own, counted off the main thread. Needs root.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { ok } from '../src/core/result.ts';
import type { Host } from '../src/host/host.ts';
import { createNetnsHost } from '../src/host/netns.ts';
import { startWorker } from '../src/host/worker.ts';
import { flowsSource } from '../src/sources/conntrack/flows.ts';

type Figure = { name: string; value: number; unit: string; note?: string };

const FLOWS = 250_000;
const ROUNDS = 5;
const RULES = 'table inet t { chain i { type filter hook input priority 0; ct state invalid drop; }\n}\n';

export async function run(): Promise<Figure[]> {
  if (process.getuid?.() !== 0)
    return [{ name: 'conntrack report', value: Number.NaN, unit: 'ms', note: 'not measured: needs root' }];
  const name = `oc-bench-ct-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'oc-bench-ct-'));
  let inside: ChildProcess | undefined;
  tool(['ip', 'netns', 'add', name]);
  try {
    tool(['ip', 'netns', 'exec', name, 'nft', '-f', '-'], RULES);
    writeFileSync(join(folder, 'flows'), flowLines());
    tool(['ip', 'netns', 'exec', name, 'conntrack', '-R', join(folder, 'flows')]);
    // Something that lives in the namespace, so that its /proc/PID/net can be read from outside.
    inside = spawn('ip', ['netns', 'exec', name, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    inside.stdin?.write('inside\n');
    if (inside.stdout) await once(inside.stdout, 'data');
    return await measure(name, `/proc/${inside.pid}/net/nf_conntrack`);
  } finally {
    inside?.kill('SIGKILL');
    tool(['ip', 'netns', 'del', name]);
    rmSync(folder, { recursive: true });
  }
}

/** Mostly half-open flows from many sources, a tenth established over IPv6: what a SYN flood leaves in the table. */
function flowLines(): string {
  const lines: string[] = [];
  for (let flow = 0; flow < FLOWS; flow++) {
    const port = 1024 + (Math.floor(flow / 5) % 60_000);
    const v4 = `198.${18 + (flow % 2)}.${(flow >> 8) % 256}.${flow % 256} -d 192.0.2.1 -p tcp --state SYN_RECV`;
    const v6 = `2001:db8:9::${(flow % 50_000).toString(16)} -d 2001:db8:1::1 -p tcp --state ESTABLISHED`;
    lines.push(`-A -s ${flow % 10 === 0 ? v6 : v4} --sport ${port} --dport ${80 + (flow % 7)} -t 9000`);
  }
  return `${lines.join('\n')}\n`;
}

async function measure(name: string, path: string): Promise<Figure[]> {
  const netns = await createNetnsHost({ name });
  try {
    // As on this machine: the worker reads the file itself, and the count costs no process.
    const asLocal: Host = {
      ...netns,
      kind: 'local',
      read: async (file, maxBytes) =>
        file.endsWith('/nf_conntrack_count') ? ok(Buffer.from(`${FLOWS}\n`)) : netns.read(file, maxBytes),
    };
    const direct = await timed(asLocal, path);
    const viaTool = await timed(
      {
        ...netns,
        readChunks: async () => ({ ok: false, problem: { code: 'not-found', summary: 'hidden' } }),
      },
      path,
    );
    return [
      { name: 'conntrack report, 250,000 flows', value: direct.median, unit: 'ms', note: direct.note },
      {
        name: 'conntrack report: cpu, all threads',
        value: direct.cpuMs,
        unit: 'ms',
        note: 'of which the kernel writes the table; does not count waiting for a core',
      },
      { name: 'conntrack report: longest main thread pause', value: direct.pauseMs, unit: 'ms' },
      { name: 'conntrack report by conntrack -L', value: viaTool.median, unit: 'ms', note: viaTool.note },
      {
        name: 'conntrack report by conntrack -L: longest main thread pause',
        value: viaTool.pauseMs,
        unit: 'ms',
      },
      {
        name: 'cat /proc/net/nf_conntrack > /dev/null',
        value: clocked(() => tool(['cat', path])),
        unit: 'ms',
        note: 'floor',
      },
      {
        name: 'conntrack -L > /dev/null',
        value: clocked(() => tool(['ip', 'netns', 'exec', name, 'conntrack', '-L'])),
        unit: 'ms',
        note: 'floor',
      },
    ];
  } finally {
    netns.close();
  }
}

type Timed = Readonly<{ median: number; pauseMs: number; cpuMs: number; note: string }>;

async function timed(host: Host, path: string): Promise<Timed> {
  const source = flowsSource({ everyMs: 1000, startWorker, path });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  const cpus: number[] = [];
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    delay.enable();
    const cpu = process.cpuUsage();
    const began = performance.now();
    const report = await source.read(host, new AbortController().signal);
    times.push(performance.now() - began);
    const used = process.cpuUsage(cpu);
    cpus.push((used.user + used.system) / 1000);
    delay.disable();
    if (!report.ok) throw new Error(report.problem.summary);
    total = report.value.total;
  }
  return {
    median: medianOf(times),
    pauseMs: delay.max / 1e6,
    cpuMs: medianOf(cpus),
    note: `${total} flows, median of ${ROUNDS}, slowest ${Math.round(Math.max(...times))} ms`,
  };
}

function clocked(act: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    act();
    return performance.now() - began;
  });
  return medianOf(times);
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}

function tool(argv: readonly [string, ...string[]], input?: string): void {
  const [program, ...rest] = argv;
  const ran = spawnSync(program, rest, {
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
  });
  if (ran.status !== 0) throw new Error(`${argv.join(' ')}: ${String(ran.stderr)}`);
}
