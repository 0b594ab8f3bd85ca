// Reads addresses straight from bytes, for listings with a million of them. Strict as core/address where tools print
// canonical text: decimal octets, hex groups, one "::", an IPv4 tail; anything else is -1.

const DOT = 0x2e;
const COLON = 0x3a;
const SLASH = 0x2f;

/** Reuse one reader for all addresses; the fields hold the last one read. */
export class AddressReader {
  readonly family: 4 | 6;
  /** IPv4 as an unsigned integer. */
  value = 0;
  prefix: number;
  /** IPv6 groups. */
  readonly groups = new Uint16Array(8);
  readonly #hostPrefix: number;
  readonly #bits: number;

  /** `hostPrefix`: the prefix of an address without "/len". */
  constructor(family: 4 | 6, hostPrefix: number) {
    this.family = family;
    this.#bits = family === 4 ? 32 : 128;
    this.#hostPrefix = hostPrefix;
    this.prefix = hostPrefix;
  }

  /** Answers the index behind the address, or -1. */
  read(bytes: Uint8Array, start: number): number {
    this.prefix = this.#hostPrefix;
    const index = this.family === 4 ? this.#readV4(bytes, start) : this.#readV6(bytes, start);
    if (index < 0 || bytes[index] !== SLASH) return index;
    let prefix = 0;
    let end = index + 1;
    for (; end < index + 4; end++) {
      const digit = (bytes[end] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      prefix = prefix * 10 + digit;
    }
    if (end === index + 1 || prefix > this.#bits) return -1;
    this.prefix = prefix;
    return end;
  }

  high(): bigint {
    return this.#half(0);
  }

  low(): bigint {
    return this.#half(4);
  }

  #half(from: number): bigint {
    const g = this.groups;
    const upper = (g[from] ?? 0) * 0x10000 + (g[from + 1] ?? 0);
    const lower = (g[from + 2] ?? 0) * 0x10000 + (g[from + 3] ?? 0);
    return (BigInt(upper) << 32n) | BigInt(lower);
  }

  #readV4(bytes: Uint8Array, start: number): number {
    let value = 0;
    let index = start;
    for (let octets = 0; octets < 4; octets++) {
      if (octets > 0 && bytes[index++] !== DOT) return -1;
      const first = index;
      let octet = 0;
      for (; index < first + 3; index++) {
        const digit = (bytes[index] ?? 0) - 0x30;
        if (digit < 0 || digit > 9) break;
        octet = octet * 10 + digit;
      }
      if (index === first || octet > 255) return -1;
      value = value * 256 + octet;
    }
    this.value = value;
    return index;
  }

  #readV6(bytes: Uint8Array, start: number): number {
    const groups = this.groups.fill(0);
    let count = 0;
    let gap = -1;
    let index = start;
    if (bytes[index] === COLON && bytes[index + 1] === COLON) {
      gap = 0;
      index += 2;
    }
    while (count < 8) {
      const first = index;
      let group = 0;
      let digit = hexDigit(bytes[index]);
      for (; digit >= 0 && index < first + 4; digit = hexDigit(bytes[++index])) group = group * 16 + digit;
      if (index === first) break;
      if (bytes[index] === DOT) {
        const end = count <= 6 ? this.#readV4(bytes, first) : -1;
        if (end < 0) return -1;
        groups[count++] = this.value >>> 16;
        groups[count++] = this.value & 0xffff;
        index = end;
        break;
      }
      groups[count++] = group;
      if (bytes[index] !== COLON) break;
      if (bytes[index + 1] === COLON) {
        if (gap >= 0) return -1;
        gap = count;
        index += 2;
      } else if (count < 8) index++;
    }
    if (gap < 0) return count === 8 ? index : -1;
    if (count === 8) return -1;
    // What stood behind "::" moves to the end.
    groups.copyWithin(8 - (count - gap), gap, count);
    groups.fill(0, gap, 8 - (count - gap));
    return index;
  }
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  if (byte >= 0x61 && byte <= 0x66) return byte - 0x57;
  return byte >= 0x41 && byte <= 0x46 ? byte - 0x37 : -1;
}
