// Sets that contradict themselves, read from captured rules: Docker's shape beside sets on the input hook, and the sets of
// an sshguard for which nobody has made a rule.

import { readFileSync } from 'node:fs';
import { unixMs } from '../../../src/core/brand.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import type { Msg } from '../../../src/store/messages.ts';
import { membersOf, NOW, net, sampleOf } from '../../unit/store/rig.ts';

const capture = (name: string): string =>
  readFileSync(new URL(`../../captures/${name}`, import.meta.url), 'utf8');

const block = (name: string, family: string, count: number): string =>
  `\nName: ${name}\nType: hash:net\nRevision: 7\nHeader: family ${family} hashsize 1024 maxelem 65536 bucketsize 12 initval 0x0\n` +
  `Size in memory: 504\nReferences: 0\nNumber of entries: ${count}\nMembers:\n`;

function parsed(): readonly SetInfo[] {
  const terse = capture('ipset/7.17/docker-list-t.txt');
  const guard = block('sshguard4', 'inet', 1) + block('sshguard6', 'inet6', 0);
  const sets = ipsetBackend.parseSets([terse + guard, capture('iptables/1.8.9/docker-save.txt'), '']);
  if (!sets.ok) throw new Error(sets.problem.summary);
  return sets.value;
}

const SETS = parsed();
const inHour = unixMs(NOW + 3_600_000);

function members(set: SetInfo, ...addresses: readonly string[]) {
  const expires = set.timeouts ? inHour : Number.POSITIVE_INFINITY;
  return membersOf(
    set,
    addresses.map((address) => ({ net: net(address), expires, packets: 12 })),
  );
}

const HELD: Readonly<Record<string, readonly string[]>> = {
  blocked4: ['198.51.100.0/24'],
  'blocked-fw': ['203.0.113.40'],
  'f2b-sshd': ['203.0.113.9'],
  'f2b-web': ['192.0.2.140', '203.0.113.77'],
  sshguard4: ['198.51.100.9'],
};

export const CONTRADICTED: Msg = sampleOf(
  SETS,
  SETS.map((set) => members(set, ...(HELD[set.name] ?? []))),
);

/** Nobody is in any of them, and one of them would stop nobody. */
export const CONTRADICTED_EMPTY: Msg = sampleOf(
  SETS,
  SETS.map((set) => members(set)),
);
