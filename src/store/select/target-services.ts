// What the keys for start, stop and restart take in a pane: the declared thing under the cursor, or why there is none.

import type { PaneSpec } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Thing } from '../../core/services/thing.ts';
import { serviceUnderCursor } from '../slices/services.ts';
import type { ConsoleState } from '../state.ts';
import { selectTunnel } from './target-uplinks.ts';

export function selectThing(state: ConsoleState, pane: PaneSpec | undefined): Thing | SafeText {
  if (pane?.body.kind === 'uplinks') return selectTunnel(state, pane.id, pane.body.tunnels);
  if (pane?.body.kind !== 'services')
    return safe('start, stop and restart belong to a services or an uplinks pane');
  const row = serviceUnderCursor(state, pane.id);
  if (row === undefined) return safe('no service is under the cursor');
  return row.thing ?? sanitise(`${row.name} is not declared: name it under "services:" in the session file`);
}
