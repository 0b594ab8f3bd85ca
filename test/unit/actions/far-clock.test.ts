// A far host whose clock is wrong, and is measured anew in the middle: times of acts are the console's, ends of bans are the host's.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../src/actions/desk.ts';
import { endsOn } from '../../../src/actions/journal/ends.ts';
import type { ActDraft } from '../../../src/core/act.ts';
import { makeNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import type { Host } from '../../../src/host/host.ts';
import { cutHost } from '../../fakes/cut-host.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';

const HOUR = 3_600_000;
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

const DRAFT: ActDraft = {
  action: 'tighten',
  change: { name: 'udp_timeout', seconds: 20 },
};

function rig(): Readonly<{ desk: Desk; host: Host; skew: (ms: number) => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-clock-'));
  const TIMEOUT = '/proc/sys/net/netfilter/nf_conntrack_udp_timeout';
  const fake = createFakeHost().file(TIMEOUT, '30\n').on('sh -c').on('sysctl');
  let skewMs = HOUR;
  const host: Host = {
    ...cutHost(fake, { at: -1, how: 'unsent' }),
    now: () => unixMs(Date.now() + skewMs),
  };
  const desk = createDesk({
    host,
    journal: join(folder, 'j.db'),
    operator: { user: 'root', console: 'c1' },
    allow: [],
    readOnly: false,
    backends: [nftBackend],
  });
  cleanups.push(
    () => rmSync(folder, { recursive: true }),
    () => desk.close(),
  );
  const skew = (ms: number): void => {
    skewMs = ms;
  };
  return { desk, host, skew };
}

for (const after of [-HOUR, 0, 3 * HOUR])
  test(`a plan is as old as it is, and its row has our time: far clock an hour ahead, then ${after} ms`, async () => {
    const { desk, skew } = rig();
    const preview = await desk.preview(DRAFT);
    if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
    skew(after);
    const report = await desk.perform(preview.token);
    expect(report.outcome.kind, report.summary).not.toBe('refused');
    const rows = await desk.journal(1);
    expect(rows.ok && Math.abs((rows.value[0]?.at ?? 0) - Date.now())).toBeLessThan(HOUR / 10);
  });

test('what the journal says of the end of a ban is told by the clock of its host', () => {
  const { host } = rig();
  const key = `pf:bans ${makeNet(4, 1n, 32).text}`;
  const end = endsOn(host)(new Map([[key, Date.now() + 60_000]])).get(key) ?? 0;
  expect(Math.abs(end - host.now() - 60_000)).toBeLessThan(10_000);
  expect(endsOn(createFakeHost())(new Map([[key, 5]])).get(key)).toBe(5);
});
