// Sets and rules of other tools on the real kernel: read as they enforce, changed without touching anything else.

import { expect, test } from 'vitest';
import type { Backend } from '../../../src/firewall/backend.ts';
import { createFlowCounter } from '../../../src/firewall/flow-counter.ts';
import { planCut } from '../../../src/firewall/flows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { planPins, planUnpins } from '../../../src/firewall/timeouts.ts';
import { type TestNs, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net, perform, rows, setNamed } from './run-steps.ts';

const TOOLS = ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'];

const NFT_RULES = `table inet f2b-table {
  set addr-set-web { type ipv4_addr; flags timeout; }
  set addr6-set-web { type ipv6_addr; flags timeout; }
  set ranges4 { type ipv4_addr; flags interval,timeout; elements = { 10.9.0.0/16 timeout 1h, 10.8.8.8 } }
  chain input {
    type filter hook input priority 0;
    ct state established,related accept
    ip saddr @addr-set-web drop
    ip6 saddr @addr6-set-web drop
    ip saddr @ranges4 drop
  }
}`;

const IPSETS = `create f2b-web hash:ip timeout 600
create f2b-web6 hash:ip family inet6 timeout 600
create ranges4 hash:net timeout 0
add ranges4 10.9.0.0/16
`;
const ruleset = (set: string): string => `*filter
:INPUT ACCEPT [0:0]
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -m set --match-set ${set} src -j DROP
COMMIT
`;

type Case = Readonly<{ backend: Backend; four: string; six: string }>;
const CASES: readonly Case[] = [
  { backend: nftBackend, four: 'nft:inet f2b-table addr-set-web', six: 'nft:inet f2b-table addr6-set-web' },
  { backend: ipsetBackend, four: 'ipset:f2b-web', six: 'ipset:f2b-web6' },
];

for (const { backend, four, six } of CASES) {
  kernelSuite(`sets of other tools: ${backend.id}`, TOOLS, () => {
    const made = useTestNet({ clients: 2 });

    const setUp = async (server: TestNs): Promise<void> => {
      if (backend.id === 'nft') {
        await made().exec(server, ['nft', '-f', '-'], { input: NFT_RULES });
        return;
      }
      await made().exec(server, ['ipset', 'restore'], { input: IPSETS });
      await made().exec(server, ['iptables-restore'], { input: ruleset('f2b-web') });
      await made().exec(server, ['ip6tables-restore'], { input: ruleset('f2b-web6') });
    };

    test('a ban behind an established-accept stops new flows, and live ones once they are cut', async () => {
      const { server } = made();
      const client = made().client(0);
      await setUp(server);
      await made().echoServer(server, 8080);
      const rules = async (): Promise<string> =>
        (await made().exec(server, ['nft', '-s', 'list', 'ruleset'])).stdout;
      const before = await rules();
      for (const [key, peer, address] of [
        [four, client.v4, server.v4],
        [six, client.v6, server.v6],
      ] as const) {
        const set = await setNamed(made(), server, backend, key);
        expect(set).toMatchObject({
          owner: 'fail2ban',
          enforcement: { kind: 'dropped', afterEstablished: true },
        });
        expect(set.twin).toBe(key === four ? six : four);
        const flow = await made().openFlow(client, address, 8080);
        expect(await flow.send('one')).toBe(true);
        const element = { net: net(peer), seconds: 300, comment: 'x' };
        await perform(made(), server, backend.planAdd(set, [element]));
        expect(await made().probeTcp(client, address, 8080, { boundMs: 200 })).toBe('dropped');
        expect(await made().probeTcp(made().client(1), address, 8080)).toBe('open');
        // What the listing warned of.
        expect(await flow.send('two')).toBe(true);

        const table = (await made().exec(server, ['conntrack', '-L'])).stdout;
        const counter = createFlowCounter([net(peer)]);
        counter.push(Buffer.from(table));
        const counts = counter.end();
        expect(counts.get(net(peer).text)?.flows).toBeGreaterThan(0);
        await perform(made(), server, planCut([net(peer)], { counts }));
        expect(await flow.send('three', 300)).toBe(false);

        const [row] = await rows(made(), server, backend, set);
        expect(row?.net).toBe(net(peer).text);
        expect(row?.seconds).toBeGreaterThan(290);
        await perform(made(), server, backend.planDelete(set, [net(peer)]));
        expect(await made().probeTcp(client, address, 8080)).toBe('open');
        await flow.close();
      }
      expect(await rules()).toBe(before);
    });

    test('a range over narrower elements, and an address inside a range', async () => {
      const { server } = made();
      const key = backend.id === 'nft' ? 'nft:inet f2b-table ranges4' : 'ipset:ranges4';
      const set = await setNamed(made(), server, backend, key);
      const inside = net('10.9.1.1');
      const add = backend.planAdd(set, [{ net: inside, seconds: 60 }]);
      if (backend.id === 'nft') {
        await expect(perform(made(), server, add)).rejects.toThrow(/overlaps/);
        // The refused batch changed nothing.
        expect((await rows(made(), server, backend, set)).map((row) => row.net)).toEqual([
          '10.8.8.8',
          '10.9.0.0/16',
        ]);
      } else {
        await perform(made(), server, add);
        await perform(made(), server, backend.planDelete(set, [inside]));
      }
      const wide = net('10.8.0.0/15');
      const narrow = backend.id === 'nft' ? [net('10.8.8.8'), net('10.9.0.0/16')] : [];
      await perform(made(), server, backend.planAdd(set, [{ net: wide, seconds: 60 }], narrow));
      expect((await rows(made(), server, backend, set)).map((row) => row.net)).toContain('10.8.0.0/15');
      await perform(made(), server, backend.planDelete(set, [wide]));
      expect((await rows(made(), server, backend, set)).map((row) => row.net)).not.toContain('10.8.0.0/15');
    });

    test('a batch with flows of many peers goes through one conntrack', async () => {
      const { server } = made();
      const nets = Array.from({ length: 20 }, (_, i) => net(`198.51.100.${2 * i + 1}`));
      for (const { text } of nets) {
        const words = `-I -s ${text} -d ${server.v4} -p udp --sport 1000 --dport 53 -t 300`;
        await made().exec(server, ['conntrack', ...words.split(' ')]);
      }
      await perform(made(), server, planCut(nets, { batch: true }));
      expect((await made().exec(server, ['conntrack', '-L'])).stdout).not.toContain('198.51.100.');
    });

    test('a pinned flow keeps its timeout while the sysctl falls, and its entry can be taken away', async () => {
      const { server } = made();
      const client = made().client(1);
      await made().echoServer(server, 2222);
      for (const [from, to] of [
        [client.v4, server.v4],
        [client.v6, server.v6],
      ] as const) {
        const flow = await made().openFlow(client, to, 2222);
        expect(await flow.send('hello')).toBe(true);
        const ssh = {
          source: net(from),
          destination: net(to),
          sourcePort: flow.localPort,
          destinationPort: 2222,
        };
        await perform(made(), server, planPins([ssh]));
        const sysctl = 'net.netfilter.nf_conntrack_tcp_timeout_established';
        await made().exec(server, ['sysctl', '-w', `${sysctl}=600`]);
        expect(await flow.send('again')).toBe(true);
        const words = [
          'conntrack',
          '-L',
          '-p',
          'tcp',
          '--dport',
          '2222',
          '--sport',
          String(flow.localPort),
        ] as const;
        const listed = (await made().exec(server, words)).stdout;
        expect(Number(/ 6 (\d+) /.exec(listed)?.[1])).toBeGreaterThan(399_000);
        await perform(made(), server, planUnpins([ssh]));
        await made().exec(server, ['sysctl', '-w', `${sysctl}=432000`]);
        await flow.close();
      }
    });
  });
}
