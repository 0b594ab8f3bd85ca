// nginx error.log (1.14 to 1.28).
//
//   2026/11/20 12:00:00 [error] 812#812: *5 open() "/srv/www/x" failed (2: No such file or directory), client: 203.0.113.7,
//     server: _, request: "GET /x HTTP/1.1", host: "www.example.org"                              (one line in the file)
//
// Nothing is escaped here: the decoded path before ", client: " and request, host and referrer behind it are
// the peer's text, and a path can imitate the whole tail. The first place is certain only when no quoted text
// stands before it; otherwise all places must agree.

import { type Finding, type LineFormat, onlyCandidate } from './format.ts';

const HEAD = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[([a-z]+)\] \d+#\d+: (?:\*\d+ )?/;
const PLACE = /(, client: )([^,\s]+)(?=, |$)/g;
const FIRST_PLACE = /^([^"]*?, client: )([^,\s]+)(?=, |$)/;
/** Scripts write what they like, unquoted. */
const SCRIPT = /^(?:\[lua\]|\[js\]|js: |perl: )/;

export const nginxError: LineFormat = {
  name: 'nginx-error',
  recognise(text): Finding | undefined {
    const head = HEAD.exec(text);
    if (head === null) return undefined;
    const kind = head[1] ?? 'error';
    const skip = head[0].length;
    const message = text.slice(skip);
    const first = SCRIPT.test(message) ? null : FIRST_PLACE.exec(message);
    if (first !== null) {
      const start = skip + (first[1]?.length ?? 0);
      return { kind, token: { start, end: start + (first[2]?.length ?? 0), field: 'client' } };
    }
    return onlyCandidate(text, PLACE, { kind, pattern: PLACE, field: 'client' });
  },
};
