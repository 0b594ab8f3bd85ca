// Dovecot 2.2 to 2.4: the login processes and auth, behind syslog or in its own log file.
//
//   imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<a>, method=PLAIN, rip=203.0.113.7, lip=192.0.2.1, …
//   auth: passwd-file(a@b.example,203.0.113.7,<5Xr…>): unknown user
//
// The user name is the peer's text and stands before rip=; behind it come only our address, the TLS state and
// the session. In auth's messages a name that could break out of its place is not taken at all.

import { applyRules, type Rule, type TagFormat } from './format.ts';

const LEVEL = '(?:(?:Info|Warning|Error|Fatal|Panic|Debug): )?';
const PROCESS = String.raw`(?:[\w-]+(?:\([^()\s]*\))?(?:<[^<>\s]*>)*: )?`;
const HEAD = `${PROCESS}${LEVEL}(?:[Ll]ogin: )?`;
const RIP = String.raw`rip=)([^,\s]+)(?:, lip=|,? |$)`;

const login = (kind: string, what: string): Rule => ({
  kind,
  pattern: new RegExp(`^(${HEAD}${what}.*[ ,(]${RIP}`),
  field: 'rip',
});

const RULES: readonly Rule[] = [
  login(
    'auth-failed',
    '(?:Login aborted|Aborted login|Disconnected)[^<>]{0,200}(?:auth failed|[0-9]+ attempts)',
  ),
  login('no-auth', '(?:Login aborted|Aborted login|Disconnected)[^<>]{0,200}no auth attempts'),
  login('disconnected', '(?:Login aborted|Aborted login|Disconnected|Maximum number of connections)'),
  login('accepted', '(?:Login: |Logged in)?user='),
  {
    kind: 'auth-failed',
    pattern: new RegExp(
      String.raw`^(${PROCESS}${LEVEL}(?:conn unix:\S+ \([^()]*\): )?[\w-]+\([^(),\s]*,)([0-9A-Fa-f.:]+)(?:,<[^<>,\s]*>)?\): `,
    ),
    field: 'peer',
  },
];

const TAGS = new Set([
  'dovecot',
  'imap-login',
  'pop3-login',
  'submission-login',
  'managesieve-login',
  'sieve-login',
  'auth',
  'auth-worker',
  'imap',
  'pop3',
  'lmtp',
  'master',
]);

export const dovecot: TagFormat = {
  name: 'dovecot',
  ownsTag: (tag) => TAGS.has(tag),
  recognise: (message, tag) => {
    const finding = applyRules(RULES, message);
    if (finding !== undefined) return finding;
    // "auth" and "master" are common tags of others too; only dovecot's own is owned whole.
    return tag === 'dovecot' || tag.endsWith('-login') ? { kind: 'message' } : undefined;
  },
};
