// Acts on sets that somebody else made: refused or explained where the set cannot do it, never a rule of theirs touched.

import { expect, test } from 'vitest';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net as address, banOf, missingOf, openKit, proved, refusedFor, snapshot } from './kit.ts';

const NFT_RULES = `table inet filter {
  set banned4 { type ipv4_addr; flags timeout; }
  set banned6 { type ipv6_addr; flags timeout; }
  set ranges4 { type ipv4_addr; flags interval,timeout; }
  set plain4 { type ipv4_addr; }
  set tiny4 { type ipv4_addr; size 2; flags timeout; }
  set lonely4 { type ipv4_addr; flags timeout; }
  set merged4 { type ipv4_addr; flags interval,timeout; auto-merge; }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established,related accept
    ip saddr @banned4 drop
    ip6 saddr @banned6 drop
    ip saddr @ranges4 drop
    ip saddr @plain4 drop
    ip saddr @tiny4 drop
    ip saddr @merged4 drop
  }
}
`;

const IPSET_SETS = `create f2b-http hash:ip family inet timeout 600
create f2b-http6 hash:ip family inet6 timeout 600
create ranges hash:net family inet timeout 0 comment
create forever hash:ip family inet
create tiny hash:ip family inet maxelem 2 hashsize 64 timeout 0
create lonely hash:ip family inet timeout 0
create ports hash:ip,port family inet timeout 0
`;
const IPTABLES_RULES = `*filter
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
-A INPUT -m set --match-set f2b-http src -j DROP
-A INPUT -m set --match-set ranges src -j DROP
-A INPUT -m set --match-set forever src -j DROP
-A INPUT -m set --match-set tiny src -j DROP
COMMIT
`;
const IP6TABLES_RULES = `*filter
-A INPUT -m set --match-set f2b-http6 src -j DROP
COMMIT
`;
const PORT = 8080;

async function loadNft(net: TestNet): Promise<void> {
  await net.exec(net.server, ['nft', '-f', '-'], { input: `flush ruleset\n${NFT_RULES}` });
}

async function loadIpset(net: TestNet): Promise<void> {
  await net.exec(net.server, ['iptables-restore'], { input: '*filter\nCOMMIT\n' });
  await net.exec(net.server, ['ip6tables-restore'], { input: '*filter\nCOMMIT\n' });
  await net.exec(net.server, ['ipset', 'destroy'], { anyExit: true });
  await net.exec(net.server, ['ipset', 'restore'], { input: IPSET_SETS });
  await net.exec(net.server, ['iptables-restore'], { input: IPTABLES_RULES });
  await net.exec(net.server, ['ip6tables-restore'], { input: IP6TABLES_RULES });
}

type Names = Readonly<{
  hosts: string;
  ranges: string;
  plain: string;
  tiny: string;
  lonely: string;
}>;
const CASES: readonly Readonly<{
  id: string;
  tools: readonly string[];
  load: (net: TestNet) => Promise<void>;
  names: Names;
}>[] = [
  {
    id: 'nft',
    tools: ['nft', 'conntrack'],
    load: loadNft,
    names: {
      hosts: 'nft:inet filter banned4',
      ranges: 'nft:inet filter ranges4',
      plain: 'nft:inet filter plain4',
      tiny: 'nft:inet filter tiny4',
      lonely: 'nft:inet filter lonely4',
    },
  },
  {
    id: 'ipset',
    tools: ['ipset', 'iptables', 'ip6tables', 'conntrack'],
    load: loadIpset,
    names: {
      hosts: 'ipset:f2b-http',
      ranges: 'ipset:ranges',
      plain: 'ipset:forever',
      tiny: 'ipset:tiny',
      lonely: 'ipset:lonely',
    },
  },
];

for (const { id, tools, load, names } of CASES) {
  kernelSuite(`ban into a named set, ${id}`, tools, () => {
    const testNet = useTestNet({ clients: 1 });
    const fresh = async () => {
      const net = testNet();
      await load(net);
      return { net, before: await snapshot(net), ...(await openKit(net)) };
    };

    test('a live connection dies although established flows are accepted first; foreign rules stay as they were', async () => {
      const { net, before, desk } = await fresh();
      const client = net.client(0);
      await net.echoServer(net.server, PORT);
      const flow = await net.openFlow(client, net.server.v4, PORT);
      expect(await flow.send('alive')).toBe(true);
      await proved(desk, banOf([client.v4, client.v6], { set: names.hosts }));
      expect(await flow.send('dead?', 300)).toBe(false);
      expect(await net.probeTcp(client, net.server.v4, PORT, { boundMs: 300 })).toBe('dropped');
      expect(await net.probeTcp(client, net.server.v6, PORT, { boundMs: 300 })).toBe('dropped');
      await proved(desk, { action: 'undo' });
      expect(await snapshot(net)).toBe(before);
      await flow.close();
    });

    test('a second ban of the same address sets its time anew, and undo gives the old one back', async () => {
      const { net, desk } = await fresh();
      await proved(desk, banOf(['198.51.100.9'], { set: names.hosts, seconds: 600 }));
      await proved(desk, banOf(['198.51.100.9'], { set: names.hosts, seconds: 7200 }));
      await proved(desk, { action: 'undo' });
      const { stdout } =
        id === 'nft'
          ? await net.exec(net.server, ['nft', 'list', 'set', 'inet', 'filter', 'banned4'])
          : await net.exec(net.server, ['ipset', 'save', 'f2b-http']);
      expect(stdout).toMatch(
        id === 'nft' ? /198\.51\.100\.9 timeout (10m|9m\d+s)/ : /198\.51\.100\.9 timeout (600|59\d)\b/,
      );
    });

    test('what the set cannot hold is refused with the reason', async () => {
      const { desk } = await fresh();
      expect(await refusedFor(desk, banOf(['198.51.100.0/24'], { set: names.hosts }))).toMatch(
        /single addresses/,
      );
      expect(await refusedFor(desk, banOf(['198.51.100.9'], { set: names.plain }))).toMatch(
        /keeps no timeouts/,
      );
      await proved(desk, banOf(['198.51.100.1', '198.51.100.2'], { set: names.tiny }));
      expect(await refusedFor(desk, banOf(['198.51.100.3'], { set: names.tiny }))).toMatch(/full/);
      expect(await refusedFor(desk, banOf(['198.51.100.3'], { set: `${names.tiny}x` }))).toMatch(/no set/);
      expect(await refusedFor(desk, banOf(['2001:db8::9'], { set: names.ranges }))).toMatch(/IPv4 only/);
    });

    test('an address inside a banned range is explained, not banned or unbanned', async () => {
      const { desk } = await fresh();
      await proved(desk, banOf(['198.51.100.0/24'], { set: names.ranges, seconds: 7200 }));
      const inside = /198\.51\.100\.9 is inside 198\.51\.100\.0\/24 in set ranges4?.*\(1h 59m left\)/;
      expect(await refusedFor(desk, banOf(['198.51.100.9'], { set: names.ranges }))).toMatch(inside);
      const unban = { action: 'unban', nets: [address('198.51.100.9')] } as const;
      expect(await refusedFor(desk, unban)).toMatch(/198\.51\.100\.9 is inside 198\.51\.100\.0\/24/);
      await proved(desk, { action: 'unban', nets: [address('198.51.100.0/24')] });
    });

    test('a range over banned addresses of the same set, and back', async () => {
      const { net, desk } = await fresh();
      await proved(desk, banOf(['198.51.100.9', '198.51.100.77'], { set: names.ranges, reason: 'one' }));
      const before = await snapshot(net);
      await proved(desk, banOf(['198.51.100.0/24'], { set: names.ranges }));
      expect(await snapshot(net)).toContain('198.51.100.0/24');
      await proved(desk, { action: 'undo' });
      expect(await snapshot(net)).toBe(before);
    });

    test('a set that no rule uses is done, but never called proved', async () => {
      const { desk } = await fresh();
      const draft = banOf(['198.51.100.9'], { set: names.lonely });
      expect(await missingOf(desk, draft)).toMatch(/in set lonely4?, but no rule uses this set/);
    });

    test('an unban frees from every set, and undo puts all of it back with the time left', async () => {
      const { net, desk } = await fresh();
      await proved(desk, banOf(['198.51.100.9'], { set: names.hosts }));
      await proved(desk, banOf(['198.51.100.9'], { set: names.ranges, reason: 'kept words' }));
      const before = await snapshot(net);
      await proved(desk, { action: 'unban', nets: [address('198.51.100.9')] });
      expect(await snapshot(net)).not.toContain('198.51.100.9');
      await proved(desk, { action: 'undo' });
      expect(await snapshot(net)).toBe(before);
    });

    test('undo refuses when someone else has removed the element since', async () => {
      const { net, desk } = await fresh();
      await proved(desk, banOf(['198.51.100.9'], { set: names.hosts }));
      if (id === 'nft')
        await net.exec(net.server, [
          'nft',
          'delete',
          'element',
          'inet',
          'filter',
          'banned4',
          '{ 198.51.100.9 }',
        ]);
      else await net.exec(net.server, ['ipset', 'del', 'f2b-http', '198.51.100.9']);
      expect(await refusedFor(desk, { action: 'undo' })).toMatch(
        /no longer in set .* someone removed it since/,
      );
    });

    test('undo refuses when someone else has changed the element since', async () => {
      const { net, desk } = await fresh();
      await proved(desk, banOf(['198.51.100.9'], { set: names.hosts, seconds: 600 }));
      const change = id === 'nft' ? ['nft', '-f', '-'] : ['ipset', 'restore', '-exist'];
      const input =
        id === 'nft'
          ? 'delete element inet filter banned4 { 198.51.100.9 }\nadd element inet filter banned4 { 198.51.100.9 timeout 9h }\n'
          : 'add f2b-http 198.51.100.9 timeout 32400\n';
      await net.exec(net.server, change as [string, ...string[]], { input });
      expect(await refusedFor(desk, { action: 'undo' })).toMatch(/another end .* someone changed it since/);
    });
  });
}

kernelSuite('sets that are special', ['nft', 'ipset', 'iptables'], () => {
  const testNet = useTestNet({ clients: 1 });

  test('a merging nft set and an ipset with ports are refused', async () => {
    const net = testNet();
    await loadNft(net);
    await loadIpset(net);
    const { desk } = await openKit(net);
    expect(await refusedFor(desk, banOf(['198.51.100.9'], { set: 'nft:inet filter merged4' }))).toMatch(
      /merge/,
    );
    expect(await refusedFor(desk, banOf(['198.51.100.9'], { set: 'ipset:ports' }))).toMatch(
      /no set|plain addresses/,
    );
  });
});
