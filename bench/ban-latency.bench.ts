// From Enter to the first dropped packet: a client namespace sends a UDP packet every 0.2 ms, the server notes when the
// last one came. Beside it the floor: the same program started bare. Needs root; everything happens in namespaces.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDesk, type Desk } from '../src/actions/desk.ts';
import type { ActDraft } from '../src/core/act.ts';
import { parseNet } from '../src/core/address.ts';
import type { Backend } from '../src/firewall/backend.ts';
import { ipsetBackend } from '../src/firewall/ipset/backend.ts';
import { nftBackend } from '../src/firewall/nft/backend.ts';
import { createNetnsHost } from '../src/host/netns.ts';
import { createTestNet, type TestNet } from '../test/kernel/harness/netns.ts';
import { createProbe, type Probe } from './packet-probe.ts';

type Row = { name: string; value: number; unit: string; note?: string };

const ROUNDS = 15;

export async function run(): Promise<Row[]> {
  const net = await createTestNet({ clients: 1, v6: false });
  const rows: Row[] = [];
  try {
    const client = net.client(0);
    const probe = createProbe(net, client);
    await probe.flowing();
    for (const backend of [nftBackend, ipsetBackend]) rows.push(...(await measure(net, probe, backend)));
  } finally {
    await net.dispose();
  }
  return rows;
}

async function measure(net: TestNet, probe: Probe, backend: Backend): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'oc-bench-'));
  const host = await createNetnsHost({ name: net.server.name });
  const desk = createDesk({
    host,
    backends: [backend],
    journal: join(folder, 'journal.db'),
    operator: { user: 'bench', console: 'bench' },
    allow: [],
    readOnly: false,
  });
  const { v4 } = net.client(0);
  try {
    await ban(desk, '198.51.100.1', () => undefined);
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await probe.flowing();
      let began = 0n;
      await ban(desk, v4, () => {
        began = process.hrtime.bigint();
      });
      ours.push(Number((await probe.silentSince()) - began) / 1e6);
      await perform(desk, { action: 'undo' });
      await probe.flowing();
      bare.push(await floor(net, probe, backend, v4));
    }
    const floorMs = median(bare);
    const name = `ban to first dropped packet, ${backend.id}`;
    return [
      {
        name,
        value: round1(median(ours)),
        unit: 'ms',
        note: `p95 ${round1(percentile(ours, 0.95))} ms, ${ROUNDS} rounds`,
      },
      {
        name: `${name}, bare program`,
        value: round1(floorMs),
        unit: 'ms',
        note: 'spawned by Node through ip netns exec, as ours is',
      },
      {
        name: `${name}, own time`,
        value: round1(median(ours) - floorMs),
        unit: 'ms',
        note: 'aim: at most 15 ms',
      },
    ];
  } finally {
    desk.close();
    host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function ban(desk: Desk, text: string, starting: () => void): Promise<void> {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  const nets = [parsed.value.net];
  await perform(
    desk,
    { action: 'ban', nets, seconds: 3600, target: { kind: 'own' }, reason: 'bench', cut: true },
    starting,
  );
}

async function perform(desk: Desk, draft: ActDraft, starting: () => void = () => undefined): Promise<void> {
  const preview = await desk.preview(draft);
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  starting();
  const report = await desk.perform(preview.token);
  if (report.outcome.kind !== 'done') throw new Error(report.summary);
}

async function floor(net: TestNet, probe: Probe, backend: Backend, address: string): Promise<number> {
  const words = (verb: string): readonly string[] =>
    backend.id === 'nft'
      ? ['nft', `${verb === 'add' ? 'add' : 'delete'} element inet opsconsole ban4 { ${address} }`]
      : ['ipset', verb, 'oc_ban4', address];
  const started = process.hrtime.bigint();
  await start(net, words('add'));
  const ms = Number((await probe.silentSince()) - started) / 1e6;
  await start(net, words('del'));
  return ms;
}

function start(net: TestNet, words: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('ip', ['netns', 'exec', net.server.name, ...words], (error) =>
      error === null ? resolve() : reject(error),
    );
  });
}

const median = (values: readonly number[]): number => percentile(values, 0.5);

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const round1 = (value: number): number => Math.round(value * 10) / 10;
