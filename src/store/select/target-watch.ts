// What an act key would take in a watch pane: the underlined address of the cursor line.

import type { PaneId } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ActTarget } from '../slice.ts';
import type { ConsoleState } from '../state.ts';
import { shownRun, watchAddress, watchCursor } from '../watches/watch-pane.ts';

/** Output of a command has no known format: nothing says which of its addresses is the peer, so that is said. */
export function selectWatchTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const pane = state.watches.panes.get(id);
  const found = pane === undefined ? undefined : watchAddress(pane);
  if (pane === undefined || found === undefined) return undefined;
  const line = watchCursor(pane);
  const all = shownRun(pane)?.addresses.get(line) ?? [];
  const which = all.length > 1 ? `, address ${all.indexOf(found) + 1} of ${all.length}` : '';
  const { command } = pane.spec;
  const text = command.kind === 'argv' ? command.argv.join(' ') : command.line;
  return { nets: [found.net], origin: sanitise(`line ${line + 1}${which} of: ${text}`, 200) };
}
