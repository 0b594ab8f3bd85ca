// A ban that is on a jail's list and in no set of the kernel is said once two listings say so.

import { expect, test } from 'vitest';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Members, SetInfo, SetKey } from '../../../../src/core/rows.ts';
import { MemberColumns, noFacts } from '../../../../src/firewall/columns.ts';
import { createCrossCheck } from '../../../../src/sources/bans/cross-check.ts';
import { net } from '../../../kernel/acts/kit.ts';
import { ipset } from '../../firewall/build.ts';

const KERNEL: SetInfo = { ...ipset(), key: 'ipset:f2b-web' as SetKey, name: 'f2b-web' };
const JAIL: SetInfo = {
  ...KERNEL,
  key: 'fail2ban:web' as SetKey,
  backend: 'fail2ban',
  name: 'web',
  enforcedBy: [KERNEL.key],
};

function listing(set: SetInfo, at: number, texts: readonly string[]): Members {
  const columns = new MemberColumns(set);
  for (const text of texts) columns.addNet(net(text), noFacts());
  return columns.finish(unixMs(at));
}

const says = (sets: readonly SetInfo[]): readonly string[] =>
  (sets.find(({ key }) => key === JAIL.key)?.findings ?? []).map((finding) => finding.says);

test('said when a later listing says so again, and no more once it is there', () => {
  const check = createCrossCheck();
  const sets = [JAIL, KERNEL];
  const both = ['203.0.113.1', '203.0.113.2'];
  const [first] = both;
  expect(says(check.look(sets, [listing(JAIL, 0, both)]))).toEqual([]);
  expect(says(check.look(sets, [listing(KERNEL, 1000, [first ?? ''])]))).toEqual([]);
  expect(says(check.look(sets, [listing(JAIL, 17_000, both)]))).toEqual([
    '1 banned here and in no set of the kernel: 203.0.113.2',
  ]);
  // Nothing new: still so.
  expect(says(check.look(sets, []))).toHaveLength(1);
  expect(says(check.look(sets, [listing(KERNEL, 18_000, both)]))).toEqual([]);
});

test('a set that may cover it, or was not listed, is no contradiction', () => {
  const check = createCrossCheck();
  const sets = [JAIL, KERNEL];
  for (const at of [0, 20_000, 40_000])
    expect(says(check.look(sets, [listing(JAIL, at, ['203.0.113.1'])]))).toEqual([]);
  check.look(sets, [listing(KERNEL, 50_000, ['203.0.0.0/16'])]);
  expect(says(check.look(sets, [listing(JAIL, 80_000, ['203.0.113.1'])]))).toEqual([]);
});
