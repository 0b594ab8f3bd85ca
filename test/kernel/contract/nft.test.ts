// nft keeps the contract, in our own table and in sets of somebody else.

import type { SetKey } from '../../../src/core/rows.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { contract } from './contract.ts';
import { startNetRig } from './net-rig.ts';

const TOOLS = ['nft', 'conntrack'];

contract('nft, our own table', TOOLS, {
  beside: 'beside',
  start: () => startNetRig({ backends: [nftBackend], target: () => ({ kind: 'own' }) }),
});

/** As people write it: established flows are accepted first, the sets keep timeouts and comments. */
const RULESET = `table inet filter {
  set banned4 { type ipv4_addr; flags timeout; }
  set banned6 { type ipv6_addr; flags interval,timeout; }
  chain input {
    type filter hook input priority 0; policy accept;
    ct state established,related accept
    ip saddr @banned4 drop
    ip6 saddr @banned6 drop
  }
}
`;

contract('nft, sets of somebody else', TOOLS, {
  beside: 'beside',
  start: () =>
    startNetRig({
      backends: [nftBackend],
      target: (family) => ({ kind: 'set', set: `nft:inet filter banned${family}` as SetKey }),
      boot: async (net) => {
        await net.exec(net.server, ['nft', '-f', '-'], { input: RULESET });
      },
    }),
});
