// Asks one set about one network without listing it: a listing of a large nft set takes seconds to minutes, these answer
// in a millisecond or two on plain sets of any size.
//   ipset test f2b-http 192.0.2.1   → "192.0.2.1 is in set f2b-http." or "… is NOT in set …", exit 0 or 1   (ipset 7.17)
//   nft -c -f -  with `create element` → "Error: Could not process rule: File exists", exit 1, or nothing         (nft 1.0.6)

import { isHost, makeNet, type Net } from '../core/address.ts';
import { type Command, command } from '../core/plan.ts';
import type { SetInfo } from '../core/rows.ts';
import { isUsableName } from '../firewall/hold.ts';
import type { Finished, Host } from '../host/host.ts';

/** `present`: equal, inside a wider element, or (nft intervals) overlapping one. `unknown`: only a listing can tell. */
export type Presence = 'present' | 'absent' | 'unknown';

const PROBE_TIMEOUT_MS = 5000;

export async function probe(host: Host, set: SetInfo, net: Net, signal?: AbortSignal): Promise<Presence> {
  if (!isUsableName(set)) return 'unknown';
  if (set.backend === 'nft') return ask(host, createInCheckMode(set, net), readNft, signal);
  if (set.backend !== 'ipset') return 'unknown';
  if (isHost(net)) return ask(host, ipsetTest(set, net.text), readIpset, signal);
  // A network is tested as an exact element only; whether a wider one covers it shows on its first address.
  const first = makeNet(net.family, net.value, net.family === 4 ? 32 : 128);
  const answers = await Promise.all([
    ask(host, ipsetTest(set, net.text), readIpset, signal),
    ask(host, ipsetTest(set, first.text), readIpset, signal),
  ]);
  if (answers.includes('present')) return 'present';
  return answers.includes('unknown') ? 'unknown' : 'absent';
}

/** `nft -c` runs the whole transaction in the kernel and aborts it: nothing changes. */
export function createInCheckMode(set: SetInfo, net: Net): Command {
  return command(['nft', '-c', '-f', '-'], {
    stdin: `create element ${set.table} ${set.name} { ${net.text} }\n`,
    okExits: [1],
    privileged: true,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
}

export function ipsetTest(set: SetInfo, text: string): Command {
  return command(['ipset', 'test', set.name, text], {
    okExits: [1],
    privileged: true,
    timeoutMs: PROBE_TIMEOUT_MS,
  });
}

export function readNft(finished: Finished): Presence {
  if (finished.exitCode === 0) return 'absent';
  return /File exists|interval overlaps/.test(`${finished.stderr}${finished.stdout}`) ? 'present' : 'unknown';
}

export function readIpset(finished: Finished): Presence {
  if (/is NOT in set/.test(finished.stderr)) return 'absent';
  return finished.exitCode === 0 ? 'present' : 'unknown';
}

async function ask(
  host: Host,
  one: Command,
  read: (finished: Finished) => Presence,
  signal?: AbortSignal,
): Promise<Presence> {
  const finished = await host.run(one, signal);
  return finished.ok ? read(finished.value) : 'unknown';
}
