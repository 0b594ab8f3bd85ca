// What doctor says of the shields.

import { expect, test } from 'vitest';
import { readShieldsFacts, shieldsCheck } from '../../../src/cli/doctor-shields.ts';
import { problem } from '../../../src/core/problem.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';

const has =
  (...tools: readonly string[]) =>
  (tool: string): boolean =>
    tools.includes(tool);
const DOWN = { now: { kind: 'down' }, warnings: [] } as const;

test('where they can be raised it says with what, else what to install', () => {
  const check = (...tools: readonly string[]) => shieldsCheck(DOWN, { has: has(...tools), privileged: true });
  expect(check('nft')).toMatchObject({ works: true, says: 'with nft' });
  expect(check('iptables', 'ip6tables', 'ipset')).toMatchObject({ says: 'with iptables and ipset' });
  expect(check('iptables', 'ipset')).toMatchObject({ works: false, todo: 'apt install nftables' });
  expect(shieldsCheck(DOWN, { has: has('nft'), privileged: false })).toMatchObject({ works: false });
});

test('a state that cannot be read is said, with what to do', () => {
  const now = {
    kind: 'unknown',
    problem: problem('unreadable', 'corrupt', { hint: 'run revert.sh' }),
  } as const;
  expect(shieldsCheck({ now, warnings: [] }, { has: has('nft'), privileged: true })).toMatchObject({
    works: false,
    says: 'their state cannot be read: corrupt',
    todo: 'run revert.sh',
  });
});

test('reads files only, where the environment places them, and names the tools that would save them', async () => {
  const host = createFakeHost()
    .file('/tmp/x/shields/current', 'not an id')
    .file('/usr/sbin/netfilter-persistent', '');
  const facts = await readShieldsFacts(host, { OPSCONSOLE_STATE_DIR: '/tmp/x' });
  expect(facts.now.kind).toBe('unknown');
  expect(facts.warnings).toEqual([expect.stringMatching(/netfilter-persistent save/)]);
  expect(host.ran).toEqual([]);
});
