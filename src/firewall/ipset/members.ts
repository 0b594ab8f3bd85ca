// The elements of one set from `ipset save NAME`, read as bytes: a million elements make no million strings.
//   create f2b-http hash:ip family inet hashsize 1024 maxelem 65536 timeout 600 counters comment bucketsize 12 initval 0xcc661e7a
//   add f2b-http 192.0.2.1 timeout 599 packets 0 bytes 0 comment "a \ b $(id) 'q'"

import { bitsOf } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Members, SetInfo } from '../../core/rows.ts';
import type { MembersParser } from '../backend.ts';
import { AddressReader } from '../bytes.ts';
import { type ElementFacts, MemberColumns, noFacts } from '../columns.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
/** Longest line that is believed; a comment has at most 255 bytes. */
const LINE_MAX = 4096;

export function createIpsetMembersParser(set: SetInfo, at: UnixMs): MembersParser {
  const columns = new MemberColumns(set);
  const reader = new LineReader(set, at, columns);
  let pending: Buffer | undefined;
  let broken = false;

  return {
    push(chunk) {
      let start = 0;
      if (pending !== undefined) {
        const end = chunk.indexOf(NEWLINE);
        pending = Buffer.concat([pending, end < 0 ? chunk : chunk.subarray(0, end + 1)]);
        if (pending.length > LINE_MAX) broken = true;
        if (end < 0 || broken) return;
        reader.readLines(pending, 0, pending.length);
        pending = undefined;
        start = end + 1;
      }
      const last = chunk.lastIndexOf(NEWLINE) + 1;
      if (last > start) reader.readLines(chunk, start, last);
      if (Math.max(last, start) < chunk.length) pending = Buffer.from(chunk.subarray(Math.max(last, start)));
    },
    end(): Result<Members> {
      const cut = pending !== undefined || broken || !reader.sawHeader;
      if (!cut && reader.unreadable === 0) return ok(columns.finish(at));
      const why = cut ? 'was cut off or is not from ipset save' : `has ${reader.unreadable} unreadable lines`;
      return fail(problem('unreadable', `the listing of ${set.key} ${why}`, { hint: 'list it again' }));
    },
  };
}

class LineReader {
  sawHeader = false;
  unreadable = 0;
  readonly #at: number;
  readonly #columns: MemberColumns;
  readonly #nameLength: number;
  readonly #address: AddressReader;
  readonly #facts: ElementFacts = noFacts();
  #exception = false;

  constructor(set: SetInfo, at: number, columns: MemberColumns) {
    this.#at = at;
    this.#columns = columns;
    this.#nameLength = Buffer.byteLength(set.name);
    // A set with a netmask prints its networks without their length.
    const mask = /netmask (\d{1,3})$/.exec(set.type)?.[1];
    this.#address = new AddressReader(set.family, mask === undefined ? bitsOf(set.family) : Number(mask));
  }

  /** `end` is just behind a newline. */
  readLines(bytes: Buffer, from: number, end: number): void {
    let start = from;
    while (start < end) {
      const first = bytes[start];
      if (first === 0x61) start = this.#readAdd(bytes, start);
      else {
        if (first === 0x63) this.sawHeader = true;
        else this.unreadable++;
        start = bytes.indexOf(NEWLINE, start) + 1;
      }
    }
  }

  /** Reads one line "add NAME ELEMENT"; answers where the next line begins. */
  #readAdd(bytes: Buffer, start: number): number {
    const address = this.#address;
    const facts = this.#facts;
    facts.expires = Number.POSITIVE_INFINITY;
    facts.packets = Number.NaN;
    facts.bytes = Number.NaN;
    facts.comment = '';
    this.#exception = false;
    let index = address.read(bytes, start + 4 + this.#nameLength + 1);
    while (index >= 0 && bytes[index] === SPACE) index = this.#readOption(bytes, index + 1);
    if (index < 0 || bytes[index] !== NEWLINE) {
      this.unreadable++;
      const next = bytes.indexOf(NEWLINE, start);
      return next < 0 ? bytes.length : next + 1;
    }
    // "nomatch" marks an exception: an address that is in no way banned.
    if (this.#exception) return index + 1;
    if (address.family === 4) this.#columns.addV4(address.value, address.prefix, facts);
    else this.#columns.addV6(address.high(), address.low(), address.prefix, facts);
    return index + 1;
  }

  /** Answers the index behind the option, -1 when it cannot be read. */
  #readOption(bytes: Buffer, start: number): number {
    switch (bytes[start]) {
      case 0x74: // timeout
        return this.#readNumber(bytes, start + 8, 't');
      case 0x70: // packets
        return this.#readNumber(bytes, start + 8, 'p');
      case 0x62: // bytes
        return this.#readNumber(bytes, start + 6, 'b');
      case 0x63: // comment "…": ipset allows no quote inside
        return this.#readComment(bytes, start + 8);
      case 0x6e: // nomatch
        this.#exception = true;
        return start + 7;
      default:
        return skipPair(bytes, start);
    }
  }

  #readNumber(bytes: Buffer, start: number, field: 't' | 'p' | 'b'): number {
    let index = start;
    let value = 0;
    for (;;) {
      const digit = (bytes[index] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      index++;
    }
    if (index === start) return -1;
    if (field === 'p') this.#facts.packets = value;
    else if (field === 'b') this.#facts.bytes = value;
    else if (value > 0) this.#facts.expires = this.#at + value * 1000;
    return index;
  }

  #readComment(bytes: Buffer, start: number): number {
    if (bytes[start] !== QUOTE) return -1;
    const end = bytes.indexOf(QUOTE, start + 1);
    if (end < 0) return -1;
    this.#facts.comment = bytes.toString('utf8', start + 1, end);
    return end + 1;
  }
}

/** skbmark, skbprio and whatever comes next: a word and its value. */
function skipPair(bytes: Buffer, start: number): number {
  let index = start;
  for (let spaces = 0; index < bytes.length; index++) {
    if (bytes[index] === NEWLINE) break;
    if (bytes[index] === SPACE && ++spaces === 2) break;
  }
  return index;
}
