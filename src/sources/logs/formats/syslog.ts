// The header that syslogd, journalctl and dovecot put before a program's message, read once for all formats
// behind it.
//
//   Nov 20 12:00:00 bastion1 sshd[4242]: Invalid user admin from 203.0.113.7 port 50022          (rsyslog 8, RFC 3164)
//   2026-11-20T12:00:00.123456+01:00 bastion1 sshd[4242]: Invalid user admin from …     (rsyslog RSYSLOG_FileFormat)
//   <38>1 2026-11-20T12:00:00.123Z bastion1 sshd 4242 - - Invalid user admin from …                       (RFC 5424)

import type { SyslogBody } from './format.ts';

/** `offset`: where `message` starts in the line. */
export type SyslogLine = SyslogBody & Readonly<{ offset: number }>;

const BSD_TIME = String.raw`[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?`;
const ISO_TIME = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?`;
const TIME = `(?:<\\d{1,3}>)?(?:(?:[A-Z][a-z]{2} )?(?:${BSD_TIME}|${ISO_TIME}))`;

// busybox syslogd writes "authpriv.info" before the tag.
const WITH_HOST = new RegExp(
  `^(${TIME} [^\\s\\[(]*[^\\s:\\[(] (?:[a-z0-9]+\\.[a-z]+ )?([^\\s:\\[(<]+)(?: *[\\[(][^\\])\\s]*[\\])])?: ?)`,
);
/** Dovecot's own file and `logger`-less programs leave the host out. */
const WITHOUT_HOST = new RegExp(`^(${TIME} ([a-z][\\w/-]*)(?:[(<\\[][^)>\\]\\s]*[)>\\]])*: )`);
/** The kernel's lines as ulogd writes them: host, then the rule's prefix, without a tag. */
const KERNEL_FILE = new RegExp(`^(${TIME} [^\\s:\\[(]+ )(?=.{0,128}\\bIN=)`);
/** Structured data is "-" or [id name="value"…]; values escape quotes and brackets (RFC 5424 §6.3.3). */
const RFC5424 = new RegExp(
  `^(<\\d{1,3}>1 (?:-|${ISO_TIME}) \\S{1,255} (\\S{1,48}) \\S{1,128} \\S{1,32} ` +
    `(?:-|(?:\\[(?:[^"\\]\\\\]|"(?:[^"\\\\]|\\\\.)*")*\\])+) ?(?:\\ufeff|\\\\ufeff)?)`,
);
const DMESG = /^(\[ *\d+\.\d{6}\] )/;
const REPEATED = /^(message repeated \d+ times: \[ )(.*)\]$/;

/** undefined when the line has no such header. */
export function readSyslogHeader(text: string): SyslogLine | undefined {
  const body = withTag(text);
  if (body === undefined) return undefined;
  // rsyslog folds repeats: the original message stands in brackets.
  const repeated = REPEATED.exec(body.message);
  if (repeated === null) return body;
  return {
    tag: body.tag,
    message: repeated[2] ?? '',
    offset: body.offset + (repeated[1]?.length ?? 0),
  };
}

function withTag(text: string): SyslogLine | undefined {
  const first = text.charCodeAt(0);
  if (first === 0x5b) return taggedBy(DMESG.exec(text), text, 'kernel');
  if (first === 0x3c) {
    const modern = RFC5424.exec(text);
    if (modern !== null) return taggedBy(modern, text);
  }
  const match = WITH_HOST.exec(text) ?? WITHOUT_HOST.exec(text);
  if (match !== null) return taggedBy(match, text);
  return taggedBy(KERNEL_FILE.exec(text), text, 'kernel');
}

function taggedBy(match: RegExpExecArray | null, text: string, tag?: string): SyslogLine | undefined {
  if (match === null) return undefined;
  const offset = match[1]?.length ?? 0;
  return { tag: tag ?? match[2] ?? '', message: text.slice(offset), offset };
}
