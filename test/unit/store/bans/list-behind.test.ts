// A jail and the kernel's set that it fills are one ban: only of those whom the jail holds, too.

import { expect, test } from 'vitest';
import type { SetKey } from '../../../../src/core/rows.ts';
import { listHolding } from '../../../../src/store/bans/list-behind.ts';
import { membersOf, net, setOf } from '../rig.ts';

test('the list that holds an address takes it out of the set, too', () => {
  const kernel = setOf('f2b-sshd');
  const jail = setOf('sshd', {
    key: 'fail2ban:sshd' as SetKey,
    backend: 'fail2ban',
    enforcedBy: [kernel.key],
  });
  const sets = [kernel, jail];
  const members = new Map([[jail.key, membersOf(jail, [{ net: net('192.0.2.7') }])]]);
  expect(listHolding({ sets, members }, kernel, net('192.0.2.7'))).toBe(jail);
  expect(listHolding({ sets, members }, kernel, net('192.0.2.8'))).toBeUndefined();
  expect(listHolding({ sets, members }, jail, net('192.0.2.7'))).toBeUndefined();
  expect(listHolding({ sets, members: new Map() }, kernel, net('192.0.2.7'))).toBeUndefined();
});
