// Our own ipsets where `iptables` is the legacy variant: the same plans, the same effect, seen from its own listing.

import { expect, test } from 'vitest';
import type { Step } from '../../../src/core/plan.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net, perform, setNamed, setsOf } from './run-steps.ts';

/** As on a host whose alternatives point to the legacy programs. */
const asLegacy = (steps: readonly Step[]): readonly Step[] =>
  steps.map((step) => {
    const [tool, ...rest] = step.command.argv;
    const legacy = tool.replace(/^(ip6?tables)/, '$1-legacy');
    return { ...step, command: { ...step.command, argv: [legacy, ...rest] } };
  });

kernelSuite('own sets with iptables-legacy', ['ipset', 'iptables-legacy', 'ip6tables-legacy'], () => {
  const made = useTestNet({ clients: 2 });

  test('create twice, ban, enforced, remove', async () => {
    const { server } = made();
    const client = made().client(0);
    const rules = async (): Promise<string> => {
      let all = '';
      for (const tool of ['iptables-legacy-save', 'ip6tables-legacy-save'])
        all += (await made().exec(server, [tool])).stdout;
      // Only rules and chains of our own making count: a table that was touched stays, empty.
      return all.replace(/^(#.*|\*.*|:[A-Z]+ ACCEPT.*|COMMIT)\n/gm, '');
    };
    expect(await rules()).toBe('');
    await made().echoServer(server, 8080);
    await perform(made(), server, asLegacy(ipsetBackend.own.ensure([])));
    const once = await rules();
    await perform(made(), server, asLegacy(ipsetBackend.own.ensure([])));
    expect(await rules()).toBe(once);
    for (const [peer, address] of [
      [client.v4, server.v4],
      [client.v6, server.v6],
    ] as const) {
      const own = ipsetBackend.own.setFor(net(peer));
      const element = { net: net(peer), seconds: 600 };
      await perform(made(), server, ipsetBackend.planAdd(own, [element]));
      const set = await setNamed(made(), server, ipsetBackend, own.key);
      expect(set.enforcement).toMatchObject({ kind: 'dropped', afterEstablished: false });
      expect(await made().probeTcp(client, address, 8080, { boundMs: 200 })).toBe('dropped');
      expect(await made().probeTcp(made().client(1), address, 8080)).toBe('open');
    }
    const sets = await setsOf(made(), server, ipsetBackend);
    await perform(made(), server, asLegacy(ipsetBackend.own.remove(sets)));
    expect(await rules()).toBe('');
    expect((await made().exec(server, ['ipset', 'list', '-n'])).stdout).toBe('');
    expect(await made().probeTcp(client, server.v4, 8080)).toBe('open');
  });
});
