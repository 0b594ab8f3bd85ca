// A list of a million addresses into our own table, for nft and ipset in a private namespace: read, planned, put in and
// proved by a sample; the peak memory of this process is in the notes.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDesk } from '../src/actions/desk.ts';
import type { Backend } from '../src/firewall/backend.ts';
import { createBanListParser } from '../src/firewall/ban-list.ts';
import { ipsetBackend } from '../src/firewall/ipset/backend.ts';
import { nftBackend } from '../src/firewall/nft/backend.ts';
import { createNetnsHost } from '../src/host/netns.ts';

type Row = { name: string; value: number; unit: string; note?: string };

const LINES = 1_000_000;
const NAMESPACE = `oc-bench-import-${process.pid}`;
const run1 = promisify(execFile);

export async function run(): Promise<Row[]> {
  if (process.getuid?.() !== 0)
    return [{ name: 'bans-import', value: Number.NaN, unit: '', note: 'not run: needs root' }];
  const rows: Row[] = [];
  for (const backend of [nftBackend, ipsetBackend]) {
    await run1('ip', ['netns', 'add', NAMESPACE]);
    try {
      rows.push(...(await importInto(backend)));
    } finally {
      await run1('ip', ['netns', 'del', NAMESPACE]);
    }
  }
  return rows;
}

async function importInto(backend: Backend): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'oc-bench-'));
  const host = await createNetnsHost({ name: NAMESPACE });
  const desk = createDesk({
    host,
    journal: join(folder, 'state', 'journal.db'),
    operator: { user: 'bench', console: 'bench' },
    allow: [],
    readOnly: false,
    backends: [backend],
  });
  const rows: Row[] = [];
  const timed = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const began = performance.now();
    const done = await work();
    const note = `${Math.round(process.memoryUsage().rss / 1e6)} MB in this process`;
    rows.push({
      name: `${backend.id}: ${name}`,
      value: Math.round(performance.now() - began),
      unit: 'ms',
      note,
    });
    return done;
  };
  try {
    const list = await timed('read the list', () => readList());
    if (!list.ok) throw new Error(list.problem.summary);
    const draft = {
      action: 'import',
      nets: list.value.nets,
      seconds: 86_400,
      target: { kind: 'own' },
    } as const;
    const preview = await timed('plan', () => desk.preview({ ...draft, reason: 'bench' }));
    if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
    const report = await timed('put in and prove', () => desk.perform(preview.token));
    if (report.outcome.kind !== 'done') throw new Error(report.summary);
    return rows;
  } finally {
    desk.close();
    host.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function readList() {
  const parser = createBanListParser('bench');
  const text: string[] = [];
  for (let i = 0; i < LINES; i++) {
    text.push(`${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7 # line ${i}\r\n`);
    if (text.length === 5000) parser.push(Buffer.from(text.splice(0).join('')));
  }
  parser.push(Buffer.from(text.join('')));
  return parser.end();
}
