// squid's native access.log (3.5 to 6).
//
//   1763640000.123    456 203.0.113.7 TCP_MISS/200 1234 GET http://www.example.org/ - HIER_DIRECT/192.0.2.80 text/html
//   1763640000.456      0 2001:db8::7 TCP_DENIED/403 3874 CONNECT www.example.org:443 - HIER_NONE/- text/html
//
// The client comes third, before all text of the peer.

import type { Finding, LineFormat } from './format.ts';

const LINE = /^(\d{9,10}\.\d{3} +-?\d+ )(\S+) ([A-Z_]+)\/(\d{3}) -?\d+ \S+ /;

export const squid: LineFormat = {
  name: 'squid',
  recognise(text): Finding | undefined {
    const match = LINE.exec(text);
    if (match === null) return undefined;
    const start = match[1]?.length ?? 0;
    const token = { start, end: start + (match[2]?.length ?? 0), field: 'client' };
    const kind = match[3]?.includes('DENIED') === true ? 'denied' : 'request';
    const status = Number(match[4]);
    return status === 0 ? { kind, token } : { kind, token, status };
  },
};
