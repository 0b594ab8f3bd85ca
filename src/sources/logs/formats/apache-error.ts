// Apache error.log, 2.4 and the older 2.2 form.
//
//   [Fri Nov 20 12:00:00.123456 2026] [authz_core:error] [pid 812:tid 9] [client 203.0.113.7:50022] AH01630: client denied …
//   [Fri Nov 20 12:00:00 2026] [error] [client 203.0.113.7] File does not exist: /srv/www/x                        (2.2)
//
// The client stands before all text of the peer. 2.4 writes address and port joined by ":", for IPv6 too and
// without brackets, so the last group is always the port there; 2.2 writes the address alone.

import type { Finding, LineFormat } from './format.ts';

const DAY = String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d`;
const V24 = new RegExp(
  String.raw`^(${DAY}\.\d{6} \d{4}\] \[[\w-]*:([a-z]+)\d*\] (?:\[pid \d+(?::tid \d+)?\] )?` +
    String.raw`(?:[\w./-]+\(\d+\): )?(?:\(\d+\)[A-Za-z ,'-]{1,80}: )?)(?:\[(?:client|remote) ([^\]\s]+)\] )?`,
);
const V22 = new RegExp(String.raw`^(${DAY} \d{4}\] \[([a-z]+)\] )(?:\[client ([^\]\s]+)\] )?`);

export const apacheError: LineFormat = {
  name: 'apache-error',
  recognise(text): Finding | undefined {
    const modern = V24.exec(text);
    const match = modern ?? V22.exec(text);
    if (match === null) return undefined;
    const kind = match[2] ?? 'error';
    const written = match[3];
    if (written === undefined) return { kind };
    const address = modern === null ? written : written.replace(/:\d{1,5}$/, '');
    const start = (match[1]?.length ?? 0) + '[client '.length;
    return { kind, token: { start, end: start + address.length, field: 'client' } };
  },
};
