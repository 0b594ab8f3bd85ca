// While a service starts, stops or proves that it did, bans on that host go on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createDesk, type Desk } from '../../../../src/actions/desk.ts';
import { lockAll } from '../../../../src/actions/journal/locks.ts';
import type { ActDraft } from '../../../../src/core/act.ts';
import { parseNet } from '../../../../src/core/address.ts';
import { LOCAL } from '../../../../src/core/hosts.ts';
import type { Thing } from '../../../../src/core/services/thing.ts';
import { nftBackend } from '../../../../src/firewall/nft/backend.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const folder = mkdtempSync(join(tmpdir(), 'oc-service-lock-'));
const desks: Desk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  rmSync(folder, { recursive: true, force: true });
});

const RUNS = { stdout: 'wiki runs' };
const thing: Thing = {
  name: 'wiki',
  what: 'service',
  by: { kind: 'argv', status: ['wiki', 'status'], restart: ['wiki', 'restart'] },
};
const restart: ActDraft = { action: 'service', thing, verb: 'restart' };

const isRestart = (words: string): boolean => words.endsWith('wiki restart');

function machine(): Host {
  const host = createFakeHost()
    .file('/proc/self/stat', '700 (node) S 0 700')
    .file('/proc/self/environ', 'SSH_CONNECTION=198.51.100.7 50000 192.0.2.1 22\0')
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/net/fib_trie', '')
    .file('/proc/net/route', 'head\n')
    .file('/etc/resolv.conf', '')
    .file('/proc/sys/net/netfilter/nf_conntrack_count', '5\n')
    .file('/proc/net/nf_conntrack', '')
    .on('ss -tlnpeH')
    .on('ss -tneH')
    .on('nft -j -t list ruleset', { stdout: '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}' })
    .on('nft -t list ruleset')
    .on('nft -f -')
    .on(/^nft -c /)
    .on('conntrack -D', { exitCode: 1 })
    .on('wiki status', RUNS)
    .on(/wiki restart$/);
  for (const tool of ['nft', 'conntrack']) host.tool(tool, true);
  return host;
}

function deskOn(host: Host, console: string): Desk {
  const desk = createDesk({
    ...{ host, journal: join(folder, 'journal.db'), operator: { user: 'root', console } },
    ...{ allow: [], readOnly: false, backends: [nftBackend] },
  });
  desks.push(desk);
  return desk;
}

async function tokenOf(desk: Desk, draft: ActDraft): Promise<string> {
  const preview = await desk.preview(draft);
  if (preview.kind !== 'ready') throw new Error(JSON.stringify(preview));
  return preview.token;
}

test('a ban does not wait for a service that takes its time', async () => {
  const host = machine();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const slow: Host = Object.assign(Object.create(host), {
    run: async (...given: Parameters<Host['run']>) => {
      if (isRestart(given[0].argv.join(' '))) {
        begun.resolve();
        await goOn.promise;
      }
      return host.run(...given);
    },
  });
  const [one, two] = [deskOn(slow, 'c1'), deskOn(host, 'c2')];
  const performing = one.perform(await tokenOf(one, restart));
  await begun.promise;
  const net = parseNet('203.0.113.9');
  if (!net.ok) throw new Error('no address');
  const ban: ActDraft = {
    ...{ action: 'ban', nets: [net.value.net], seconds: 3600, target: { kind: 'own' } },
    ...{ reason: '', cut: true },
  };
  // Of another console, and of the one that restarts.
  expect((await two.perform(await tokenOf(two, ban))).outcome.kind).toBe('done');
  expect((await one.perform(await tokenOf(one, ban))).outcome.kind).toBe('done');
  const place = { path: join(folder, 'journal.db'), host: LOCAL };
  // Nothing is settled before it has ended, and no other service is touched.
  const during = await lockAll(place);
  expect(!during.ok && during.problem.code).toBe('timed-out');
  goOn.resolve();
  expect((await performing).outcome.kind).toBe('done');
  const after = await lockAll(place);
  expect(after.ok).toBe(true);
  if (after.ok) after.value.release();
});
