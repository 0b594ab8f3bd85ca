// The acts on a far host over the system's ssh, on a real kernel.

import { beforeAll, expect, test } from 'vitest';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { useFarHost } from '../harness/far-host.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { banRound } from './ban-round.ts';
import { breaking } from './breaking.ts';
import { act, net as address, banOf, openKit, proved, refusedFor, snapshot } from './kit.ts';

const PORT = 8080;
const TOOLS = ['ssh', 'sshd', 'nft', 'conntrack', 'sysctl'];

kernelSuite('acts on a far host', TOOLS, () => {
  const testNet = useTestNet({ clients: 3 });
  const far = useFarHost(testNet, {
    jump: true,
    accounts: [{ name: 'few', sudoers: 'few ALL=(root) NOPASSWD: /usr/sbin/nft, /usr/sbin/conntrack' }],
  });
  beforeAll(() => testNet().echoServer(testNet().server, PORT));

  test('a ban stops packets and a live connection, and undo leaves no trace', async () => {
    const net = testNet();
    const { desk } = await openKit(net, { host: far().host, backends: [nftBackend] });
    await banRound(net, { desk, family: 'v4', port: PORT, client: net.client(1), other: net.client(2) });
  });

  test('unban, cut, tighten and their undo', async () => {
    const net = testNet();
    const { desk } = await openKit(net, { host: far().host });
    const stop = await net.trackConnections(net.server);
    const before = await snapshot(net);
    await proved(desk, banOf([net.client(1).v6]));
    expect(await net.probeTcp(net.client(1), net.server.v6, PORT, { boundMs: 300 })).toBe('dropped');
    await proved(desk, { action: 'unban', nets: [address(net.client(1).v6)] });
    expect(await net.probeTcp(net.client(1), net.server.v6, PORT)).toBe('open');
    await proved(desk, { action: 'undo' });
    await proved(desk, { action: 'undo' });
    expect(await snapshot(net)).toBe(before);

    const flow = await net.openFlow(net.client(1), net.server.v4, PORT);
    const cut = await proved(desk, { action: 'cut', nets: [address(net.client(1).v4)] });
    expect(cut.summary).toMatch(/^cut [1-9]\d* flows? of/);
    await flow.close();
    await stop();

    const all = ['sysctl', 'net.netfilter'] as const;
    const { stdout } = await net.exec(net.server, all);
    await proved(desk, { action: 'tighten', change: { preset: 'siege' } });
    expect((await net.exec(net.server, all)).stdout).not.toBe(stdout);
    await proved(desk, { action: 'undo' });
    expect((await net.exec(net.server, all)).stdout).toBe(stdout);
  });

  test('whom the far sshd sees is safe, whatever our own environment says', async () => {
    const net = testNet();
    const { desk } = await openKit(net, {
      host: far().host,
      operator: { user: 'tester', console: 'test', sshPeer: '198.51.100.77', tty: '/dev/tty1' },
    });
    const { entries } = await desk.safeSet();
    const why = (text: string): string | undefined => entries.find((entry) => entry.net.text === text)?.why;
    expect(why(far().client.v4)).toBe('your ssh session');
    expect(why(net.server.v4)).toBe('an address of this machine');
    expect(why('198.51.100.77')).toBeUndefined();
    expect(await refusedFor(desk, banOf([far().client.v4]))).toMatch(/is safe: your ssh session/);
    const report = await act(desk, banOf(['198.51.100.78']));
    const rows = await desk.journal(1);
    expect(rows.ok && rows.value[0]).toMatchObject({
      id: report.actId,
      host: 'far',
      operator: { sshPeer: far().client.v4 },
    });
    await proved(desk, { action: 'undo' });
  });

  test('through a jump host its address is safe; a sudo that allows single tools is enough to act', async () => {
    const net = testNet();
    for (const [destination, peer] of [
      ['far-jump', net.server.v4],
      ['far-few', far().client.v4],
    ] as const) {
      const host = far().other(destination);
      host.link.retry();
      await host.link.whenUp(AbortSignal.timeout(15_000));
      const { desk } = await openKit(net, { host, backends: [nftBackend] });
      expect(await refusedFor(desk, banOf([peer]))).toMatch(/is safe: your ssh session/);
      if (destination === 'far-few') {
        await proved(desk, banOf([net.client(1).v4]));
        await proved(desk, { action: 'undo' });
      }
      await host.link.close();
    }
  });

  // What has run and nobody heard of: test/kernel/shields/lost-line.test.ts.
  test('the connection is killed while a step is on its way: all or nothing, once', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const host = breaking(net, far(), { how: 'on its way', at: 1 });
    const { desk } = await openKit(net, { host, backends: [nftBackend] });
    const { outcome, summary } = await act(desk, banOf([net.client(1).v4]));
    const rows = await desk.journal(1);
    const state = rows.ok ? rows.value[0]?.state : undefined;
    if (outcome.kind === 'done') {
      expect(state).toBe('done');
      expect(await net.probeTcp(net.client(1), net.server.v4, PORT, { boundMs: 300 })).toBe('dropped');
      await proved(desk, { action: 'undo' });
    } else {
      expect(outcome, summary).toMatchObject({ kind: 'failed', undone: true });
      expect(state).toBe('failed');
    }
    expect(await snapshot(net)).toBe(before);
  });
});
