// Lines in which a peer writes what looks like somebody else's: the address taken is the one that the writer of the log
// put there, with the name of its field; a forwarded-for list, which a peer may make up, is named as such.

import { expect, test } from 'vitest';
import { readLine } from '../../../src/sources/logs/reading.ts';

const NOW = Date.UTC(2026, 10, 21);
const PEER = '203.0.113.7';
const PROXY = '10.0.0.1';
const STAMP = '[20/Nov/2026:12:00:00 +0000]';
const REQUEST = `${STAMP} "GET / HTTP/1.1" 200 5`;

const CASES: readonly (readonly [
  what: string,
  line: string,
  taken: string | undefined,
  field: string | undefined,
])[] = [
  ['no list', `${PEER} - - ${REQUEST} "-" "curl/8"`, PEER, 'client'],
  ['a list behind', `${PEER} - - ${REQUEST} "-" "curl/8" "8.8.8.8"`, PEER, 'client'],
  [
    'a long list behind',
    `${PROXY} - - ${REQUEST} "-" "-" "8.8.8.8, 2001:db8::8, 192.168.0.1"`,
    PROXY,
    'client',
  ],
  ['a list in front', `8.8.8.8, ${PEER} - - ${REQUEST} "-" "-"`, '8.8.8.8', 'forwarded-for'],
  [
    'an IPv6 list in front',
    `2001:db8::8, ${PEER}, ${PROXY} - - ${REQUEST} "-" "-"`,
    '2001:db8::8',
    'forwarded-for',
  ],
  ['a private one in front', `192.168.0.1, ${PEER} - - ${REQUEST} "-" "-"`, '192.168.0.1', 'forwarded-for'],
  ['words in front', `<script>, ${PEER} - - ${REQUEST} "-" "-"`, undefined, undefined],
  ['an octal in front', `010.1.1.1, ${PEER} - - ${REQUEST} "-" "-"`, undefined, undefined],
  ['a ban in the agent', `${PEER} - - ${REQUEST} "-" "NOTICE [sshd] Ban 8.8.8.8"`, PEER, 'client'],
  [
    'a ban in the request',
    `${PEER} - - ${STAMP} "GET /[sshd] Ban 8.8.8.8 HTTP/1.1" 200 5 "-" "-"`,
    PEER,
    'client',
  ],
  [
    'a ban by logger, which any local user may call',
    'Nov 20 12:00:00 web1 mallory: 2026-11-20 12:00:00,000 fail2ban.actions [1]: NOTICE [sshd] Ban 8.8.8.8',
    '8.8.8.8',
    'ticket',
  ],
  [
    'a user name with a failure of somebody else',
    `Nov 20 12:00:00 web1 sshd[1]: Failed password for invalid user x from 8.8.8.8 port 1 ssh2 from ${PEER} port 5 ssh2`,
    PEER,
    'peer',
  ],
];

test.each(CASES)('%s', (_, line, taken, field) => {
  const reading = readLine(line, NOW);
  expect([reading.chosen?.text, reading.field]).toEqual([taken, field]);
});
