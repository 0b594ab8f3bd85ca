// What an act key would take in a log pane: the underlined address of the cursor line.

import type { PaneId } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import { cursorLine, pickedAddress } from '../logs/log-pane.ts';
import type { ActTarget } from '../slice.ts';
import type { ConsoleState } from '../state.ts';

/** In front, where a long name of a file does not push it out of the dialog. */
const FORWARDED = 'forwarded, could be forged: ';

/**
 * Undefined when there is no line, or no address that its format names and none picked with Tab. A line with a
 * forwarded-for list gives no address unpicked, but says why.
 */
export function selectLogTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const pane = state.logs.panes.get(id);
  const line = pane === undefined ? undefined : cursorLine(pane);
  if (pane === undefined || line === undefined) return undefined;
  const picked = pickedAddress(pane, line);
  const { format, field, all, chosen, forwarded } = line.reading;
  const file = pane.feed.files[line.file]?.name;
  const kind = format === 'unknown' ? 'line of no known format' : format;
  const where = file === undefined ? kind : `${baseName(file)}, ${kind}`;
  if (picked === undefined) {
    if (forwarded === undefined) return undefined;
    return { nets: [], origin: sanitise(`${FORWARDED}${where}; Tab picks an address`, 200) };
  }
  const named = pane.pick === undefined || picked.net.text === chosen?.text;
  const how = named
    ? field === undefined
      ? 'first address'
      : `field ${field}`
    : `address ${all.indexOf(picked) + 1} of ${all.length}, picked by hand`;
  const doubt = forwarded === undefined ? '' : FORWARDED;
  return { nets: [picked.net], origin: sanitise(`${doubt}${where}, ${how}`, 200) };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
