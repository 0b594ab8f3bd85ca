// Asks an nft set about one network: a listing takes seconds to minutes, this a millisecond or two on plain sets of any size.
//   nft -c -f -  with `create element` → "Error: Could not process rule: File exists", exit 1, or nothing    (nft 1.0.6)

import type { Net } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import type { SetInfo } from '../../core/rows.ts';
import type { Presence, Probe, ProbeAnswer } from '../backend.ts';

const TIMEOUT_MS = 5000;

/** `nft -c` runs the whole transaction in the kernel and aborts it: nothing changes. The set has a usable name. */
export function nftProbe(set: SetInfo, net: Net): Probe {
  const create = command(['nft', '-c', '-f', '-'], {
    stdin: `create element ${set.table} ${set.name} { ${net.text} }\n`,
    okExits: [1],
    privileged: true,
    timeoutMs: TIMEOUT_MS,
  });
  return { commands: [create], read: ([answer]) => (answer === undefined ? 'unknown' : readNft(answer)) };
}

function readNft(answer: ProbeAnswer): Presence {
  if (answer.exitCode === 0) return 'absent';
  return /File exists|interval overlaps/.test(`${answer.stderr}${answer.stdout}`) ? 'present' : 'unknown';
}
