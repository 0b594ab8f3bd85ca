// A rig on the kernel: the server namespace of a test net acts, its client is banned, packets are real.

import type { BanTarget } from '../../../src/core/act.ts';
import type { Family } from '../../../src/core/address.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import type { Host } from '../../../src/host/host.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { createTestNet, type TestNet } from '../harness/netns.ts';
import type { Started, Traffic } from './contract.ts';

const PORT = 8080;
const BOUND_MS = 300;

export type NetRig = Readonly<{
  backends?: readonly Backend[];
  target(family: Family): BanTarget;
  /** What the machine has at boot: its ruleset, its daemons. Run at the start and after each reboot. */
  boot?(net: TestNet): Promise<void>;
  /** Where programs run otherwise than in the plain namespace; asked once, after the first `boot`. */
  hostOf?(net: TestNet): Host;
  /** What a reboot ends besides rules and sets (a daemon). */
  shutdown?(net: TestNet): Promise<void>;
  /** Where rules lie that `flushKernel` does not see. */
  flush?(net: TestNet): Promise<void>;
}>;

export async function startNetRig(rig: NetRig): Promise<Started> {
  const net = await createTestNet({ clients: 1 });
  try {
    const host = await createNetnsHost({ name: net.server.name });
    await net.echoServer(net.server, PORT);
    const boot = async (): Promise<void> => {
      // A namespace tracks flows only once a rule asks for their state.
      await net.trackConnections(net.server);
      await rig.boot?.(net);
    };
    await boot();
    return {
      host: rig.hostOf?.(net) ?? host,
      ...(rig.backends === undefined ? {} : { backends: rig.backends }),
      target: rig.target,
      client: (family) => (family === 4 ? net.client(0).v4 : net.client(0).v6),
      traffic: trafficOf(net),
      async reboot() {
        await rig.shutdown?.(net);
        await flushKernel(net);
        await rig.flush?.(net);
        await boot();
      },
      async stop() {
        await rig.shutdown?.(net);
        host.close();
        await net.dispose();
      },
    };
  } catch (error) {
    await net.dispose();
    throw error;
  }
}

/** Rules of nft and of iptables-nft, then the sets that nothing holds any more. */
async function flushKernel(net: TestNet): Promise<void> {
  await net.exec(net.server, ['nft', 'flush', 'ruleset']);
  await net.exec(net.server, ['ipset', 'destroy'], { anyExit: true });
}

function trafficOf(net: TestNet): Traffic {
  const to = (family: Family): string => (family === 4 ? net.server.v4 : net.server.v6);
  return {
    passes: async (family) =>
      (await net.probeTcp(net.client(0), to(family), PORT, { boundMs: BOUND_MS })) === 'open',
    async openFlow(family) {
      const flow = await net.openFlow(net.client(0), to(family), PORT);
      return { alive: (boundMs) => flow.send('alive?', boundMs), close: () => flow.close() };
    },
  };
}
