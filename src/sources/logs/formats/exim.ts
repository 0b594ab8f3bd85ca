// Exim 4 mainlog and rejectlog (4.89 to 4.98).
//
//   2026-11-20 12:00:00 login authenticator failed for (helo) [203.0.113.7]:50022: 535 Incorrect authentication data
//   2026-11-20 12:00:00 1vLabc-00000000abc-1Def <= a@b.example H=mail.b.example (helo) [203.0.113.7] P=esmtp S=123
//
// The peer writes the HELO name in round brackets (which may itself be "[192.0.2.1]") and the sender, quoted
// local parts with spaces included; both stand before the address, so each has its own exact pattern.

import { applyRules, type Finding, type LineFormat, type Rule } from './format.ts';

const HEAD =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})? (?:\[\d+\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} )?/;

/**
 * "name (helo) [address]", each of the first two may be missing. Exim refuses spaces and brackets in HELO.
 */
const PEER = String.raw`(?:[A-Za-z0-9._-]+ )?(?:\([^()\s]*\) )?\[`;
const SENDER = String.raw`(?:"(?:[^"\\]|\\.)*"@\S*|\S+)`;

const rule = (kind: string, before: string, after = ''): Rule => ({
  kind,
  pattern: new RegExp(String.raw`^(${before}${PEER})([^\]\s]+)\]${after}`),
  field: 'H',
});

const RULES: readonly Rule[] = [
  rule('auth-failed', String.raw`\w+ authenticator failed for (?:H=)?`),
  rule('reject', 'H=', '.* (?:rejected|temporarily rejected|rejected after DATA)'),
  rule('received', `<= ${SENDER} (?:R=\\S+ )?H=`),
  rule('reject', 'rejected [A-Z]+ from (?:H=)?'),
  rule('connection', 'SMTP connection from (?:H=)?'),
  rule(
    'lost',
    '(?:unexpected disconnection|SMTP command timeout|SMTP data timeout)[a-zA-Z ()]{0,60} (?:from|on connection from) (?:H=)?',
  ),
  rule('lost', 'no MAIL in SMTP connection from (?:H=)?'),
  rule('dropped', '(?:SMTP call|SMTP connection) (?:from|dropped from) (?:H=)?'),
  rule(
    'sync-error',
    String.raw`SMTP protocol synchronization error \([^()]{0,80}\): (?:rejected connection|rejected "[A-Z]+") from H=`,
  ),
  rule('tls-error', 'TLS error on connection from (?:H=)?'),
  rule(
    'refused',
    '(?:Connection|connection|host name alias list|refused connection)[a-z ]{0,40} from (?:H=)?',
  ),
  rule('peer', 'H='),
  { kind: 'no-host-name', pattern: /^(no host name found for IP address )(\S+)$/, field: 'address' },
  { kind: 'delivery', pattern: /^(?:=>|->|\*>|\*\*|==|>>|>|Completed|Frozen|Unfrozen) ?/ },
  { kind: 'received', pattern: /^<= / },
  {
    kind: 'server',
    pattern:
      /^(?:exim \d|daemon |Start queue run|End queue run|pid \d+: |SIGHUP|SMTP command |cwd=|removed by|cancelled by)/i,
  },
];

/** Headers of a refused message in the rejectlog, behind a type letter: the sender's text. */
const REJECTED_HEADER =
  /^(?:[PFRTBICS] (?:Received|From|Reply-To|Sender|To|Cc|Bcc|Message-I[dD]|Return-path): |Envelope-(?:from|to): <)/;

export const exim: LineFormat = {
  name: 'exim',
  recognise(text): Finding | undefined {
    const head = HEAD.exec(text);
    if (head === null) return REJECTED_HEADER.test(text) ? { kind: 'header' } : undefined;
    return applyRules(RULES, text.slice(head[0].length), head[0].length);
  },
};
