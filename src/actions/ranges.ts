// Overlap questions over many networks at once: sorted ranges and a binary search instead of every pair.

import { bitsOf, compareNets, contains, type Net } from '../core/address.ts';

export type RangeIndex<T> = Readonly<{
  /** Everything that shares an address with `net`. */
  overlapping(net: Net): readonly T[];
}>;

type Entry<T> = Readonly<{ net: Net; first: bigint; last: bigint; item: T }>;

export function lastOf(net: Net): bigint {
  return net.value | ((1n << BigInt(bitsOf(net.family) - net.prefix)) - 1n);
}

/** Networks nest or are disjoint: what overlaps `net` is either inside it (a run of the sorted list) or one of its parents. */
export function rangeIndex<T>(items: readonly T[], netOf: (item: T) => Net): RangeIndex<T> {
  const sorted: readonly Entry<T>[] = items
    .map((item) => ({ net: netOf(item), first: netOf(item).value, last: lastOf(netOf(item)), item }))
    .sort((a, b) => compareNets(a.net, b.net));
  const parents = parentsOf(sorted);
  return {
    overlapping(net) {
      const last = lastOf(net);
      const start = firstAtOrAfter(sorted, net);
      const found: T[] = [];
      for (let at = start; at < sorted.length; at++) {
        const entry = sorted[at];
        if (entry === undefined || entry.net.family !== net.family || entry.first > last) break;
        found.push(entry.item);
      }
      for (let at = start - 1; at >= 0; ) {
        const entry = sorted[at];
        if (entry === undefined || entry.net.family !== net.family) break;
        if (entry.last >= net.value) found.push(entry.item);
        at = parents[at] ?? -1;
      }
      return found;
    },
  };
}

/** For each entry the index of the nearest earlier entry that holds it, or -1. */
function parentsOf<T>(sorted: readonly Entry<T>[]): readonly number[] {
  const parents: number[] = [];
  const open: number[] = [];
  for (const [at, entry] of sorted.entries()) {
    while (open.length > 0) {
      const top = sorted[open.at(-1) ?? 0];
      if (top !== undefined && contains(top.net, entry.net)) break;
      open.pop();
    }
    parents.push(open.at(-1) ?? -1);
    open.push(at);
  }
  return parents;
}

function firstAtOrAfter<T>(sorted: readonly Entry<T>[], net: Net): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = sorted[middle];
    const before =
      entry !== undefined &&
      (entry.net.family < net.family || (entry.net.family === net.family && entry.first < net.value));
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Drops duplicates and networks that lie inside another one of the list; sorted. */
export function outermost(nets: readonly Net[]): readonly Net[] {
  const kept: Net[] = [];
  for (const net of [...nets].sort(compareNets)) {
    const last = kept.at(-1);
    if (last === undefined || !contains(last, net)) kept.push(net);
  }
  return kept;
}
