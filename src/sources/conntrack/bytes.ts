// Words, numbers and addresses read straight from bytes, the addresses as strict as core/address: the flow table is too
// long to make a string per line. A line always ends in a newline, so that no reader needs to know where it ends.

import { parseHost } from '../../core/address.ts';

const NEWLINE = 10;
const SPACE = 32;
const DOT = 46;
const COLON = 58;

/** End of the word at `start`: the next space or the end of the line. */
export function wordEnd(bytes: Buffer, start: number): number {
  let at = start;
  while (bytes[at] !== SPACE && bytes[at] !== NEWLINE) at++;
  return at;
}

/** First byte of the next word, or the end of the line. */
export function afterWord(bytes: Buffer, start: number): number {
  let at = wordEnd(bytes, start);
  while (bytes[at] === SPACE) at++;
  return at;
}

/** A decimal number that is a whole word; -1 when it is not one. Exact to 2^53. */
export function numberAt(bytes: Buffer, start: number): number {
  let value = 0;
  let at = start;
  let digit = (bytes[at] ?? 0) - 48;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = (bytes[++at] ?? 0) - 48;
  }
  return at === start || (bytes[at] !== SPACE && bytes[at] !== NEWLINE) ? -1 : value;
}

export function startsWith(bytes: Buffer, at: number, word: Buffer): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[at + index] !== word[index]) return false;
  return true;
}

/** One address of either family into `key`; 0 = not an address. */
export function readAddress(bytes: Buffer, start: number, end: number, key: Uint32Array): 4 | 6 | 0 {
  const v4 = readV4(bytes, start, end);
  if (v4 < 0) return readV6(bytes, start, end, key);
  key[0] = 0;
  key[1] = 0;
  key[2] = 0;
  key[3] = v4;
  return 4;
}

/** "192.0.2.1" → 3221225985; -1 when the bytes are not exactly one IPv4 address. */
export function readV4(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 48 && byte <= 57) {
      if (octet === 0) return -1; // a leading zero: tools disagree whether it means octal
      octet = octet < 0 ? byte - 48 : octet * 10 + byte - 48;
      if (octet > 255) return -1;
    } else if (byte === DOT && octet >= 0 && dots < 3) {
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else return -1;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1;
}

/** An IPv6 address, full or with "::", into the four words of `key`. 6; or 4 for a v4-mapped one, folded; 0 = not an address. */
export function readV6(bytes: Buffer, start: number, end: number, key: Uint32Array): 4 | 6 | 0 {
  if (end - start < 2 || end - start > 45) return 0;
  if (bytes.subarray(start, end).includes(DOT)) return readSlowly(bytes, start, end, key);
  const groups = GROUPS;
  let count = 0;
  let gap = -1;
  let at = start;
  if (bytes[at] === COLON) {
    if (bytes[at + 1] !== COLON) return 0;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    let value = 0;
    const groupStart = at;
    for (; at < end && bytes[at] !== COLON; at++) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit < 0 || at - groupStart >= 4) return 0;
      value = value * 16 + digit;
    }
    if (at === groupStart || count === 8) return 0;
    groups[count++] = value;
    if (at === end) break;
    at++;
    if (at === end) return 0;
    if (bytes[at] === COLON) {
      if (gap >= 0) return 0;
      gap = count;
      at++;
    }
  }
  if (gap < 0 ? count !== 8 : count > 7) return 0;
  return pack(groups, count, gap, key);
}

const GROUPS = new Uint16Array(8);
const FULL = new Uint16Array(8);

function pack(groups: Uint16Array, count: number, gap: number, key: Uint32Array): 4 | 6 {
  FULL.fill(0);
  const head = gap < 0 ? count : gap;
  for (let index = 0; index < head; index++) FULL[index] = groups[index] ?? 0;
  for (let index = head; index < count; index++) FULL[8 - count + index] = groups[index] ?? 0;
  for (let word = 0; word < 4; word++) key[word] = (FULL[word * 2] ?? 0) * 65536 + (FULL[word * 2 + 1] ?? 0);
  return fold(key);
}

/** ::ffff:0:0/96 is IPv4 in disguise: the same peer must be one row. */
function fold(key: Uint32Array): 4 | 6 {
  if (key[0] !== 0 || key[1] !== 0 || key[2] !== 0xffff) return 6;
  key[2] = 0;
  return 4;
}

/** "::ffff:192.0.2.1" and the like never fill a table: the one strict parser reads them. */
function readSlowly(bytes: Buffer, start: number, end: number, key: Uint32Array): 4 | 6 | 0 {
  const parsed = parseHost(bytes.toString('latin1', start, end));
  if (!parsed.ok) return 0;
  const { family, value } = parsed.value;
  for (let word = 0; word < 4; word++) key[word] = Number((value >> BigInt(96 - word * 32)) & 0xffffffffn);
  return family;
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  if (byte >= 65 && byte <= 70) return byte - 55;
  return -1;
}
