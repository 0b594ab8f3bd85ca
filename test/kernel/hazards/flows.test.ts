// Flows that outlive a ban, a conntrack that is missing or says no, tools that hang, flood or fail in the middle:
// nothing is called dropped that is not, and what was begun is taken back.

import { expect, test, vi } from 'vitest';
import type { Command } from '../../../src/core/plan.ts';
import type { Host } from '../../../src/host/host.ts';
import {
  act,
  net as address,
  banOf,
  missingOf,
  openKit,
  proved,
  ready,
  refusedFor,
  snapshot,
} from '../acts/kit.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const PORT = 8080;
const LATE = 'nft:inet filter late4';
const FIRST_ACCEPTED = `flush ruleset
table inet filter {
  set late4 { type ipv4_addr; flags timeout; }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established,related accept
    ip saddr @late4 drop
  }
}
`;

/** The real namespace, but some commands are replaced by other real programs. */
function replacing(host: Host, replace: (command: Command) => Command | undefined): Host {
  return { ...host, run: (wish, signal) => host.run(replace(wish) ?? wish, signal) };
}
const without = (host: Host, tool: string): Host => ({
  ...host,
  which: (name) => (name === tool ? Promise.resolve(undefined) : host.which(name)),
});

kernelSuite('flows that are accepted before the ban', ['nft', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 2 });
  const fresh = async (): Promise<TestNet> => {
    const net = testNet();
    await net.exec(net.server, ['nft', '-f', '-'], { input: FIRST_ACCEPTED });
    return net;
  };

  test('without conntrack the flow goes on, and no proof claims otherwise', async () => {
    const net = await fresh();
    await net.echoServer(net.server, PORT);
    const { host } = await openKit(net);
    const { desk } = await openKit(net, { host: without(host, 'conntrack') });
    const flow = await net.openFlow(net.client(0), net.server.v4, PORT);
    expect(await flow.send('alive')).toBe(true);
    const draft = banOf([net.client(0).v4], { set: LATE });
    expect(ready(await desk.preview(draft)).plan.notes.join('\n')).toMatch(
      /conntrack is not installed: live flows/,
    );
    expect(await missingOf(desk, draft)).toMatch(/live flows (may )?go on/);
    expect(await flow.send('still alive')).toBe(true);
    await proved(desk, { action: 'undo' });
    expect(await refusedFor(desk, { action: 'cut', nets: [address(net.client(0).v4)] })).toMatch(
      /conntrack is not installed/,
    );
    // Our own table drops before flows are looked at: there a ban is a ban, conntrack or not.
    await proved(desk, banOf([net.client(0).v4]));
    expect(await flow.send('dead?', 300)).toBe(false);
    await proved(desk, { action: 'undo' });
    await flow.close();
  });

  test('with cut off it is said that live flows go on', async () => {
    const net = await fresh();
    const { desk } = await openKit(net);
    const draft = banOf([net.client(0).v4], { set: LATE, cut: false });
    expect(await missingOf(desk, draft)).toMatch(/live flows go on/);
  });

  test('nothing to cut is no failure: conntrack ends with 1 and the ban is proved', async () => {
    const net = await fresh();
    const { desk } = await openKit(net);
    const report = await proved(desk, banOf(['198.51.100.9', '2001:db8:9::9']));
    expect(report.summary).not.toMatch(/flows? cut/);
    await proved(desk, { action: 'undo' });
    const cut = await proved(desk, { action: 'cut', nets: [address('198.51.100.9')] });
    expect(cut.summary).toMatch(/cut 0 flows/);
  });

  test('a namespace that tracks nothing: a ban says nothing of flows, a cut that there are none', async () => {
    const net = await fresh();
    const { host } = await openKit(net);
    const untracked: Host = {
      ...host,
      read: (path, max) => host.read(path.replace('nf_conntrack_count', 'nf_conntrack_gone'), max),
    };
    const { desk } = await openKit(net, { host: untracked });
    await proved(desk, banOf([net.client(0).v4]));
    await proved(desk, { action: 'undo' });
    expect(await refusedFor(desk, { action: 'cut', nets: [address(net.client(0).v4)] })).toMatch(
      /tracks no connections/,
    );
  });
});

kernelSuite(
  'tools that fail in the middle',
  ['nft', 'ipset', 'iptables', 'conntrack', 'sysctl', 'yes', 'sleep'],
  () => {
    const testNet = useTestNet({ clients: 1 });
    const isCut = ({ argv }: Command): boolean => argv[0] === 'conntrack' && argv[1] === '-D';

    test.each([
      ['ends with an error', (wish: Command) => ({ ...wish, argv: ['false'] as const, okExits: [] })],
      ['hangs', (wish: Command) => ({ ...wish, argv: ['sleep', '1000'] as const, timeoutMs: 200 })],
      [
        'writes without end',
        (wish: Command) => ({ ...wish, argv: ['yes'] as const, outputMaxBytes: 100_000 }),
      ],
      ['is missing', (wish: Command) => ({ ...wish, argv: ['oc-no-such-tool'] as const })],
    ])(
      'the set has the address, then conntrack %s: everything is as before, and said',
      async (_, instead) => {
        const net = testNet();
        for (const backend of ['own', 'ipset'] as const) {
          const sets =
            'create bans hash:ip timeout 0 comment\nadd bans 198.51.100.9 timeout 600 comment "old words"\n';
          if (backend === 'ipset')
            await net.exec(net.server, ['ipset', 'restore', '-exist'], { input: sets, anyExit: true });
          const before = await snapshot(net);
          const { host } = await openKit(net);
          const failing = replacing(host, (wish) => (isCut(wish) ? instead(wish) : undefined));
          const { desk } = await openKit(net, { host: failing });
          const set = backend === 'own' ? {} : { set: 'ipset:bans' };
          const report = await act(desk, banOf(['198.51.100.9'], { ...set, reason: 'new words' }));
          expect(report.outcome, backend).toMatchObject({ kind: 'failed', undone: true });
          expect(report.summary).toMatch(
            /step \d failed: (false|sleep|yes|oc-no-such-tool) .*what was begun is taken back/,
          );
          expect(await snapshot(net), backend).toBe(before);
          expect(await desk.journal(1)).toMatchObject({
            ok: true,
            value: [{ state: 'failed', canUndo: false }],
          });
          const { stdout } = await net.exec(net.server, ['ipset', 'save'], { anyExit: true });
          if (backend === 'ipset')
            expect(stdout).toMatch(/198\.51\.100\.9 timeout (600|59\d) comment "old words"/);
        }
      },
    );

    test('a listing that hangs, floods or is of no known form: no plan, no zero, nothing changed', async () => {
      const net = testNet();
      await proved((await openKit(net)).desk, banOf(['198.51.100.9']));
      const before = await snapshot(net);
      const { host } = await openKit(net);
      for (const [instead, why] of [
        [{ argv: ['sleep', '1000'], timeoutMs: 200 }, /no answer within/],
        [{ argv: ['yes'], outputMaxBytes: 100_000 }, /wrote more than/],
        [{ argv: ['echo', '{"nftables": "2.0"}'] }, /not with the JSON that this program knows/],
      ] as const) {
        const odd = replacing(host, (wish) => (wish.argv[0] === 'nft' ? { ...wish, ...instead } : undefined));
        const { desk } = await openKit(net, { host: without(odd, 'ipset') });
        expect(await refusedFor(desk, banOf(['198.51.100.7']))).toMatch(why);
        expect(await refusedFor(desk, { action: 'unban', nets: [address('198.51.100.9')] })).toMatch(why);
      }
      expect(await snapshot(net)).toBe(before);
    });

    test('a sysctl that cannot be written: the timeouts before it are written back', async () => {
      const net = testNet();
      const all = ['sysctl', '-a', '-r', 'nf_conntrack.*timeout'] as const;
      const before = await net.exec(net.server, [...all]);
      const { host } = await openKit(net);
      const failing = replacing(host, (wish) =>
        wish.argv.join(' ').startsWith('sysctl -w net.netfilter.nf_conntrack_udp_timeout=')
          ? { ...wish, argv: ['sysctl', '-w', 'net.netfilter.nf_conntrack_udp_timeout=not a number'] }
          : undefined,
      );
      const { desk } = await openKit(net, { host: failing });
      const report = await act(desk, { action: 'tighten', change: { preset: 'siege' } });
      expect(report.outcome.kind).toBe('failed');
      const after = await net.exec(net.server, [...all]);
      expect(after.stdout).toBe(before.stdout);
    });
  },
);

kernelSuite('a flow that the server keeps feeding', ['nft', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('comes back behind an established-accept: proved only when it is really gone', async () => {
    const net = testNet();
    await net.exec(net.server, ['nft', '-f', '-'], { input: FIRST_ACCEPTED });
    const client = net.client(0);
    const server = `require('node:net').createServer((s) => { s.on('error', () => {}); const t = setInterval(() => s.write('x'), 5); s.on('close', () => clearInterval(t)); }).listen(${PORT})`;
    net.spawnIn(net.server, [process.execPath, '-e', server]);
    await vi.waitUntil(async () => (await net.probeTcp(client, net.server.v4, PORT)) === 'open', 10_000);
    const reader = net.spawnIn(client, [
      process.execPath,
      '-e',
      `require('node:net').connect(${PORT}, '${net.server.v4}').on('data', (d) => process.stdout.write(d))`,
    ]);
    let got = 0;
    reader.stdout?.on('data', (bytes: Buffer) => {
      got += bytes.length;
    });
    await vi.waitUntil(() => got > 50, 5000);
    const { desk } = await openKit(net);
    const report = await act(desk, banOf([client.v4], { set: LATE }));
    if (report.outcome.kind !== 'done') throw new Error(report.summary);
    const then = got;
    const lives = await vi.waitUntil(() => got > then + 100, 1500).catch(() => false);
    if (lives) expect(report.outcome.proof).toMatchObject({ kind: 'unproved' });
    await proved(desk, { action: 'undo' });
    // In our own table it ends for good.
    await proved(desk, banOf([client.v4]));
    const at = got;
    await expect(vi.waitUntil(() => got > at + 100, 1500)).rejects.toThrow();
    await proved(desk, { action: 'undo' });
  });
});
