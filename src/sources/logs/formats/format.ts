// What a known log format is: a name and a recogniser that says which token of the line is the source.
//
// The token must come from the field that the program itself writes. User names, requests, user agents, HELO
// names and host names are written by the peer, so every pattern is anchored on the side where the peer
// cannot write, and a line that still leaves two readings yields no token at all.

import type { UnixMs } from '../../../core/brand.ts';

/**
 * `start`, `end`: where in the recognised text the token stands; whether it is an address is checked by the
 * caller.
 */
export type Token = Readonly<{ start: number; end: number; field: string }>;

/** `forwarded`: as in LineReading; there is no token then. */
export type Finding = Readonly<{
  kind: string;
  token?: Token;
  status?: number;
  stamp?: UnixMs;
  forwarded?: true;
}>;

/** A line after its syslog header: what the program with this tag wrote. */
export type SyslogBody = Readonly<{ tag: string; message: string }>;

/** A format that stands alone in its file: `recognise` gets the whole line. */
export type LineFormat = Readonly<{
  name: string;
  recognise(text: string): Finding | undefined;
}>;

/**
 * A format of one program behind a syslog header: `recognise` gets its message, offsets are relative to that.
 */
export type TagFormat = Readonly<{
  name: string;
  ownsTag(tag: string): boolean;
  recognise(message: string, tag: string): Finding | undefined;
}>;

/**
 * One kind of message. Group 1 of `pattern` is all text before the address and group 2 the address;
 * a pattern without groups names a kind of line that has no source.
 */
export type Rule = Readonly<{ kind: string; pattern: RegExp; field?: string }>;

/** The first rule that matches decides. `skip`: how many characters were cut off before `message`. */
export function applyRules(rules: readonly Rule[], message: string, skip = 0): Finding | undefined {
  for (const rule of rules) {
    const match = rule.pattern.exec(message);
    if (match === null) continue;
    const token = match[2];
    if (token === undefined) return { kind: rule.kind };
    const start = skip + (match[1]?.length ?? 0);
    return { kind: rule.kind, token: { start, end: start + token.length, field: rule.field ?? 'source' } };
  }
  return undefined;
}

/**
 * For messages where the peer writes text on both sides of the address: a token only when all places where
 * `pattern` (global, same groups as a Rule) matches name the same address, else the kind alone. A forged
 * second place can so hide the address, never exchange it.
 */
export function onlyCandidate(message: string, pattern: RegExp, names: Rule): Finding {
  let found: Token | undefined;
  for (const match of message.matchAll(pattern)) {
    const text = match[2] ?? '';
    const start = match.index + (match[1]?.length ?? 0);
    if (found !== undefined && message.slice(found.start, found.end) !== text) return { kind: names.kind };
    found ??= { start, end: start + text.length, field: names.field ?? 'source' };
  }
  return found === undefined ? { kind: names.kind } : { kind: names.kind, token: found };
}
