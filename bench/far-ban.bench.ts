// A ban on a far host over ssh: from Enter to the answer, and to the first dropped packet, beside a bare `ssh host ipset add`
// through the same connection. Then over a line of 300 ms and 64 kbit/s, from the preview to the proof. Needs root; in namespaces.

import { execFile } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as quiet } from 'node:timers/promises';
import { createDesk, type Desk } from '../src/actions/desk.ts';
import type { ActDraft } from '../src/core/act.ts';
import { parseNet } from '../src/core/address.ts';
import { command } from '../src/core/plan.ts';
import type { Backend } from '../src/firewall/backend.ts';
import { ipsetBackend } from '../src/firewall/ipset/backend.ts';
import { nftBackend } from '../src/firewall/nft/backend.ts';
import { createSshParts } from '../src/host/ssh/create.ts';
import { type FarHost, type FarHostOptions, startFarHost } from '../test/kernel/harness/far-host.ts';
import { createTestNet, type TestNet } from '../test/kernel/harness/netns.ts';
import { createProbe, type Probe } from './packet-probe.ts';

type Row = { name: string; value: number; unit: string; note?: string };

const ROUNDS = 11;
const SLOW = { delayMs: 150, bitsPerSecond: 64_000 };
const SLOW_ROUNDS = 3;
/** Ten times a second: 100 lines a second, 10 kB. */
const LOG_LINES = `${'x'.repeat(99)}\n`.repeat(10);
const POLL_MS = 2000;

export async function run(): Promise<Row[]> {
  const net = await createTestNet({ clients: 2, v6: false });
  try {
    const probe = createProbe(net, net.client(1));
    await probe.flowing();
    const rows: Row[] = [];
    for (const backend of [nftBackend, ipsetBackend])
      rows.push(...(await withFar(net, {}, (far) => quick({ net, far, probe, backend }))));
    rows.push(...(await withFar(net, { slowable: true }, slow)));
    return rows;
  } finally {
    await net.dispose();
  }
}

async function withFar<T>(
  net: TestNet,
  options: FarHostOptions,
  work: (far: FarHost) => Promise<T>,
): Promise<T> {
  const far = await startFarHost(net, options);
  try {
    return await work(far);
  } finally {
    await far.dispose();
  }
}

type Bench = Readonly<{ net: TestNet; far: FarHost; probe: Probe; backend: Backend }>;

async function quick({ net, far, probe, backend }: Bench): Promise<readonly Row[]> {
  const { v4 } = net.client(1);
  return withDesk(far, backend, async (desk) => {
    await ban(desk, '198.51.100.1');
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await probe.flowing();
      const { began } = await ban(desk, v4);
      ours.push(Number((await probe.silentSince()) - began) / 1e6);
      await perform(desk, { action: 'undo' });
      await probe.flowing();
      bare.push(await bareBan(far, { probe, backend, address: v4 }));
    }
    const name = `ban on a far host to first dropped packet, ${backend.id}`;
    return [
      { name, value: median(ours), unit: 'ms', note: `${ROUNDS} rounds, loopback latency` },
      { name: `${name}, bare ssh`, value: median(bare), unit: 'ms', note: 'one ssh through the same master' },
      { name: `${name}, own time`, value: median(ours) - median(bare), unit: 'ms' },
    ];
  });
}

const slow = async (far: FarHost): Promise<readonly Row[]> => [
  ...(await slowBans(far, '300 ms and 64 kbit/s')),
  ...(await inUse(far, () => slowBans(far, '300 ms and 64 kbit/s in use'))),
];

/** What panes ask for meanwhile: a log that grows by more than the line carries, a command, and readings again and again. */
async function inUse<T>(far: FarHost, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const { signal } = over;
  const log = join(far.folder, 'far.log');
  writeFileSync(log, '');
  const writer = setInterval(() => appendFileSync(log, LOG_LINES), 100);
  const nothing = (): void => undefined;
  const poll = async (): Promise<void> => {
    while (!signal.aborted) {
      await far.host.run(command(['nft', '-j', 'list', 'ruleset'], { privileged: true }), signal);
      await far.host.read('/proc/net/dev');
      await quiet(POLL_MS);
    }
  };
  const endless = command(['tail', '-F', log], { timeoutMs: 0 });
  const running = [
    far.host.follow({ patterns: [log], tailBytes: 65_536, signal, onEvent: nothing }),
    far.host.stream(endless, Object.assign(nothing, { skipped: nothing }), signal),
    poll(),
  ];
  try {
    return await work();
  } finally {
    clearInterval(writer);
    over.abort();
    await Promise.allSettled(running);
  }
}

async function slowBans(far: FarHost, line: string): Promise<readonly Row[]> {
  return withDesk(far, nftBackend, async (desk) => {
    far.slow(SLOW);
    try {
      const looks: number[] = [];
      const acts: number[] = [];
      for (let round = 0; round <= SLOW_ROUNDS; round++) {
        const { lookedMs, actedMs } = await ban(desk, `198.51.100.${10 + round}`);
        // The first one also learns who we are there and where sshd listens.
        if (round === 0) looks.push(lookedMs);
        else acts.push(lookedMs, actedMs);
      }
      const even = acts.filter((_, index) => index % 2 === 0);
      const odd = acts.filter((_, index) => index % 2 === 1);
      return [
        { name: `first preview of a ban over ${line}`, value: median(looks), unit: 'ms' },
        { name: `preview of a ban over ${line}`, value: median(even), unit: 'ms' },
        {
          name: `Enter to proof over ${line}`,
          value: median(odd),
          unit: 'ms',
          note: `${SLOW_ROUNDS} rounds, nft`,
        },
      ];
    } finally {
      far.slow();
    }
  });
}

async function withDesk<T>(far: FarHost, backend: Backend, work: (desk: Desk) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'oc-bench-'));
  const desk = createDesk({
    host: far.host,
    backends: [backend],
    journal: join(folder, 'journal.db'),
    operator: { user: 'bench', console: 'bench' },
    allow: [],
    readOnly: false,
  });
  try {
    return await work(desk);
  } finally {
    desk.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type Timed = Readonly<{ began: bigint; lookedMs: number; actedMs: number }>;

function ban(desk: Desk, text: string): Promise<Timed> {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  const nets = [parsed.value.net];
  const draft: ActDraft = {
    action: 'ban',
    nets,
    seconds: 3600,
    target: { kind: 'own' },
    reason: 'bench',
    cut: true,
  };
  return perform(desk, draft);
}

async function perform(desk: Desk, draft: ActDraft): Promise<Timed> {
  const looked = process.hrtime.bigint();
  const preview = await desk.preview(draft);
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  const began = process.hrtime.bigint();
  const report = await desk.perform(preview.token);
  if (report.outcome.kind !== 'done') throw new Error(report.summary);
  const ms = (from: bigint, to: bigint): number => Number(to - from) / 1e6;
  return { began, lookedMs: ms(looked, began), actedMs: ms(began, process.hrtime.bigint()) };
}

type Bare = Readonly<{ probe: Probe; backend: Backend; address: string }>;

async function bareBan(far: FarHost, { probe, backend, address }: Bare): Promise<number> {
  const words = (verb: string): string =>
    backend.id === 'nft'
      ? `nft ${verb} element inet opsconsole ban4 '{ ${address} }'`
      : `ipset ${verb === 'delete' ? 'del' : verb} oc_ban4 ${address}`;
  const started = process.hrtime.bigint();
  await overMaster(far, words('add'));
  const ms = Number((await probe.silentSince()) - started) / 1e6;
  await overMaster(far, words('delete'));
  return ms;
}

/** As a person types it, with the master's socket. */
function overMaster(far: FarHost, words: string): Promise<void> {
  const { control } = createSshParts(far.options);
  const [program, ...before] = far.options.ssh ?? ['ssh'];
  const args = [
    ...before,
    '-F',
    far.options.config ?? '',
    '-S',
    control,
    '-o',
    'BatchMode=yes',
    'far',
    words,
  ];
  return new Promise((resolve, reject) => {
    execFile(program, args, (error) => (error === null ? resolve() : reject(error)));
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? Number.NaN) * 10) / 10;
}
