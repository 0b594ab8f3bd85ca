// The one address parser and printer. Everything that reaches a command, a set or a comparison is a `Net`
// made here: strict text (no octal, no short forms, no names, no zone ids), v4-mapped IPv6 folded to IPv4,
// printed as RFC 5952 asks. Only `net.text` is ever handed to a tool.

import { problem } from './problem.ts';
import { fail, ok, type Result } from './result.ts';

export type Family = 4 | 6;

declare const madeHere: unique symbol;

/**
 * A host (prefix 32 or 128) or a network with its host bits zero.
 * `value`: the 32- or 128-bit address as an unsigned integer. `text`: canonical spelling, without "/len" for hosts; the Map key.
 */
export type Net = Readonly<{
  family: Family;
  value: bigint;
  prefix: number;
  text: string;
  [madeHere]: true;
}>;

export type ParsedNet = Readonly<{
  net: Net;
  /** True when host bits were set ("192.0.2.7/24") and the network was widened to hold them: show it before acting. */
  widened: boolean;
}>;

export const bitsOf = (family: Family): 32 | 128 => (family === 4 ? 32 : 128);

export const isHost = (net: Net): boolean => net.prefix === bitsOf(net.family);

/** Parses "192.0.2.1", "192.0.2.0/24", "2001:db8::1", "::ffff:192.0.2.1" (folded to v4). Anything else is a `bad-input` problem. */
export function parseNet(text: string): Result<ParsedNet> {
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const read = readAddress(addressText);
  if (read === undefined)
    return fail(problem('bad-input', `${quote(text)} is not an IP address`, { hint: addressHint(text) }));
  let { family, value } = read;
  let prefix: number = bitsOf(family);
  if (slash >= 0) {
    const lengthText = text.slice(slash + 1);
    const length = /^(0|[1-9][0-9]{0,2})$/.test(lengthText) ? Number(lengthText) : -1;
    if (length < 0 || length > prefix) {
      return fail(problem('bad-input', `${quote(text)} has no valid prefix length (0 to ${prefix})`));
    }
    prefix = length;
  }
  if (family === 6 && value >> 32n === 0xffffn && prefix >= 96) {
    family = 4;
    value &= 0xffffffffn;
    prefix -= 96;
  }
  const net = makeNet(family, value, prefix);
  return ok({ net, widened: net.value !== value });
}

/** A single address; a text with "/len" shorter than the full length is refused. */
export function parseHost(text: string): Result<Net> {
  const parsed = parseNet(text);
  if (!parsed.ok) return parsed;
  if (!isHost(parsed.value.net))
    return fail(problem('bad-input', `${quote(text)} is a network; a single address is needed`));
  return ok(parsed.value.net);
}

/** Builds a Net from its binary form; host bits are cleared. Throws only on a bug (value out of range). */
export function makeNet(family: Family, value: bigint, prefix: number): Net {
  const bits = bitsOf(family);
  if (value < 0n || value >> BigInt(bits) !== 0n || prefix < 0 || prefix > bits)
    throw new Error('address out of range');
  const hostBits = BigInt(bits - prefix);
  const masked = (value >> hostBits) << hostBits;
  const address = family === 4 ? printV4(masked) : printV6(masked);
  const text = prefix === bits ? address : `${address}/${prefix}`;
  return { family, value: masked, prefix, text } as Net;
}

/** The network of `prefix` bits that holds `net`; `net` itself when it is already that wide or wider. */
export function widen(net: Net, prefix: number): Net {
  return prefix >= net.prefix ? net : makeNet(net.family, net.value, prefix);
}

export function contains(outer: Net, inner: Net): boolean {
  if (outer.family !== inner.family || outer.prefix > inner.prefix) return false;
  const shift = BigInt(bitsOf(outer.family) - outer.prefix);
  return outer.value >> shift === inner.value >> shift;
}

export function overlaps(a: Net, b: Net): boolean {
  return a.prefix <= b.prefix ? contains(a, b) : contains(b, a);
}

/** Number of addresses in the network. */
export function sizeOf(net: Net): bigint {
  return 1n << BigInt(bitsOf(net.family) - net.prefix);
}

/** Orders by family, then numerically, then wider networks first. */
export function compareNets(a: Net, b: Net): number {
  if (a.family !== b.family) return a.family - b.family;
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.prefix - b.prefix;
}

function readAddress(text: string): { family: Family; value: bigint } | undefined {
  const v4 = readV4(text);
  if (v4 !== undefined) return { family: 4, value: v4 };
  const v6 = readV6(text);
  return v6 === undefined ? undefined : { family: 6, value: v6 };
}

const OCTET = /^(0|[1-9][0-9]{0,2})$/;

function readV4(text: string): bigint | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!OCTET.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return BigInt(value);
}

/** RFC 4291 §2.2 text forms, with or without "::" and with an IPv4 tail. */
function readV6(text: string): bigint | undefined {
  if (text.length < 2 || text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = readGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? readGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const count = head.length + tail.length;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const groups = [...head, ...new Array<number>(8 - count).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function readGroups(text: string, mayEndInV4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (mayEndInV4 && index === parts.length - 1 && part.includes('.')) {
      const v4 = readV4(part);
      if (v4 === undefined) return undefined;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

function printV4(value: bigint): string {
  const n = Number(value);
  return `${Math.floor(n / 0x1000000)}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups (the first of equals) as "::". */
function printV6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - index * 16)) & 0xffffn),
  );
  let bestStart = -1;
  let bestLength = 1;
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > bestLength) {
      bestStart = start;
      bestLength = length;
    }
    start += length;
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestStart < 0) return hex.join(':');
  return `${hex.slice(0, bestStart).join(':')}::${hex.slice(bestStart + bestLength).join(':')}`;
}

function quote(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(shown);
}

function addressHint(text: string): string {
  if (/^[0-9.]+$/.test(text) && /(^|\.)0[0-9]/.test(text))
    return 'leading zeros are refused: tools disagree whether they mean octal';
  if (text.includes('%')) return 'zone ids are refused: write the address without "%…"';
  if (/^\[.*\]/.test(text) || /^[0-9.]+:[0-9]+$/.test(text))
    return 'write the address without brackets and port';
  return 'write a full IPv4 or IPv6 address, or a network such as 192.0.2.0/24';
}
