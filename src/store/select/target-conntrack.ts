// What an act key takes in a conntrack pane: the marked sources, else the one under the cursor, else one timeout.

import type { PaneId } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import { formatFlows } from '../../core/units.ts';
import type { ActTarget } from '../slice.ts';
import { conntrackRows } from '../slices/conntrack.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex } from '../table-cursor.ts';

export function selectConntrackTarget(state: ConsoleState, pane: PaneId): ActTarget | undefined {
  const { conntrack } = state;
  const view = conntrack.views[pane];
  if (view === undefined) return undefined;
  if (view.mode === 'timeouts') {
    const names = conntrack.timeouts.map((row) => row.name);
    const name = names[cursorIndex(view.timeouts, names)];
    if (name === undefined) return undefined;
    return { nets: [], origin: sanitise(`conntrack timeouts, ${name}`), timeout: name };
  }
  if (view.marks.size > 0)
    return {
      nets: [...view.marks.values()],
      origin: sanitise(`conntrack, ${view.marks.size} marked sources`),
    };
  const rows = conntrackRows(conntrack, view);
  const row =
    rows[
      cursorIndex(
        view.flows,
        rows.map((one) => one.net.text),
      )
    ];
  if (row === undefined) return undefined;
  const what = view.grouped ? 'network' : 'source';
  return { nets: [row.net], origin: sanitise(`conntrack, ${what} of ${formatFlows(row.flows)}`) };
}
