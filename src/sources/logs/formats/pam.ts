// PAM's own messages, which every program that asks PAM writes under its own tag (Linux-PAM 1.3 to 1.6).
//
//   pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root
//   PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7  user=root
//
// The user comes last and is the peer's text; all fields before rhost are written without spaces.

import type { Rule, TagFormat } from './format.ts';
import { applyRules } from './format.ts';

const FIELDS = String.raw`logname=\S* uid=\d+ euid=\d+ tty=\S* ruser=\S* rhost=`;

export const PAM_RULES: readonly Rule[] = [
  {
    kind: 'pam-failure',
    pattern: new RegExp(
      String.raw`^(pam_\w+\([\w.-]+:auth\): authentication failure; ${FIELDS})(\S*)(?: |$)`,
    ),
    field: 'rhost',
  },
  {
    kind: 'pam-failure',
    pattern: new RegExp(String.raw`^(PAM \d+ more authentication failures?; ${FIELDS})(\S*)(?: |$)`),
    field: 'rhost',
  },
  { kind: 'session', pattern: /^pam_\w+\([\w.-]+:session\): / },
  { kind: 'pam', pattern: /^pam_\w+\([\w.-]+:\w+\): / },
];

/** Behind any tag that no other format owns. */
export const pam: TagFormat = {
  name: 'pam',
  ownsTag: () => true,
  recognise: (message) => applyRules(PAM_RULES, message),
};
