// Makers of nets, sets and captured text for the firewall tests.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { makeNet, type Net, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { memberNet } from '../../../src/core/members.ts';
import type { Members, SetInfo, SetKey } from '../../../src/core/rows.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import type { MembersParser } from '../../../src/firewall/backend.ts';

export const AT = unixMs(1_800_000_000_000);

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

export function capture(path: string): Buffer {
  return readFileSync(new URL(`../../captures/${path}`, import.meta.url));
}

export function nftSet(extra: Partial<SetInfo> = {}): SetInfo {
  return {
    key: 'nft:inet t s' as SetKey,
    backend: 'nft',
    table: 'inet t',
    name: 's',
    family: 4,
    type: 'ipv4_addr',
    holdsNets: true,
    timeouts: true,
    counters: false,
    comments: true,
    owner: 'unknown',
    enforcement: { kind: 'unknown', why: sanitise('test') },
    ...extra,
  };
}

export function ipset(extra: Partial<SetInfo> = {}): SetInfo {
  return {
    ...nftSet(),
    key: 'ipset:s' as SetKey,
    backend: 'ipset',
    type: 'hash:net',
    counters: true,
    ...extra,
  };
}

/** Pushes `bytes` in pieces of the given sizes, round and round. */
export function pushIn(parser: MembersParser, bytes: Buffer, sizes: readonly number[]): void {
  let start = 0;
  for (let turn = 0; start < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % Math.max(1, sizes.length)] ?? bytes.length);
    parser.push(bytes.subarray(start, start + size));
    start += size;
  }
}

export type PlainRow = Readonly<{
  net: string;
  expires: number;
  packets?: number;
  bytes?: number;
  comment?: string;
}>;

export function plainRows(members: Members): readonly PlainRow[] {
  return Array.from({ length: members.length }, (_, index) => {
    const comment = members.comments.get(index);
    const packets = members.packets?.[index];
    const bytes = members.bytes?.[index];
    return {
      net: memberNet(members, index).text,
      expires: members.expires[index] ?? Number.NaN,
      ...(packets === undefined || Number.isNaN(packets) ? {} : { packets }),
      ...(bytes === undefined || Number.isNaN(bytes) ? {} : { bytes }),
      ...(comment === undefined ? {} : { comment }),
    };
  });
}

export function arbitraryNet(family: 4 | 6): fc.Arbitrary<Net> {
  const bits = family === 4 ? 32 : 128;
  return fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }), fc.integer({ min: 1, max: bits }))
    .map(([value, prefix]) => makeNet(family, value, prefix));
}
