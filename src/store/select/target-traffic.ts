// What an act key takes in a traffic pane: the marked talkers, else the one under the cursor.

import type { PaneId } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import { formatBytes } from '../../core/units.ts';
import type { ActTarget } from '../slice.ts';
import { talkersOf } from '../slices/traffic.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex } from '../table-cursor.ts';

export function selectTrafficTarget(state: ConsoleState, pane: PaneId): ActTarget | undefined {
  const view = state.traffic.views[pane];
  if (view === undefined) return undefined;
  if (view.marks.size > 0)
    return { nets: [...view.marks.values()], origin: sanitise(`traffic, ${view.marks.size} marked talkers`) };
  const talkers = talkersOf(state);
  const row =
    talkers[
      cursorIndex(
        view.cursor,
        talkers.map((one) => one.net.text),
      )
    ];
  if (row === undefined) return undefined;
  return { nets: [row.net], origin: sanitise(`traffic, talker with ${formatBytes(row.bytes)}`) };
}
