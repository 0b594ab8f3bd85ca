// One streaming pass over the flow table, byte by byte, with no string per flow.
// /proc/net/nf_conntrack of Linux 6.18 (and `conntrack -L -o extended` of conntrack-tools 1.4.7, with or without the family words):
//   ipv4     2 tcp      6 431999 ESTABLISHED src=192.0.2.20 dst=192.0.2.1 sport=43519 dport=80 packets=5 bytes=368 src=192.0.2.1 dst=… packets=3 bytes=3224 [ASSURED] mark=0 zone=0 use=2
//   ipv6     10 icmpv6   58 29 src=2001:0db8:0001:0000:0000:0000:0000:0001 dst=… type=128 code=0 id=77 [UNREPLIED] src=… mark=0 zone=0 use=2
// The timeout and the state word are absent on offloaded flows; packets= and bytes= on flows that began without accounting.

import type { StateCount } from '../../core/rows.ts';
import { AddressTable, NO_BYTES, PairCounts } from './address-table.ts';
import { afterWord, numberAt, readAddress, startsWith, wordEnd } from './bytes.ts';

const NEWLINE = 10;
const SPACE = 32;
const BRACKET = 91;
const NOTHING = Buffer.alloc(0);
/** A line longer than this is not one of the kernel's: it is skipped and counted as unreadable. */
const LINE_MAX = 4096;
const WORD_BYTES = Buffer.from(' bytes=');

/** IANA protocol numbers that conntrack tracks; others are named by number. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  6: 'tcp',
  17: 'udp',
  33: 'dccp',
  41: 'ipv6',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'icmpv6',
  132: 'sctp',
  136: 'udplite',
};

export function protocolName(number: number): string {
  return PROTOCOLS[number] ?? `protocol ${number}`;
}

/** Names to codes below 64, learned as they appear; what does not fit any more is `other`. */
export class Names {
  readonly names: string[] = ['other'];
  codeOf(name: string): number {
    const known = this.names.indexOf(name);
    if (known >= 0) return known;
    if (this.names.length >= 64) return 0;
    return this.names.push(name) - 1;
  }
}

export class FlowParser {
  total = 0;
  unreadable = 0;
  readonly sources: AddressTable;
  readonly pairs: PairCounts;
  /** Count per protocol number × 64 + code of `splits`. */
  readonly states = new Uint32Array(256 * 64);
  /** Names of the states of `pairs`: TCP states, or the protocol in capitals. */
  readonly #sourceStates = new Names();
  readonly #splits = new Names();
  readonly #codeOfWord = new Map<number, number>();
  readonly #splitCodes = new Int16Array(64).fill(-1);
  readonly #codeOfProtocol = new Int16Array(256).fill(-1);
  readonly #key = new Uint32Array(4);
  #carry: Buffer = NOTHING;
  #skipping = false;
  readonly #unreplied = this.#splits.codeOf('unreplied');
  readonly #replied = this.#splits.codeOf('replied');
  readonly #assured = this.#splits.codeOf('assured');
  readonly #offloaded = this.#splits.codeOf('offloaded');

  constructor(seed: number) {
    this.sources = new AddressTable(seed);
    this.pairs = new PairCounts(seed);
  }

  get sourceStateNames(): readonly string[] {
    return this.#sourceStates.names;
  }

  stateCounts(): readonly StateCount[] {
    const found: StateCount[] = [];
    // By number, not by entries(): that would make an array for each of the thousands of counters.
    for (let index = 0; index < this.states.length; index++) {
      const count = this.states[index] ?? 0;
      if (count === 0) continue;
      const state = this.#splits.names[index % 64] ?? 'other';
      found.push({ protocol: protocolName(Math.floor(index / 64)), state, count });
    }
    return found;
  }

  /** Takes the next bytes of the table; lines may straddle chunks. */
  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const stop = bytes.lastIndexOf(NEWLINE) + 1;
    if (stop === 0) {
      this.#keep(bytes);
      return;
    }
    let at = 0;
    if (this.#carry.length > 0 || this.#skipping) {
      at = bytes.indexOf(NEWLINE) + 1;
      if (!this.#skipping) this.#line(Buffer.concat([this.#carry, bytes.subarray(0, at)]), 0);
      this.#skipping = false;
      this.#carry = NOTHING;
    }
    while (at < stop) at = this.#line(bytes, at);
    if (stop < bytes.length) this.#keep(bytes.subarray(stop));
  }

  /** The last line, when it did not end in a newline (a table that was cut off in the middle of a line). */
  end(): void {
    if (this.#carry.length > 0) this.#line(Buffer.concat([this.#carry, Buffer.of(NEWLINE)]), 0);
    this.#carry = NOTHING;
    this.#skipping = false;
  }

  #keep(rest: Buffer): void {
    if (this.#skipping) return;
    if (this.#carry.length + rest.length > LINE_MAX) {
      this.#skipping = true;
      this.unreadable++;
      this.#carry = NOTHING;
      return;
    }
    this.#carry = Buffer.concat([this.#carry, rest]);
  }

  /** Reads the line at `start`, which does end in a newline; answers where the next one starts. */
  #line(bytes: Buffer, start: number): number {
    if (bytes[start] === NEWLINE) return start + 1;
    let at = start;
    // "ipv4     2 " and "ipv6     10 " carry nothing that the address itself does not say.
    if (bytes[at] === 105 && bytes[at + 1] === 112 && bytes[at + 2] === 118)
      at = afterWord(bytes, afterWord(bytes, at));
    at = afterWord(bytes, at);
    const protocol = numberAt(bytes, at);
    if (protocol < 0 || protocol > 255) return this.#bad(bytes, at);
    at = afterWord(bytes, at);
    if (numberAt(bytes, at) >= 0) at = afterWord(bytes, at);
    let state = -1;
    const first = bytes[at] ?? 0;
    if (first >= 65 && first <= 90) {
      state = this.#wordCode(bytes, at);
      at = afterWord(bytes, at);
    }
    if (bytes[at] !== 115 || bytes[at + 1] !== 114 || bytes[at + 2] !== 99 || bytes[at + 3] !== 61)
      return this.#bad(bytes, at);
    const stop = wordEnd(bytes, at + 4);
    const family = readAddress(bytes, at + 4, stop, this.#key);
    if (family === 0) return this.#bad(bytes, at);
    const row = this.sources.rowOf(family, this.#key);
    const code = state >= 0 ? state : this.#protocolCode(protocol);
    this.total++;
    this.sources.flows[row] = (this.sources.flows[row] ?? 0) + 1;
    if (!this.sources.isMainState(row, code)) this.pairs.add(row, code, 1);
    return this.#tail(bytes, stop, { protocol, state, row });
  }

  #bad(bytes: Buffer, at: number): number {
    this.unreadable++;
    return bytes.indexOf(NEWLINE, at) + 1;
  }

  /** Flags and byte counts behind the source address; answers where the next line starts. */
  #tail(
    bytes: Buffer,
    start: number,
    { protocol, state, row }: Readonly<{ protocol: number; state: number; row: number }>,
  ): number {
    let split = state < 0 ? -1 : this.#splitOfState(state);
    let octets = NO_BYTES;
    let at = start;
    for (let byte = bytes[at]; byte !== NEWLINE; byte = bytes[++at]) {
      if (byte === BRACKET) {
        // [UNREPLIED], [ASSURED], [OFFLOAD] or [HW_OFFLOAD]
        const flag = bytes[at + 1];
        if (split < 0) split = flag === 85 ? this.#unreplied : flag === 65 ? this.#assured : this.#offloaded;
      } else if (byte === SPACE) {
        const next = bytes[at + 1];
        if (next === 98 && startsWith(bytes, at, WORD_BYTES)) {
          const value = numberAt(bytes, at + WORD_BYTES.length);
          if (value >= 0) octets = (octets === NO_BYTES ? 0 : octets) + value;
        } else if (next === 115 && bytes[at + 2] === 114 && octets === NO_BYTES && split >= 0) {
          // The reply's " src=": without a count before it none follows, and the state is known.
          at = bytes.indexOf(NEWLINE, at);
          break;
        }
      }
    }
    const index = protocol * 64 + (split < 0 ? this.#replied : split);
    this.states[index] = (this.states[index] ?? 0) + 1;
    if (octets !== NO_BYTES) {
      const before = this.sources.bytes[row] ?? NO_BYTES;
      this.sources.bytes[row] = (before === NO_BYTES ? 0 : before) + octets;
    }
    return at + 1;
  }

  /** The code in `splits` of a state word known by its code in `sourceStates`. */
  #splitOfState(state: number): number {
    const known = this.#splitCodes[state] ?? -1;
    if (known >= 0) return known;
    const code = this.#splits.codeOf(this.#sourceStates.names[state] ?? 'other');
    this.#splitCodes[state] = code;
    return code;
  }

  #protocolCode(protocol: number): number {
    const known = this.#codeOfProtocol[protocol] ?? -1;
    if (known >= 0) return known;
    const code = this.#sourceStates.codeOf(protocolName(protocol).toUpperCase());
    this.#codeOfProtocol[protocol] = code;
    return code;
  }

  /** Code of a state word; FNV-1a of its bytes finds it again without making a string. */
  #wordCode(bytes: Buffer, start: number): number {
    let hash = 0x811c9dc5;
    let at = start;
    for (; bytes[at] !== SPACE && bytes[at] !== NEWLINE; at++)
      hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    const known = this.#codeOfWord.get(hash);
    if (known !== undefined) return known;
    const word = bytes.toString('latin1', start, Math.min(at, start + 24));
    const code = /^[A-Z0-9_]+$/.test(word) ? this.#sourceStates.codeOf(word) : 0;
    if (this.#codeOfWord.size < 256) this.#codeOfWord.set(hash, code);
    return code;
  }
}
