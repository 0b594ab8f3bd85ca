// Sets that would do the opposite of what is meant: a ban that lets in, an allowed address that is dropped.

import { expect, test } from 'vitest';
import { lookAtAllow } from '../../../src/actions/allow/sync.ts';
import { misfits } from '../../../src/actions/ban-targets.ts';
import type { Enforcement, NotDropped, SetInfo } from '../../../src/core/rows.ts';
import { safe } from '../../../src/core/sanitise.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';
import { net, nftSet } from '../firewall/build.ts';

const because = (why: NotDropped): Enforcement => ({
  kind: 'not-dropped',
  rule: safe('ip saddr @s'),
  because: why,
});
const ADDRESS = net('203.0.113.7');
const arm = (set: SetInfo) => ({
  backend: set.backend === 'nft' ? nftBackend : iptablesBackend,
  sets: [set],
});

/** Why `set` is not taken; undefined = it would be asked about the address, which nothing here answers. */
async function whyNotAllowed(set: SetInfo): Promise<string | undefined> {
  const draft = { action: 'allow', set: set.key, wanted: [ADDRESS], ours: [] } as const;
  try {
    const look = await lookAtAllow(createFakeHost(), { arms: [arm(set)], blind: [] }, draft);
    return look.ok ? undefined : look.problem.summary;
  } catch {
    return undefined;
  }
}

test.each(['dormant', 'unreached', 'elsewhere', 'limited'] as const)(
  'nobody is allowed into a set whose rule is out of use now: %s',
  async (why) => {
    expect(await whyNotAllowed(nftSet({ enforcement: because(why) }))).toMatch(/may be a set of bans/);
  },
);

test('nobody is allowed into a chain of bans, also while no rule jumps there', async () => {
  const chain = nftSet({
    backend: 'iptables',
    table: 'filter',
    name: 'IP4BAN',
    type: 'chain',
    enforcement: { kind: 'unused' },
  });
  expect(await whyNotAllowed(chain)).toMatch(/chain of bans/);
});

test('a set that lets its members pass takes allowed addresses and no bans', async () => {
  const friends = nftSet({ enforcement: because('accepts') });
  expect(await whyNotAllowed(friends)).toBeUndefined();
  const group = { found: { arm: arm(friends), set: friends }, exists: true, own: false, nets: [ADDRESS] };
  expect(misfits(group, [{ net: ADDRESS, seconds: null }]).join()).toMatch(/lets pass who is in it/);
  const plain = { ...friends, enforcement: { kind: 'unused' } as const };
  expect(
    misfits({ ...group, found: { arm: arm(plain), set: plain } }, [{ net: ADDRESS, seconds: null }]),
  ).toEqual([]);
});
