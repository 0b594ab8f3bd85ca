// Which rows of a listing a filter text means: an address or network (rows inside it or covering it), else any part
// of an address, of a comment, or of a set's name. Works on the columns; no text is made for the rows of a v4 set.

import { bitsOf, type Net, parseNet } from '../../core/address.ts';
import { memberNet } from '../../core/members.ts';
import type { Members } from '../../core/rows.ts';

/** v6 addresses have to be printed to be searched in part: at most this many rows, the rest is said to be unsearched. */
export const V6_TEXT_ROWS_MAX = 100_000;

/** One byte per row; `unsearched`: rows that were not looked at. */
export type RowsFound = Readonly<{ hits: Uint8Array; unsearched: number }>;

/** `name`: how the set is shown. */
export function findRows(members: Members, name: string, text: string): RowsFound {
  const wanted = text.trim().toLowerCase();
  const hits = new Uint8Array(members.length);
  if (wanted === '' || name.toLowerCase().includes(wanted)) return { hits: hits.fill(1), unsearched: 0 };
  for (const [row, comment] of members.comments)
    if (row < hits.length && comment.toLowerCase().includes(wanted)) hits[row] = 1;
  const parsed = parseNet(wanted);
  if (parsed.ok) {
    markOverlapping(members, parsed.value.net, hits);
    return { hits, unsearched: 0 };
  }
  if (!/^[0-9a-f:./]+$/.test(wanted)) return { hits, unsearched: 0 };
  if (members.family === 4) {
    if (/^[0-9./]+$/.test(wanted)) markV4Text(members, wanted, hits);
    return { hits, unsearched: 0 };
  }
  const searched = Math.min(members.length, V6_TEXT_ROWS_MAX);
  for (let row = 0; row < searched; row++)
    if (hits[row] === 0 && memberNet(members, row).text.includes(wanted)) hits[row] = 1;
  return { hits, unsearched: members.length - searched };
}

function markOverlapping(members: Members, net: Net, hits: Uint8Array): void {
  if (net.family !== members.family) return;
  if (members.family === 4) {
    const value = Number(net.value);
    for (let row = 0; row < members.length; row++) {
      const bits = Math.min(net.prefix, members.prefixes[row] ?? 0);
      const size = 2 ** (32 - bits);
      if (Math.floor((members.values[row] ?? 0) / size) === Math.floor(value / size)) hits[row] = 1;
    }
    return;
  }
  const all = BigInt(bitsOf(6));
  for (let row = 0; row < members.length; row++) {
    const shift = all - BigInt(Math.min(net.prefix, members.prefixes[row] ?? 0));
    const value = ((members.values6[2 * row] ?? 0n) << 64n) | (members.values6[2 * row + 1] ?? 0n);
    if (value >> shift === net.value >> shift) hits[row] = 1;
  }
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => Uint8Array.from(String(octet), codeOf));
const DOT = codeOf('.');
const SLASH = codeOf('/');

function codeOf(character: string): number {
  return character.charCodeAt(0);
}

/** Prints each address into one reused buffer and looks for the wanted bytes in it. */
function markV4Text(members: Members, wanted: string, hits: Uint8Array): void {
  const needle = Uint8Array.from(wanted, codeOf);
  const buffer = new Uint8Array(20);
  for (let row = 0; row < members.length; row++) {
    if (hits[row] === 1) continue;
    const value = members.values[row] ?? 0;
    let length = 0;
    for (let shift = 24; shift >= 0; shift -= 8) {
      length = put(buffer, length, (value >>> shift) & 255);
      if (shift > 0) buffer[length++] = DOT;
    }
    const prefix = members.prefixes[row] ?? 32;
    if (prefix < 32) {
      buffer[length++] = SLASH;
      length = put(buffer, length, prefix);
    }
    if (holds(buffer, length, needle)) hits[row] = 1;
  }
}

function put(buffer: Uint8Array, at: number, number: number): number {
  let length = at;
  for (const digit of OCTETS[number] ?? []) buffer[length++] = digit;
  return length;
}

function holds(buffer: Uint8Array, length: number, needle: Uint8Array): boolean {
  for (let start = 0; start + needle.length <= length; start++) {
    let same = 0;
    while (same < needle.length && buffer[start + same] === needle[same]) same++;
    if (same === needle.length) return true;
  }
  return false;
}
