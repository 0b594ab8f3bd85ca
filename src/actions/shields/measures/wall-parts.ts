// What the measures of the packet filter share: which TCP ports are public here, and the reasons to do without.

import { problem } from '../../../core/problem.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { MeasureAt } from '../measure.ts';

/** Fails where there is no packet filter to put anything into. */
export function needWall({ variant }: MeasureAt): Result<'nft' | 'iptables'> {
  if (variant !== undefined && variant !== 'pf') return ok(variant);
  return fail(problem('missing-tool', 'no packet filter can be used here', { hint: 'install nftables' }));
}

/** The session's list, or what listens; the ssh ports are not among them. Ascending, each once. */
export function publicPorts({ settings, listening, sshPorts }: MeasureAt): readonly number[] {
  const ports = settings.ports === 'listening' ? listening : settings.ports;
  return ascending(ports.filter((port) => !sshPorts.includes(port)));
}

export function ascending(ports: readonly number[]): readonly number[] {
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** "25, 80 and 6 more". */
export function namePorts(ports: readonly number[]): string {
  const shown = ports.slice(0, 8).join(', ');
  return ports.length > 8 ? `${shown} and ${ports.length - 8} more` : shown;
}
