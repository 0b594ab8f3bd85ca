// What keys take in an uplinks pane: the address under the cursor to follow, the declared tunnel to stop or restart. Acts on addresses
// take none: they are our own, gateways, and those whom the file names.

import type { Net } from '../../core/address.ts';
import type { PaneId, TunnelSpec } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Argv, Thing } from '../../core/services/thing.ts';
import { openUplink, type UplinksPane, uplinkLines, uplinkUnderCursor } from '../slices/uplinks.ts';
import type { ConsoleState } from '../state.ts';

/** How wide the pane is decides which line an address is on, not which address. */
const ANY_COLUMNS = 80;

export function uplinkNet(state: ConsoleState, pane: UplinksPane): Net | undefined {
  if (openUplink(state, pane) === undefined) return uplinkUnderCursor(state, pane)?.net;
  const lines = uplinkLines(state, pane, ANY_COLUMNS);
  return lines.find(({ key }) => key === pane.lines.key)?.net ?? uplinkUnderCursor(state, pane)?.net;
}

/** `declared`: those of the pane's own entry in the session file. */
export function selectTunnel(
  state: ConsoleState,
  id: PaneId,
  declared: readonly TunnelSpec[],
): Thing | SafeText {
  const pane = state.uplinks.panes.get(id);
  const found = pane === undefined ? undefined : uplinkUnderCursor(state, pane);
  if (found?.kind !== 'tunnel') return safe('no tunnel is under the cursor');
  const spec = declared.find(({ name }) => name === found.row.declared?.name);
  if (spec === undefined)
    return sanitise(
      `${found.row.name} is not declared: name it under "tunnels:" of this pane in the session file`,
    );
  return tunnelThing(spec);
}

export function tunnelThing({ name, listen, restart, stop }: TunnelSpec): Thing {
  const status = listen === undefined ? undefined : statusOf(listen);
  return {
    what: 'tunnel',
    name,
    by: {
      kind: 'argv',
      ...(status === undefined ? {} : { status }),
      ...(restart === undefined ? {} : { restart }),
      ...(stop === undefined ? {} : { stop }),
    },
  };
}

/** It runs when somebody takes a connection there; 3 is what managers of services answer for "stopped". */
function statusOf(listen: string): Argv | undefined {
  const [, six, four, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen) ?? [];
  const host = six ?? four;
  if (host === undefined || port === undefined || !/^[\w.:*-]{1,80}$/.test(host)) return undefined;
  const near = host === '*' || host === '0.0.0.0' || host === 'localhost' ? '127.0.0.1' : host;
  return [
    'bash',
    '-c',
    '(exec 3<>"/dev/tcp/$0/$1") 2>/dev/null || exit 3',
    near === '::' ? '::1' : near,
    port,
  ];
}
