// Which sources are ours: our own addresses, and the private networks that are directly attached (a gateway's LAN).
// /proc/net/fib_trie of Linux 6.18: the address above, "/32 host LOCAL" below it:
//            |-- 192.0.2.1
//               /32 host LOCAL
// /proc/net/route (hexadecimal in the byte order of the machine) and /proc/net/if_inet6 (address, index, prefix, scope, flags, name):
//   v0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
//   20010db8000100000000000000000001 02 40 00 80       v0

import { makeNet, type Net, parseNet } from '../../core/address.ts';
import { command } from '../../core/plan.ts';
import { isPrivate } from '../../core/private-nets.ts';
import type { Host } from '../../host/host.ts';
import { readText } from '../files.ts';
import { parseIfconfigNets } from './own-nets-bsd.ts';

const IFCONFIG = command(['ifconfig', '-a'], { timeoutMs: 3000 });

export async function readOwnNets(host: Host): Promise<readonly Net[]> {
  if (host.system !== undefined && host.system !== 'linux') {
    const listed = await host.run(IFCONFIG);
    return listed.ok ? parseIfconfigNets(listed.value.stdout) : [];
  }
  const [trie, route, inet6] = await Promise.all(
    ['/proc/net/fib_trie', '/proc/net/route', '/proc/net/if_inet6'].map((path) => readText(host, path)),
  );
  const found = new Map<string, Net>();
  for (const net of [
    ...(trie?.ok ? parseFibTrie(trie.value) : []),
    ...(route?.ok ? parseRoutes(route.value) : []),
    ...(inet6?.ok ? parseInet6(inet6.value) : []),
  ])
    found.set(net.text, net);
  return [...found.values()];
}

/** Own IPv4 addresses. */
export function parseFibTrie(text: string): readonly Net[] {
  const own: Net[] = [];
  for (const match of text.matchAll(/\|-- ([0-9.]{7,15})\n\s+\/32 host LOCAL/g)) {
    const parsed = parseNet(match[1] ?? '');
    if (parsed.ok) own.push(parsed.value.net);
  }
  return own;
}

/** Private IPv4 networks reached without a gateway. */
export function parseRoutes(text: string): readonly Net[] {
  const attached: Net[] = [];
  for (const line of text.split('\n').slice(1)) {
    const cells = line.trim().split(/\s+/);
    const destination = word(cells[1]);
    const gateway = word(cells[2]);
    const mask = word(cells[7]);
    if (destination === undefined || mask === undefined || gateway !== 0) continue;
    const net = makeNet(4, BigInt(destination), Math.clz32(~mask));
    if (isPrivate(net)) attached.push(net);
  }
  return attached;
}

/** Own IPv6 addresses, and the private networks that they stand in. */
export function parseInet6(text: string): readonly Net[] {
  const own: Net[] = [];
  for (const line of text.split('\n')) {
    const [address = '', , prefixText = ''] = line.trim().split(/\s+/);
    const prefix = Number.parseInt(prefixText, 16);
    if (!/^[0-9a-f]{32}$/.test(address) || !(prefix >= 0 && prefix <= 128)) continue;
    const value = BigInt(`0x${address}`);
    own.push(makeNet(6, value, 128));
    const network = makeNet(6, value, prefix);
    if (isPrivate(network)) own.push(network);
  }
  return own;
}

/** "000200C0" → 192.0.2.0: the kernel prints the network-order bytes as one little-endian number on every machine of ours. */
function word(hex: string | undefined): number | undefined {
  if (hex === undefined || !/^[0-9A-F]{8}$/i.test(hex)) return undefined;
  const bytes = hex.match(/../g) ?? [];
  return Number.parseInt(bytes.reverse().join(''), 16);
}
