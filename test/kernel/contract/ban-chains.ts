// A rig with the chains of a ban script: IP4BAN and IP6BAN, each reached from INPUT and full of others already.

import type { SetKey } from '../../../src/core/rows.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import type { Rig } from './contract.ts';
import { startNetRig } from './net-rig.ts';

export type BanChainRig = Readonly<{
  restore(tool: 'iptables' | 'ip6tables'): string;
  /** As the keys of its sets name it. */
  table: string;
}>;

const FAMILIES = [
  { tool: 'iptables', chain: 'IP4BAN', other: '198.51.100.9/32' },
  { tool: 'ip6tables', chain: 'IP6BAN', other: '2001:db8:f::/48' },
] as const;

function ruleset(chain: string, other: string): string {
  return `*filter
:INPUT ACCEPT [0:0]
:${chain} - [0:0]
-A INPUT -j ${chain}
-A ${chain} -s ${other} -m comment --comment "of before" -j DROP
-A ${chain} -j RETURN
COMMIT
`;
}

export function banChainRig({ restore, table }: BanChainRig): Rig {
  return {
    start: () =>
      startNetRig({
        backends: [iptablesBackend],
        target: (family) => {
          const key = family === 4 ? `iptables:${table} IP4BAN` : `iptables6:${table} IP6BAN`;
          return { kind: 'set', set: key as SetKey };
        },
        // A restore without --noflush empties the tables first: what legacy tables held is gone, as after a reboot.
        async boot(net) {
          for (const { tool, chain, other } of FAMILIES)
            await net.exec(net.server, [restore(tool), '-w', '5'], { input: ruleset(chain, other) });
        },
      }),
  };
}
