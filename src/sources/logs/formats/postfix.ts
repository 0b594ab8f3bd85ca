// Postfix smtpd and postscreen (2.8 to 3.10); the other daemons only so that a relay is never taken for a
// peer.
//
//   NOQUEUE: reject: RCPT from unknown[203.0.113.7]: 554 5.7.1 <a@b>: Relay access denied; from=<c@d> to=<a@b> …
//   PREGREET 11 after 0.08 from [203.0.113.7]:50022: EHLO there\r\n
//
// The peer's text (HELO, sender, recipient, commands) always stands behind the address, so patterns are
// anchored at the start. The name before "[" comes from DNS; smtpd lets only the characters of host names
// through.

import { applyRules, type Rule, type TagFormat } from './format.ts';

const NAME = String.raw`[A-Za-z0-9._-]*\[`;
const AT = String.raw`([^\]\s]+)\](?::\d+)?`;

const rule = (kind: string, before: string, after = ''): Rule => ({
  kind,
  pattern: new RegExp(`^(${before}${NAME})${AT}${after}`),
  field: 'client',
});

const SMTPD_RULES: readonly Rule[] = [
  rule('connect', 'connect from '),
  rule('disconnect', 'disconnect from '),
  rule('lost-connection', String.raw`lost connection after \S+(?: \([^)]*\))? from `),
  rule('timeout', String.raw`timeout after \S+(?: \([^)]*\))? from `),
  rule('auth-failed', 'warning: ', String.raw`: SASL \S+ authentication (?:failed|aborted)`),
  rule('reject', String.raw`[0-9A-Za-z]+: (?:milter-)?reject(?:_warning)?: \S+(?: \S+)? from `),
  rule('accepted', '[0-9A-Za-z]+: client='),
  rule('hold', String.raw`[0-9A-Za-z]+: (?:hold|warn|filter|redirect|discard|prepend): \S+ from `),
  rule('too-many-errors', String.raw`too many errors after \S+(?: \([^)]*\))? from `),
  rule('tls-error', 'SSL_accept error from '),
  rule('tls', String.raw`(?:setting up|\w+) TLS connection (?:established )?from `),
  rule('pipelining', String.raw`improper command pipelining after \S+ from `),
  rule('non-smtp', 'warning: non-SMTP command from '),
  rule('rate-limit', String.raw`warning: [A-Z][\w ]{3,40} limit exceeded: \d+ from `),
  rule('warning', 'warning: ', ': '),
  {
    kind: 'hostname-mismatch',
    pattern: /^(warning: hostname \S+ does not resolve to address )(\S+?)(?:: |$)/,
    field: 'client',
  },
];

const SCREEN = String.raw`(?:from |for )?\[`;
const screen = (kind: string, before: string): Rule => ({
  kind,
  pattern: new RegExp(`^(${before}${SCREEN})${AT}`),
  field: 'client',
});

const POSTSCREEN_RULES: readonly Rule[] = [
  screen('connect', 'CONNECT '),
  screen('pregreet', String.raw`PREGREET \d+ after [\d.]+ `),
  screen('dnsbl', String.raw`DNSBL rank -?\d+ `),
  screen('reject', String.raw`[0-9A-Za-z]+: reject: \S+ `),
  screen('hangup', String.raw`HANGUP after [\d.]+ `),
  screen('disconnect', 'DISCONNECT '),
  screen('pass', '(?:PASS (?:NEW|OLD)|WHITELISTED|ALLOWLISTED) '),
  screen('denied', '(?:BLACKLISTED|DENYLISTED) '),
  screen('veto', '(?:WHITELIST|ALLOWLIST) VETO '),
  screen(
    'protocol-error',
    '(?:COMMAND (?:TIME|COUNT|LENGTH) LIMIT|COMMAND PIPELINING|NON-SMTP COMMAND|BARE NEWLINE) ',
  ),
];

const TAG = /^postfix(?:-[\w-]+)?\/(?:[\w-]+\/)?([\w-]+)$/;

export const postfix: TagFormat = {
  name: 'postfix',
  ownsTag: (tag) => TAG.test(tag) && !tag.endsWith('/postscreen'),
  recognise(message, tag) {
    // Only smtpd talks to peers; the host[address] of smtp(8), lmtp(8), qmgr(8) is where mail goes to.
    if (!tag.endsWith('/smtpd')) return { kind: 'internal' };
    return applyRules(SMTPD_RULES, message) ?? { kind: 'message' };
  },
};

export const postscreen: TagFormat = {
  name: 'postscreen',
  ownsTag: (tag) => TAG.test(tag) && tag.endsWith('/postscreen'),
  recognise: (message) => applyRules(POSTSCREEN_RULES, message) ?? { kind: 'message' },
};
