// Cutting flows and tightening timeouts in a real conntrack table, and giving everything back.

import { expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { act, net as address, banOf, openKit, proved, ready, refusedFor, snapshot } from './kit.ts';

const PORT = 8080;
const ESTABLISHED = 'net.netfilter.nf_conntrack_tcp_timeout_established';

async function sysctl(net: TestNet, name: string): Promise<string> {
  return (await net.exec(net.server, ['sysctl', '-n', name])).stdout.trim();
}

kernelSuite('cut', ['conntrack', 'nft'], () => {
  const testNet = useTestNet({ clients: 2 });

  test('deletes the flows of one address in both directions, counts them, and spares others', async () => {
    const net = testNet();
    await net.trackConnections(net.server);
    await net.echoServer(net.server, PORT);
    await net.echoServer(net.client(0), PORT);
    const { desk } = await openKit(net);
    const mine = [
      await net.openFlow(net.client(0), net.server.v4, PORT),
      await net.openFlow(net.client(0), net.server.v4, PORT),
      await net.openFlow(net.server, net.client(0).v4, PORT),
    ];
    const other = await net.openFlow(net.client(1), net.server.v4, PORT);
    const report = await proved(desk, { action: 'cut', nets: [address(net.client(0).v4)] });
    expect(report.summary).toBe(`cut 3 flows of ${net.client(0).v4}, none left`);
    expect(report.canUndo).toBe(false);
    const { stdout } = await net.exec(net.server, ['conntrack', '-L']);
    expect(stdout).not.toContain(`src=${net.client(0).v4} `);
    expect(stdout).toContain(`src=${net.client(1).v4} `);
    for (const flow of [...mine, other]) await flow.close();
    expect(await refusedFor(desk, { action: 'undo' })).toMatch(/nothing to undo/);
  });

  test('deletes IPv6 flows of a network', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    const flow = await net.openFlow(net.client(1), net.server.v6, PORT);
    const report = await proved(desk, { action: 'cut', nets: [address('2001:db8:113:2::/64')] });
    expect(report.summary).toMatch(/^cut [1-9]\d* flows? of 2001:db8:113:2::\/64, none left$/);
    await flow.close();
  });
});

kernelSuite('tighten', ['conntrack', 'nft', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('a preset changes what it says, and undo gives every old value back', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    const all = ['-a', '-r', 'nf_conntrack.*timeout'];
    const before = await net.exec(net.server, ['sysctl', ...all]);
    await proved(desk, { action: 'tighten', change: { preset: 'siege' } });
    expect(await sysctl(net, ESTABLISHED)).toBe('7440');
    expect(await refusedFor(desk, { action: 'tighten', change: { preset: 'siege' } })).toMatch(/already/);
    await proved(desk, { action: 'undo' });
    expect(await net.exec(net.server, ['sysctl', ...all])).toEqual(before);
  });

  test('a preset never loosens what somebody has set tighter', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    await net.exec(net.server, ['sysctl', '-w', 'net.netfilter.nf_conntrack_udp_timeout=5']);
    await proved(desk, { action: 'tighten', change: { preset: 'siege' } });
    expect(await sysctl(net, 'net.netfilter.nf_conntrack_udp_timeout')).toBe('5');
    await proved(desk, { action: 'undo' });
    await net.exec(net.server, ['sysctl', '-w', 'net.netfilter.nf_conntrack_udp_timeout=30']);
  });

  test('under the floor wants the number typed, and names the hazard', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    const draft = { action: 'tighten', change: { name: 'tcp_timeout_established', seconds: 600 } } as const;
    const preview = ready(await desk.preview(draft));
    expect([preview.typed, preview.plan.risk]).toEqual(['600', 'disruptive']);
    expect(preview.plan.notes.join('\n')).toMatch(/under the recommended floor of 7440 s: idle ssh sessions/);
    expect((await desk.perform(preview.token)).outcome.kind).toBe('refused');
    await proved(desk, draft);
    expect(await sysctl(net, ESTABLISHED)).toBe('600');
    await proved(desk, { action: 'undo' });
    expect(await sysctl(net, ESTABLISHED)).toBe('432000');
  });

  test('undo refuses a value that drifted, and touches none', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    await proved(desk, { action: 'tighten', change: { preset: 'modest' } });
    await net.exec(net.server, ['sysctl', '-w', `${ESTABLISHED}=12345`]);
    expect(await refusedFor(desk, { action: 'undo' })).toMatch(
      /tcp_timeout_established is 12345 s now, not the 86400 s that act wrote/,
    );
    expect(await sysctl(net, 'net.netfilter.nf_conntrack_generic_timeout')).toBe('300');
    await net.exec(net.server, ['sysctl', '-w', `${ESTABLISHED}=86400`]);
    await proved(desk, { action: 'undo' });
  });

  test('unknown names and values are refused with a hint', async () => {
    const { desk } = await openKit(testNet());
    const wrong = (name: string, seconds: number) =>
      refusedFor(desk, { action: 'tighten', change: { name, seconds } });
    expect(await wrong('tcp_timeout_establishd', 600)).toMatch(/did you mean tcp_timeout_established/);
    expect(await wrong('udp_timeout', 0)).toMatch(/1 to 2147483/);
    expect(await wrong('../../kernel/panic', 600)).toMatch(/is not a timeout/);
  });
});

kernelSuite('undo from elsewhere', ['nft', 'conntrack'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('another process undoes by id; the first console cannot undo it again', async () => {
    const net = testNet();
    const first = await openKit(net);
    const report = await proved(first.desk, banOf(['198.51.100.9']));
    const second = await openKit(net, {
      journal: first.journalPath,
      operator: { user: 'other', console: 'other' },
    });
    expect(await refusedFor(second.desk, { action: 'undo' })).toMatch(/nothing to undo/);
    await proved(second.desk, { action: 'undo', actId: report.actId });
    expect(await refusedFor(first.desk, { action: 'undo', actId: report.actId })).toMatch(/undone already/);
    expect(await refusedFor(first.desk, { action: 'undo', actId: 'nope' })).toMatch(/no act nope/);
  });

  test('of a batch gives each address its old state back', async () => {
    const net = testNet();
    const { desk } = await openKit(net);
    await proved(desk, banOf(['198.51.100.1'], { seconds: 600, reason: 'first' }));
    await act(desk, banOf(['198.51.100.1', '198.51.100.2', '198.51.100.0/24', '2001:db8:9::1']));
    const listed = async (): Promise<string> =>
      (await net.exec(net.server, ['nft', 'list', 'table', 'inet', 'opsconsole'])).stdout;
    expect(await listed()).toContain('198.51.100.0/24');
    await proved(desk, { action: 'undo' });
    const back = await listed();
    expect(back).toMatch(/198\.51\.100\.1 counter .*timeout (10m|9m\d+s) .*comment "first"/);
    expect(back).not.toContain('198.51.100.0/24');
    expect(back).not.toContain('2001:db8:9::1');
    await proved(desk, { action: 'undo' });
  });

  test('of an act that was cut short takes back what is there of it', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const real = await openKit(net);
    const dying: Host = {
      ...real.host,
      run: (wish, signal) =>
        wish.argv[0] === 'conntrack' ? Promise.reject(new Error('killed')) : real.host.run(wish, signal),
    };
    const dead = await openKit(net, { host: dying, journal: real.journalPath });
    await expect(act(dead.desk, banOf(['198.51.100.9']))).rejects.toThrow('killed');
    const rows = await real.desk.journal(1);
    expect(rows).toMatchObject({ ok: true, value: [{ state: 'intended', canUndo: true }] });
    expect(await snapshot(net)).toContain('198.51.100.9');
    await proved(real.desk, { action: 'undo' });
    expect(await snapshot(net)).toBe(before);
  });

  test('of a ban that mended our table leaves the bans that were in it', async () => {
    const net = testNet();
    const old =
      'table inet opsconsole { set ban4 { type ipv4_addr; size 1048576; flags timeout; counter; }\n}\nadd element inet opsconsole ban4 { 198.51.100.50 }\n';
    await net.exec(net.server, ['nft', '-f', '-'], { input: old });
    const { desk } = await openKit(net);
    await proved(desk, banOf(['2001:db8:9::1']));
    await proved(desk, { action: 'undo' });
    const left = await snapshot(net);
    expect(left).toContain('198.51.100.50');
    expect(left).not.toContain('2001:db8:9::1');
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole']);
  });
});
