// Growing columns for the members of a set: typed arrays only, so that a million elements cost tens of megabytes.

import { bitsOf, type Net } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import type { Members, SetInfo } from '../core/rows.ts';
import { CommentColumn } from './comments.ts';

const FIRST_CAPACITY = 1024;
/** Distinct comments that are looked for again. */
const DISTINCT_MAX = 4096;

/** What is known of an element besides its address. `expires`: UnixMs, Infinity or NaN as in `Members`. */
export type ElementFacts = {
  expires: number;
  /** Seconds first given, 0 = none or unknown. */
  lifetime?: number;
  /** As `Members.refs`. */
  ref?: number;
  /** As `Members.since`. */
  since?: number;
  packets: number;
  bytes: number;
  comment: string;
};

export const noFacts = (): ElementFacts => ({
  expires: Number.POSITIVE_INFINITY,
  packets: Number.NaN,
  bytes: Number.NaN,
  comment: '',
});

export class MemberColumns {
  readonly #set: SetInfo;
  #length = 0;
  #capacity: number;
  #values: Uint32Array;
  #values6: BigUint64Array;
  #prefixes: Uint8Array;
  #expires: Float64Array;
  #lifetimes: Uint32Array | undefined;
  #refs: Float64Array | undefined;
  #since: Float64Array | undefined;
  #packets: Float64Array | undefined;
  #bytes: Float64Array | undefined;
  /** 1 + index into #texts, 0 = no comment. */
  #commentIds: Uint32Array | undefined;
  readonly #texts: string[] = [];
  readonly #idOfText = new Map<string, number>();

  /** `set.count`, when known, is taken as the size to reserve, so that big listings do not grow by copying. */
  constructor(set: SetInfo) {
    this.#set = set;
    const capacity = Math.min(Math.max(set.count ?? 0, FIRST_CAPACITY), 1 << 22);
    this.#capacity = capacity;
    this.#values = new Uint32Array(set.family === 4 ? capacity : 0);
    this.#values6 = new BigUint64Array(set.family === 6 ? 2 * capacity : 0);
    this.#prefixes = new Uint8Array(capacity);
    this.#expires = new Float64Array(capacity);
    if (set.backend === 'nft' && set.timeouts) this.#lifetimes = new Uint32Array(capacity);
    if (set.backend === 'crowdsec') this.#refs = new Float64Array(capacity);
    if (set.backend === 'pf') this.#since = new Float64Array(capacity);
    if (set.counters) this.#addCounters();
  }

  get length(): number {
    return this.#length;
  }

  addV4(value: number, prefix: number, facts: ElementFacts): void {
    const index = this.#place(prefix, facts);
    this.#values[index] = value;
  }

  addV6(high: bigint, low: bigint, prefix: number, facts: ElementFacts): void {
    const index = this.#place(prefix, facts);
    this.#values6[2 * index] = high;
    this.#values6[2 * index + 1] = low;
  }

  addNet(net: Net, facts: ElementFacts): void {
    if (net.family === 4) this.addV4(Number(net.value), net.prefix, facts);
    else this.addV6(net.value >> 64n, net.value & 0xffffffffffffffffn, net.prefix, facts);
  }

  finish(at: UnixMs): Members {
    const length = this.#length;
    const { key, family } = this.#set;
    return {
      set: key,
      family,
      at,
      length,
      values: trim(this.#values, family === 4 ? length : 0),
      values6: trim(this.#values6, family === 6 ? 2 * length : 0),
      prefixes: trim(this.#prefixes, length),
      expires: trim(this.#expires, length),
      ...(this.#lifetimes === undefined ? {} : { lifetimes: trim(this.#lifetimes, length) }),
      ...(this.#refs === undefined ? {} : { refs: trim(this.#refs, length) }),
      ...(this.#since === undefined ? {} : { since: trim(this.#since, length) }),
      ...(this.#packets === undefined ? {} : { packets: trim(this.#packets, length) }),
      ...(this.#bytes === undefined ? {} : { bytes: trim(this.#bytes, length) }),
      comments:
        this.#commentIds === undefined
          ? new Map()
          : new CommentColumn(trim(this.#commentIds, length), this.#texts),
    };
  }

  #place(prefix: number, facts: ElementFacts): number {
    if (this.#length === this.#capacity) this.#grow();
    const index = this.#length++;
    this.#prefixes[index] = prefix;
    this.#expires[index] = facts.expires;
    if (this.#lifetimes !== undefined) this.#lifetimes[index] = facts.lifetime ?? 0;
    if (this.#refs !== undefined) this.#refs[index] = facts.ref ?? 0;
    if (this.#since !== undefined) this.#since[index] = facts.since ?? Number.NaN;
    if (this.#packets === undefined && !Number.isNaN(facts.packets)) this.#addCounters();
    if (this.#packets !== undefined) this.#packets[index] = facts.packets;
    if (this.#bytes !== undefined) this.#bytes[index] = facts.bytes;
    if (facts.comment !== '') {
      this.#commentIds ??= new Uint32Array(this.#capacity);
      this.#commentIds[index] = this.#idOf(facts.comment);
    }
    return index;
  }

  /** The same reason stands on thousands of elements: one string for all. */
  #idOf(text: string): number {
    const known = this.#idOfText.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.push(text);
    if (this.#idOfText.size >= DISTINCT_MAX) this.#idOfText.clear();
    this.#idOfText.set(text, id);
    return id;
  }

  #addCounters(): void {
    this.#packets = new Float64Array(this.#capacity).fill(Number.NaN);
    this.#bytes = new Float64Array(this.#capacity).fill(Number.NaN);
  }

  #grow(): void {
    this.#capacity *= 2;
    const size = this.#capacity;
    if (this.#set.family === 4) this.#values = copyInto(new Uint32Array(size), this.#values);
    else this.#values6 = copyInto(new BigUint64Array(2 * size), this.#values6);
    this.#prefixes = copyInto(new Uint8Array(size), this.#prefixes);
    this.#expires = copyInto(new Float64Array(size), this.#expires);
    if (this.#lifetimes !== undefined) this.#lifetimes = copyInto(new Uint32Array(size), this.#lifetimes);
    if (this.#refs !== undefined) this.#refs = copyInto(new Float64Array(size), this.#refs);
    if (this.#since !== undefined) this.#since = copyInto(new Float64Array(size), this.#since);
    if (this.#packets !== undefined) this.#packets = copyInto(new Float64Array(size), this.#packets);
    if (this.#bytes !== undefined) this.#bytes = copyInto(new Float64Array(size), this.#bytes);
    if (this.#commentIds !== undefined) this.#commentIds = copyInto(new Uint32Array(size), this.#commentIds);
  }
}

type Column = Uint8Array | Uint32Array | Float64Array | BigUint64Array;

function copyInto<C extends Column>(target: C, source: C): C {
  if (target instanceof BigUint64Array) target.set(source as BigUint64Array);
  else target.set(source as Uint8Array);
  return target;
}

/** Exact length; a copy only when something was reserved in vain. */
function trim<C extends Column>(column: C, length: number): C {
  return column.length === length ? column : (column.slice(0, length) as C);
}

/** The fewest networks that cover an inclusive range of addresses; what "10.0.0.3-10.0.0.9" means in prefixes. */
export function rangeToPrefixes(
  family: 4 | 6,
  first: bigint,
  last: bigint,
): readonly Readonly<{ value: bigint; prefix: number }>[] {
  const bits = BigInt(bitsOf(family));
  const nets: { value: bigint; prefix: number }[] = [];
  let start = first;
  while (start <= last) {
    let hostBits = 0n;
    while (hostBits < bits) {
      const wider = hostBits + 1n;
      const size = 1n << wider;
      if (start % size !== 0n || start + size - 1n > last) break;
      hostBits = wider;
    }
    nets.push({ value: start, prefix: Number(bits - hostBits) });
    start += 1n << hostBits;
  }
  return nets;
}
