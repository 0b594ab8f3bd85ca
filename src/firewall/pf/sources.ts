// pf's source tracking, from `pfctl -s Sources`, also with -v (FreeBSD 13 to 15, OpenBSD 7.x).
//   198.51.100.200 -> 0.0.0.0 ( states 1, connections 1, rate 1.4/30s )                       (FreeBSD)
//   198.51.100.200 ( states 1, connections 1, rate 1.4/30s )                                  (OpenBSD)
//      age 00:00:33, 19 pkts, 10200 bytes, filter rule 10, limit source-track

import { type Net, parseHost } from '../../core/address.ts';

export type PfSource = Readonly<{
  net: Net;
  states: number;
  connections: number;
  /** -v. */
  rule?: number;
}>;

const SOURCE =
  /^(\S{2,64})(?: -> \S{1,64}| [a-z]+-to \S{1,64})? \( states (\d{1,10}), connections (\d{1,10}), rate [\d.]{1,20}\/\d{1,10}s \)$/;

/** `unreadable`: lines that were not understood. */
export function parsePfSources(text: string): Readonly<{ sources: readonly PfSource[]; unreadable: number }> {
  const sources: PfSource[] = [];
  let unreadable = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('   ')) {
      const rule = /[, ]rule (\d{1,10})(?:,|$)/.exec(line)?.[1];
      const last = sources.pop();
      if (last !== undefined) sources.push(rule === undefined ? last : { ...last, rule: Number(rule) });
      continue;
    }
    const [, address = '', states, connections] = SOURCE.exec(line) ?? [];
    const parsed = parseHost(address.replace(/%.*$/, ''));
    if (parsed.ok)
      sources.push({ net: parsed.value, states: Number(states), connections: Number(connections) });
    else unreadable++;
  }
  return { sources, unreadable };
}
