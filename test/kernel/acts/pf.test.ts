// Real processes: a Host that starts the stand-in, its exit statuses and its noise on stderr. One ban; and one that hangs.

import { expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import { pfBackend } from '../../../src/firewall/pf/backend.ts';
import { PF_OWN_LINES } from '../../../src/firewall/pf/own.ts';
import type { Host } from '../../../src/host/host.ts';
import { createBansSource } from '../../../src/sources/bans/source.ts';
import { createPfHost, type PfHost } from '../../fakes/pf-host.ts';
import { pfctl } from '../../fakes/pfctl/run.ts';
import type { System } from '../../fakes/pfctl/state.ts';
import { banOf, onEnd, proved } from './kit.ts';

async function open(system: System): Promise<PfHost> {
  const pf = await createPfHost(system, {
    change: (state) =>
      void pfctl(state, { argv: ['-f', '-'], stdin: () => `${PF_OWN_LINES.join('\n')}\npass all\n` }),
  });
  onEnd(() => pf.dispose());
  return pf;
}

function deskOn({ folder }: PfHost, host: Host): Desk {
  const desk = createDesk({
    host,
    journal: `${folder}/journal.db`,
    operator: { user: 'tester', console: 'test' },
    allow: [],
    readOnly: false,
    backends: [pfBackend],
  });
  onEnd(() => desk.close());
  return desk;
}

test('a ban on OpenBSD is proved, and its states end by id', {
  timeout: 60_000,
}, async () => {
  const pf = await open('openbsd78');
  const desk = deskOn(pf, pf.host);
  const { summary } = await proved(desk, banOf(['203.0.113.45'], { seconds: 3600 }));
  expect(summary).toMatch(/dropped by block drop in quick from <oc_ban>.*6 flows cut$/);
  const state = pf.state();
  expect(JSON.stringify(state.flows)).not.toContain('203.0.113.45');
  expect(state.flows).toHaveLength(2);
  const table = state.tables.find(({ name }) => name === 'oc_ban');
  expect(table?.addresses.map(({ text }) => text)).toEqual(['203.0.113.45']);
});

test('a pfctl that hangs holds up neither the bans nor an act', { timeout: 60_000 }, async () => {
  const pf = await open('freebsd15');
  const source = createBansSource({ everyMs: 2000 });
  const looking = new AbortController();
  const read = async (signal: AbortSignal, asked = false) => {
    const sample = await source.read(pf.host, signal, { asked });
    if (!sample.ok) throw new Error(sample.problem.summary);
    return { gaps: sample.value.gaps, keys: sample.value.sets.map(({ key }) => key) };
  };
  const calm = async (): Promise<readonly string[]> => (await read(new AbortController().signal, true)).gaps;
  await expect.poll(calm, { timeout: 20_000 }).toEqual([]);
  const before = await read(looking.signal, true);
  expect(before).toMatchObject({ gaps: [], keys: expect.arrayContaining(['pf:oc_ban', 'pf6:oc_ban']) });
  pf.change((state) => {
    state.hangs = true;
  });
  // Long before pfctl is given up: it has ten seconds for each question.
  const calls = pf.calls().length;
  const during = await read(looking.signal);
  expect(during.keys).toEqual(before.keys);
  expect(during.gaps).toEqual([
    expect.stringMatching(/^pf: no answer for \d+s; its lists are shown as they were \d+s ago$/),
  ]);
  await read(looking.signal);
  expect(pf.calls().length).toBeLessThanOrEqual(calls + 1);

  const impatient: Host = {
    ...pf.host,
    run: (wish, signal) => pf.host.run({ ...wish, timeoutMs: 700 }, signal),
  };
  const asked = pf.calls().length;
  const preview = await deskOn(pf, impatient).preview(banOf(['203.0.113.45']));
  expect(preview).toMatchObject({
    kind: 'failed',
    problem: { code: 'timed-out', summary: 'pfctl gave no answer within 0.7 s and was ended' },
  });
  expect(pf.calls().length).toBeLessThanOrEqual(asked + 1);

  pf.change((state) => {
    state.hangs = false;
  });
  looking.abort();
  await expect.poll(calm, { timeout: 20_000, interval: 100 }).toEqual([]);
});
