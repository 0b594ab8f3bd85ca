// A running sshguard beside us, fed with the words of a real sshd: what it blocks is listed, what it remembers after an
// unban by hand, and what is left in its sets when it stops.

import { expect, test, vi } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { net as netOf, rows, setNamed } from '../backends/run-steps.ts';
import { type Sshguard, startSshguard } from '../contract/sshguard-pipeline.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { banOf, openKit, proved, ready } from './kit.ts';

const PATIENCE = { timeout: 20_000, interval: 50 } as const;
const PORT = 8080;

const listed = async (net: TestNet, backend: Backend, key: string): Promise<readonly string[]> => {
  const set = await setNamed(net, net.server, backend, key);
  return (await rows(net, net.server, backend, set)).map((row) => row.net);
};

async function blocked(guard: Sshguard, address: string, attempts: number): Promise<void> {
  guard.failures(address, attempts);
  await vi.waitUntil(() => guard.said().includes(`Blocking "${address}/`), PATIENCE);
}

kernelSuite('sshguard with nft', ['nft', 'conntrack', 'sshguard'], () => {
  const made = useTestNet({ clients: 2 });

  test('what it blocks is listed; unbanned by hand, it does not block again', async () => {
    const net = made();
    const guard = await startSshguard(net, 'sshg-fw-nft-sets');
    await net.echoServer(net.server, PORT);
    const { desk } = await openKit(net, { backends: [nftBackend] });
    const client = net.client(0);
    for (const [address, server, table] of [
      [client.v4, net.server.v4, 'ip'],
      [client.v6, net.server.v6, 'ip6'],
    ] as const) {
      const key = `nft:${table} sshguard attackers`;
      await blocked(guard, address, 3);
      await vi.waitUntil(async () => (await listed(net, nftBackend, key)).includes(address), PATIENCE);
      expect(await net.probeTcp(client, server, PORT, { boundMs: 200 })).toBe('dropped');

      const unban = { action: 'unban', nets: [netOf(address)] } as const;
      const { plan } = ready(await desk.preview(unban));
      expect(plan.notes.join('\n')).toMatch(/sshguard still takes it for blocked/);
      await proved(desk, unban);
      expect(await net.probeTcp(client, server, PORT)).toBe('open');

      guard.failures(address, 5);
      await vi.waitUntil(() => guard.said().includes(`${address} has already been blocked`), PATIENCE);
      expect(await listed(net, nftBackend, key)).toEqual([]);
      expect(await net.probeTcp(client, server, PORT)).toBe('open');
    }
    await guard.stop();
  });

  test('when it stops its table is gone, with the bans of others; a ban in our table stays', async () => {
    const net = made();
    const guard = await startSshguard(net, 'sshg-fw-nft-sets');
    const { desk, host } = await openKit(net, { backends: [nftBackend] });
    const [one, two] = [net.client(0).v4, net.client(1).v4];
    const wish = banOf([one], { set: 'nft:ip sshguard attackers', seconds: null });
    expect(ready(await desk.preview(wish)).plan.notes.join('\n')).toMatch(/empties it when it stops/);
    await proved(desk, wish);
    await proved(desk, banOf([two]));
    await guard.stop();
    const { arms } = await readFirewalls(host, [nftBackend]);
    expect(arms.flatMap(({ sets }) => sets.map(({ owner }) => owner))).not.toContain('sshguard');
    expect(await listed(net, nftBackend, 'nft:inet opsconsole ban4')).toEqual([two]);
  });
});

kernelSuite('sshguard with ipset', ['ipset', 'iptables', 'ip6tables', 'nft', 'sshguard'], () => {
  const made = useTestNet();

  test('it makes no rule, which is said; with the rule that was missing it blocks; it empties its sets', async () => {
    const net = made();
    const guard = await startSshguard(net, 'sshg-fw-ipset');
    await net.echoServer(net.server, PORT);
    const client = net.client(0);
    const four = (): Promise<SetInfo> => setNamed(net, net.server, ipsetBackend, 'ipset:sshguard4');
    await blocked(guard, client.v4, 3);
    await vi.waitUntil(async () => (await four()).count === 1, PATIENCE);
    expect(await net.probeTcp(client, net.server.v4, PORT)).toBe('open');
    const [finding] = (await four()).findings ?? [];
    expect(finding).toEqual({
      level: 'harm',
      says: 'no rule uses this set: nobody in it is stopped',
      todo: 'add the rule: iptables -I INPUT -m set --match-set sshguard4 src -j DROP',
    });
    const rule = finding?.todo?.replace('add the rule: ', '').split(' ') ?? [];
    await net.exec(net.server, ['iptables', '-w', '5', ...rule.slice(1)]);
    expect(await net.probeTcp(client, net.server.v4, PORT, { boundMs: 200 })).toBe('dropped');
    expect((await four()).findings?.map(({ level }) => level)).toEqual(['note']);
    await guard.stop();
    expect(await four()).toMatchObject({ count: 0, owner: 'sshguard' });
  });
});
