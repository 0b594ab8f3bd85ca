// Walls for the tests of their writers: whole, bare and arbitrary ones.

import fc from 'fast-check';
import type { Wall } from '../../../../src/firewall/shields/wall.ts';
import { arbitraryNet, net } from '../build.ts';

export const BARE: Wall = {
  id: '0badcafe',
  safe: [],
  sshPorts: [22],
  armedSeconds: 125,
};

export const WHOLE: Wall = {
  id: 'deadbeef',
  safe: ['10.1.0.0/16', '::1', '10.0.0.0/8', '203.0.113.5', '203.0.113.5', 'fe80::/10'].map(net),
  sshPorts: [2222, 22],
  armedSeconds: 125,
  synRate: { perSecond: 5, burst: 10 },
  connections: { max: 50, ports: [443, 80, 443] },
  listed: [80, 443],
  pinSsh: { establishedSeconds: 432_000 },
  banned: ['198.51.100.7', '2001:db8:bad::/48'].map(net),
};

const anyPort = fc.integer({ min: -1, max: 70_000 });
const anyNets = fc.array(fc.oneof(arbitraryNet(4), arbitraryNet(6)), { maxLength: 12 });
const anyRate = fc.double({ min: -5, max: 1e9 });

export const anyWall: fc.Arbitrary<Wall> = fc.record(
  {
    id: fc.stringMatching(/^[0-9a-f]{8}$/),
    safe: anyNets,
    sshPorts: fc.array(anyPort, { maxLength: 3 }),
    armedSeconds: anyRate,
    synRate: fc.record({ perSecond: anyRate, burst: anyRate }),
    connections: fc.record({ max: anyRate, ports: fc.array(anyPort, { maxLength: 20 }) }),
    listed: fc.array(anyPort, { maxLength: 40 }),
    pinSsh: fc.record({ establishedSeconds: anyRate }),
    banned: anyNets,
  },
  { requiredKeys: ['id', 'safe', 'sshPorts', 'armedSeconds'] },
);
