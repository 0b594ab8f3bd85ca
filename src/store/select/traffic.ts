// Which interfaces are worth showing, and the one whose rates stand for the machine.

import type { InterfaceRate, TrafficState } from '../slices/traffic.ts';

const isLoopback = (name: string): boolean => name === 'lo' || name === 'lo0';

/** Bits that an interface carried over the history, in no particular unit: only for comparing. */
function carried(traffic: TrafficState): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const point of traffic.history)
    for (const [name, { rx, tx }] of point.rates) sums.set(name, (sums.get(name) ?? 0) + rx + tx);
  return sums;
}

/**
 * `wanted` as the session file names them, in its order; else, always without loopback, those that carried traffic
 * lately, busiest first; else those that ever did; else all.
 */
export function selectInterfaces(traffic: TrafficState, wanted: readonly string[]): readonly InterfaceRate[] {
  if (wanted.length > 0)
    return wanted.flatMap((name) => traffic.rates.find((rate) => rate.name === name) ?? []);
  const sums = carried(traffic);
  const outside = traffic.rates.filter((rate) => !isLoopback(rate.name));
  const active = outside.filter((rate) => (sums.get(rate.name) ?? 0) > 0);
  if (active.length > 0) return active.sort((a, b) => (sums.get(b.name) ?? 0) - (sums.get(a.name) ?? 0));
  const used = new Set(
    traffic.sample?.interfaces.flatMap(({ name, rxBytes, txBytes }) => (rxBytes + txBytes > 0 ? [name] : [])),
  );
  const everUsed = outside.filter(({ name }) => used.has(name));
  return everUsed.length > 0 ? everUsed : outside;
}

/** The busiest interface: a sum would count bridged and bonded packets twice. */
export function selectMainInterface(traffic: TrafficState): InterfaceRate | undefined {
  return selectInterfaces(traffic, [])[0];
}
