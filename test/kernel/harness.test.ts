// The harness itself: what every other kernel test leans on must tell open from dropped, and leave nothing behind.

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { createTestNet, useTestNet } from './harness/netns.ts';
import { kernelSuite } from './harness/require.ts';

kernelSuite('test net', ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'], () => {
  const net = useTestNet({ clients: 2 });

  test('probes tell open, refused and dropped apart, in both families', async () => {
    const { server } = net();
    const client = net().client(0);
    await net().echoServer(server, 8080);
    for (const address of [server.v4, server.v6]) {
      expect(await net().probeTcp(client, address, 8080)).toBe('open');
      expect(await net().probeUdp(client, address, 8080)).toBe('open');
      expect(await net().probeTcp(client, address, 8081)).toBe('refused');
      expect(await net().probeUdp(client, address, 8081)).toBe('refused');
    }
    const rules = `table inet t { chain i { type filter hook input priority 0;
      ip saddr ${client.v4} drop; ip6 saddr ${client.v6} drop; }
    }`;
    await net().exec(server, ['nft', '-f', '-'], { input: rules });
    for (const address of [server.v4, server.v6]) {
      expect(await net().probeTcp(client, address, 8080, { boundMs: 200 })).toBe('dropped');
      expect(await net().probeUdp(client, address, 8080, { boundMs: 200 })).toBe('dropped');
      expect(await net().probeTcp(net().client(1), address, 8080)).toBe('open');
    }
    await net().exec(server, ['nft', 'delete', 'table', 'inet', 't']);
  });

  test('a flow echoes until its packets are dropped', async () => {
    const { server } = net();
    await net().echoServer(server, 9090);
    const flow = await net().openFlow(net().client(0), server.v4, 9090);
    expect(await flow.send('hello')).toBe(true);
    await net().exec(server, ['iptables', '-A', 'INPUT', '-s', net().client(0).v4, '-j', 'DROP']);
    expect(await flow.send('lost', 200)).toBe(false);
    await net().exec(server, ['iptables', '-F', 'INPUT']);
    await flow.close();
  });

  test('connections are tracked on request and an extra address is another source', async () => {
    const { server } = net();
    const client = net().client(1);
    const stop = await net().trackConnections(server);
    await net().echoServer(server, 7070);
    await net().addAddress(client, '198.51.100.7');
    await net().addAddress(client, '2001:db8:7::7');
    const flows = [
      await net().openFlow(client, server.v4, 7070, { from: '198.51.100.7' }),
      await net().openFlow(client, server.v6, 7070, { from: '2001:db8:7::7' }),
    ];
    for (const flow of flows) expect(await flow.send('x')).toBe(true);
    const four = await net().exec(server, ['conntrack', '-L', '-f', 'ipv4']);
    const six = await net().exec(server, ['conntrack', '-L', '-f', 'ipv6']);
    expect(four.stdout).toContain('src=198.51.100.7');
    expect(six.stdout).toContain('src=2001:db8:7::7');
    for (const flow of flows) await flow.close();
    await stop();
  });

  test('dispose ends processes and removes namespaces', async () => {
    const other = await createTestNet({ clients: 1 });
    const child = other.spawnIn(other.server, ['sleep', '1000']);
    await other.dispose();
    expect(child.signalCode).toBe('SIGKILL');
    expect(execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' })).not.toContain(other.server.name);
  });
});
