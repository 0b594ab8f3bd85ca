// What the dialog of an act says when its scope is several hosts: on which, and that each of them will be asked.

import type { HostId } from '../../core/hosts.ts';
import type { Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { hostWords } from '../../store/fleet/wanted.ts';

const NAMED = 8;

export function elsewhereLines(
  hosts: readonly HostId[],
): readonly Readonly<{ text: SafeText; role: Role }>[] {
  const count = `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`;
  return [
    { text: sanitise(`on ${count}: ${hostWords(hosts, NAMED)}`, 300), role: 'strong' },
    {
      text: safe('Each host works out its own commands, and refuses what must not be done there.'),
      role: 'dim',
    },
    { text: safe('Nothing runs before they were shown.'), role: 'dim' },
  ];
}
