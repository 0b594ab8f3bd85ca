// A port that is published the way Docker does it (DNAT to another namespace): a set that is dropped on the input hook
// stops its members at the host and not there. What the finding says is what the packets do.

import { beforeAll, expect, test } from 'vitest';
import type { SetInfo } from '../../../src/core/rows.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { banOf, openKit, proved } from '../acts/kit.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net as netOf, perform, setNamed } from './run-steps.ts';

const HERE = 8080;
const PUBLISHED = 8081;
const BOUND = { boundMs: 300 } as const;

const dockerRules = (to: string): string => `*nat
:PREROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -p tcp -m tcp --dport ${PUBLISHED} -j DNAT --to-destination ${to}
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -j RETURN
COMMIT
`;

const NFT_RULES = `table inet filter {
  set blocked4 { type ipv4_addr; flags timeout; }
  set blocked6 { type ipv6_addr; flags timeout; }
  chain input { type filter hook input priority 0; ip saddr @blocked4 drop; ip6 saddr @blocked6 drop; }
  chain forward { type filter hook forward priority 0; }
}`;

async function publish(net: TestNet): Promise<void> {
  const { server } = net;
  const [client, container] = [net.client(0), net.client(1)];
  const knobs = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
  await net.exec(server, ['sysctl', '-q', '-w', ...knobs]);
  for (const [words, address] of [
    [[client.v4, 'via', server.v4], '4'],
    [[client.v6, 'via', server.v6], '6'],
  ] as const)
    await net.exec(container, ['ip', `-${address}`, 'route', 'add', ...words, 'dev', 'eth0', 'onlink']);
  await net.exec(server, ['iptables-restore'], { input: dockerRules(`${container.v4}:${HERE}`) });
  await net.exec(server, ['ip6tables-restore'], { input: dockerRules(`[${container.v6}]:${HERE}`) });
  await net.echoServer(server, HERE);
  await net.echoServer(container, HERE);
}

type Case = Readonly<{ backend: Backend; four: string; six: string }>;
const CASES: readonly Case[] = [
  { backend: nftBackend, four: 'nft:inet filter blocked4', six: 'nft:inet filter blocked6' },
  { backend: ipsetBackend, four: 'ipset:blocked4', six: 'ipset:blocked6' },
];

const harms = ({ findings = [] }: SetInfo): readonly string[] =>
  findings.filter(({ level }) => level === 'harm').map(({ says }) => says);

for (const { backend, four, six } of CASES) {
  kernelSuite(`published ports: ${backend.id}`, ['nft', 'ipset', 'iptables', 'ip6tables', 'sysctl'], () => {
    const made = useTestNet({ clients: 2 });

    beforeAll(async () => {
      const net = made();
      await publish(net);
      if (backend.id === 'nft') {
        await net.exec(net.server, ['nft', '-f', '-'], { input: NFT_RULES });
        return;
      }
      const sets = 'create blocked4 hash:ip timeout 0\ncreate blocked6 hash:ip family inet6 timeout 0\n';
      await net.exec(net.server, ['ipset', 'restore'], { input: sets });
      for (const [tool, set] of [
        ['iptables', 'blocked4'],
        ['ip6tables', 'blocked6'],
      ] as const)
        await net.exec(net.server, [tool, '-w', '5', '-A', 'INPUT', ...dropOf(set)]);
    });

    test.each([
      [4, four],
      [6, six],
    ] as const)(
      'IPv%s: dropped on input, reached through the published port, until it is dropped there too',
      async (family, key) => {
        const net = made();
        const client = net.client(0);
        const to = family === 4 ? net.server.v4 : net.server.v6;
        const address = family === 4 ? client.v4 : client.v6;
        expect(await net.probeTcp(client, to, PUBLISHED)).toBe('open');
        const set = await setNamed(net, net.server, backend, key);
        await perform(net, net.server, backend.planAdd(set, [{ net: netOf(address), seconds: 600 }]));
        expect(await net.probeTcp(client, to, HERE, BOUND)).toBe('dropped');
        expect(await net.probeTcp(client, to, PUBLISHED)).toBe('open');
        const { desk } = await openKit(net, { backends: [backend] });
        const partly = await proved(
          desk,
          banOf([family === 4 ? '198.51.100.9' : '2001:db8:9::9'], { set: key }),
        );
        expect(partly.outcome).toMatchObject({
          proof: { says: expect.stringMatching(/in part: Docker pub/) },
        });
        expect(harms(set)).toEqual([
          `Docker publishes tcp ${PUBLISHED}: these packets are forwarded and never meet ${set.name}, which is dropped on the input hook only`,
        ]);

        await dropForwarded(net, set);
        expect(await net.probeTcp(client, to, PUBLISHED, BOUND)).toBe('dropped');
        const now = await setNamed(net, net.server, backend, key);
        expect(harms(now)).toEqual([]);
        expect(now.enforcement).toMatchObject({ hooks: ['input', 'forward'] });
        await perform(net, net.server, backend.planDelete(set, [netOf(address)]));
        expect(await net.probeTcp(client, to, PUBLISHED)).toBe('open');
      },
    );

    test('a ban in our own table stops it at both places', async () => {
      const net = made();
      const { desk } = await openKit(net, { backends: [backend] });
      await proved(desk, banOf([net.client(0).v4]));
      expect(await net.probeTcp(net.client(0), net.server.v4, HERE, BOUND)).toBe('dropped');
      expect(await net.probeTcp(net.client(0), net.server.v4, PUBLISHED, BOUND)).toBe('dropped');
    });
  });
}

const dropOf = (set: string): readonly string[] => ['-m', 'set', '--match-set', set, 'src', '-j', 'DROP'];

async function dropForwarded(net: TestNet, { backend, family, name }: SetInfo): Promise<void> {
  if (backend === 'nft') {
    const word = family === 4 ? 'ip' : 'ip6';
    const input = `add rule inet filter forward ${word} saddr @${name} drop\n`;
    await net.exec(net.server, ['nft', '-f', '-'], { input });
    return;
  }
  const tool = family === 4 ? 'iptables' : 'ip6tables';
  await net.exec(net.server, [tool, '-w', '5', '-I', 'DOCKER-USER', ...dropOf(name)]);
}
