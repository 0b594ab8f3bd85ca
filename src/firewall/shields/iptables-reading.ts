// Reads the iptables wall back: `-nvxL` of both chains in both families, and `ipset save` of the timer sets.

import { INPUT_CHAIN, RAW_CHAIN } from './iptables-rules.ts';
import { droppedOf } from './nft-reading.ts';
import type { WallReading } from './wall.ts';

type Listing = Readonly<{ hooked: boolean; id?: string; packets: ReadonlyMap<string, number> }>;

/**
 * Outputs: raw v4, raw v6, input v4, input v6, armed v4, armed v6. Both of IPv6 are empty where the kernel has none.
 * Chains without a jump to them drop nothing: such a wall has no id.
 */
export function parseIptablesWall(outputs: readonly string[]): WallReading | undefined {
  const [raw4 = '', raw6 = '', input4 = '', input6 = '', armed4 = '', armed6 = ''] = outputs;
  const first = readChain(raw4, RAW_CHAIN);
  if (first === undefined) return undefined;
  const hasV6 = raw6.trim() !== '' || input6.trim() !== '';
  const rest = [
    readChain(input4, INPUT_CHAIN),
    ...(hasV6 ? [readChain(raw6, RAW_CHAIN), readChain(input6, INPUT_CHAIN)] : []),
  ];
  const listings = [first, ...rest];
  const whole = listings.every((listing) => listing?.hooked === true);
  const count = (name: string): number =>
    listings.reduce((sum, listing) => sum + (listing?.packets.get(name) ?? 0), 0);
  return {
    ...(whole && first.id !== undefined ? { id: first.id } : {}),
    seen: count('seen'),
    armed: isArmed(armed4, 4) && (!hasV6 || isArmed(armed6, 6)),
    dropped: droppedOf(count),
  };
}

const RULE = /^\s*(\d{1,20})\s+\d{1,20}\s.*\/\* opsconsole (?:shields v1 id=([0-9a-f]{8}) )?([a-z]+) \*\//;

function readChain(text: string, chain: string): Listing | undefined {
  const lines = text.split('\n');
  const head = new RegExp(`^Chain ${chain} \\((\\d+) references\\)`);
  const start = lines.findIndex((line) => head.test(line));
  if (start < 0) return undefined;
  const packets = new Map<string, number>();
  let id: string | undefined;
  for (const line of lines.slice(start + 1)) {
    const [, counted, found, name = ''] = RULE.exec(line) ?? [];
    if (counted === undefined) continue;
    packets.set(name, (packets.get(name) ?? 0) + Number(counted));
    id ??= found;
  }
  const hooked = Number(head.exec(lines[start] ?? '')?.[1]) > 0;
  return { hooked, packets, ...(id === undefined ? {} : { id }) };
}

/** Both halves of all addresses are still in it; what has run out is not listed. */
function isArmed(saved: string, family: 4 | 6): boolean {
  const halves = family === 4 ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1'];
  return halves.every((half) => saved.includes(`\nadd oc_armed${family} ${half} timeout `));
}
