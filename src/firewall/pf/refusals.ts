// What pfctl says when it refuses (FreeBSD 13 to 15, OpenBSD 7.x), in words that help.
//   pfctl: Cannot allocate memory.
//   pfctl: DIOCSETLIMIT (states): Permission denied          (OpenBSD 7.7 and later: noise behind the real message)

import { type Problem, problem } from '../../core/problem.ts';

export function explainPfRefusal(refusal: Problem): Problem {
  const detail = (refusal.detail ?? '')
    .split('\n')
    .filter((line) => !/DIOCSETLIMIT|ALTQ/.test(line))
    .join('\n');
  const say = (code: Problem['code'], summary: string, hint: string): Problem =>
    problem(code, summary, { hint, detail });
  if (/\/dev\/pf: Permission denied|Failed to open netlink/.test(detail))
    return say('not-permitted', 'pf may be changed by root only', 'run opsconsole as root');
  if (/\/dev\/pf: No such file/.test(detail))
    return say(
      'refused',
      'pf is not loaded: there is no /dev/pf',
      'FreeBSD: kldload pf, pf_enable="YES" in rc.conf',
    );
  if (/Cannot allocate memory/.test(detail))
    return say(
      'refused',
      'pf has no room for more addresses: the limit counts all tables together',
      'raise `set limit table-entries` in pf.conf (`pfctl -s memory` shows it), or unban what is no longer needed',
    );
  if (/request_maxcount/.test(detail))
    return say('refused', 'too many addresses in one call of pfctl', 'sysctl net.pf.request_maxcount');
  if (/Operation not permitted/.test(detail))
    return say(
      'refused',
      'pf refuses: the table is constant, or the securelevel forbids it',
      '`pfctl -v -s Tables` shows a c for constant; `sysctl kern.securelevel`',
    );
  if (/(?:Table|Anchor) does not exist/.test(detail))
    return say('not-found', 'the table is gone', 'look at it again');
  return refusal;
}
