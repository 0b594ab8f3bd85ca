// What a line says: its format, its kind, and the address that an act would take.
//
// The address is the one in the field where the format names the peer. A known format without such an address
// gives none (the others in the line can still be picked by hand); in a line of no known format it is the
// first one.

import { type Net, parseHost } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import { type LineReading, LOG_LINE_MAX } from '../../core/rows.ts';
import { type FoundAddress, findAddresses } from './addresses.ts';
import { recogniseAccess } from './formats/access.ts';
import { apacheError } from './formats/apache-error.ts';
import { dovecot } from './formats/dovecot.ts';
import { exim } from './formats/exim.ts';
import { fail2ban, fail2banSyslog } from './formats/fail2ban.ts';
import type { Finding, LineFormat, TagFormat } from './formats/format.ts';
import { local } from './formats/local.ts';
import { netfilter } from './formats/netfilter.ts';
import { nginxError } from './formats/nginx-error.ts';
import { pam } from './formats/pam.ts';
import { postfix, postscreen } from './formats/postfix.ts';
import { squid } from './formats/squid.ts';
import { sshd } from './formats/sshd.ts';
import { readSyslogHeader } from './formats/syslog.ts';
import { readStamp } from './stamp.ts';

export const TAG_FORMATS: readonly TagFormat[] = [
  sshd,
  postfix,
  postscreen,
  dovecot,
  fail2banSyslog,
  netfilter,
  pam,
  local,
];
/** Formats of files that start with a time; access logs start with a host and are tried last. */
export const FILE_FORMATS: readonly LineFormat[] = [nginxError, apacheError, squid, fail2ban, exim];

type Recognised = Finding & Readonly<{ name: string; offset: number }>;

/**
 * Reads one line (raw or sanitised; only the first LOG_LINE_MAX characters count). Pure and total: any text
 * has a reading, `format` 'unknown' when none fits. `nowMs` decides the year of times that are written
 * without one.
 */
export function readLine(text: string, nowMs: number): LineReading {
  const line = text.length > LOG_LINE_MAX ? text.slice(0, LOG_LINE_MAX) : text;
  const all = findAddresses(line);
  const recognised = recognise(line);
  const stamp = readStamp(line, nowMs);
  if (recognised === undefined) return unknown(line, all, stamp);
  const { name: format, kind, token, status, offset } = recognised;
  const base = {
    format,
    kind,
    ...(stamp === undefined ? {} : { stamp }),
    ...(status === undefined ? {} : { status }),
    ...(recognised.forwarded === undefined ? {} : { forwarded: recognised.forwarded }),
  };
  if (token === undefined) return { ...base, all };
  const start = token.start + offset;
  const end = token.end + offset;
  const chosen = parseHost(line.slice(start, end));
  if (!chosen.ok) return { ...base, all };
  return {
    ...base,
    chosen: chosen.value,
    field: token.field,
    all: withChosen(all, chosen.value, start, end),
  };
}

/**
 * Only the text that `readLine` would take the address from, for counting many lines; the caller parses it.
 */
export function readSourceToken(text: string): string | undefined {
  const line = text.length > LOG_LINE_MAX ? text.slice(0, LOG_LINE_MAX) : text;
  const recognised = recognise(line);
  if (recognised !== undefined) {
    const { token, offset } = recognised;
    return token === undefined ? undefined : line.slice(token.start + offset, token.end + offset);
  }
  const first = /^\s/.test(line) ? undefined : findAddresses(line)[0];
  return first === undefined ? undefined : line.slice(first.start, first.end);
}

function recognise(line: string): Recognised | undefined {
  const first = line.charCodeAt(0);
  const startsWithDigit = first >= 0x30 && first <= 0x39;
  if (startsWithDigit || first === 0x5b) {
    for (const format of FILE_FORMATS) {
      const finding = format.recognise(line);
      if (finding !== undefined) return { ...finding, name: format.name, offset: 0 };
    }
  }
  // Month names, weekdays, "<34>", ISO dates and "[ 12.3]"; an access line of an IPv4 client has no "-" so
  // early.
  if ((first >= 0x41 && first <= 0x5a) || first === 0x3c || first === 0x5b || line.charCodeAt(4) === 0x2d) {
    const header = readSyslogHeader(line);
    if (header !== undefined) {
      const found = recogniseMessage(header.message, header.tag);
      return { ...found, offset: header.offset };
    }
    const finding = exim.recognise(line);
    if (finding !== undefined) return { ...finding, name: exim.name, offset: 0 };
  }
  const access = recogniseAccess(line);
  return access === undefined ? undefined : { ...access, offset: 0 };
}

function recogniseMessage(message: string, tag: string): Finding & Readonly<{ name: string }> {
  for (const format of TAG_FORMATS) {
    if (!format.ownsTag(tag)) continue;
    const finding = format.recognise(message, tag);
    if (finding !== undefined) return { ...finding, name: format.name };
  }
  // Web servers and proxies can log through syslog; the message is then the line of their file.
  const access = recogniseAccess(message);
  if (access !== undefined) return access;
  for (const format of FILE_FORMATS) {
    const finding = format.recognise(message);
    if (finding !== undefined) return { ...finding, name: format.name };
  }
  return firstAddress(message, 'syslog', 'message');
}

function firstAddress(text: string, name: string, kind: string): Finding & Readonly<{ name: string }> {
  const first = findAddresses(text)[0];
  if (first === undefined) return { name, kind };
  return { name, kind, token: { start: first.start, end: first.end, field: 'first address' } };
}

/** An indented line continues another one (a stack trace, a mail header), whose source it cannot name. */
function unknown(line: string, all: readonly FoundAddress[], stamp: UnixMs | undefined): LineReading {
  const base = {
    format: 'unknown',
    kind: line === '' ? 'empty' : 'text',
    ...(stamp === undefined ? {} : { stamp }),
    all,
  };
  const first = all[0];
  if (first === undefined || /^\s/.test(line)) return base;
  return { ...base, chosen: first.net, field: 'first address' };
}

/**
 * The chosen token takes its place even where the scan saw none or other bounds (address and port joined by
 * ":").
 */
function withChosen(
  all: readonly FoundAddress[],
  net: Net,
  start: number,
  end: number,
): readonly FoundAddress[] {
  if (all.some((one) => one.start === start && one.end === end)) return all;
  const rest = all.filter((one) => one.end <= start || one.start >= end);
  return [...rest, { net, start, end }].sort((a, b) => a.start - b.start);
}
