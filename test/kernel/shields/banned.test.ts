// Bans that the shields made, as the bans pane and unban meet them: they end with the shields, come out one by one, and
// go back by undo while the shields are up.

import { expect, test } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';
import { iptablesWall } from '../../../src/firewall/shields/iptables.ts';
import { nftWall } from '../../../src/firewall/shields/nft.ts';
import { net as address, banOf, openKit, proved, ready, refusedFor } from '../acts/kit.ts';
import { kernelSuite } from '../harness/require.ts';
import { useField, type Variant, WEB } from './wall-kit.ts';

const VARIANTS: readonly (Variant & Readonly<{ tools: readonly string[]; set: string; remove: string }>)[] = [
  {
    name: 'nft',
    writer: nftWall,
    suffix: '',
    tools: ['nft', 'conntrack'],
    set: 'nft:inet opsconsole_shields banned4',
    remove: 'nft delete table inet opsconsole_shields',
  },
  {
    name: 'iptables',
    writer: iptablesWall,
    suffix: '',
    tools: ['iptables', 'ip6tables', 'ipset', 'conntrack'],
    set: 'ipset:oc_banned4',
    remove:
      'for i in iptables ip6tables; do for t in raw mangle filter; do $i -t $t -F; $i -t $t -X; done; done; ipset destroy',
  },
];

for (const variant of VARIANTS)
  kernelSuite(`bans of the shields, ${variant.name}`, variant.tools, () => {
    const field = useField(variant);

    test('are known as such, freed by unban, put back by undo, and taken as gone once the shields are', async () => {
      const { net, banned, load } = field();
      await load({ banned: [address(banned.v4), address(banned.v6)] });
      const { desk, host } = await openKit(net);
      const sets = (await readFirewalls(host, BACKENDS)).arms.flatMap((arm) => arm.sets);
      const ours = sets.filter(({ shields }) => shields === true);
      expect(ours.map(({ owner, enforcement }) => [owner, enforcement.kind])).toEqual([
        ['opsconsole', 'dropped'],
        ['opsconsole', 'dropped'],
      ]);
      expect(ours.map(({ key }) => key)).toContain(variant.set);
      expect(await net.probeTcp(banned, net.server.v4, WEB, { boundMs: 300 })).toBe('dropped');

      const preview = ready(await desk.preview({ action: 'unban', nets: [address(banned.v4)] }));
      expect(preview.plan.notes.join('\n')).toMatch(
        /belongs to the shields: raised anew, they may ban it again/,
      );
      const freed = await proved(desk, { action: 'unban', nets: [address(banned.v4)] });
      expect(await net.probeTcp(banned, net.server.v4, WEB)).toBe('open');
      await proved(desk, { action: 'undo' });
      expect(await net.probeTcp(banned, net.server.v4, WEB, { boundMs: 300 })).toBe('dropped');
      expect(freed.canUndo).toBe(true);

      expect(await refusedFor(desk, banOf(['198.51.100.7'], { set: variant.set, seconds: null }))).toMatch(
        /belongs to the shields: it goes when they come down/,
      );
      await proved(desk, { action: 'unban', nets: [address(banned.v4)] });
      await net.exec(net.server, ['sh', '-c', variant.remove]);
      expect(await refusedFor(desk, { action: 'undo' })).toMatch(/is gone since, it went with the shields/);
    });
  });
