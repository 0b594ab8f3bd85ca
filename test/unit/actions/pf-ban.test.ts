// Bans on pf, on the stand-in: only where a rule blocks, with an end that the journal keeps, never of ourselves.

import { expect, test } from 'vitest';
import type { ActDraft } from '../../../src/core/act.ts';
import type { SetKey } from '../../../src/core/rows.ts';
import { pfBackend } from '../../../src/firewall/pf/backend.ts';
import { PF_OWN_LINES } from '../../../src/firewall/pf/own.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import type { Pf, System } from '../../fakes/pfctl/state.ts';
import { type At, act, BSD, changing, left, net, open, proved, ready, refusedFor } from './pf-kit.ts';

const load = (pf: Pf, text: string): void => void pfctl(pf, { argv: ['-f', '-'], stdin: () => text });
const OWN = `table <sshguard> persist\n${PF_OWN_LINES.join('\n')}\npass all\n`;

const openOwn = (system: System, more: (pf: Pf) => void = () => undefined, text = OWN): At =>
  open(system, {
    backends: [pfBackend],
    change(pf) {
      load(pf, text);
      more(pf);
    },
  });

const ban = (
  texts: readonly string[],
  more: Partial<Extract<ActDraft, { action: 'ban' }>> = {},
): ActDraft => ({
  action: 'ban',
  nets: texts.map(net),
  seconds: 3600,
  target: { kind: 'own' },
  reason: 'test',
  cut: true,
  ...more,
});

const inTable = (pf: Pf, name = 'oc_ban'): readonly string[] =>
  pf.tables.find((table) => table.name === name)?.addresses.map(({ text }) => text) ?? [];

for (const system of BSD) {
  test(`${system}: added before it is cut, tested, and no state is left`, async () => {
    const { pf, calls, desk } = openOwn(system);
    const report = await proved(desk, ban(['203.0.113.45', '2001:db8:bad::17']));
    expect(report.summary).toMatch(/dropped by block drop in quick from <oc_ban> to any.* · \d+ flows cut$/);
    const [first, ...rest] = changing(calls);
    expect(first).toBe('-q -t oc_ban -T add 203.0.113.45');
    expect(rest[0]).toBe('-q -t oc_ban -T add 2001:db8:bad::17');
    expect(calls.slice(calls.indexOf(first ?? ''))).toContain('-q -t oc_ban -T test 203.0.113.45');
    expect(left(pf, '203.0.113.45') + left(pf, '2001:db8:bad')).toBe(0);
    await proved(desk, { action: 'undo' });
    expect(inTable(pf)).toEqual([]);
  });

  test(`${system}: ends when the journal says, and only what is ours is taken out`, async () => {
    const { pf, host, desk } = openOwn(system);
    pfctl(pf, { argv: ['-q', '-t', 'oc_ban', '-T', 'add', '198.51.100.1'], stdin: () => '' });
    await proved(desk, ban(['203.0.113.1'], { seconds: 60 }));
    await proved(desk, ban(['203.0.113.2'], { seconds: null }));
    await proved(desk, ban(['203.0.113.3'], { seconds: 600 }));
    await proved(desk, ban(['203.0.113.1'], { seconds: 120 }));
    host.advance(61_000);
    await expire(desk);
    expect(inTable(pf)).toHaveLength(4);
    host.advance(60_000);
    await expire(desk);
    expect(inTable(pf)).toEqual(['198.51.100.1', '203.0.113.2', '203.0.113.3']);
    // A longer ban that was undone does not prolong the one before it.
    await proved(desk, ban(['203.0.113.3'], { seconds: 3600 }));
    await proved(desk, { action: 'undo' });
    host.advance(480_000);
    await expire(desk);
    expect(inTable(pf)).toEqual(['198.51.100.1', '203.0.113.2']);
  });

  test(`${system}: while pf is off, or a rule passes first, nothing is claimed`, async () => {
    const off = openOwn(system, (pf) => {
      pf.enabled = false;
    });
    expect(await refusedFor(off.desk, ban(['203.0.113.45']))).toContain('pf is switched off');
    const named = { kind: 'set', set: 'pf:sshguard' as SetKey } as const;
    const { summary } = await act(off.desk, ban(['198.51.100.3'], { target: named }));
    expect(summary).toContain('done, not proved');
    const passed = openOwn(system, () => undefined, `pass quick all\n${OWN}`);
    expect(await refusedFor(passed.desk, ban(['203.0.113.45']))).toContain('does not block');
    expect(changing(passed.calls)).toEqual([]);
  });

  test(`${system}: full and constant tables, a locked kernel: refused in words, nothing half done`, async () => {
    const full = openOwn(system, (pf) => {
      pf.limits['table-entries'] = pf.tables.reduce((sum, { addresses }) => sum + addresses.length, 0);
    });
    const before = structuredClone(full.pf.tables);
    expect(await refusedOrFailed(full, ban(['198.51.100.3']))).toMatch(/full|no room/);
    expect(full.pf.tables).toEqual(before);
    const constant = openOwn(
      system,
      () => undefined,
      OWN.replace('<oc_ban> persist', '<oc_ban> const persist'),
    );
    expect(await refusedOrFailed(constant, ban(['198.51.100.3']))).toContain('constant');
    expect(inTable(constant.pf)).toEqual([]);
  });
}

test('neither we ourselves nor what is in `allow` can be banned, and what is not known is said', async () => {
  const { host, desk } = openOwn('freebsd15');
  host.tool('ifconfig', true).on('ifconfig -a', { stdout: '\tinet 192.0.2.10 netmask 0xffffff00\n' });
  expect(await refusedFor(desk, ban(['192.0.2.0/24']))).toContain('192.0.2.10');
  const { plan } = ready(await desk.preview(ban(['198.51.100.3'])));
  expect(plan.notes.join('\n')).toContain('which sockets are ssh sessions is not known');
  expect(plan.notes.join('\n')).toContain('oc_ban keeps no times');
});

test('a range of many addresses goes in and out by stdin', async () => {
  const { pf, calls, desk } = openOwn('freebsd15');
  const texts = Array.from({ length: 300 }, (_, at) => `100.64.${at >> 8}.${at & 255}`);
  const wish = ban(texts);
  const preview = ready(await desk.preview(wish));
  const report = await desk.perform(
    preview.token,
    preview.typed === undefined ? {} : { typed: preview.typed },
  );
  expect(report.outcome, report.summary).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
  expect(inTable(pf)).toHaveLength(300);
  expect(changing(calls).filter((line) => line.startsWith('-k'))).toEqual([]);
  await proved(desk, { action: 'undo' });
  expect(inTable(pf)).toEqual([]);
});

async function expire(desk: At['desk']): Promise<void> {
  const { token } = ready(await desk.preview({ action: 'expire' }));
  const report = await desk.perform(token);
  expect(report.outcome, report.summary).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
}

async function refusedOrFailed({ desk }: At, draft: ActDraft): Promise<string> {
  const preview = await desk.preview(draft);
  if (preview.kind !== 'ready') return JSON.stringify(preview);
  const report = await desk.perform(preview.token);
  expect(report.outcome.kind).toBe('failed');
  return JSON.stringify(report.outcome);
}
