// Bans on the real kernel, for each backend and family: packets stop, live connections die, undo leaves no trace.

import { beforeAll, describe, expect, test } from 'vitest';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { banRound } from './ban-round.ts';
import { net as address, BACKEND_CASES, banOf, openKit, proved, snapshot } from './kit.ts';

const PORT = 8080;

for (const { id, backend, tools } of BACKEND_CASES) {
  kernelSuite(`ban into our own table, ${id}`, tools, () => {
    const testNet = useTestNet({ clients: 2 });
    beforeAll(() => testNet().echoServer(testNet().server, PORT));

    for (const family of ['v4', 'v6'] as const) {
      describe(family, () => {
        test('stops packets and a live connection, and undo brings back the exact prior listing', async () => {
          const net = testNet();
          const client = net.client(0);
          const other = net.client(1);
          const { desk } = await openKit(net, { backends: [backend] });
          await banRound(net, { desk, family, port: PORT, client, other });
        });

        test('of a network goes beside single addresses and covers them', async () => {
          const net = testNet();
          const client = net.client(0);
          const { desk } = await openKit(net, { backends: [backend] });
          const range = family === 'v4' ? '203.0.113.8/29' : '2001:db8:113:1::/64';
          await proved(desk, banOf([range]));
          expect(await net.probeTcp(client, net.server[family], PORT, { boundMs: 300 })).toBe('dropped');
          await proved(desk, { action: 'undo' });
          expect(await net.probeTcp(client, net.server[family], PORT)).toBe('open');
        });
      });
    }

    test('10,000 addresses go in one act and come out in one undo', async () => {
      const net = testNet();
      const before = await snapshot(net);
      const { desk } = await openKit(net, { backends: [backend] });
      const many = Array.from({ length: 10_000 }, (_, i) => `198.18.${i >> 8}.${i & 255}`);
      await proved(desk, banOf([...many, net.client(0).v4]));
      expect(await net.probeTcp(net.client(0), net.server.v4, PORT, { boundMs: 300 })).toBe('dropped');
      await proved(desk, { action: 'undo' });
      expect(await snapshot(net)).toBe(before);
    });

    test('a second ban keeps the table when the first is undone', async () => {
      const net = testNet();
      const { desk } = await openKit(net, { backends: [backend] });
      const first = await proved(desk, banOf(['198.51.100.1']));
      await proved(desk, banOf(['198.51.100.2']));
      await proved(desk, { action: 'undo', actId: first.actId });
      const left = await snapshot(net);
      expect(left).toContain('198.51.100.2');
      expect(left).not.toContain('198.51.100.1');
      await proved(desk, { action: 'unban', nets: [address('198.51.100.2')] });
    });
  });
}
