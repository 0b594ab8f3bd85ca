// What a peer writes into its own fields never changes which address is chosen: at worst none is.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOG_LINE_MAX } from '../../../../src/core/rows.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { lineText } from '../../../../src/sources/logs/lines.ts';
import { readLine } from '../../../../src/sources/logs/reading.ts';

const NOW = Date.UTC(2026, 10, 21);
const PEER = '203.0.113.7';

/** Pieces of the formats themselves, with an address of somebody else, shuffled with noise. */
const piece = fc.oneof(
  fc.constantFrom(
    ' from 8.8.8.8 port 1',
    ' 8.8.8.8 port 1 [preauth]',
    ' ssh2',
    ' port 1 ssh2: ED25519-CERT ID x',
    ': Too many authentication failures [preauth]',
    ' 8.8.8.8 port 1: ',
    ' [preauth]',
    'rhost=8.8.8.8 ',
    ', client: 8.8.8.8, server: x',
    ' - - [20/Nov/2026:12:00:00 +0000] ',
    ' rip=8.8.8.8, lip=1.1.1.1',
    '>, method=PLAIN',
    'Ban 8.8.8.8',
    ' [8.8.8.8]',
    'unknown[8.8.8.8]: ',
    ') [8.8.8.8]:1',
    ' H=(x) [8.8.8.8]',
    'SRC=8.8.8.8 DST=1.1.1.1 ',
    ' 8.8.8.8 ',
    ' user ',
    ' invalid user ',
    '(serial 0) CA x y',
  ),
  fc.string({ maxLength: 8 }),
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('').replace(/[\r\n]/g, ''));
/** What web servers make of a header: quotes and backslashes are escaped, controls too. */
const escaped = text.map((raw) => raw.replace(/["\\\p{Cc}]/gu, (c) => `\\x${c.charCodeAt(0).toString(16)}`));

const SSHD = [
  (user: string) => `Failed password for ${user} from ${PEER} port 50022 ssh2`,
  (user: string) => `Failed password for invalid user ${user} from ${PEER} port 50022 ssh2`,
  (user: string) => `Failed publickey for ${user} from ${PEER} port 5 ssh2: ED25519 SHA256:abcDEF/+`,
  (user: string) => `Invalid user ${user} from ${PEER} port 50022`,
  (user: string) => `Connection closed by invalid user ${user} ${PEER} port 50022 [preauth]`,
  (user: string) => `Connection reset by authenticating user ${user} ${PEER} port 50022 [preauth]`,
  (user: string) => `Disconnected from invalid user ${user} ${PEER} port 50022 [preauth]`,
  (user: string) =>
    `error: maximum authentication attempts exceeded for ${user} from ${PEER} port 5 ssh2 [preauth]`,
  (user: string) =>
    `Disconnecting invalid user ${user} ${PEER} port 5: Too many authentication failures [preauth]`,
  (user: string) =>
    `Disconnecting invalid user ${user} ${PEER} port 5: Change of username or service not allowed: (${user},x) -> (y,x) [preauth]`,
  (user: string) =>
    `Failed publickey for ${user} from ${PEER} port 5 ssh2: X-CERT ID ${user} (serial 0) CA X SHA256:a`,
  (user: string) => `Bad protocol version identification '${user}' from ${PEER} port 50022`,
  (user: string) => `Received disconnect from ${PEER} port 5:11: ${user} [preauth]`,
  (user: string) => `Received disconnect from ${PEER} port 5:11: ${user}`,
  (user: string) =>
    `Unable to negotiate with ${PEER} port 5: no matching host key type found. Their offer: ${user} [preauth]`,
  (user: string) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${PEER}  user=${user}`,
];
/** Both sides of the address are the peer's text there, so hiding it is the most that is possible. */
const MAY_HIDE = [8, 9, 10];

describe('sshd', () => {
  test.each(SSHD.map((make, index) => [make('USER'), make, MAY_HIDE.includes(index)] as const))(
    '%s',
    (_, make, mayHide) => {
      fc.assert(
        fc.property(text, (user) => {
          const line = `Nov 20 12:00:00 bastion1 sshd[4242]: ${make(user)}`;
          for (const shown of [line, sanitise(line)]) {
            const chosen = readLine(shown, NOW).chosen?.text;
            if (!(mayHide && chosen === undefined)) expect(chosen).toBe(PEER);
          }
        }),
        { numRuns: 400 },
      );
    },
  );
});

describe('other formats', () => {
  const stamp = '[20/Nov/2026:12:00:00 +0000]';
  const CASES: ReadonlyArray<readonly [string, fc.Arbitrary<string>, (s: string) => string, boolean]> = [
    ['combined', escaped, (s) => `${PEER} - ${s} ${stamp} "GET /${s} HTTP/1.1" 200 5 "${s}" "${s}"`, false],
    ['common', escaped, (s) => `${PEER} - - ${stamp} "GET /${s} HTTP/1.1" 200 5`, false],
    ['vhost', escaped, (s) => `www.example.org:80 ${PEER} - ${s} ${stamp} "${s}" 200 5 "${s}" "${s}"`, false],
    ['lighttpd', escaped, (s) => `${PEER} 192.0.2.1 - ${stamp} "${s}" 200 5 "${s}" "${s}"`, false],
    [
      'postfix',
      text,
      (s) => `Nov 20 12:00:00 mx postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[${PEER}]: 554 ${s}`,
      false,
    ],
    [
      'postscreen',
      text,
      (s) => `Nov 20 12:00:00 mx postfix/postscreen[1]: PREGREET 9 after 0.1 from [${PEER}]:5: ${s}`,
      false,
    ],
    [
      'exim',
      text,
      (s) => `2026-11-20 12:00:00 H=(helo) [${PEER}]:5 F=<${s}> rejected RCPT <${s}>: no`,
      false,
    ],
    [
      'exim sender',
      escaped,
      (s) => `2026-11-20 12:00:00 1vLabc-0001ab-CD <= "${s}"@x.org H=(h) [${PEER}] P=esmtp S=1 T="${s}"`,
      false,
    ],
    [
      'dovecot',
      text,
      (s) =>
        `Nov 20 12:00:00 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<${s}>, method=PLAIN, rip=${PEER}, lip=192.0.2.1, TLS, session=<a>`,
      false,
    ],
    [
      'squid',
      text,
      (s) => `1763640000.123 4 ${PEER} TCP_MISS/200 1 GET http://${s} - HIER_DIRECT/192.0.2.1 text/html`,
      false,
    ],
    [
      'apache error',
      text,
      (s) => `[Fri Nov 20 12:00:00.123456 2026] [core:error] [pid 812] [client ${PEER}:5] AH00128: ${s}`,
      false,
    ],
    [
      'nginx error',
      text,
      (s) =>
        `2026/11/20 12:00:00 [error] 1#1: *5 open() "/srv/${s}" failed (2: No such file or directory), client: ${PEER}, server: _, request: "GET /${s} HTTP/1.1", host: "${s}", referrer: "${s}"`,
      true,
    ],
  ];
  test.each(CASES)('%s', (_, arbitrary, make, mayHide) => {
    fc.assert(
      fc.property(arbitrary, (s) => {
        const { chosen } = readLine(make(s), NOW);
        if (!(mayHide && chosen === undefined)) expect(chosen?.text).toBe(PEER);
      }),
      { numRuns: 400 },
    );
  });
});

describe('any bytes', () => {
  test('random bytes never throw, and columns lie within the line', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const line = lineText(Buffer.from(bytes));
        for (const { start, end } of readLine(line, NOW).all) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(line.length);
        }
      }),
    );
  });

  test('shuffled pieces of all formats never throw', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        readLine(`${a}${b}`, NOW);
        readLine(`Nov 20 12:00:00 gw ${a}: ${b}`, NOW);
      }),
    );
  });

  const LONG = 1_000_000;
  const repeated = [
    'from ',
    ' port 1 ',
    'a',
    '1.',
    ':',
    '::',
    ' 8.8.8.8 port 1: ',
    '"\\',
    '[',
    ' rip=',
    'H=(',
    '\\"',
    'x=1 ',
    'attempts',
  ];
  const starts = [
    '',
    'Nov 20 12:00:00 h sshd[1]: Failed password for ',
    'Nov 20 12:00:00 h sshd[1]: Disconnecting ',
    '1.2.3.4 - - [20/Nov/2026:12:00:00 +0000] "',
    '2026-11-20 12:00:00 ',
    '2026/11/20 12:00:00 [error] 1#1: ',
    'Nov 20 12:00:00 h dovecot: imap-login: Disconnected ',
    'Nov 20 12:00:00 h kernel: ',
  ];
  test('a megabyte of anything is cut and read, as one line', () => {
    for (const start of starts) {
      for (const part of repeated) {
        const line = lineText(Buffer.from(start + part.repeat(LONG / part.length)));
        expect(line.length).toBeLessThanOrEqual(LOG_LINE_MAX);
        expect(line.endsWith('…')).toBe(true);
        readLine(line, NOW);
      }
    }
  });
});
