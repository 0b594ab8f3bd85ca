// Who we are on a far host: what its sshd sees, asked over there, and asked again after another login.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDesk } from '../../../src/actions/desk.ts';
import { operatorOn, parseFarAncestry } from '../../../src/actions/safe/far-session.ts';
import { computeSafeSet, createSafeMemory } from '../../../src/actions/safe/safe-set.ts';
import { guardVerb } from '../../../src/actions/services/guard.ts';
import { makeNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import type { LinkState } from '../../../src/core/hosts.ts';
import type { Thing } from '../../../src/core/services/thing.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import type { Host, Link } from '../../../src/host/host.ts';
import { cutHost } from '../../fakes/cut-host.ts';
import { createFakeHost, type FakeHost } from '../../fakes/fake-host.ts';

const SAID = 'ssh 198.51.100.7 59037 203.0.113.5 2222\npid 4711\npid 4700\npid 1\n';

test('what the far sh says', () => {
  const { pids, remembered } = parseFarAncestry(SAID);
  expect([...pids]).toEqual([4711, 4700, 1]);
  expect(remembered).toMatchObject([{ peer: { text: '198.51.100.7' }, localPort: 2222 }]);
  expect(parseFarAncestry('ssh \n')).toEqual({ pids: new Set(), remembered: [] });
  expect(parseFarAncestry('ssh fe80::1%eth0 5 ::1 22').remembered).toMatchObject([
    { peer: { text: 'fe80::1' } },
  ]);
});

test('never throws, and believes only addresses and numbers', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { pids, remembered } = parseFarAncestry(text);
      for (const pid of pids) expect(Number.isInteger(pid)).toBe(true);
      for (const { localPort } of remembered) expect(localPort).toBeGreaterThan(0);
    }),
  );
});

function farFake(said: string): FakeHost {
  return createFakeHost()
    .file('/proc/net/tcp', 'head\n')
    .file('/proc/net/fib_trie', '')
    .file('/proc/net/route', 'head\n')
    .file('/etc/resolv.conf', '')
    .file('/proc/self/environ', 'SSH_CONNECTION=192.0.2.99 50000 192.0.2.1 22\0')
    .file('/proc/self/stat', '700 (node) S 0 700')
    .on('sh -c echo "ssh $SSH_CONNECTION"', { stdout: said })
    .on('ss -tlnpeH')
    .on('ss -tneH')
    .on('nft -j -t list ruleset', { stdout: '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}' })
    .on('nft -t list ruleset')
    .tool('nft', true);
}

const far = (said: string): Host => cutHost(farFake(said), { at: -1, how: 'unsent' });

test('the address that the far sshd sees is safe; that of our own environment is not theirs', async () => {
  const { entries } = await computeSafeSet(far(SAID), { allow: [], sshPeer: '192.0.2.98' });
  const whyOf = (text: string): string | undefined => entries.find(({ net }) => net.text === text)?.why;
  expect(whyOf('198.51.100.7')).toBe('your ssh session (SSH_CONNECTION)');
  expect(whyOf('192.0.2.99')).toBeUndefined();
  expect(whyOf('192.0.2.98')).toBeUndefined();
});

test('after another login it is asked again', async () => {
  const memory = createSafeMemory();
  let since = 1;
  const log: string[] = [];
  const fake = farFake(SAID).on('sh -c echo "ssh $SSH_CONNECTION"', () => {
    log.push('asked');
    return { stdout: `ssh 198.51.100.${since} 1 203.0.113.5 22\n` };
  });
  const whole = cutHost(fake, { at: -1, how: 'unsent' });
  const link: Link = {
    ...whole.link,
    state: () => ({ ...whole.link.state(), since: unixMs(since) }) as LinkState,
  };
  const host: Host = { ...whole, link };
  const peers = async (): Promise<readonly string[]> =>
    (await computeSafeSet(host, { allow: [] }, memory)).entries
      .filter(({ why }) => why.startsWith('your'))
      .map(({ net }) => net.text);
  expect([await peers(), await peers()]).toEqual([['198.51.100.1'], ['198.51.100.1']]);
  expect(log).toEqual(['asked']);
  since = 2;
  expect(await peers()).toEqual(['198.51.100.2']);
});

test('nobody is banned where it is not known who we are, unless the session file names somebody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'oc-who-'));
  const common = {
    journal: join(folder, 'j.db'),
    operator: { user: 'root', console: 'c1', sshPeer: '192.0.2.98', tty: '/dev/tty1' },
    readOnly: false,
    backends: [nftBackend],
  };
  const draft = {
    action: 'ban',
    nets: [makeNet(4, 0xcb007109n, 32)],
    seconds: 60,
    target: { kind: 'own' },
    reason: '',
    cut: false,
  } as const;
  for (const [allow, kind] of [
    [[], 'refused'],
    [['198.51.100.0/24'], 'ready'],
  ] as const) {
    const desk = createDesk({ ...common, host: far('ssh \n'), allow });
    const preview = await desk.preview(draft);
    expect(preview.kind).toBe(kind);
    if (preview.kind === 'refused')
      expect(preview.reasons[0]).toMatch(/your own address, as far sees it, was not found/);
    desk.close();
  }
  rmSync(folder, { recursive: true });
});

test('terminal and peer of the operator are of this machine', () => {
  const operator = { user: 'root', console: 'c1', sshPeer: '192.0.2.98', tty: '/dev/tty1' };
  expect(operatorOn(createFakeHost(), operator)).toEqual(operator);
  expect(operatorOn(far(''), operator)).toEqual({ user: 'root', console: 'c1' });
});

test('what carries our session there is not stopped: asked over there, and again after another login', async () => {
  const memory = createSafeMemory();
  // Of another machine, or of a login before.
  memory.ancestry = { pids: new Set([50]), remembered: [] };
  memory.ancestryOf = 12_345;
  const host = far(SAID);
  const safeSet = await computeSafeSet(host, { allow: ['198.51.100.0/24'] });
  const thing: Thing = { name: 'web', what: 'service', by: { kind: 'argv', stop: ['stop-web'] } } as Thing;
  const refusedAt = async (pid: number): Promise<boolean> =>
    (await guardVerb(thing, 'stop', { pid, at: { host, safeSet, memory } })).refusals.length > 0;
  expect([await refusedAt(4700), await refusedAt(50), await refusedAt(700)]).toEqual([true, false, false]);
});
