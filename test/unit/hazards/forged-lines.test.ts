// Lines in which a peer writes what looks like somebody else's: the address taken is the one that the writer of the log
// put there, with the name of its field; of a forwarded-for list, which a peer may make up, none is taken.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLine, readSourceToken } from '../../../src/sources/logs/reading.ts';

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

/** Lists where the client should stand: as sent by the peer, with what proxies added, with what cannot be an address. */
const LISTS: readonly (readonly [what: string, head: string])[] = [
  ['a list in front', `8.8.8.8, ${PEER}`],
  ['the last one is our own proxy', `8.8.8.8, ${PEER}, ${PROXY}`],
  ['an IPv6 list in front', `2001:db8::8, ${PEER}, ${PROXY}`],
  ['a private one in front', `192.168.0.1, ${PEER}`],
  ['without blanks', `8.8.8.8,${PEER}`],
  ['with ports', `8.8.8.8:80, [2001:db8::8]:1`],
  ['words in front', `<script>, ${PEER}`],
  ['nobody in front', `unknown, ${PEER}`],
  ['an octal in front', `010.1.1.1, ${PEER}`],
  ['a made up entry that looks like a client', `8.8.8.8 x, ${PEER}`],
  ['a made up entry that looks like a virtual host', `www.example.org 8.8.8.8, ${PEER}`],
  ['one that looks like a virtual host and a client', `www.example.org 8.8.8.8 x, ${PEER}`],
  ['one that looks like an address asked for', `192.0.2.1 8.8.8.8 -, ${PEER}`],
  ['a virtual host before the list', `www.example.org:443 8.8.8.8, ${PEER}`],
];

test.each(LISTS)('forwarded, none is taken, all can be picked: %s', (_, head) => {
  for (const user of ['-', 'alice', 'a, b']) {
    const line = `${head} - ${user} ${REQUEST} "-" "-"`;
    const reading = readLine(line, NOW);
    expect([reading.chosen, reading.field, reading.forwarded], line).toEqual([undefined, undefined, true]);
    expect(reading).toMatchObject({ kind: 'request', status: 200 });
    expect(readSourceToken(line)).toBeUndefined();
  }
});

test('what stands in a list can be picked by hand', () => {
  const { all } = readLine(`8.8.8.8, ${PEER}, 2001:db8::8 - - ${REQUEST} "-" "-"`, NOW);
  expect(all.map(({ net }) => net.text)).toEqual(['8.8.8.8', PEER, '2001:db8::8']);
});

test('a comma in the name of a user hides nobody', () => {
  for (const user of [',', 'a,', 'a, b', '8.8.8.8, 1.1.1.1', ', - -']) {
    for (const head of [PEER, `www.example.org:443 ${PEER}`, `192.0.2.1 ${PEER}`]) {
      const reading = readLine(`${head} - ${user} ${REQUEST} "-" "-"`, NOW);
      expect([reading.chosen?.text, reading.forwarded], user).toEqual([PEER, undefined]);
    }
  }
});

test('no list, whatever stands in it, has an address taken from it', () => {
  const entry = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.constantFrom('unknown', '-', '', 'x y', '8.8.8.8 9.9.9.9'),
    // What servers escape: quotes, and all that is not printable.
    fc.string({ unit: fc.constantFrom('a', '.', ':', '1', ' ', ',', '[', ']', '<', '\\x22') }),
  );
  const word = fc.stringMatching(/^[a-z0-9.:,<>]{1,20}$/);
  fc.assert(
    fc.property(word, fc.array(entry, { minLength: 1, maxLength: 5 }), (first, rest) => {
      const reading = readLine(`${[first, ...rest].join(', ')} - - ${REQUEST} "-" "-"`, NOW);
      expect(reading.chosen).toBeUndefined();
    }),
  );
});
