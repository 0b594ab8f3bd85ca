// CrowdSec keeps the contract: a decision through the real local API, put into the kernel by the real firewall bouncer, with
// sets of nft and with ipsets.

import { afterAll } from 'vitest';
import type { SetKey } from '../../../src/core/rows.ts';
import { crowdsecBackend } from '../../../src/firewall/crowdsec/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { type BouncerMode, CROWDSEC_TOOLS, type Crowdsec, startCrowdsec } from '../harness/crowdsec.ts';
import { contract } from './contract.ts';
import { startNetRig } from './net-rig.ts';

const TOOLS = ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack', ...CROWDSEC_TOOLS];
const KERNEL = { nftables: nftBackend, iptables: ipsetBackend };

function through(mode: BouncerMode): void {
  let server: Crowdsec | undefined;
  // Its folder, which no reboot takes away.
  afterAll(() => server?.dispose());
  contract(`CrowdSec, its bouncer with ${mode}`, TOOLS, {
    cannot: { restore: 'the local API keeps its decisions, and the bouncer asks for all of them' },
    start: () =>
      startNetRig({
        backends: [KERNEL[mode], crowdsecBackend],
        target: (family) => ({
          kind: 'set',
          set: (family === 4 ? 'crowdsec:decisions' : 'crowdsec6:decisions') as SetKey,
        }),
        async boot(net) {
          if (server === undefined) server = await startCrowdsec(net);
          else await server.startApi();
          await server.startBouncer(mode);
        },
        hostOf: () => {
          if (server === undefined) throw new Error('the server starts at boot');
          return server.host;
        },
        async shutdown() {
          await server?.stopBouncer();
          await server?.stopApi();
        },
      }),
  });
}

through('nftables');
through('iptables');
