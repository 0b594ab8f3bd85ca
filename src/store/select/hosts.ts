// Which host is which: several of them are told apart by name and colour.

import { HOST_COLOURS, type HostId, LOCAL } from '../../core/hosts.ts';
import type { Role } from '../../core/line.ts';
import { hostsOf, type PaneSpec, type Session } from '../../core/pane.ts';

/** With one host alone nobody needs to be told whose a pane is. */
export function manyHosts(session: Session): boolean {
  return hostsOf(session).length > 1;
}

/** The host's colour in the session file, else one by its place there; this machine is plain. */
export function hostInk({ hosts = [] }: Session, id: HostId): Role {
  if (id === LOCAL) return 'strong';
  const at = hosts.findIndex((entry) => entry.id === id);
  const colour = hosts[at]?.colour ?? HOST_COLOURS[Math.max(0, at) % HOST_COLOURS.length];
  return colour === undefined ? 'host' : `host-${colour}`;
}

const OF_MANY: readonly string[] = ['hosts', 'all-bans'];

/** What it shows is not one host's. */
export function showsMany({ body }: PaneSpec): boolean {
  return OF_MANY.includes(body.kind);
}
