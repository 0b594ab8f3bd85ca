// How many flows of the table belong to each of some networks, from the kernel's own listing, chunk by chunk.
// /proc/net/nf_conntrack (Linux 6.18) and `conntrack -L` (1.4.7) alike; the four addresses count, in this order:
//   ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.20 dst=192.0.2.1 sport=43519 dport=80 src=192.0.2.1 dst=192.0.2.20 sport=80 …
//   ipv6     10 udp      17 29 src=2001:0db8:0000:… dst=2001:0db8:… sport=1 dport=53 [UNREPLIED] src=2001:0db8:… dst=…

import { type Net, widen } from '../core/address.ts';
import { createByteLines } from './byte-lines.ts';
import { AddressReader } from './bytes.ts';

/** `flows`: each flow once. The rest: where the network was seen; the reply only where the original tuple lacks it. */
export type FlowCount = Readonly<{
  flows: number;
  source: number;
  destination: number;
  replySource: number;
  replyDestination: number;
}>;

export type FlowCounter = Readonly<{
  push(chunk: Buffer): void;
  /** By `net.text`; every network that was asked for is in it. */
  end(): ReadonlyMap<string, FlowCount>;
}>;

const SIDES = ['source', 'destination', 'replySource', 'replyDestination'] as const;
const EQUALS = 0x3d;

type Tally = { -readonly [Side in keyof FlowCount]: FlowCount[Side] } & { text: string; seenAt: number };

/** One pass, memory by the networks only. */
export function createFlowCounter(nets: readonly Net[]): FlowCounter {
  const tallies = new Map<string, Tally>();
  for (const { text } of nets) {
    tallies.set(text, {
      text,
      seenAt: -1,
      flows: 0,
      source: 0,
      destination: 0,
      replySource: 0,
      replyDestination: 0,
    });
  }
  const matcher = new Matcher(nets, tallies);
  const lines = createByteLines((bytes, start, end) => matcher.readLine(bytes, start, end));
  return {
    push: lines.push,
    end() {
      lines.end();
      return new Map([...tallies].map(([text, { text: _, seenAt: __, ...count }]) => [text, count]));
    },
  };
}

type Keys = ReadonlyMap<string | number, readonly Tally[]>;

class Matcher {
  readonly #byPrefix: Readonly<Record<4 | 6, readonly (readonly [number, Keys])[]>>;
  readonly #v4 = new AddressReader(4, 32);
  readonly #v6 = new AddressReader(6, 128);
  #line = 0;

  constructor(nets: readonly Net[], tallies: ReadonlyMap<string, Tally>) {
    this.#byPrefix = { 4: keysOf(nets, 4, tallies), 6: keysOf(nets, 6, tallies) };
  }

  readLine(bytes: Buffer, start: number, end: number): void {
    this.#line++;
    let side = 0;
    for (let at = bytes.indexOf(EQUALS, start); at >= 0 && at < end; at = bytes.indexOf(EQUALS, at + 1)) {
      if (!isAddressField(bytes, at, start)) continue;
      this.#readAddress(bytes, at + 1, side++);
      if (side === SIDES.length) return;
    }
  }

  #readAddress(bytes: Buffer, start: number, side: number): void {
    const index = this.#v4.read(bytes, start);
    if (index >= 0) this.#match(4, side);
    else if (this.#byPrefix[6].length > 0 && this.#v6.read(bytes, start) >= 0) this.#match(6, side);
  }

  #match(family: 4 | 6, side: number): void {
    for (const [prefix, keys] of this.#byPrefix[family]) {
      const key = family === 4 ? maskV4(this.#v4.value, prefix) : maskV6(this.#v6.groups, prefix);
      for (const tally of keys.get(key) ?? []) {
        const seen = tally.seenAt === this.#line;
        if (!seen) tally.flows++;
        tally.seenAt = this.#line;
        const name = SIDES[side];
        if (name === undefined || (seen && side >= 2)) continue;
        tally[name]++;
      }
    }
  }
}

/** "src=" or "dst=" right before `at`. */
function isAddressField(bytes: Buffer, at: number, start: number): boolean {
  if (at - 4 < start || bytes[at - 4] !== 0x20) return false;
  const [a, b, c] = [bytes[at - 3], bytes[at - 2], bytes[at - 1]];
  return (a === 0x73 && b === 0x72 && c === 0x63) || (a === 0x64 && b === 0x73 && c === 0x74);
}

function keysOf(
  nets: readonly Net[],
  family: 4 | 6,
  tallies: ReadonlyMap<string, Tally>,
): readonly (readonly [number, Keys])[] {
  const byPrefix = new Map<number, Map<string | number, Tally[]>>();
  for (const net of nets) {
    const tally = tallies.get(net.text);
    if (net.family !== family || tally === undefined) continue;
    const keys = byPrefix.get(net.prefix) ?? new Map<string | number, Tally[]>();
    byPrefix.set(net.prefix, keys);
    const masked = widen(net, net.prefix).value;
    const key = family === 4 ? Number(masked) : maskV6(groupsOf(masked), net.prefix);
    keys.set(key, [tally]);
  }
  return [...byPrefix];
}

function maskV4(value: number, prefix: number): number {
  return prefix === 0 ? 0 : ((value >>> (32 - prefix)) << (32 - prefix)) >>> 0;
}

function groupsOf(value: bigint): Uint16Array {
  return Uint16Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - index * 16)) & 0xffffn));
}

/** The first `prefix` bits as text. */
function maskV6(groups: Uint16Array, prefix: number): string {
  const whole = prefix >> 4;
  const rest = prefix & 15;
  let key = String.fromCharCode(...groups.subarray(0, whole));
  if (rest > 0) key += String.fromCharCode((groups[whole] ?? 0) & (0xffff << (16 - rest)));
  return key;
}
