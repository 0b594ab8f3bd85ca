// The shields of the host as any reader sees them: small files, and the counters of the packet filter only while they
// are up. Looked at more often then, because a clock runs and somebody else may take them down.

import type { UnixMs } from '../../core/brand.ts';
import { ok } from '../../core/result.ts';
import type { ShieldsNow, ShieldsPlace } from '../../core/shields.ts';
import { readNow } from '../../firewall/shields/read-now.ts';
import type { PollSource } from '../source.ts';

/** `at`: when the reading began. */
export type ShieldsSample = Readonly<{ now: ShieldsNow; at: UnixMs }>;

const UP_MS = 1000;
const DOWN_MS = 2000;

/** `downMs`: how often while they are down. */
export function shieldsSource(place: ShieldsPlace, downMs = DOWN_MS): PollSource<ShieldsSample> {
  let everyMs = downMs;
  // What lowering did is worth reading once: when they have come down, or at the start.
  let last = true;
  return {
    kind: 'poll',
    id: 'shields',
    get everyMs() {
      return everyMs;
    },
    async read(host) {
      const at = host.now();
      const now = await readNow(host, place, { wall: host.privileged, last });
      last = now.kind === 'up';
      everyMs = now.kind === 'up' ? UP_MS : downMs;
      return ok({ now, at });
    },
  };
}
