// What every wall must do on the real kernel, whichever packet filter holds it.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeNet } from '../../../src/core/address.ts';
import { anyWall } from '../../unit/firewall/shields/walls.ts';
import { net } from '../backends/run-steps.ts';
import type { TestFlow } from '../harness/netns.ts';
import {
  addressesOf,
  commandsOf,
  connects,
  type Field,
  SSH,
  UNLISTED,
  type Variant,
  WEB,
} from './wall-kit.ts';

export function limitCases(field: () => Field): void {
  test.sequential('a hostile source is limited; the operator and an ordinary client are not', async () => {
    const here = field();
    await here.load({ synRate: { perSecond: 1, burst: 8 } });
    for (const [, to] of addressesOf(here)) {
      const hostile = await connects(here, here.attacker, { times: 30, to, port: WEB });
      expect(hostile.open).toBeGreaterThanOrEqual(1);
      expect(hostile.dropped).toBeGreaterThanOrEqual(5);
      expect(await connects(here, here.operator, { times: 30, to, port: WEB })).toMatchObject({ open: 30 });
      expect(await connects(here, here.ordinary, { times: 4, to, port: WEB })).toMatchObject({ open: 4 });
    }
    expect((await here.look())?.dropped.syn).toBeGreaterThanOrEqual(10);
  });

  test.sequential('the addresses of one IPv6 /64 are one source, those of the next are not', async () => {
    const here = field();
    const { server } = here.net;
    const prefix = here.attacker.v6.replace(/::10$/, '');
    const neighbour = `${prefix}::77:1`;
    const distant = '2001:db8:ffff:1::10';
    await here.net.addAddress(here.attacker, neighbour);
    await here.net.addAddress(here.attacker, distant);
    await here.load({ synRate: { perSecond: 1, burst: 8 } });
    const wish = { to: server.v6, port: WEB };
    await connects(here, here.attacker, { ...wish, times: 40, source: here.attacker.v6 });
    const beside = await connects(here, here.attacker, { ...wish, times: 6, source: neighbour });
    expect(beside.dropped).toBeGreaterThanOrEqual(3);
    expect(await connects(here, here.attacker, { ...wish, times: 6, source: distant })).toMatchObject({
      open: 6,
    });
  });

  test.sequential('the cap refuses the surplus of one source, per /64 in IPv6, and gives room again', async () => {
    const here = field();
    await here.load({ connections: { max: 3, ports: [WEB] } });
    const neighbour = `${here.attacker.v6.replace(/::10$/, '')}::77:2`;
    await here.net.addAddress(here.attacker, neighbour);
    for (const [family, to] of addressesOf(here)) {
      const options = family === 'v6' ? [{}, {}, { from: neighbour }] : [{}, {}, {}];
      const flows = [];
      for (const option of options)
        flows.push(await here.net.openFlow(here.attacker, to, WEB, { boundMs: 5000, ...option }));
      const probe = { boundMs: 3000, ...(family === 'v6' ? { from: neighbour } : {}) };
      expect(await here.net.probeTcp(here.attacker, to, WEB, probe)).toBe('refused');
      for (const flow of flows) expect(await flow.send('still alive', 5000)).toBe(true);
      // Only the capped port, and only that source.
      expect(await here.net.probeTcp(here.attacker, to, SSH, probe)).toBe('open');
      expect(await here.net.probeTcp(here.ordinary, to, WEB, { boundMs: 3000 })).toBe('open');
      const many = await Promise.all(
        Array.from({ length: 8 }, () => here.net.openFlow(here.operator, to, WEB, { boundMs: 5000 })),
      );
      for (const flow of many) expect(await flow.send('more than the cap', 5000)).toBe(true);
      await Promise.all([...flows, ...many].map((flow) => flow.close()));
      await expect
        .poll(() => here.net.probeTcp(here.attacker, to, WEB, probe), { timeout: 15_000 })
        .toBe('open');
    }
    expect((await here.look())?.dropped.connections).toBeGreaterThanOrEqual(2);
  });
}

export function doorCases(field: () => Field): void {
  test.sequential('unlisted ports are dropped, listed ones and ssh are open, the safe reach all', async () => {
    const here = field();
    await here.load({ listed: [WEB] });
    for (const [, to] of addressesOf(here)) {
      const of = (from: typeof here.attacker, port: number, boundMs = 3000) =>
        here.net.probeTcp(from, to, port, { boundMs });
      const answers = [
        of(here.ordinary, UNLISTED, 800),
        of(here.ordinary, WEB),
        of(here.ordinary, SSH),
        of(here.operator, UNLISTED),
      ];
      expect(await Promise.all(answers)).toEqual(['dropped', 'open', 'open', 'open']);
    }
    expect((await here.look())?.dropped.ports).toBeGreaterThanOrEqual(2);
  });

  test.sequential('connections that only pass through are not limited', async () => {
    const here = field();
    const { server } = here.net;
    for (const path of ['ipv4/ip_forward', 'ipv6/conf/all/forwarding'])
      await here.net.exec(server, ['sh', '-c', `echo 1 > /proc/sys/net/${path}`]);
    for (const [from, to] of [
      [here.ordinary, here.attacker],
      [here.attacker, here.ordinary],
    ] as const)
      for (const family of ['v4', 'v6'] as const) {
        const words = `route add ${to[family]} via ${server[family]} dev eth0 onlink`;
        await here.net.exec(from, ['ip', ...words.split(' ')] as [string, ...string[]]);
      }
    await here.net.echoServer(here.attacker, UNLISTED);
    await here.load({
      synRate: { perSecond: 1, burst: 4 },
      listed: [],
      connections: { max: 1, ports: [UNLISTED] },
    });
    for (const to of [here.attacker.v4, here.attacker.v6])
      expect(await connects(here, here.ordinary, { times: 20, to, port: UNLISTED })).toMatchObject({
        open: 20,
      });
  });

  test.sequential('the banned get nothing through, live flows included; nobody else notices', async () => {
    const here = field();
    for (const [family, to] of addressesOf(here)) {
      await here.load({});
      const live = await here.net.openFlow(here.banned, to, WEB, { boundMs: 5000 });
      expect(await live.send('one', 5000)).toBe(true);
      const other = await here.net.openFlow(here.ordinary, to, WEB, { boundMs: 5000 });
      await here.load({ banned: [net(here.banned[family])] });
      const [passed, probed] = await Promise.all([
        live.send('two', 800),
        here.net.probeTcp(here.banned, to, SSH, { boundMs: 800 }),
      ]);
      expect({ passed, probed }).toEqual({ passed: false, probed: 'dropped' });
      expect(await other.send('three', 5000)).toBe(true);
      expect((await here.look())?.dropped.banned).toBeGreaterThanOrEqual(2);
      await other.close();
      await live.close();
    }
  });

  test.sequential('over loopback the first counter moves, and nothing is limited', async () => {
    const here = field();
    await here.load({
      synRate: { perSecond: 1, burst: 1 },
      listed: [],
      connections: { max: 1, ports: [UNLISTED] },
    });
    const before = await here.look();
    for (const to of ['127.0.0.1', '::1'])
      expect(await connects(here, here.net.server, { times: 5, to, port: UNLISTED })).toMatchObject({
        open: 5,
      });
    const after = await here.look();
    expect(after?.seen).toBeGreaterThanOrEqual((before?.seen ?? 0) + 10);
    expect(after?.dropped).toEqual({ syn: 0, connections: 0, ports: 0, banned: 0 });
  });
}

export function timerCases(field: () => Field, { writer }: Variant): void {
  test.sequential('when the timer runs out everything is open, without anybody; arm() renews it, also then', async () => {
    const here = field();
    const door = async (): Promise<readonly string[]> =>
      Promise.all(
        addressesOf(here).map(([, to]) => here.net.probeTcp(here.ordinary, to, UNLISTED, { boundMs: 700 })),
      );
    const connections = { max: 1, ports: [WEB] };
    await here.load({ listed: [WEB], armedSeconds: 8, banned: [net(here.banned.v4)], connections });
    const held: TestFlow[] = [];
    for (const [, to] of addressesOf(here)) {
      held.push(await here.net.openFlow(here.ordinary, to, WEB, { boundMs: 2000 }));
      expect(await here.net.probeTcp(here.ordinary, to, WEB)).toBe('refused');
    }
    expect(await door()).toEqual(['dropped', 'dropped']);
    expect(await here.look()).toMatchObject({ id: 'deadbeef', armed: true });
    await expect.poll(door, { timeout: 20_000 }).toEqual(['open', 'open']);
    expect(await here.net.probeTcp(here.banned, here.net.server.v4, WEB, { boundMs: 3000 })).toBe('open');
    for (const [, to] of addressesOf(here))
      expect(await here.net.probeTcp(here.ordinary, to, WEB, { boundMs: 3000 })).toBe('open');
    for (const flow of held) expect(await flow.send('through all of it', 5000)).toBe(true);
    await Promise.all(held.map((flow) => flow.close()));
    expect(await here.look()).toMatchObject({ id: 'deadbeef', armed: false });

    await here.run(commandsOf(writer.arm(300)));
    expect(await door()).toEqual(['dropped', 'dropped']);
    expect(await here.look()).toMatchObject({ armed: true });
    // Shorter, while it runs: the new time counts.
    await here.run(commandsOf(writer.arm(3)));
    await expect.poll(door, { timeout: 20_000 }).toEqual(['open', 'open']);
    expect((await here.look())?.armed).toBe(false);
    // Renewed before its end: it lasts.
    await here.load({ listed: [WEB], armedSeconds: 4 });
    await here.run(commandsOf(writer.arm(300)));
    const end = performance.now() + 5000;
    while (performance.now() < end) expect(await door()).toEqual(['dropped', 'dropped']);
  });
}

export function shapeCases(field: () => Field, { writer }: Variant): void {
  test.sequential('any wall passes its check and loads over any other', async () => {
    const here = field();
    await fc.assert(
      fc.asyncProperty(anyWall, async (wall) => {
        await here.run(writer.check(wall));
        await here.run(commandsOf(writer.load(wall)));
        expect((await here.look())?.id).toBe(wall.id);
      }),
      { numRuns: 12 },
    );
  });

  test.sequential('the nets at the edges of both families, equal and nested ones', async () => {
    const edges =
      '0.0.0.0/8 10.0.0.0/8 10.1.2.3 127.0.0.0/8 224.0.0.0/4 240.0.0.0/4 255.255.255.255 169.254.0.0/16 ' +
      '::/128 ::1 fe80::/10 fe80::1 ff00::/8 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 64:ff9b::/96';
    const here = field();
    const safe = [...edges.split(' '), ...edges.split(' ')].map(net);
    await here.load({ safe });
    for (const one of safe) await here.run(writer.holds(one));
    await here.run(writer.holds(...safe));
    await expect(here.run(writer.holds(net('192.0.2.77')))).rejects.toThrow();
    await expect(here.run(writer.holds(...safe, net('192.0.2.77')))).rejects.toThrow();
    await expect(here.run(writer.holds(net('192.0.2.77'), ...safe))).rejects.toThrow();
    await expect(here.run(writer.holds(net('2001:db8::77')))).rejects.toThrow();
    await here.load({ safe: [net('0.0.0.0/0'), net('192.0.2.1'), net('::/0')], listed: [] });
    await here.run(writer.holds(net('192.0.2.77')));
    expect(await here.net.probeTcp(here.attacker, here.net.server.v6, UNLISTED)).toBe('open');
  });

  test.sequential('thousands of nets', async () => {
    const here = field();
    const safe = Array.from({ length: 5000 }, (_, at) =>
      at % 2 === 0
        ? makeNet(4, 0x0a000000n + BigInt(at) * 512n, 24)
        : makeNet(6, (0x20010db8n << 96n) | (BigInt(at) << 64n), 64),
    );
    const banned = Array.from({ length: 1000 }, (_, at) => makeNet(4, 0xc6336400n + BigInt(at) * 3n, 32));
    const wall = await here.load({ safe: [...safe, ...here.wall({}).safe], banned });
    for (const one of [...wall.safe.slice(0, 3), ...wall.safe.slice(-3)]) await here.run(writer.holds(one));
  });

  test.sequential('loading twice leaves one wall', async () => {
    const here = field();
    await here.load({ listed: [WEB] });
    const wall = await here.load({ id: '0badcafe', listed: [WEB] });
    await here.net.probeTcp(here.ordinary, here.net.server.v4, UNLISTED, { boundMs: 300 });
    const reading = await here.look();
    expect(reading?.id).toBe(wall.id);
    expect(reading?.dropped.ports).toBe(1);
  });
}
