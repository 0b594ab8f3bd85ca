// Opsconsole's own nft table: hosts in plain sets (adding costs 2 ms at any size), ranges in small interval sets,
// dropped before raw and conntrack, so that live flows stop too and nothing of a banned source is tracked.
// A separate table can only tighten; deleting it undoes everything.

import { isHost, type Net } from '../../core/address.ts';
import { command, type Step } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import { safe } from '../../core/sanitise.ts';
import { nftKey } from './parse.ts';

export const OWN_TABLE = 'inet opsconsole';

const HOSTS_MAX = 1_048_576;
/** A range counts twice: once for each end. */
const NETS_MAX = 131_072;

const RULES = `add table ${OWN_TABLE} { comment "opsconsole v1"; }
add set ${OWN_TABLE} ban4 { type ipv4_addr; size ${HOSTS_MAX}; flags timeout; counter; }
add set ${OWN_TABLE} ban6 { type ipv6_addr; size ${HOSTS_MAX}; flags timeout; counter; }
add set ${OWN_TABLE} net4 { type ipv4_addr; size ${NETS_MAX}; flags interval,timeout; counter; }
add set ${OWN_TABLE} net6 { type ipv6_addr; size ${NETS_MAX}; flags interval,timeout; counter; }
add chain ${OWN_TABLE} early { type filter hook prerouting priority -310; policy accept; }
flush chain ${OWN_TABLE} early
add rule ${OWN_TABLE} early iifname "lo" accept
add rule ${OWN_TABLE} early ip saddr @ban4 counter drop
add rule ${OWN_TABLE} early ip saddr @net4 counter drop
add rule ${OWN_TABLE} early ip6 saddr @ban6 counter drop
add rule ${OWN_TABLE} early ip6 saddr @net6 counter drop
`;

const REMOVE = `add table ${OWN_TABLE}
delete table ${OWN_TABLE}
`;

function ownSet(name: string, family: 4 | 6, holdsNets: boolean): SetInfo {
  return {
    key: nftKey(OWN_TABLE, name),
    backend: 'nft',
    table: OWN_TABLE,
    name,
    family,
    type: family === 4 ? 'ipv4_addr' : 'ipv6_addr',
    holdsNets,
    timeouts: true,
    counters: true,
    comments: true,
    max: holdsNets ? NETS_MAX : HOSTS_MAX,
    owner: 'opsconsole',
    enforcement: { kind: 'unknown', why: safe('not read back yet') },
    twin: nftKey(OWN_TABLE, name.replace(family === 4 ? '4' : '6', family === 4 ? '6' : '4')),
  };
}

const BAN4 = ownSet('ban4', 4, false);
const BAN6 = ownSet('ban6', 6, false);
const NET4 = ownSet('net4', 4, true);
const NET6 = ownSet('net6', 6, true);
const OWN_SETS = [BAN4, BAN6, NET4, NET6];

export function nftOwnSetFor(net: Net): SetInfo {
  if (net.family === 4) return isHost(net) ? BAN4 : NET4;
  return isHost(net) ? BAN6 : NET6;
}

/** Nothing when all four sets are there and dropped; else the whole table in one transaction, safe to run again. */
export function ensureNftOwn(existing: readonly SetInfo[]): readonly Step[] {
  const whole = OWN_SETS.every((own) =>
    existing.some((set) => set.key === own.key && set.enforcement.kind === 'dropped'),
  );
  if (whole) return [];
  return [
    {
      command: command(['nft', '-f', '-'], { stdin: RULES, privileged: true }),
      shown: [
        safe('nft: create table inet opsconsole (sets ban4 ban6 net4 net6),'),
        safe('     dropping their members at prerouting, before raw and conntrack'),
      ],
    },
  ];
}

/** Works whether the table is there or not. */
export function removeNftOwn(existing: readonly SetInfo[]): readonly Step[] {
  if (!existing.some((set) => set.backend === 'nft' && set.table === OWN_TABLE)) return [];
  return [
    {
      command: command(['nft', '-f', '-'], { stdin: REMOVE, privileged: true }),
      shown: [safe('nft delete table inet opsconsole')],
    },
  ];
}
