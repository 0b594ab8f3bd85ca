// What act keys would take in a jails pane: the address of the event under the cursor, else the last one that was banned.

import type { Net } from '../../core/address.ts';
import type { PaneId } from '../../core/pane.ts';
import type { SetKey } from '../../core/rows.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ActTarget } from '../slice.ts';
import { detailLines, type JailsPane, jailUnderCursor } from '../slices/jails.ts';
import type { ConsoleState } from '../state.ts';

/** `columns` decides nothing here: an event is always one line. */
const ANY_COLUMNS = 80;

export function selectJailsTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const pane = state.jails.panes.get(id);
  const view = pane === undefined ? undefined : jailUnderCursor(state, pane);
  if (pane === undefined || view === undefined) return undefined;
  const net = jailNet(state, pane);
  const set = listOf(state, pane, net);
  const nets = net === undefined ? [] : [net];
  return { nets, origin: sanitise(`jail ${view.label}`, 80), ...(set === undefined ? {} : { set }) };
}

/** In the detail the event under the cursor, in the table the last ban of the jail. */
export function jailNet(state: ConsoleState, pane: JailsPane): Net | undefined {
  const view = jailUnderCursor(state, pane);
  if (pane.open === undefined || view === undefined) return view?.row.lastBan?.net;
  const lines = detailLines(state, pane, ANY_COLUMNS);
  return lines.find(({ key }) => key === pane.lines.key)?.net ?? view.row.lastBan?.net;
}

/** The jail as a set to ban into: of the family of the address, else the first. */
function listOf(state: ConsoleState, pane: JailsPane, net: Net | undefined): SetKey | undefined {
  const lists = jailUnderCursor(state, pane)?.lists ?? [];
  return (lists.find(({ family }) => family === net?.family) ?? lists[0])?.key;
}
