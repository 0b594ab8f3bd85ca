// Own addresses and private networks where there is no /proc, from `ifconfig -a`. FreeBSD 14.5, OpenBSD 7.x, macOS 15:
//	inet 192.0.2.10 netmask 0xffffff00 broadcast 192.0.2.255
//	inet6 fe80::5054:ff:fe12:3456%vtnet0 prefixlen 64 scopeid 0x1

import { makeNet, type Net, parseHost } from '../../core/address.ts';
import { isPrivate } from '../../core/private-nets.ts';

/** FreeBSD writes "netmask 0xffffff00" or, when asked so, "192.0.2.10/24". */
const INET = /^\s+inet6? ([0-9A-Fa-f.:]{2,45})(?:%\S{1,40})?(?:\/(\d{1,3}))?(?: |$)/;

export function parseIfconfigNets(text: string): readonly Net[] {
  const found: Net[] = [];
  for (const line of text.split('\n')) {
    const [, address = '', slash] = INET.exec(line) ?? [];
    const parsed = parseHost(address);
    if (!parsed.ok) continue;
    found.push(parsed.value);
    const { family, value } = parsed.value;
    const length = slash === undefined ? lengthIn(line) : Number(slash);
    if (length === undefined || length > (family === 4 ? 32 : 128)) continue;
    const network = makeNet(family, value, length);
    if (isPrivate(network)) found.push(network);
  }
  return found;
}

function lengthIn(line: string): number | undefined {
  const [, mask] = / netmask 0x([0-9a-f]{8})(?: |$)/.exec(line) ?? [];
  if (mask !== undefined) return Math.clz32(~Number.parseInt(mask, 16));
  const [, prefix] = / prefixlen (\d{1,3})(?: |$)/.exec(line) ?? [];
  return prefix === undefined ? undefined : Number(prefix);
}
