// A desk on a BSD in memory, and what the tests of acts on pf ask of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import type { ActDraft, ActPreview, ActReport } from '../../../src/core/act.ts';
import { type Net, parseNet } from '../../../src/core/address.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { createPfMemory, type PfMemory } from '../../fakes/pf-memory.ts';
import type { Pf, PfFlow, System } from '../../fakes/pfctl/state.ts';

export const BSD = ['freebsd15', 'openbsd78'] as const;
export const CONF = `set skip on lo0
table <sshguard> persist
anchor "opsconsole"
block drop in quick from <sshguard>
pass out keep state
`;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

export type At = PfMemory & Readonly<{ desk: Desk }>;

export type PfOptions = Parameters<typeof createPfMemory>[1] & Readonly<{ backends?: readonly Backend[] }>;

export function open(system: System, options: PfOptions = {}): At {
  const memory = createPfMemory(system, options);
  const folder = mkdtempSync(join(tmpdir(), 'oc-pf-acts-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const desk = createDesk({
    host: memory.host,
    journal: join(folder, 'journal.db'),
    operator: { user: 'tester', console: 'test' },
    allow: [],
    readOnly: false,
    backends: options.backends ?? [],
  });
  cleanups.push(() => desk.close());
  return { ...memory, desk };
}

export const withConf = (text: string) => ({
  change(pf: Pf) {
    pf.files = { '/etc/pf.conf': text };
  },
});

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
}

export function ready(preview: ActPreview): Extract<ActPreview, { kind: 'ready' }> {
  if (preview.kind === 'ready') return preview;
  throw new Error(JSON.stringify(preview));
}

export async function refusedFor(desk: Desk, draft: ActDraft): Promise<string> {
  const preview = await desk.preview(draft);
  if (preview.kind === 'ready') throw new Error('was not refused');
  return JSON.stringify(preview);
}

export async function act(desk: Desk, draft: ActDraft): Promise<ActReport> {
  const { token, typed } = ready(await desk.preview(draft));
  return desk.perform(token, typed === undefined ? {} : { typed });
}

export async function proved(desk: Desk, draft: ActDraft): Promise<ActReport> {
  const report = await act(desk, draft);
  expect(report.outcome, report.summary).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
  return report;
}

export const changing = (calls: readonly string[]): readonly string[] =>
  calls.filter((line) => /-[kKTfFed]\b/.test(line) && !/-T (?:show|test)\b/.test(line));
const has = (text: string, { left, leftAlt = '', right, rightAlt = '' }: PfFlow): boolean =>
  [left, leftAlt, right, rightAlt].some((host) => host.includes(text));
export const left = (pf: Pf, text: string): number => pf.flows.filter((flow) => has(text, flow)).length;
