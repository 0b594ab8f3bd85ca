// Members of a set that lie inside a network: one pass over the set, kept for as long as its listing.

import { isHost, type Net } from '../../core/address.ts';
import { findInside } from '../../core/members.ts';
import type { Members } from '../../core/rows.ts';

const cache = new WeakMap<Members, Map<string, readonly number[]>>();
const KEPT = 4;

/** Rows strictly narrower than `net`, ended ones too. */
export function rowsInside(members: Members, net: Net): readonly number[] {
  if (isHost(net) || members.family !== net.family) return [];
  const kept = cache.get(members) ?? new Map<string, readonly number[]>();
  cache.set(members, kept);
  const known = kept.get(net.text);
  if (known !== undefined) return known;
  const rows = findInside(members, net, Number.NEGATIVE_INFINITY);
  if (kept.size >= KEPT) kept.clear();
  kept.set(net.text, rows);
  return rows;
}
