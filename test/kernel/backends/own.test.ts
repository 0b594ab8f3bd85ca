// Our own table and sets against the real kernel: packets of a banned source stop, in both families, also for a flow that
// is already established; deleting lets them through again; removing leaves the firewall as it was.

import { expect, test } from 'vitest';
import type { Net } from '../../../src/core/address.ts';
import { planCut } from '../../../src/firewall/flows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { type TestNs, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net, perform, rows, setNamed, setsOf } from './run-steps.ts';

const TOOLS = ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'];
const FOREIGN = `table inet filter {
  set good4 { type ipv4_addr; flags interval; elements = { 198.51.100.0/24 } }
  chain input { type filter hook input priority 0; ct state established,related accept; ip saddr @good4 accept; }
}`;

for (const backend of [nftBackend, ipsetBackend]) {
  kernelSuite(`own table: ${backend.id}`, TOOLS, () => {
    const made = useTestNet({ clients: 3 });

    const snapshot = async (server: TestNs): Promise<string> => {
      const commands: readonly (readonly [string, ...string[]])[] = [
        ['nft', '-s', 'list', 'ruleset'],
        ['ipset', 'save'],
      ];
      let all = '';
      for (const argv of commands) all += (await made().exec(server, argv)).stdout;
      // iptables-nft leaves its empty table behind; that is no rule.
      return all
        .replace(/table ip6? raw \{\n(\tchain \w+ \{\n(\t\ttype [^\n]*\n)?\t\}\n)*\}\n/g, '')
        .replace(/\n+/g, '\n');
    };

    const ban = async (nets: readonly Net[], seconds: number | null): Promise<void> => {
      for (const one of nets) {
        const element = { net: one, seconds, comment: 'test "quoted" \\ \u001b[2J' };
        await perform(made(), made().server, backend.planAdd(backend.own.setFor(one), [element]));
      }
    };
    const unban = async (nets: readonly Net[]): Promise<void> => {
      for (const one of nets)
        await perform(made(), made().server, backend.planDelete(backend.own.setFor(one), [one]));
    };

    test('create, ban hosts and ranges, live flows die, unban, remove', async () => {
      const { server } = made();
      const client = made().client(0);
      await made().exec(server, ['nft', '-f', '-'], { input: FOREIGN });
      const before = await snapshot(server);
      await made().echoServer(server, 8080);

      await perform(made(), server, backend.own.ensure([]));
      const sets = await setsOf(made(), server, backend);
      // Again: idempotent from a blind state, nothing to do from a known one.
      await perform(made(), server, backend.own.ensure([]));
      expect(await setsOf(made(), server, backend)).toEqual(sets);
      expect(backend.own.ensure(sets)).toEqual([]);

      const whole = [net('203.0.113.0/29'), net('203.0.113.8/30'), net('2001:db8:113:1::/64')];
      for (const nets of [[net(client.v4), net(client.v6)], whole]) {
        const flows = [
          await made().openFlow(client, server.v4, 8080),
          await made().openFlow(client, server.v6, 8080),
        ];
        for (const flow of flows) expect(await flow.send('before')).toBe(true);
        await ban(nets, 600);
        for (const flow of flows) expect(await flow.send('after', 200)).toBe(false);
        for (const address of [server.v4, server.v6]) {
          expect(await made().probeTcp(client, address, 8080, { boundMs: 200 })).toBe('dropped');
          expect(await made().probeTcp(made().client(2), address, 8080)).toBe('open');
        }
        await perform(made(), server, planCut(nets));
        const left = await made().exec(server, ['conntrack', '-L']);
        expect(left.stdout).not.toContain(client.v4);
        await unban(nets);
        for (const address of [server.v4, server.v6])
          expect(await made().probeTcp(client, address, 8080)).toBe('open');
        for (const flow of flows) await flow.close();
      }

      await perform(made(), server, backend.own.remove(await setsOf(made(), server, backend)));
      expect(await snapshot(server)).toBe(before);
      await made().exec(server, ['nft', 'delete', 'table', 'inet', 'filter']);
    });

    test('own sets are enforced, timed, counted, and listed back with comment and time left', async () => {
      const { server } = made();
      await perform(made(), server, backend.own.ensure([]));
      const nets = ['192.0.2.77', '2001:db8:7::7', '198.51.100.0/24', '2001:db8:8::/48'].map(net);
      await ban(nets, 600);
      for (const one of nets) {
        const own = backend.own.setFor(one);
        const set = await setNamed(made(), server, backend, own.key);
        expect(set.enforcement).toMatchObject({ kind: 'dropped', afterEstablished: false });
        const { type, holdsNets, timeouts, counters, comments, max, owner, twin } = own;
        expect(set).toMatchObject({ type, holdsNets, timeouts, counters, comments, max, owner, twin });
        const [row, ...others] = await rows(made(), server, backend, set);
        expect(others).toEqual([]);
        expect(row?.net).toBe(one.text);
        expect(row?.seconds).toBeGreaterThan(590);
        expect(row?.seconds).toBeLessThanOrEqual(600);
        expect(row?.comment).toBe("test 'quoted' ' 'x1b[2J");
      }
      await unban(nets);
      for (const one of nets)
        expect(await rows(made(), server, backend, backend.own.setFor(one))).toEqual([]);
      await perform(made(), server, backend.own.remove(await setsOf(made(), server, backend)));
    });

    test('a second add refreshes the timeout, up and down, and null ends it', async () => {
      const { server } = made();
      await perform(made(), server, backend.own.ensure([]));
      for (const one of ['192.0.2.77', '198.51.100.0/24', '2001:db8:7::7', '2001:db8:8::/48'].map(net)) {
        const set = backend.own.setFor(one);
        for (const [seconds, at] of [
          [600, 590],
          [9000, 8990],
          [60, 50],
        ] as const) {
          await ban([one], seconds);
          const [row] = await rows(made(), server, backend, set);
          expect(row?.seconds).toBeGreaterThan(at);
          expect(row?.seconds).toBeLessThanOrEqual(seconds);
        }
        await ban([one], null);
        expect((await rows(made(), server, backend, set))[0]?.seconds).toBe(null);
        await unban([one]);
        // Deleting what is gone is no error: it may have expired a moment ago.
        await unban([one]);
      }
      await perform(made(), server, backend.own.remove(await setsOf(made(), server, backend)));
    });

    test('ten thousand in one batch, and out again in one', async () => {
      const { server } = made();
      await perform(made(), server, backend.own.ensure([]));
      const nets = Array.from({ length: 10_000 }, (_, i) => net(`10.${i >> 8}.${i & 255}.9`));
      const set = backend.own.setFor(net('10.0.0.9'));
      const add = backend.planAdd(
        set,
        nets.map((one) => ({ net: one, seconds: 3600 })),
      );
      expect(add).toHaveLength(1);
      await perform(made(), server, add);
      expect(await rows(made(), server, backend, set)).toHaveLength(10_000);
      const remove = backend.planDelete(set, nets);
      expect(remove).toHaveLength(1);
      await perform(made(), server, remove);
      expect(await rows(made(), server, backend, set)).toEqual([]);
      await perform(made(), server, backend.own.remove(await setsOf(made(), server, backend)));
    });
  });
}
