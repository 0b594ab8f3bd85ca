// Conntrack and traffic sources against a real kernel table in a namespace: their numbers are the tool's numbers.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNetnsHost, type NetnsHost } from '../../src/host/netns.ts';
import { startWorker } from '../../src/host/worker.ts';
import { flowsSource } from '../../src/sources/conntrack/flows.ts';
import { conntrackSource } from '../../src/sources/conntrack/source.ts';
import { timeoutsSource } from '../../src/sources/conntrack/timeouts.ts';
import { trafficSource } from '../../src/sources/traffic/source.ts';
import { useTestNet } from './harness/netns.ts';
import { kernelSuite } from './harness/require.ts';

const signal = new AbortController().signal;
const hidden = { ok: false, problem: { code: 'not-found', summary: 'hidden' } } as const;

/** `count` flows of 120 s, half of them IPv6, from sources that are easy to tell. */
function made(count: number): string {
  return Array.from({ length: count }, (_, flow) => {
    const port = `--sport ${1024 + flow} --dport 80 -t 120`;
    return flow % 2 === 0
      ? `-A -s 198.51.100.${flow % 7} -d 192.0.2.1 -p tcp --state SYN_RECV ${port}\n`
      : `-A -s 2001:db8:9::${(flow % 13).toString(16)} -d 2001:db8:1::1 -p udp ${port}\n`;
  }).join('');
}

kernelSuite('conntrack sources', ['conntrack', 'nft'], () => {
  const net = useTestNet({ clients: 1 });
  const exec = (...argv: [string, ...string[]]) => net().exec(net().server, argv);
  const onHost = async <T>(use: (host: NetnsHost) => Promise<T>): Promise<T> => {
    const host = await createNetnsHost({ name: net().server.name });
    try {
      return await use(host);
    } finally {
      host.close();
    }
  };
  /** Fills the table with made flows only. */
  const fill = async (count: number): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-test-flows-'));
    writeFileSync(join(folder, 'flows'), made(count));
    await exec('conntrack', '-F');
    await exec('conntrack', '-R', join(folder, 'flows'));
    rmSync(folder, { recursive: true });
  };

  for (const count of [100, 6000])
    test(`${count} flows: the report is what conntrack -L says, by file and by tool`, async () => {
      const stop = await net().trackConnections(net().server);
      await fill(count);
      const listed = (await exec('conntrack', '-L', '-o', 'extended')).stdout.trimEnd().split('\n');
      expect(listed).toHaveLength(count);
      await onHost(async (host) => {
        const ways = [host, { ...host, readChunks: async () => hidden }];
        for (const way of ways) {
          const report = await flowsSource({ everyMs: 1000, startWorker }).read(way, signal);
          if (!report.ok) throw new Error(report.problem.summary);
          expect(report.value).toMatchObject({ total: count, unreadable: 0, talkers: [] });
          const bySource = new Map<string, number>();
          for (const line of listed) {
            const source = / src=(\S+)/.exec(line)?.[1] ?? '';
            bySource.set(source, (bySource.get(source) ?? 0) + 1);
          }
          expect(new Map(report.value.sources.map((row) => [row.net.text, row.flows]))).toEqual(bySource);
          expect(report.value.states).toContainEqual({
            protocol: 'tcp',
            state: 'SYN_RECV',
            count: count / 2,
          });
        }
        const sample = await conntrackSource({ everyMs: 1000 }).read(host, signal);
        expect(sample).toMatchObject({ ok: true, value: { count, insertFailed: 0, drop: 0, earlyDrop: 0 } });
      });
      await stop();
    });

  test('real connections: states, our own address as ours, bytes once accounting is on', async () => {
    const stop = await net().trackConnections(net().server);
    await exec('conntrack', '-F');
    await exec('sysctl', '-q', '-w', 'net.netfilter.nf_conntrack_acct=1');
    await net().echoServer(net().server, 8080);
    await net().echoServer(net().client(0), 9090);
    const flows = [
      await net().openFlow(net().client(0), net().server.v4, 8080),
      await net().openFlow(net().client(0), net().server.v6, 8080),
      await net().openFlow(net().server, net().client(0).v4, 9090),
    ];
    for (const flow of flows) expect(await flow.send('x'.repeat(2000))).toBe(true);
    await onHost(async (host) => {
      const report = await flowsSource({ everyMs: 1000, startWorker }).read(host, signal);
      if (!report.ok) throw new Error(report.problem.summary);
      const row = (address: string) => report.value.sources.find((one) => one.net.text === address);
      for (const address of [net().client(0).v4, net().client(0).v6])
        expect(row(address)).toMatchObject({ flows: 1, ours: false, states: new Map([['ESTABLISHED', 1]]) });
      expect(row(net().server.v4)).toMatchObject({ flows: 1, ours: true });
      expect(row(net().client(0).v4)?.bytes).toBeGreaterThan(4000);
      expect(report.value.talkers).toHaveLength(3);
      const sample = await conntrackSource({ everyMs: 1000 }).read(host, signal);
      expect(sample).toMatchObject({ ok: true, value: { accounting: true } });
      const traffic = await trafficSource({ everyMs: 1000 }).read(host, signal);
      const v0 = traffic.ok ? traffic.value.interfaces.find((one) => one.name === 'v0') : undefined;
      expect(v0?.rxBytes).toBeGreaterThan(4000);
      expect(v0?.txBytes).toBeGreaterThan(4000);
    });
    for (const flow of flows) await flow.close();
    await exec('sysctl', '-q', '-w', 'net.netfilter.nf_conntrack_acct=0');
    await stop();
  });

  test('timeouts are those of the kernel, also after a change', async () => {
    const stop = await net().trackConnections(net().server);
    await exec('sysctl', '-q', '-w', 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv=17');
    await onHost(async (host) => {
      const rows = await timeoutsSource({ everyMs: 1000 }).read(host, signal);
      if (!rows.ok) throw new Error(rows.problem.summary);
      for (const row of rows.value) {
        const said = (await exec('sysctl', '-n', `net.netfilter.${row.name}`)).stdout.trim();
        expect([row.name, row.current]).toEqual([row.name, Number(said)]);
      }
      const changed = rows.value.find((row) => row.name === 'nf_conntrack_tcp_timeout_syn_recv');
      expect(changed).toMatchObject({ current: 17, kernelDefault: 60 });
    });
    await stop();
  });
});
