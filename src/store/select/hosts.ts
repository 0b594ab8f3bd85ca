// Which host is which: several of them are told apart by name and colour.

import type { UnixMs } from '../../core/brand.ts';
import { formatDuration } from '../../core/duration.ts';
import { HOST_COLOURS, type HostId, type LinkState, LOCAL } from '../../core/hosts.ts';
import type { Role } from '../../core/line.ts';
import { hostsOf, type PaneSpec, type Session } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';

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

/** The line to a host in a few words. */
export function linkWords(link: LinkState | undefined, now: UnixMs): SafeText {
  switch (link?.kind) {
    case undefined:
      return safe('not tried yet');
    case 'local':
      return safe('this machine');
    case 'connecting':
      return safe('connecting');
    case 'up': {
      const rtt = link.rttMs === undefined ? '' : `, ${Math.round(link.rttMs)} ms`;
      return sanitise(`up${rtt}, ${link.system}`);
    }
    case 'down': {
      const age = formatDuration(Math.max(0, Math.round((now - link.since) / 1000)));
      return sanitise(`down for ${age}: ${link.problem.summary}`, 200);
    }
    case 'needs-operator':
      return sanitise(`waits for you: ${link.problem.summary}`, 200);
    default:
      return unreachable(link);
  }
}
