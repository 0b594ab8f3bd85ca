// What an act key would take in a log pane: the underlined address of the cursor line.

import type { PaneId } from '../../core/pane.ts';
import { sanitise } from '../../core/sanitise.ts';
import { cursorLine, pickedAddress } from '../logs/log-pane.ts';
import type { ActTarget } from '../slice.ts';
import type { ConsoleState } from '../state.ts';

/** Undefined when there is no line, or no address that its format names and none picked with Tab. */
export function selectLogTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const pane = state.logs.panes.get(id);
  const line = pane === undefined ? undefined : cursorLine(pane);
  if (pane === undefined || line === undefined) return undefined;
  const picked = pickedAddress(pane, line);
  if (picked === undefined) return undefined;
  const { format, field, all, chosen } = line.reading;
  const file = pane.feed.files[line.file]?.name;
  const named = pane.pick === undefined || picked.net.text === chosen?.text;
  const how = named
    ? field === undefined
      ? 'first address'
      : `field ${field}`
    : `address ${all.indexOf(picked) + 1} of ${all.length}, picked by hand`;
  const where = format === 'unknown' ? 'line of no known format' : format;
  return {
    nets: [picked.net],
    origin: sanitise(`${file === undefined ? '' : `${baseName(file)}, `}${where}, ${how}`, 200),
  };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
