// What the operator saw when a key was pressed: lines may have come and rows may have moved since that frame, but an
// act key means the row that was on screen. Keys typed ahead of the frame count as seen.

import type { PaneSpec } from '../../core/pane.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { LogPane } from '../../store/logs/log-pane.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { WatchPane } from '../../store/watches/watch-pane.ts';

/** `drawn` where the pane's own cursor, marks and filters are as in that frame, else the state of now. */
export function seenState(now: ConsoleState, drawn: ConsoleState, pane: PaneSpec): ConsoleState {
  return isUntouched(now, drawn, pane) ? drawn : now;
}

function isUntouched(now: ConsoleState, drawn: ConsoleState, { id, body }: PaneSpec): boolean {
  switch (body.kind) {
    case 'log':
      return sameView(now.logs.panes.get(id), drawn.logs.panes.get(id));
    case 'bans':
      return now.bans.panes.get(id) === drawn.bans.panes.get(id);
    case 'conntrack':
      return now.conntrack.views[id] === drawn.conntrack.views[id];
    case 'traffic':
      return now.traffic.views[id] === drawn.traffic.views[id];
    case 'jails':
      return now.jails.panes.get(id) === drawn.jails.panes.get(id);
    case 'services':
      return now.services.panes.get(id) === drawn.services.panes.get(id);
    case 'uplinks':
      return now.uplinks.panes.get(id) === drawn.uplinks.panes.get(id);
    case 'journal':
      return now.journal.panes.get(id) === drawn.journal.panes.get(id);
    case 'hosts':
      return now.fleet.hosts.get(id) === drawn.fleet.hosts.get(id);
    case 'all-bans':
      return now.fleet.bans.get(id) === drawn.fleet.bans.get(id);
    case 'host':
    case 'run':
      return true;
    case 'watch':
      return sameWatch(now.watches.panes.get(id), drawn.watches.panes.get(id));
    default:
      return unreachable(body);
  }
}

const VIEW = [
  ...(['frozen', 'cursor', 'top', 'pick', 'lane'] as const),
  ...(['filters', 'filtersOn', 'context', 'search', 'typing'] as const),
] satisfies readonly (keyof LogPane)[];

function sameView(now: LogPane | undefined, drawn: LogPane | undefined): boolean {
  return now !== undefined && drawn !== undefined && VIEW.every((field) => now[field] === drawn[field]);
}

/** A run that came meanwhile put other lines there: the operator saw those of the run before. */
function sameWatch(now: WatchPane | undefined, drawn: WatchPane | undefined): boolean {
  return now?.cursor === drawn?.cursor && now?.pick === drawn?.pick && now?.column === drawn?.column;
}
