// The key that undoes: what the bottom line says it takes back, wherever that was done; in the journal the act under the cursor.

import type { PaneSpec } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import { undoForm } from '../../store/forms.ts';
import { manyHosts } from '../../store/select/hosts.ts';
import { selectJournalTarget } from '../../store/select/target-journal.ts';
import type { Desktop } from './controller.ts';
import { openUndo, undoesFleet } from './fleet-keys.ts';

/** False: it is the last act of this console on the host that is looked at. */
export function undoesSaid(desktop: Desktop, pane: PaneSpec | undefined): boolean {
  const { store, say } = desktop;
  const state = store.getState();
  if (state.readOnly) return false;
  if (pane?.body.kind === 'journal' && selectJournalTarget(state, pane.id) !== undefined) return false;
  const undo = state.modal.notice?.undo;
  if (state.modal.notice?.canUndo !== true || undo === undefined) return undoesFleet(desktop, pane);
  if (undo.kind === 'fleet') {
    openUndo(desktop, undo.jobs);
    return true;
  }
  if (!manyHosts(state.session)) return false;
  if (state.hosts[undo.host] === undefined)
    say(sanitise(`${undo.host} is not in the session any more: nothing was undone`), 'warn');
  else store.dispatch({ kind: 'modal/act-opened', form: undoForm(undo.actId), host: undo.host });
  return true;
}
