// Which act the journal pane's cursor is on, for undo.

import type { JournalRow } from '../../core/act.ts';
import type { PaneId } from '../../core/pane.ts';
import { journalCursor } from '../slices/journal.ts';
import type { ConsoleState } from '../state.ts';

/** The act shown in full, or the one under the cursor. `canUndo` of the row says whether undo can reverse it. */
export function selectJournalTarget(state: ConsoleState, id: PaneId): JournalRow | undefined {
  const pane = state.journal.panes.get(id);
  const rows = state.journal.rows ?? [];
  if (pane === undefined) return undefined;
  const open = pane.open === undefined ? undefined : rows.find((row) => row.id === pane.open);
  return open ?? rows[journalCursor(pane, rows)];
}
