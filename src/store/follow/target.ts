// The address under the cursor of a pane: what the key of following takes. Marks are for acts and do not count here.

import type { Net } from '../../core/address.ts';
import type { PaneSpec } from '../../core/pane.ts';
import { unreachable } from '../../core/unreachable.ts';
import { cursorAt, paneTable } from '../bans/bans-pane.ts';
import { itemAt, keyOf } from '../bans/table.ts';
import { addressUnderCursor } from '../fleet/all-bans-pane.ts';
import { cursorLine, pickedAddress } from '../logs/log-pane.ts';
import { jailNet } from '../select/target-jails.ts';
import { selectJournalTarget } from '../select/target-journal.ts';
import { uplinkNet } from '../select/target-uplinks.ts';
import { conntrackRows } from '../slices/conntrack.ts';
import { talkersOf } from '../slices/traffic.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex, type TableCursor } from '../table-cursor.ts';
import { watchAddress } from '../watches/watch-pane.ts';
import { isRelated, netsOfAct } from './match.ts';

export function selectFollowTarget(state: ConsoleState, { id, body }: PaneSpec): Net | undefined {
  switch (body.kind) {
    case 'log': {
      const pane = state.logs.panes.get(id);
      const line = pane === undefined ? undefined : cursorLine(pane);
      return pane === undefined || line === undefined ? undefined : pickedAddress(pane, line)?.net;
    }
    case 'bans': {
      const pane = state.bans.panes.get(id);
      if (pane === undefined) return undefined;
      const table = paneTable(pane, state.bans);
      const item = itemAt(table, cursorAt(pane, table));
      return item === undefined ? undefined : keyOf(item).net;
    }
    case 'conntrack': {
      const view = state.conntrack.views[id];
      return view?.mode === 'flows'
        ? underCursor(conntrackRows(state.conntrack, view), view.flows)
        : undefined;
    }
    case 'traffic': {
      const view = state.traffic.views[id];
      return view === undefined ? undefined : underCursor(talkersOf(state), view.cursor);
    }
    case 'jails': {
      const pane = state.jails.panes.get(id);
      return pane === undefined ? undefined : jailNet(state, pane);
    }
    case 'uplinks': {
      const pane = state.uplinks.panes.get(id);
      return pane === undefined ? undefined : uplinkNet(state, pane);
    }
    case 'journal':
      return ofAct(state, id);
    case 'watch': {
      const pane = state.watches.panes.get(id);
      return pane === undefined ? undefined : watchAddress(pane)?.net;
    }
    case 'all-bans': {
      const pane = state.fleet.bans.get(id);
      return pane === undefined ? undefined : addressUnderCursor(state, pane);
    }
    case 'hosts':
    case 'services':
    case 'host':
    case 'run':
      return undefined;
    default:
      return unreachable(body);
  }
}

function underCursor(rows: readonly Readonly<{ net: Net }>[], cursor: TableCursor): Net | undefined {
  const keys = rows.map(({ net }) => net.text);
  return rows[cursorIndex(cursor, keys)]?.net;
}

/** Of an act on several addresses the first, unless it is on the one that is followed already. */
function ofAct(state: ConsoleState, id: PaneSpec['id']): Net | undefined {
  const row = selectJournalTarget(state, id);
  if (row === undefined) return undefined;
  const nets = netsOfAct(row);
  const followed = state.follow.followed?.net;
  const same = followed === undefined ? undefined : nets.find((net) => isRelated(followed, net));
  return same === undefined ? nets[0] : followed;
}
