// Access logs of nginx, Apache and lighttpd: common, combined, either of them with the virtual host in front,
// and with any fields behind.
//
//   203.0.113.7 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/7.88.1"          (nginx 1.22)
//   www.example.org:443 203.0.113.7 - - [20/Nov/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" …  (Apache 2.4)
//
// Which field is the client, in this order:
//   1. "a, b, c - user [": a forwarded-for list in front: none. It is the header as it came in, with or without what
//      proxies added; which of its entries a proxy wrote, and whether that proxy is ours, the line does not say. The
//      first is whatever the peer sent, the last may be our own load balancer: neither is a thing to ban unasked.
//   2. "host[:port] client ident user [" where the first is no address: the second
//   3. "address address - user [": the virtual host asked for is an address: the second
//   4. else the first ("client ident user [", lighttpd's "client host user [")
// A header of one entry looks like 4 and cannot be told from it: docs/hazards.md.
// The user is the peer's text and may hold spaces; so are request, referrer and agent, in which every server
// escapes quotes.

import { parseHost } from '../../../core/address.ts';
import type { Finding, Token } from './format.ts';

const STAMP = / \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/;
const STATUS = / (\d{3}) (?:\d+|-)(?= |$)/y;
const REQUEST = /^[A-Z]{3,20} \S+ HTTP\/\d(?:\.\d)?$/;
const CUT = '…';

/** Without a token: a forwarded-for list stands where the client should. */
type Client = Readonly<{ token?: Token; vhost: boolean }>;

export function recogniseAccess(text: string): (Finding & Readonly<{ name: string }>) | undefined {
  const stamp = STAMP.exec(text);
  if (stamp === null) return undefined;
  const client = clientOf(text.slice(0, stamp.index));
  if (client === undefined) return undefined;
  const requestStart = stamp.index + stamp[0].length;
  const requestEnd = closingQuote(text, requestStart);
  const prefix = client.vhost ? 'vhost-' : '';
  const source = client.token === undefined ? ({ forwarded: true } as const) : { token: client.token };
  if (requestEnd < 0) {
    if (!text.endsWith(CUT)) return undefined;
    return { name: `${prefix}combined`, kind: 'request', ...source };
  }
  STATUS.lastIndex = requestEnd + 1;
  const status = STATUS.exec(text);
  if (status === null) return undefined;
  const kind = REQUEST.test(text.slice(requestStart, requestEnd)) ? 'request' : 'malformed-request';
  const name = `${prefix}${text.startsWith(' "', STATUS.lastIndex) ? 'combined' : 'common'}`;
  return { name, kind, ...source, status: Number(status[1]) };
}

function clientOf(head: string): Client | undefined {
  const [first = '', second = '', third, fourth] = head.split(' ', 4);
  if (first === '' || third === undefined) return undefined;
  if (isList(first, second, third)) return { vhost: false };
  const secondIsClient =
    fourth !== undefined && second !== '-' && parseHost(second).ok && (!parseHost(first).ok || third === '-');
  const start = secondIsClient ? first.length + 1 : 0;
  const length = secondIsClient ? second.length : first.length;
  return { token: { start, end: start + length, field: 'client' }, vhost: secondIsClient };
}

/**
 * A comma where no server writes one. What a peer sent may stand before the list's first comma, with spaces in it; only
 * behind "client - " a comma is part of a user name.
 */
function isList(first: string, second: string, third: string): boolean {
  return first.includes(',') || second.endsWith(',') || (second !== '-' && third.endsWith(','));
}

/** Index of the quote that ends the field, which is not behind a backslash; -1 when there is none. */
function closingQuote(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x5c) index++;
    else if (code === 0x22) return index;
  }
  return -1;
}
