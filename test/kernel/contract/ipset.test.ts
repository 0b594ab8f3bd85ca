// ipset keeps the contract, in our own sets and in sets that rules of somebody else drop.

import type { SetKey } from '../../../src/core/rows.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import type { TestNet } from '../harness/netns.ts';
import { contract } from './contract.ts';
import { startNetRig } from './net-rig.ts';

const TOOLS = ['ipset', 'iptables', 'ip6tables', 'nft', 'conntrack'];

contract('ipset, our own sets', TOOLS, {
  beside: 'beside',
  start: () => startNetRig({ backends: [ipsetBackend], target: () => ({ kind: 'own' }) }),
});

const SETS = `create banned hash:ip family inet timeout 0 comment
create banned6 hash:net family inet6 timeout 600 counters
`;

async function boot(net: TestNet): Promise<void> {
  await net.exec(net.server, ['ipset', 'restore'], { input: SETS });
  for (const [tool, set] of [
    ['iptables', 'banned'],
    ['ip6tables', 'banned6'],
  ] as const) {
    const drop = ['-A', 'INPUT', '-m', 'set', '--match-set', set, 'src', '-j', 'DROP'];
    await net.exec(net.server, [tool, '-w', '5', ...drop]);
  }
}

contract('ipset, sets of somebody else', TOOLS, {
  beside: 'beside',
  start: () =>
    startNetRig({
      backends: [ipsetBackend],
      target: (family) => ({
        kind: 'set',
        set: (family === 4 ? 'ipset:banned' : 'ipset:banned6') as SetKey,
      }),
      boot,
    }),
});
