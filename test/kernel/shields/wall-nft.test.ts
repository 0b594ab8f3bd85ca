// The nft wall on the real kernel: whom it limits and whom not, its own timer, ssh under tight timeouts, a perfect undo.

import { expect, test } from 'vitest';
import { nftWall } from '../../../src/firewall/shields/nft.ts';
import { kernelSuite } from '../harness/require.ts';
import { doorCases, limitCases, shapeCases, timerCases } from './wall-cases.ts';
import { addressesOf, type Field, SSH, useField, type Variant, WEB } from './wall-kit.ts';

const NFT: Variant = { name: 'nft', writer: nftWall, suffix: '' };
const TOOLS = ['nft', 'conntrack', 'sysctl'];

// It waits for most of its time, on a net of its own.
kernelSuite('the nft wall: timer', TOOLS, () => timerCases(useField(NFT), NFT), 'beside');
kernelSuite(
  'the nft wall',
  TOOLS,
  () => {
    const field = useField(NFT);
    besideCases(field);
    limitCases(field);
    doorCases(field);
    shapeCases(field, NFT);
  },
  'beside',
);

const FOREIGN = `table inet filter {
  set people { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 192.0.2.0/24 } }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established,related accept
    ip saddr @people tcp dport 9000 counter drop comment "not ours"
  }
}
table inet opsconsole {
  chain early { type filter hook prerouting priority -310; policy accept; }
}
`;

function besideCases(field: () => Field): void {
  const listing = async (): Promise<string> =>
    (await field().net.exec(field().net.server, ['nft', '-s', 'list', 'ruleset'])).stdout;

  test.sequential('rules of others are byte for byte as before, while it stands and after it is deleted', async () => {
    const { net, load, look } = field();
    await net.exec(net.server, ['nft', '-f', '-'], { input: FOREIGN });
    const before = await listing();
    await load({
      synRate: { perSecond: 5, burst: 10 },
      connections: { max: 3, ports: [WEB] },
      listed: [WEB],
      pinSsh: { establishedSeconds: 432_000 },
    });
    await load({ listed: [WEB] });
    expect((await listing()).startsWith(before)).toBe(true);
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole_shields']);
    expect(await listing()).toBe(before);
    expect(await look()).toBeUndefined();
  });

  test.sequential('new ssh flows keep their timeout while the general one is tight', async () => {
    const here = field();
    const tight = 'net.netfilter.nf_conntrack_tcp_timeout_established=600';
    await here.net.exec(here.net.server, ['sysctl', '-qw', tight]);
    await here.load({ pinSsh: { establishedSeconds: 432_000 } });
    for (const [, to] of addressesOf(here)) {
      const timeouts: number[] = [];
      for (const port of [SSH, WEB]) {
        const flow = await here.net.openFlow(here.ordinary, to, port, { boundMs: 5000 });
        expect(await flow.send('hello', 5000)).toBe(true);
        const { stdout } = await here.net.exec(here.net.server, ['conntrack', '-L', '-p', 'tcp']);
        const line = stdout.split('\n').find((text) => text.includes(`sport=${flow.localPort} `)) ?? '';
        timeouts.push(Number(/^tcp +6 (\d+) ESTABLISHED /.exec(line)?.[1]));
        await flow.close();
      }
      const [pinned = 0, general = 0] = timeouts;
      expect(pinned).toBeGreaterThan(431_900);
      expect(pinned).toBeLessThanOrEqual(432_000);
      expect(general).toBeGreaterThan(500);
      expect(general).toBeLessThanOrEqual(600);
    }
  });

  test.sequential('a look with full sets of sources does not list them', async () => {
    const here = field();
    await here.load({ synRate: { perSecond: 5, burst: 10 } });
    const sources = Array.from({ length: 60_000 }, (_, at) => `100.64.${at >> 8}.${at & 255}`);
    await here.net.exec(here.net.server, ['nft', '-f', '-'], {
      input: `add element inet opsconsole_shields rl4 { ${sources.join(', ')} }\n`,
    });
    const [output = ''] = await here.run(nftWall.look);
    expect(output.length).toBeLessThan(2000);
    expect(await here.look()).toMatchObject({ id: 'deadbeef', armed: true });
  });
}
