// Which sources hold the most tracked flows, in one pass with bounded memory. An IPv6 source is its /64, because one
// client may use any address in it.
//   ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.20 dst=192.0.2.1 sport=43519 dport=80 src=192.0.2.1 dst=… (Linux 6.18)

import { makeNet, type Net } from '../../core/address.ts';
import { createByteLines } from '../byte-lines.ts';
import { AddressReader } from '../bytes.ts';

export type TopSource = Readonly<{ net: Net; flows: number }>;
/** `seen`: flows read, whatever their source. */
export type TopCount = Readonly<{ sources: readonly TopSource[]; seen: number }>;
export type TopSources = Readonly<{
  push(chunk: Buffer): void /** `moreThan`: only sources with more flows than that. */;
  end(moreThan?: number): TopCount;
}>;

const MARK = Buffer.from(' src=');
/** Flows from forged sources are few each: when there are this many sources, the rarest are forgotten. */
const SOURCES_MAX = 200_000;

/** `sourcesMax`: only for tests. */
export function countTopSources(sourcesMax = SOURCES_MAX): TopSources {
  const v4 = new Map<number, number>();
  const v6 = new Map<bigint, number>();
  const reader4 = new AddressReader(4, 32);
  const reader6 = new AddressReader(6, 128);
  let seen = 0;

  const readLine = (bytes: Buffer, start: number, end: number): void => {
    const mark = bytes.indexOf(MARK, start);
    if (mark < 0 || mark >= end) return;
    const at = mark + MARK.length;
    if (reader4.read(bytes, at) >= 0) add(v4, reader4.value, sourcesMax);
    else if (reader6.read(bytes, at) >= 0) add(v6, reader6.high(), sourcesMax);
    else return;
    seen++;
  };
  const lines = createByteLines(readLine);
  return {
    push: lines.push,
    end(moreThan = 0) {
      lines.end();
      const sources = [
        ...above(v4, moreThan).map(([value, flows]) => ({ net: makeNet(4, BigInt(value), 32), flows })),
        ...above(v6, moreThan).map(([high, flows]) => ({ net: makeNet(6, high << 64n, 64), flows })),
      ];
      return { sources, seen };
    },
  };
}

function above<Key>(counts: ReadonlyMap<Key, number>, least: number): readonly (readonly [Key, number])[] {
  return [...counts].filter(([, count]) => count > least);
}

function add<Key>(counts: Map<Key, number>, key: Key, max: number): void {
  const before = counts.get(key);
  if (before === undefined && counts.size >= max) forgetRare(counts, max / 2);
  counts.set(key, (before ?? 0) + 1);
}

/** Halves at least, so that a flood of new sources does not pay for this again and again. */
function forgetRare<Key>(counts: Map<Key, number>, left: number): void {
  for (let least = 1; counts.size > left; least++)
    for (const [key, count] of counts) if (count <= least) counts.delete(key);
}
