// fail2ban keeps the contract: a real server, whose jails fill sets of nft and chains of iptables.

import type { SetKey } from '../../../src/core/rows.ts';
import { fail2banBackend } from '../../../src/firewall/fail2ban/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import {
  type Fail2ban,
  IPTABLES_ACTION,
  type JailSpec,
  NFT_ACTION,
  startFail2ban,
} from '../harness/fail2ban.ts';
import { contract, type Rig } from './contract.ts';
import { startNetRig } from './net-rig.ts';

const TOOLS = ['fail2ban-client', 'fail2ban-server', 'nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'];

function rigOf(spec: JailSpec): Rig {
  let server: Fail2ban | undefined;
  return {
    cannot: { restore: 'fail2ban keeps its bans in its database' },
    start: () =>
      startNetRig({
        backends: [nftBackend, ipsetBackend, iptablesBackend, fail2banBackend],
        target: (family) => ({
          kind: 'set',
          set: `fail2ban${family === 4 ? '' : '6'}:${spec.name}` as SetKey,
        }),
        async boot(net) {
          if (server === undefined) server = await startFail2ban(net, { jails: [spec], database: true });
          else await server.start();
        },
        hostOf() {
          if (server === undefined) throw new Error('the server did not start');
          return server.host;
        },
        shutdown: async () => server?.stop(),
      }),
  };
}

contract('fail2ban with nft', TOOLS, rigOf({ name: 'web', bantime: 1800, action: NFT_ACTION }));
contract(
  'fail2ban with iptables, for ever',
  TOOLS,
  rigOf({ name: 'old', bantime: -1, action: IPTABLES_ACTION }),
);
