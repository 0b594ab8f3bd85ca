// Two uplinks in a namespace: a rule that is missing is found and, once added, no longer; a gateway that stops answering is down
// since then; a declared tunnel is asked.

import { expect, test } from 'vitest';
import type { AddressRow, ReachRow } from '../../src/core/uplinks.ts';
import { createNetnsHost } from '../../src/host/netns.ts';
import { createUplinksSources } from '../../src/sources/uplinks/source.ts';
import { useTestNet } from './harness/netns.ts';
import { kernelSuite } from './harness/require.ts';

const HOST = [
  'addr add 10.1.0.2/24 dev v0',
  'addr add 10.2.0.2/24 dev v1',
  'addr add 10.2.0.3/24 dev v1',
  'route add default via 10.1.0.1 dev v0',
  'route add default via 10.2.0.1 dev v1 table 200',
  'rule add from 10.2.0.2 lookup 200',
  'rule add from 10.9.9.9 lookup 300',
];

kernelSuite('uplinks', ['ping', 'ss', 'bash', 'sysctl'], () => {
  const net = useTestNet({ clients: 2 });

  test('what is wrong with two uplinks is found, and no longer when it is put right', async () => {
    const { server, clients, exec, echoServer } = net();
    await exec(server, ['ip', '-batch', '-'], { input: `${HOST.join('\n')}\n` });
    for (const [index, client] of clients.entries())
      await exec(client, ['ip', 'addr', 'add', `10.${index + 1}.0.1/24`, 'dev', 'eth0']);
    await echoServer(server, 5432);
    const host = await createNetnsHost({ name: server.name });
    const tunnels = [{ name: 'db', listen: '127.0.0.1:5432' }];
    const { uplinks, reach } = createUplinksSources({
      everyMs: 5000,
      wish: { targets: ['192.0.2.1'], gateways: 'auto', tunnels },
    });
    const { signal } = new AbortController();
    const read = async () => {
      const sample = await uplinks.read(host, signal);
      if (!sample.ok) throw new Error(sample.problem.summary);
      return sample.value;
    };
    const ping = async (to: string): Promise<ReachRow | undefined> => {
      const told = await reach.read(host, signal);
      return told.ok
        ? told.value.rows.find((row) => row.to.text === to && row.from.text === '10.2.0.2')
        : undefined;
    };
    const of = (rows: readonly AddressRow[], text: string) => rows.find((row) => row.net.text === text);

    const first = await read();
    expect(of(first.addresses, '10.2.0.2')).toMatchObject({ findings: [], way: { dev: 'v1', table: '200' } });
    expect(of(first.addresses, '10.2.0.2')?.rules.at(-1)).toMatchObject({ kind: 'decides' });
    expect(of(first.addresses, '10.1.0.2')?.findings).toEqual([]);
    expect(of(first.addresses, '10.2.0.3')?.findings).toMatchObject([
      { level: 'harm', todo: 'ip rule add from 10.2.0.3 lookup 200' },
    ]);
    const empty = first.tables.find(({ table }) => table === '300');
    expect(empty?.findings[0]?.says).toContain('names an empty table');
    expect(first.tunnels.find(({ name }) => name === 'db')).toMatchObject({
      listening: true,
      answer: 'held',
    });

    await exec(server, ['ip', 'rule', 'add', 'from', '10.2.0.3', 'lookup', '200']);
    const second = await read();
    expect(of(second.addresses, '10.2.0.3')).toMatchObject({ findings: [], way: { dev: 'v1' } });

    expect(await ping('10.2.0.1')).toMatchObject({
      what: 'gateway',
      everAnswered: true,
      lastMs: [expect.any(Number)],
    });
    const still = ['sysctl', '-q', '-w'] as const;
    await exec(net().client(1), [...still, 'net.ipv4.icmp_echo_ignore_all=1']);
    const before = Date.now();
    const down = await ping('10.2.0.1');
    expect(down).toMatchObject({ lastMs: [null, expect.any(Number)], everAnswered: true });
    expect(down?.downSince).toBeGreaterThanOrEqual(before);
    await exec(net().client(1), [...still, 'net.ipv4.icmp_echo_ignore_all=0']);
    const back = await ping('10.2.0.1');
    expect(back?.lastMs).toEqual([expect.any(Number), null, expect.any(Number)]);
    expect(back?.downSince).toBeUndefined();
    host.close();
  }, 20_000);
});
