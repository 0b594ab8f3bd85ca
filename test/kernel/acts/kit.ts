// A desk on the server namespace of a test net, with a journal of its own in a temporary folder.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import type { DeskDraft } from '../../../src/actions/bulk/draft.ts';
import { createDesk, type Desk, type DeskOptions } from '../../../src/actions/desk.ts';
import type { ActDraft, ActPreview, ActReport } from '../../../src/core/act.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { createNetnsHost, type NetnsHost } from '../../../src/host/netns.ts';
import type { TestNet } from '../harness/netns.ts';

export const BACKEND_CASES: readonly Readonly<{ id: string; backend: Backend; tools: readonly string[] }>[] =
  [
    { id: 'nft', backend: nftBackend, tools: ['nft', 'conntrack'] },
    { id: 'ipset', backend: ipsetBackend, tools: ['ipset', 'iptables', 'ip6tables', 'nft', 'conntrack'] },
  ];

export type Kit = Readonly<{ desk: Desk; host: NetnsHost; journalPath: string }>;

const cleanups: (() => Promise<void> | void)[] = [];
async function cleanUp(all: (() => Promise<void> | void)[]): Promise<void> {
  for (const cleanup of all.reverse()) await cleanup();
}
afterEach(() => cleanUp(cleanups.splice(0)));

/** What is to be cleaned up so far is so when the caller says, not after this test: for what a file's tests share. */
export function keepForAll(): () => Promise<void> {
  const kept = cleanups.splice(0);
  return () => cleanUp(kept);
}

export function onEnd(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

export async function openKit(net: TestNet, options: Partial<DeskOptions> = {}): Promise<Kit> {
  const folder = await mkdtemp(join(tmpdir(), 'oc-acts-'));
  onEnd(() => rm(folder, { recursive: true, force: true }));
  const host = await createNetnsHost({ name: net.server.name });
  onEnd(() => host.close());
  const journalPath = options.journal === undefined ? join(folder, 'journal.db') : String(options.journal);
  const desk = createDesk({
    host,
    journal: journalPath,
    operator: { user: 'tester', console: 'test' },
    allow: [],
    readOnly: false,
    ...options,
  });
  onEnd(() => desk.close());
  return { desk, host, journalPath };
}

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

export type BanWish = Readonly<{ seconds?: number | null; set?: string; reason?: string; cut?: boolean }>;

export function banOf(texts: readonly string[], wish: BanWish = {}): ActDraft {
  return {
    action: 'ban',
    nets: texts.map(net),
    seconds: wish.seconds === undefined ? 3600 : wish.seconds,
    target: wish.set === undefined ? { kind: 'own' } : { kind: 'set', set: wish.set as SetKey },
    reason: wish.reason ?? 'test',
    cut: wish.cut ?? true,
  };
}

export function ready(preview: ActPreview): Extract<ActPreview, { kind: 'ready' }> {
  if (preview.kind === 'ready') return preview;
  const why = preview.kind === 'refused' ? preview.reasons.join('; ') : JSON.stringify(preview.problem);
  throw new Error(`not ready: ${why}`);
}

export async function refusedFor(desk: Desk, draft: ActDraft): Promise<string> {
  const preview = await desk.preview(draft);
  if (preview.kind === 'refused') return preview.reasons.join('\n');
  if (preview.kind === 'failed') return `${preview.problem.summary} ${preview.problem.hint ?? ''}`;
  throw new Error('was not refused');
}

export async function act(desk: Desk, draft: DeskDraft): Promise<ActReport> {
  const preview = ready(await desk.preview(draft));
  return desk.perform(preview.token, preview.typed === undefined ? {} : { typed: preview.typed });
}

export async function proved(desk: Desk, draft: DeskDraft): Promise<ActReport> {
  const report = await act(desk, draft);
  expect(report.outcome, report.summary).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
  return report;
}

export async function missingOf(desk: Desk, draft: ActDraft): Promise<string> {
  const { outcome } = await act(desk, draft);
  if (outcome.kind !== 'done' || outcome.proof.kind !== 'unproved')
    throw new Error(`was not unproved: ${JSON.stringify(outcome)}`);
  return outcome.proof.missing.join('\n');
}

/** Everything that is firewall in the namespace, without counters and times, so that two states can be compared. */
export async function snapshot(testNet: TestNet): Promise<string> {
  const run = (argv: readonly [string, ...string[]]): Promise<string> =>
    testNet.exec(testNet.server, argv, { anyExit: true }).then(({ stdout }) => stdout);
  const nft = await run(['nft', '-s', 'list', 'ruleset']);
  const sets = await run(['ipset', 'save']);
  const v4 = await run(['iptables-save']);
  const v6 = await run(['ip6tables-save']);
  const plain = sets
    .split('\n')
    .map((line) => line.replace(/ timeout \d+| (packets|bytes) \d+| initval \S+/g, ''));
  const rules = [v4, v6].map((text) => text.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, ''));
  // iptables-nft leaves the empty table behind in which it once had a chain; what it drops is what counts.
  return [withoutEmptyTables(nft), plain.sort().join('\n'), ...rules.map(withoutEmptyIptables)].join(
    '\n=====\n',
  );
}

function withoutEmptyTables(ruleset: string): string {
  return ruleset
    .replace(/^# Warning: .*\n/gm, '')
    .split(/^(?=table )/m)
    .filter((table) => !(/^table ip6? raw /.test(table) && !/@|jump|drop/.test(table)))
    .join('')
    .trim();
}

function withoutEmptyIptables(save: string): string {
  return save
    .split(/^(?=\*)/m)
    .filter((table) => /^-A|^:\S+ -/m.test(table))
    .join('')
    .trim();
}
