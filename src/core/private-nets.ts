// Networks that are nobody's own on the internet: our own, containers, proxies in front of us.

import { contains, makeNet, type Net, overlaps } from './address.ts';

/** RFC 1918, RFC 6598 (shared address space), RFC 4193. */
const PRIVATE: readonly Net[] = [
  makeNet(4, 0x0a000000n, 8),
  makeNet(4, 0xac100000n, 12),
  makeNet(4, 0xc0a80000n, 16),
  makeNet(4, 0x64400000n, 10),
  makeNet(6, 0xfcn << 120n, 7),
];

/** The whole of `net` lies in one of them. */
export function isPrivate(net: Net): boolean {
  return PRIVATE.some((range) => contains(range, net));
}

/** What no packet from the internet should have as its source, besides: RFC 6890, 5737, 2544, 5771, 1112. */
const RESERVED: readonly Net[] = [
  makeNet(4, 0x00000000n, 8),
  makeNet(4, 0x7f000000n, 8),
  makeNet(4, 0xa9fe0000n, 16),
  makeNet(4, 0xc0000000n, 24),
  makeNet(4, 0xc0000200n, 24),
  makeNet(4, 0xc6120000n, 15),
  makeNet(4, 0xc6336400n, 24),
  makeNet(4, 0xcb007100n, 24),
  makeNet(4, 0xe0000000n, 3),
  makeNet(6, 0x20010db8n << 96n, 32),
];
const GLOBAL6 = makeNet(6, 0x2n << 124n, 3);

/** It touches a private, reserved or documentation network: in a list of attackers it is a slip or a trap. */
export function isBogon(net: Net): boolean {
  if (net.family === 6 && !contains(GLOBAL6, net)) return true;
  return [...PRIVATE, ...RESERVED].some((range) => overlaps(range, net));
}
