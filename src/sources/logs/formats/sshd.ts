// OpenSSH sshd (and sshd-session, sshd-auth of 9.8 and later), as written by 7.x to 10.x.
//
//   Failed password for invalid user admin from 203.0.113.7 port 50022 ssh2
//   Connection closed by authenticating user root 2001:db8::7 port 50022 [preauth]
//
// The user name is the peer's text and may hold spaces and " from 192.0.2.1 port 1" (strnvis keeps both), so
// messages that end with the address are anchored at their end and ".*" before it takes all it can.

import { applyRules, type Finding, onlyCandidate, type Rule, type TagFormat } from './format.ts';
import { PAM_RULES } from './pam.ts';

const PREAUTH = String.raw`(?: \[preauth\])?$`;
/** With a user name in front there is always a port, which keeps ".*" from eating the address. */
const AT = String.raw`(?:(?:invalid|authenticating) )?user .* )(\S+) port \d+`;
const AT_ALONE = String.raw`)(\S+)(?: port \d+)?`;

const rule = (kind: string, pattern: string, field = 'peer'): Rule => ({
  kind,
  pattern: new RegExp(`^(?:${pattern})`),
  field,
});

/** Ends with the address, port and at most a key's type and fingerprint. */
const FROM_END = String.raw`from )(\S+)(?: port \d+)?(?: ssh\d?)?(?:: \S+ (?:SHA256|SHA1|MD5):\S+)?${PREAUTH}`;

const RULES: readonly Rule[] = [
  rule('failed-password', `(Failed password for .*${FROM_END}`),
  rule('failed-none', `(Failed none for .*${FROM_END}`),
  rule('failed-publickey', `(Failed publickey for .*${FROM_END}`),
  rule('failed-auth', String.raw`(Failed \S+ for .*${FROM_END}`),
  rule('partial-auth', String.raw`(Partial \S+ for .*${FROM_END}`),
  rule('postponed', String.raw`(Postponed \S+ for .*${FROM_END}`),
  rule('accepted', String.raw`(Accepted \S+ for .*${FROM_END}`),
  rule('invalid-user', String.raw`((?:Invalid|Illegal) user .* ?from )(\S+) port \d+$`),
  rule('invalid-user', String.raw`((?:Invalid|Illegal) user .* ?from )(\S+)$`),
  rule('max-auth', `(maximum authentication attempts exceeded for .*${FROM_END}`),
  rule('closed', `(Connection closed by ${AT}${PREAUTH}`),
  rule('closed', `(Connection closed by ${AT_ALONE}${PREAUTH}`),
  rule('reset', `(Connection reset by ${AT}${PREAUTH}`),
  rule('reset', `(Connection reset by ${AT_ALONE}${PREAUTH}`),
  rule('disconnected', `(Disconnected from ${AT}${PREAUTH}`),
  rule('disconnected', `(Disconnected from ${AT_ALONE}${PREAUTH}`),
  rule('received-disconnect', String.raw`(Received disconnect from )(\S+) port \d+: ?\d+:`),
  rule('received-disconnect', String.raw`(Received disconnect from )(\S+): \d+:`),
  rule('no-negotiation', String.raw`(Unable to negotiate with )(\S+?)(?: port \d+)?: `),
  rule('no-identification', String.raw`(Did not receive identification string from )(\S+)(?: port \d+)?$`),
  rule(
    'bad-protocol',
    String.raw`(Bad protocol version identification .* from )(\S+)(?: port \d+)?${PREAUTH}`,
  ),
  rule('bad-protocol', String.raw`(Protocol major versions differ for )(\S+)(?: port \d+)?: `),
  rule('banner-exchange', String.raw`(banner exchange: Connection from )(\S+) port \d+: `),
  rule('kex-exchange', 'kex_exchange_identification: '),
  rule('fatal', String.raw`(ssh_dispatch_run_fatal: Connection from )(\S+) port \d+: `),
  rule(
    'fatal',
    String.raw`(ssh_dispatch_run_fatal: Connection from (?:invalid|authenticating) user .* )(\S+) port \d+: [A-Za-z ]+${PREAUTH}`,
  ),
  rule(
    'timeout',
    String.raw`(Timeout before authentication for (?:connection from )?)(\S+)(?: port \d+| to \S+, pid = \d+)$`,
  ),
  rule('dropped', String.raw`(drop connection #\d+ from \[)([^\]\s]+)\]:\d+ on \[`),
  rule('connection', String.raw`(Connection from )(\S+) port \d+ on `),
  rule('not-allowed', String.raw`(User \S+ from )(\S+) not allowed because `),
  rule('pam-failure', String.raw`(PAM: .* from )(\S+)$`),
  rule('session', String.raw`(Starting session: .* for \S+ from )(\S+) port \d+ id \d+$`),
  rule('session', String.raw`(Close session: user \S+ from )(\S+) port \d+ id \d+$`),
  rule('reverse-mapping', String.raw`(reverse mapping checking getaddrinfo for \S+ \[)([^\]\s]+)\] failed`),
  rule('reverse-mapping', String.raw`(Address )(\S+) maps to \S+, but this does not map back`),
  rule('reverse-mapping', String.raw`(Nasty PTR record "\S+" is set up for )(\S+), ignoring`),
  rule('server', 'Server listening on |Received signal |Received SIGHUP|Exiting on signal'),
  ...PAM_RULES,
];

/** A certificate's key id stands behind the address and is the peer's text, as is the user name before it. */
const AUTH_RESULT = /^(?:Failed|Accepted|Partial|Postponed) \S+ for /;
const CERTIFICATE = / \(serial \d+\) CA \S+ \S+$/;
const CERTIFICATE_PLACE = /( from )(\S+) port \d+ ssh2: \S+-CERT (?=\S+ ID |ID )/g;
/** Some reasons repeat user and service names of the peer, which also stand before the address. */
const DISCONNECTING = /^Disconnecting /;
const DISCONNECTING_PLACE = /((?: |^Disconnecting ))(\S+) port \d+: /g;
const LEVEL = /^(?:error|fatal|warning|debug\d): /;

export const sshd: TagFormat = {
  name: 'sshd',
  ownsTag: (tag) => /^(?:\S*\/)?sshd(?:-session|-auth)?$/.test(tag),
  recognise(text): Finding {
    const skip = LEVEL.exec(text)?.[0].length ?? 0;
    const message = skip === 0 ? text : text.slice(skip);
    if (AUTH_RESULT.test(message) && CERTIFICATE.test(message)) {
      const kind = message.startsWith('Accepted ') ? 'accepted' : 'failed-publickey';
      return shifted(
        onlyCandidate(message, CERTIFICATE_PLACE, { kind, pattern: CERTIFICATE, field: 'peer' }),
        skip,
      );
    }
    if (DISCONNECTING.test(message)) {
      const kind = message.includes(': Too many authentication failures')
        ? 'too-many-failures'
        : 'disconnecting';
      const names = { kind, pattern: DISCONNECTING, field: 'peer' };
      return shifted(onlyCandidate(message, DISCONNECTING_PLACE, names), skip);
    }
    return applyRules(RULES, message, skip) ?? { kind: 'message' };
  },
};

function shifted(finding: Finding, by: number): Finding {
  if (finding.token === undefined || by === 0) return finding;
  const { start, end, field } = finding.token;
  return { ...finding, token: { start: start + by, end: end + by, field } };
}
