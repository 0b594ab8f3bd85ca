// Networks that are nobody's own on the internet: our own, containers, proxies in front of us.

import { contains, makeNet, type Net } from './address.ts';

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
