// What every writer of a wall needs of its lists: nets without overlaps (interval sets refuse them), ports and numbers
// that are what they claim to be.

import { bitsOf, compareNets, contains, type Family, makeNet, type Net } from '../../core/address.ts';

/** The nets of one family in order, without those that another one holds (networks overlap only by containing). */
export function disjoint(nets: readonly Net[], family: Family): readonly Net[] {
  const kept: Net[] = [];
  for (const net of nets.filter((one) => one.family === family).sort(compareNets)) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, net)) kept.push(net);
  }
  return kept;
}

/** Both families, v4 first, in our own spelling. */
export const disjointText = (nets: readonly Net[]): readonly string[] =>
  [...disjoint(nets, 4), ...disjoint(nets, 6)].map(({ text }) => text);

/** Its first address: what a set of networks can be asked for. */
export const hostOf = (net: Net): Net => makeNet(net.family, net.value, bitsOf(net.family));

const PORT_MAX = 65_535;

/** Each port once, in order; what is no port is left out. */
export function distinctPorts(...lists: readonly (readonly number[])[]): readonly number[] {
  const ports = lists.flat().filter((port) => Number.isInteger(port) && port > 0 && port <= PORT_MAX);
  return [...new Set(ports)].sort((a, b) => a - b);
}

/** A whole number in these bounds; rates under one packet a second would drop everything. */
export function whole(value: number, least: number, most: number): number {
  if (Number.isNaN(value)) return least;
  return Math.min(most, Math.max(least, Math.ceil(value)));
}

/** Rates and bursts that both nft and xt_hashlimit (credits of 32 bits at 1/1,000,000 s) can hold. */
export const RATE_MAX = 10_000;
/** Connections of one source; beyond the 16 bits of ports there are no more. */
export const CONNECTIONS_MAX = 65_535;
/** ipset keeps milliseconds in 32 bits. */
export const TIMER_SECONDS_MAX = 2_147_483;

/** Ids are ours; another one is a bug, and must not get into a comment. */
export function checkedId(id: string): string {
  if (!/^[0-9a-f]{8}$/.test(id)) throw new Error('the id of shields is 8 hex digits');
  return id;
}
