// Which hosts a pane or an act over several means: the names of hosts and groups as they are written.

import type { HostId } from '../../core/hosts.ts';
import { hostsOf, type Session } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

/** Every host of the session. Nobody's name. */
export const ALL = 'all';

/** In the order of the session; no names: all. What the session does not know is nobody. */
export function hostsWanted(session: Session, names: readonly string[]): readonly HostId[] {
  const all = hostsOf(session);
  if (names.length === 0 || names.includes(ALL)) return all;
  const wanted = new Set<string>(
    names.flatMap((name): readonly string[] => {
      const group = session.groups?.find((one) => one.name === name);
      return group?.hosts ?? [name];
    }),
  );
  return all.filter((id) => wanted.has(id));
}

/** A scope of acts: a group, or all; `label` with how many there are. */
export type Scope = Readonly<{ label: SafeText; hosts: readonly HostId[] }>;

/** Groups, then all; nothing where there is only one host. */
export function scopesOf(session: Session): readonly Scope[] {
  const all = hostsOf(session);
  if (all.length < 2) return [];
  const groups = (session.groups ?? []).flatMap(({ name }): readonly Scope[] => {
    const hosts = hostsWanted(session, [name]);
    return hosts.length === 0 ? [] : [{ label: sanitise(`${name} (${hosts.length})`, 40), hosts }];
  });
  return [...groups, { label: sanitise(`all (${all.length})`), hosts: all }];
}

/** "rolly", "rolly, edge1", "rolly, edge1 and 4 more". */
export function hostWords(hosts: readonly HostId[], most = 3): SafeText {
  const shown = hosts.length <= most ? hosts : hosts.slice(0, most - 1);
  const rest = hosts.length - shown.length;
  return sanitise(`${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`, 200);
}
