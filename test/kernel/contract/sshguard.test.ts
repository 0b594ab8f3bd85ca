// The sets of a running sshguard keep the contract; they hold no times, so that a ban in them lasts until changed.

import type { SetKey } from '../../../src/core/rows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import type { TestNet } from '../harness/netns.ts';
import { contract } from './contract.ts';
import { startNetRig } from './net-rig.ts';
import { type Sshguard, startSshguard } from './sshguard-pipeline.ts';

/** test/kernel/acts/sshguard.test.ts shows it. */
const EMPTIED = 'sshguard empties its sets when it stops; what is to last belongs into our own table';

const running = new Map<TestNet, Sshguard>();

async function stop(net: TestNet): Promise<void> {
  await running.get(net)?.stop();
  running.delete(net);
}

contract('nft, the sets of sshguard', ['nft', 'conntrack', 'sshguard'], {
  endless: true,
  beside: 'beside',
  cannot: { reboot: EMPTIED },
  start: () =>
    startNetRig({
      backends: [nftBackend],
      target: (family) => {
        const table = family === 4 ? 'ip' : 'ip6';
        return { kind: 'set', set: `nft:${table} sshguard attackers` as SetKey };
      },
      boot: async (net) => {
        running.set(net, await startSshguard(net, 'sshg-fw-nft-sets'));
      },
      shutdown: stop,
    }),
});

/** sshguard makes no rule for its ipsets: these are those of its operator. */
const rules = (set: string): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m set --match-set ${set} src -j DROP\nCOMMIT\n`;

contract('ipset, the sets of sshguard', ['ipset', 'iptables', 'ip6tables', 'nft', 'conntrack', 'sshguard'], {
  endless: true,
  beside: 'beside',
  cannot: { reboot: EMPTIED },
  start: () =>
    startNetRig({
      backends: [ipsetBackend],
      target: (family) => ({ kind: 'set', set: `ipset:sshguard${family}` as SetKey }),
      boot: async (net) => {
        running.set(net, await startSshguard(net, 'sshg-fw-ipset'));
        await net.exec(net.server, ['iptables-restore'], { input: rules('sshguard4') });
        await net.exec(net.server, ['ip6tables-restore'], { input: rules('sshguard6') });
      },
      shutdown: stop,
    }),
});
