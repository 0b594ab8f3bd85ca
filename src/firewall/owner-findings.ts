// What the owner of a set does with it by itself: bans that were put into it by hand may be gone after its next start.

import { formatDuration } from '../core/duration.ts';
import type { Finding, SetInfo } from '../core/rows.ts';
import { safe, sanitise } from '../core/sanitise.ts';

/** An element that somebody adds without a time gets the default of the set. */
export function timeFindings({ defaultTimeout, owner }: SetInfo): readonly Finding[] {
  if (defaultTimeout === undefined || defaultTimeout === 0 || owner === 'opsconsole') return [];
  const says = `a ban that is added without a time of its own ends after ${formatDuration(defaultTimeout)}`;
  return [{ level: 'note', says: sanitise(says) }];
}

export function ownerFindings(set: SetInfo): readonly Finding[] {
  const notes = [...habitsOf(set), ...placeNotes(set)];
  return [...halfFindings(set), ...notes.map((says): Finding => ({ level: 'note', says }))];
}

/** Owners that keep one list for both families, and make both sets when they start. */
const PAIRED = new Set(['sshguard', 'crowdsec']);

function halfFindings({ twin, owner, family, name }: SetInfo): readonly Finding[] {
  if (twin !== undefined || owner === 'firehol') return [];
  const other = family === 4 ? 'IPv6' : 'IPv4';
  if (owner === 'fail2ban') {
    const says = `no set for ${other} beside it: fail2ban makes it with its first ban of such an address`;
    return [{ level: 'note', says: safe(says) }];
  }
  const says = `holds IPv${family} only, and no set for ${other} belongs to ${name}`;
  return [{ level: PAIRED.has(owner) ? 'warning' : 'note', says: sanitise(says) }];
}

/** Only what was seen in a run of the real program, or stands in its manual: docs/backends.md says which. */
function habitsOf({ owner, backend }: SetInfo): readonly Finding['says'][] {
  switch (owner) {
    case 'sshguard':
      return backend === 'nft'
        ? [safe('when sshguard stops it deletes this table: bans added by hand go with it')]
        : [safe('when sshguard stops it empties this set: bans added by hand go with it')];
    case 'firehol':
      return [safe('firehol start and restart make this set anew: bans added by hand are gone then')];
    case 'firewalld':
      return [safe('firewall-cmd --reload takes back what is not in its permanent configuration')];
    default:
      return [];
  }
}

/** `ufw reload` (0.36.2) fills its own chains anew from its files and leaves INPUT as it is. */
function placeNotes({ enforcement }: SetInfo): readonly Finding['says'][] {
  const rule = 'rule' in enforcement ? enforcement.rule : '';
  if (!/^ip6?tables(?:-\w+)? \w+ ufw6?-/.test(rule)) return [];
  return [
    safe('its rule stands in a chain of ufw: ufw reload takes it out, unless it is in the files of ufw'),
  ];
}
