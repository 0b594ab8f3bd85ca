// Every measure outside the wall on a real kernel: what it writes is what the kernel has, and its RevertItems take back
// exactly that.

import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SshSession } from '../../../src/actions/safe/sessions.ts';
import { planMeasures } from '../../../src/actions/shields/measures.ts';
import { safe } from '../../../src/core/sanitise.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import { createNetnsHost, type NetnsHost } from '../../../src/host/netns.ts';
import { net as address, onEnd } from '../acts/kit.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { apply, atOn, inServer, plan, revertOf } from './measure-kit.ts';

const PORT = 8080;
const TCP: MeasureSpec = { measure: 'tcp', syncookies: 2, synackRetries: 2, synBacklog: 4096 };
const SIEGE: MeasureSpec = { measure: 'conntrack-timeouts', preset: 'siege' };

async function hostOf(net: TestNet): Promise<NetnsHost> {
  const host = await createNetnsHost({ name: net.server.name });
  onEnd(() => host.close());
  return host;
}

async function settings(net: TestNet): Promise<string> {
  const pattern = 'nf_conntrack_.*timeout|nf_conntrack_max|tcp_(max_)?syn';
  return (await net.exec(net.server, ['sysctl', '-a', '-r', pattern])).stdout;
}

const value = async (net: TestNet, name: string): Promise<string> =>
  (await net.exec(net.server, ['sysctl', '-n', name])).stdout.trim();

kernelSuite('ports that are sent on', ['nft', 'iptables', 'iptables-legacy'], () => {
  const testNet = useTestNet({ clients: 1 });
  const UNLISTED: MeasureSpec = { measure: 'unlisted-ports' };

  test.each(['nft', 'iptables-nft', 'iptables-legacy', 'ip6tables-legacy'])(
    'by %s are not closed by guessing',
    async (tool) => {
      const net = testNet();
      const host = await hostOf(net);
      const leftOut = async (): Promise<number> =>
        (await planMeasures([UNLISTED], atOn(host))).leftOut.length;
      expect(await leftOut()).toBe(0);
      const rule = 'tcp dport 80 redirect to :8080';
      const words = ['PREROUTING', '-p', 'tcp', '--dport', '80', '-j', 'REDIRECT', '--to-ports', '8080'];
      const nft = `table ip oc_test { chain c { type nat hook prerouting priority -100; ${rule}; }; }`;
      if (tool === 'nft') await net.exec(net.server, ['nft', nft]);
      else await net.exec(net.server, [tool, '-t', 'nat', '-A', ...words]);
      expect(await leftOut()).toBe(1);
      if (tool === 'nft') await net.exec(net.server, ['nft', 'delete table ip oc_test']);
      else await net.exec(net.server, [tool, '-t', 'nat', '-D', ...words]);
      expect(await leftOut()).toBe(0);
    },
  );
});

kernelSuite('sysctl measures', ['conntrack', 'nft', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('write exactly what they say, and everything comes back', async () => {
    const net = testNet();
    onEnd(await net.trackConnections(net.server));
    const host = await hostOf(net);
    const before = await settings(net);
    const planned = await plan([TCP, SIEGE], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    const items = planned.flatMap(({ revert }) => revert);
    expect(items.length).toBeGreaterThan(12);
    for (const item of items) {
      if (item.kind !== 'sysctl') throw new Error(`not a sysctl: ${item.kind}`);
      expect(await value(net, item.name), item.name).toBe(item.wrote);
      expect(before).toContain(`${item.name} = ${item.before}\n`);
    }
    const again = await planMeasures([TCP, SIEGE], atOn(host));
    expect(again.leftOut.map(({ why }) => why)).toEqual([
      'as wanted or stricter already: nothing to change',
      'as wanted or stricter already: nothing to change',
    ]);
    const lines = await revertOf(planned, inServer(net)).down();
    expect(lines).toHaveLength(items.length);
    expect(lines.filter((line) => !line.startsWith('item restored\t'))).toEqual([]);
    expect(await settings(net)).toBe(before);
  });

  test('leave what somebody changed meanwhile', async () => {
    const net = testNet();
    const host = await hostOf(net);
    const planned = await plan([TCP], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    await net.exec(net.server, ['sysctl', '-w', 'net.ipv4.tcp_synack_retries=7']);
    const lines = await revertOf(planned, inServer(net)).down();
    expect(lines.find((line) => line.includes('tcp_synack_retries'))).toMatch(
      /^item drift\t.*now 7, we wrote 2, it was 5/,
    );
    expect(await value(net, 'net.ipv4.tcp_synack_retries')).toBe('7');
    await net.exec(net.server, ['sysctl', '-w', 'net.ipv4.tcp_synack_retries=5']);
  });

  test('a larger table is left out where the kernel would refuse it', async () => {
    const net = testNet();
    onEnd(await net.trackConnections(net.server));
    const host = await hostOf(net);
    const { planned, leftOut } = await planMeasures([{ measure: 'conntrack-max', factor: 2 }], atOn(host));
    expect(planned).toEqual([]);
    expect(leftOut[0]?.why).toBe('only the first network namespace of a machine may set it');
  });
});

kernelSuite('pins', ['conntrack', 'nft', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 2 });

  test.each(['v4', 'v6'] as const)('hold a live flow over %s through short timeouts', async (family) => {
    const net = testNet();
    onEnd(await net.trackConnections(net.server));
    if (family === 'v4') await net.echoServer(net.server, PORT);
    const host = await hostOf(net);
    const client = net.client(0);
    const flow = await net.openFlow(client, net.server[family], PORT);
    const other = await net.openFlow(net.client(1), net.server[family], PORT);
    expect(await flow.send('before')).toBe(true);
    const session = {
      peer: address(client[family]),
      peerPort: flow.localPort,
      localPort: PORT,
      inode: 1,
      why: safe('your ssh session'),
    } as SshSession;
    const planned = await plan([SIEGE], atOn(host, { sessions: [session] }));
    expect(planned.map(({ measure }) => measure)).toEqual(['pin-ssh', 'conntrack-timeouts']);
    expect(await apply(host, planned)).toBeUndefined();
    expect(await flow.send('after')).toBe(true);
    expect(await other.send('after')).toBe(true);
    const left = async (port: number): Promise<number> => {
      const listing = await net.exec(net.server, [
        'conntrack',
        '-L',
        '-f',
        family === 'v4' ? 'ipv4' : 'ipv6',
      ]);
      return Number(new RegExp(`tcp\\s+6 (\\d+) .*sport=${port} `).exec(listing.stdout)?.[1] ?? -1);
    };
    expect(await left(flow.localPort)).toBeGreaterThan(399_000);
    expect(await left(other.localPort)).toBeLessThanOrEqual(7440);
    await flow.close();
    const lines = await revertOf(planned, inServer(net)).down();
    expect(lines.at(-1)).toMatch(/^item restored\t.*\b1 ended\b/);
    expect(await left(flow.localPort)).toBe(-1);
    await other.close();
  });
});

kernelSuite('ban-top', ['conntrack', 'nft'], () => {
  const testNet = useTestNet({ clients: 3 });

  test('finds and cuts the source with too many flows, spares the safe and the small', async () => {
    const net = testNet();
    onEnd(await net.trackConnections(net.server));
    await net.echoServer(net.server, PORT);
    const host = await hostOf(net);
    const counts = [4, 4, 2];
    const flows = [];
    for (const [index, count] of counts.entries())
      for (const to of [net.server.v4, net.server.v6])
        for (let turn = 0; turn < count; turn++) flows.push(await net.openFlow(net.client(index), to, PORT));
    const at = atOn(host, { safe: [net.client(1).v4, net.client(1).v6, net.server.v4, net.server.v6] });
    const planned = await plan([{ measure: 'ban-top', flows: 3, most: 5 }], at);
    const banned = planned[0]?.applied.wall?.banned?.map(({ text }) => text);
    expect(banned).toEqual([net.client(0).v4, '2001:db8:113:1::/64']);
    expect(await apply(host, planned)).toBeUndefined();
    const { stdout } = await net.exec(net.server, ['conntrack', '-L']);
    const { stdout: v6 } = await net.exec(net.server, ['conntrack', '-L', '-f', 'ipv6']);
    const tracked = (index: number): number =>
      `${stdout}${v6}`
        .split('\n')
        .filter((line) =>
          [net.client(index).v4, net.client(index).v6].some((ip) => line.includes(` src=${ip} dst=`)),
        ).length;
    expect([0, 1, 2].map((index) => tracked(index) > 0)).toEqual([false, true, true]);
    for (const flow of flows) await flow.close();
  });
});

kernelSuite('commands and includes', ['nft'], () => {
  const testNet = useTestNet({ clients: 0 });

  function folder(): string {
    const path = mkdtempSync(join(tmpdir(), 'oc-measure-'));
    onEnd(() => rmSync(path, { recursive: true, force: true }));
    return path;
  }

  /** A server whose test fails on a configuration with "broken" in it, and which writes down its reloads. */
  function fakeServer(config: string): Extract<MeasureSpec, { measure: 'include' }> & { log: string } {
    const home = folder();
    const script = (name: string, text: string): string => {
      writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      return join(home, name);
    };
    const link = join(home, 'conf.d-shields');
    const log = join(home, 'log');
    const file = join(home, "shield's.conf");
    writeFileSync(file, config);
    return {
      measure: 'include',
      name: 'server',
      link,
      file,
      test: [script('test', `! grep -q broken ${link} 2>/dev/null`)],
      reload: [script('reload', `[ -h ${link} ] && echo with >>${log} || echo without >>${log}`)],
      log,
    };
  }

  test('an include is linked, and unlinked again', async () => {
    const net = testNet();
    const host = await hostOf(net);
    const { log, ...spec } = fakeServer('fine');
    const planned = await plan([spec], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    expect(readlinkSync(spec.link)).toBe(spec.file);
    const { leftOut } = await planMeasures([spec], atOn(host));
    expect(leftOut[0]?.why).toMatch(/is there already/);
    expect(await revertOf(planned, inServer(net)).down()).toEqual([
      expect.stringMatching(/^item restored\t/),
    ]);
    expect(readFileSync(log, 'utf8')).toBe('with\nwithout\n');
    expect(existsSync(spec.link)).toBe(false);
  });

  test('an include that fails its test goes away without a reload in between', async () => {
    const net = testNet();
    const host = await hostOf(net);
    const { log, ...spec } = fakeServer('broken');
    const planned = await plan([spec], atOn(host));
    expect(await apply(host, planned)).toMatch(/test/);
    expect(existsSync(log)).toBe(false);
    await revertOf(planned, inServer(net)).down();
    expect(existsSync(spec.link)).toBe(false);
  });

  test('a link of somebody else stays', async () => {
    const net = testNet();
    const host = await hostOf(net);
    const { log: _, ...spec } = fakeServer('fine');
    symlinkSync('/nowhere', spec.link);
    const { planned, leftOut } = await planMeasures([spec], atOn(host));
    expect(planned).toEqual([]);
    expect(leftOut[0]?.why).toBe(`${spec.link} points to something else`);
    expect(lstatSync(spec.link).isSymbolicLink()).toBe(true);
  });

  test('a command pair runs word by word', async () => {
    const net = testNet();
    const host = await hostOf(net);
    const marker = join(folder(), "it's $(here)");
    const spec: MeasureSpec = {
      measure: 'run',
      name: 'marker',
      up: ['touch', marker],
      down: ['rm', marker],
      timeoutSeconds: 5,
    };
    const planned = await plan([spec], atOn(host));
    expect(await apply(host, planned)).toBeUndefined();
    expect(existsSync(marker)).toBe(true);
    expect(await revertOf(planned, inServer(net)).down()).toEqual([
      expect.stringMatching(/^item restored\tcommand marker/),
    ]);
    expect(existsSync(marker)).toBe(false);
  });
});
