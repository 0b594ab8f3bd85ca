// What doctor says of the shields: whether they can be raised here, whether they are up, and which tools would bake them in.

import { findBakers } from '../actions/shields/bakers.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { ShieldsNow } from '../core/shields.ts';
import { readNow } from '../firewall/shields/read-now.ts';
import type { Host } from '../host/host.ts';
import type { Check } from './doctor.ts';
import type { Io } from './io.ts';
import { shieldsPlaceOn } from './shields-desk.ts';

export type ShieldsFacts = Readonly<{ now: ShieldsNow; warnings: readonly SafeText[] }>;

export async function readShieldsFacts(host: Host, env: Io['env']): Promise<ShieldsFacts> {
  const [now, bakers] = await Promise.all([readNow(host, shieldsPlaceOn(host, env)), findBakers(host)]);
  return { now, warnings: [...bakers.warnings, ...bakers.hazards] };
}

/** `why`: no firewall of this system is managed. */
type Can = Readonly<{ has: (tool: string) => boolean; privileged: boolean; why?: string | undefined }>;

export function shieldsCheck({ now }: ShieldsFacts, { has, privileged, why }: Can): Check {
  const what = 'shields';
  if (why !== undefined) return { what, works: false, says: why };
  if (now.kind === 'unknown')
    return {
      what,
      works: false,
      says: `their state cannot be read: ${now.problem.summary}`,
      todo: now.problem.hint ?? 'docs/shields.md says what lies where',
    };
  if (!privileged) return { what, works: false, says: 'no rights', todo: 'run it as root or with sudo' };
  const filter = has('nft')
    ? 'with nft'
    : has('iptables') && has('ip6tables') && has('ipset')
      ? 'with iptables and ipset'
      : has('pfctl')
        ? 'in an anchor of pf'
        : undefined;
  if (filter === undefined)
    return { what, works: false, says: 'no packet filter to raise them in', todo: 'apt install nftables' };
  return { what, works: true, says: now.kind === 'up' ? `UP now, ${filter}` : filter };
}
