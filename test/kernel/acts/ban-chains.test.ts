// Acts on ban chains of a script, as it left them: rules with ports and comments, doubles, a RETURN at the end, legacy
// rules beside those in use.

import { expect, test, vi } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { act, banOf, missingOf, net, openKit, proved, ready, refusedFor } from './kit.ts';

const TOOLS = ['iptables-nft-restore', 'iptables-legacy-restore', 'iptables-save', 'nft', 'conntrack'];
const EVIL = '; rm -rf / \\" $(id) \\\\ -j ACCEPT';
const CHAIN = `-A IP4BAN -s 198.51.100.9/32 -p tcp -m tcp --dport 22 -m comment --comment "${EVIL}" -j REJECT --reject-with tcp-reset
-A IP4BAN -s 198.51.100.10/32 -j DROP
-A IP4BAN -s 198.51.100.9/32 -m comment --comment "until=1900000000" -j DROP
-A IP4BAN -s 198.51.100.9/32 -m comment --comment "until=1900000000" -j DROP
-A IP4BAN -s 198.51.100.9/32 -m time --datestop 2036-01-01T00:00:00 --kerneltz -j DROP
-A IP4BAN -j RETURN
`;
const ruleset = (rules: string): string => `*filter
:INPUT ACCEPT [0:0]
:IP4BAN - [0:0]
:a"b - [0:0]
:BAN|$(id) - [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -j IP4BAN
${rules}COMMIT
`;

const KEY = 'iptables:filter IP4BAN';

kernelSuite('acts on ban chains', TOOLS, () => {
  const made = useTestNet({ clients: 1 });
  const restore = (tool: string, rules: string) =>
    made().exec(made().server, [tool, '-w', '5'], { input: ruleset(rules) });
  const rulesOf = async (tool = 'iptables-save'): Promise<readonly string[]> => {
    const { stdout } = await made().exec(made().server, [tool, '-t', 'filter']);
    return stdout.split('\n').filter((line) => line.startsWith('-A IP4BAN'));
  };
  const open = () => openKit(made(), { backends: [iptablesBackend] });
  const setOf = async (key: string): Promise<SetInfo | undefined> => {
    const { host } = await open();
    const { arms } = await readFirewalls(host, [iptablesBackend]);
    return arms.flatMap(({ sets }) => sets).find((set) => set.key === key);
  };

  test('an unban deletes just the rules of that address, undo puts back the very same', async () => {
    await restore('iptables-nft-restore', CHAIN);
    const before = await rulesOf();
    const { desk } = await open();
    await proved(desk, { action: 'unban', nets: [net('198.51.100.9')] });
    expect(await rulesOf()).toEqual(['-A IP4BAN -s 198.51.100.10/32 -j DROP', '-A IP4BAN -j RETURN']);
    await proved(desk, { action: 'undo' });
    // Their order decides nothing, but the RETURN is behind all of them.
    const after = await rulesOf();
    expect([...after].sort()).toEqual([...before].sort());
    expect(after.at(-1)).toBe('-A IP4BAN -j RETURN');
  });

  test('a ban of what is banned replaces its rules, undo brings them back', async () => {
    await restore('iptables-nft-restore', CHAIN);
    const before = await rulesOf();
    const { desk } = await open();
    await proved(desk, banOf(['198.51.100.9', '198.51.100.11'], { set: KEY, reason: 'too "many"' }));
    const rules = await rulesOf();
    expect(rules.filter((rule) => rule.includes('198.51.100.9/32'))).toHaveLength(1);
    expect(
      rules.filter((rule) => /--datestop \S+ -m comment --comment "too .*many.*" -j DROP/.test(rule)),
    ).toHaveLength(2);
    await proved(desk, { action: 'undo' });
    expect([...(await rulesOf())].sort()).toEqual([...before].sort());
  });

  test('the kernel ends a ban by itself; the rule that is left counts for nothing', async () => {
    await restore('iptables-nft-restore', '');
    const { server } = made();
    const client = made().client(0);
    await made().echoServer(server, 8080);
    const { desk } = await open();
    const probe = () => made().probeTcp(client, server.v4, 8080, { boundMs: 200 });
    await act(desk, banOf([client.v4], { set: KEY, seconds: 4 }));
    expect(await rulesOf()).toHaveLength(1);
    await vi.waitUntil(async () => (await probe()) === 'open', { timeout: 20_000, interval: 100 });
    expect(await rulesOf()).toHaveLength(1);
    // Banned anew, the old rule goes.
    await proved(desk, banOf([client.v4], { set: KEY }));
    expect(await rulesOf()).toHaveLength(1);
    expect(await probe()).toBe('dropped');
  });

  test('behind an accept of established flows: said, and live flows need the cut', async () => {
    await restore('iptables-nft-restore', '');
    const { server } = made();
    const client = made().client(0);
    const { desk } = await open();
    const flow = await made().openFlow(client, server.v4, 8080);
    expect(await flow.send('hello', 10_000)).toBe(true);
    expect(await setOf(KEY)).toMatchObject({ enforcement: { kind: 'dropped', afterEstablished: true } });
    expect(await missingOf(desk, banOf([client.v4], { set: KEY, cut: false }))).toContain('live flows go on');
    expect(await flow.send('still here', 10_000)).toBe(true);
    await proved(desk, banOf([client.v4], { set: KEY }));
    expect(await flow.send('and now', 300)).toBe(false);
    await flow.close();
  });

  test('what has ended is swept, a later ban of the same address stays', async () => {
    const ended = [
      '-s 198.51.100.9/32 -m time --datestop 2020-01-01T00:00:00 -j DROP',
      '-s 198.51.100.9/32 -m comment --comment "until=1500000000" -j DROP',
    ];
    const later = '-s 198.51.100.9/32 -m time --datestop 2037-01-01T00:00:00 -j DROP';
    // Nobody but its script knows what this number is.
    const dark = '-s 198.51.100.8/32 -m comment --comment "198.51.100.8=1500000000" -j DROP';
    const rules = [...ended, later, dark].map((spec) => `-A IP4BAN ${spec}\n`);
    await restore('iptables-nft-restore', rules.join(''));
    const { desk } = await open();
    const { outcome } = await desk.perform(ready(await desk.preview({ action: 'expire' })).token);
    expect(outcome).toMatchObject({ kind: 'done', proof: { kind: 'proved' } });
    expect(await rulesOf()).toEqual([later, dark].map((spec) => `-A IP4BAN ${spec}`));
  });

  test('a second step that fails: the first is taken back word for word', async () => {
    await restore('iptables-nft-restore', CHAIN);
    const six = `*filter\n:IP6BAN - [0:0]\n-A IP6BAN -s 2001:db8::9/128 -j DROP\nCOMMIT\n`;
    await made().exec(made().server, ['ip6tables-nft-restore'], { input: six });
    const before = await rulesOf();
    const { desk } = await open();
    const both = ['198.51.100.9', '198.51.100.11', '2001:db8::9'];
    const preview = ready(await desk.preview(banOf(both, { set: KEY, cut: false })));
    await made().exec(made().server, ['ip6tables-nft', '-F', 'IP6BAN']);
    const { outcome } = await desk.perform(preview.token);
    expect(outcome).toMatchObject({ kind: 'failed', undone: true, problem: { code: 'not-found' } });
    expect([...(await rulesOf())].sort()).toEqual([...before].sort());
  });

  test('a chain nobody jumps to, and legacy rules beside: found, acted on, not mixed up', async () => {
    await restore('iptables-nft-restore', '');
    await restore('iptables-legacy-restore', '-A IP4BAN -s 198.51.100.12/32 -j DROP\n');
    await made().exec(made().server, ['iptables-nft', '-D', 'INPUT', '-j', 'IP4BAN']);
    const { desk } = await open();
    expect(await setOf(KEY)).toMatchObject({ count: 0, enforcement: { kind: 'unused' } });
    const legacy = 'iptables:legacy filter IP4BAN';
    expect(await setOf(legacy)).toMatchObject({ count: 1, enforcement: { kind: 'dropped' } });
    expect(await missingOf(desk, banOf(['198.51.100.13'], { set: KEY }))).toContain('no rule uses this set');
    await proved(desk, banOf(['198.51.100.13'], { set: legacy }));
    expect(await rulesOf('iptables-legacy-save')).toHaveLength(2);
    await proved(desk, { action: 'unban', nets: [net('198.51.100.13')] });
    expect(await rulesOf()).toEqual([]);
    expect(await rulesOf('iptables-legacy-save')).toEqual(['-A IP4BAN -s 198.51.100.12/32 -j DROP']);
  });

  test('a chain with a name that is no word is shown and left alone', async () => {
    await restore('iptables-nft-restore', '');
    const { desk } = await open();
    const before = await rulesOf();
    expect(await setOf('iptables:filter BAN|$(id)')).toMatchObject({ count: 0 });
    const refused = await refusedFor(desk, banOf(['198.51.100.13'], { set: 'iptables:filter BAN|$(id)' }));
    expect(refused).toContain('cannot be passed on safely');
    expect(await rulesOf()).toEqual(before);
  });
});
