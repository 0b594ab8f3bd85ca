// Reads what the machine says of its own network: its addresses, gateways, resolvers, and who is logged in.
//   fib_trie:  |-- 192.0.2.2        (next line)  /32 host LOCAL            (Linux 2.6.13 and later)
//   route:     eth0  00000000  010200C0  0003 …  destination and gateway in the machine's byte order

import { makeNet, type Net, parseHost } from '../../core/address.ts';
import { hexAddress, plainHexAddress } from './sockets.ts';

export type Named = Readonly<{ net: Net; kind: string }>;

/** Own IPv4 addresses and the broadcast addresses of the links, from /proc/net/fib_trie. */
export function parseFibTrie(text: string): readonly Named[] {
  const found = new Map<string, Named>();
  let address = '';
  for (const line of text.split('\n')) {
    const leaf = line.indexOf('|-- ');
    if (leaf >= 0) {
      address = line.slice(leaf + 4).trim();
      continue;
    }
    const match = /\/32 (?:host|link|universe) (LOCAL|BROADCAST)\s*$/.exec(line);
    if (match === null) continue;
    const host = parseHost(address);
    if (!host.ok) continue;
    const kind = match[1] === 'LOCAL' ? 'an address of this machine' : 'a broadcast address of this network';
    found.set(host.value.text, { net: host.value, kind });
  }
  return [...found.values()];
}

/** Own IPv6 addresses, from /proc/net/if_inet6: "fe80…01 02 40 20 80 eth0". */
export function parseIfInet6(text: string): readonly Named[] {
  const found: Named[] = [];
  for (const line of text.split('\n')) {
    const net = plainHexAddress(line.slice(0, line.indexOf(' ')));
    if (net !== undefined) found.push({ net, kind: 'an address of this machine' });
  }
  return found;
}

const ROUTE_GATEWAY = 0x2; // RTF_GATEWAY, linux/route.h

/** Gateways from /proc/net/route. */
export function parseRoute(text: string): readonly Named[] {
  const found = new Map<string, Named>();
  for (const line of text.split('\n').slice(1)) {
    const [, destination, gateway, flags, , , , mask] = line.split('\t').map((field) => field.trim());
    if (destination === undefined || gateway === undefined || flags === undefined) continue;
    if ((Number.parseInt(flags, 16) & ROUTE_GATEWAY) === 0) continue;
    const net = hexAddress(gateway);
    if (net === undefined || net.value === 0n) continue;
    const isDefault = destination === '00000000' && mask === '00000000';
    if (isDefault || !found.has(net.text))
      found.set(net.text, { net, kind: isDefault ? 'the default gateway' : 'a gateway' });
  }
  return [...found.values()];
}

/** Gateways from /proc/net/ipv6_route: destination, length, source, length, next hop, metric, counts, flags, device. */
export function parseIpv6Route(text: string): readonly Named[] {
  const found = new Map<string, Named>();
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [destination, length, , , nextHop] = fields;
    if (destination === undefined || nextHop === undefined || fields.length < 10) continue;
    if ((Number.parseInt(fields[8] ?? '0', 16) & ROUTE_GATEWAY) === 0) continue;
    const net = plainHexAddress(nextHop);
    if (net === undefined || net.value === 0n) continue;
    const isDefault = /^0+$/.test(destination) && length === '00';
    if (isDefault || !found.has(net.text))
      found.set(net.text, { net, kind: isDefault ? 'the default gateway' : 'a gateway' });
  }
  return [...found.values()];
}

/** `nameserver` lines of resolv.conf(5); a zone id ("fe80::1%eth0") is dropped. */
export function parseResolvers(text: string): readonly Named[] {
  const found: Named[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*nameserver\s+([^\s%#;]+)/.exec(line);
    const host = match?.[1] === undefined ? undefined : parseHost(match[1]);
    if (host?.ok === true) found.push({ net: host.value, kind: 'a name server of this machine' });
  }
  return found;
}

const UTMP_RECORD = 384; // struct utmp on 64-bit Linux, utmp(5)
const USER_PROCESS = 7;

/** Remote addresses of logged-in users in /run/utmp: the only trace that mosh leaves. */
export function parseUtmp(bytes: Buffer): readonly Named[] {
  const found: Named[] = [];
  for (let at = 0; at + UTMP_RECORD <= bytes.length; at += UTMP_RECORD) {
    if (bytes.readInt16LE(at) !== USER_PROCESS) continue;
    const address = bytes.subarray(at + 348, at + 364);
    const net = address.subarray(4).every((byte) => byte === 0)
      ? makeNet(4, BigInt(address.readUInt32BE(0)), 32)
      : plainHexAddress(address.toString('hex'));
    if (net === undefined || net.value === 0n) continue;
    const user = bytes
      .subarray(at + 44, at + 76)
      .toString('latin1')
      .replace(/\0.*$/s, '');
    found.push({ net, kind: `login of ${user} (utmp)` });
  }
  return found;
}

const PORT_LINE = /^\s*Port[\s=]+(\d{1,5})\s*$/gim;
const LISTEN_LINE = /^\s*ListenAddress[\s=]+(?:\[[^\]]*\]|[^\s:]+):(\d{1,5})\s*$/gim;

/** Ports that sshd_config(5) names; empty when it names none (sshd then uses 22). */
export function sshdConfigPorts(text: string): readonly number[] {
  const ports = [...text.matchAll(PORT_LINE), ...text.matchAll(LISTEN_LINE)].map((match) => Number(match[1]));
  return ports.filter((port) => port > 0 && port < 65536);
}
