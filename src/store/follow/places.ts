// Every place where the followed address stands, pane by pane in the order of the windows, and the way from one to the
// next. Asked for at a key, never for a frame.

import type { Net } from '../../core/address.ts';
import { memberNet } from '../../core/members.ts';
import type { PaneSpec } from '../../core/pane.ts';
import { unreachable } from '../../core/unreachable.ts';
import { rowsCovering } from '../bans/address-index.ts';
import { type BansPane, cursorAt, paneTable } from '../bans/bans-pane.ts';
import { findItem } from '../bans/table.ts';
import { findFleetRow } from '../fleet/all-bans.ts';
import { type AllBansPane, allBansCursor, allBansTable } from '../fleet/all-bans-pane.ts';
import { type LogPane, laneOf, cursorIndex as lineCursor, paneShown, sideBySide } from '../logs/log-pane.ts';
import { lineAt } from '../logs/shown.ts';
import { jailViews } from '../select/jails.ts';
import { uplinkRows } from '../select/uplinks.ts';
import { conntrackRows } from '../slices/conntrack.ts';
import { detailLines, type JailsPane } from '../slices/jails.ts';
import { journalCursor } from '../slices/journal.ts';
import { talkersOf } from '../slices/traffic.ts';
import { type UplinksPane, uplinkLines } from '../slices/uplinks.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex, type TableCursor } from '../table-cursor.ts';
import { shownRun, type WatchPane, watchCursor } from '../watches/watch-pane.ts';
import { rowsInside } from './inside.ts';
import { actTouches, followHits, isRelated } from './match.ts';

/** `lane`: of a log side by side, else 0. `index`: of the line or row as the pane shows it. */
export type Place = Readonly<{ lane: number; index: number }>;
/** `at`: where its cursor is. */
export type PanePlaces = Readonly<{ places: readonly Place[]; at: Place }>;

/** How wide the pane is does not move its events. */
const ANY_COLUMNS = 80;
const NOWHERE: PanePlaces = { places: [], at: { lane: 0, index: -1 } };

export function placesIn(state: ConsoleState, { id, body }: PaneSpec, net: Net): PanePlaces {
  switch (body.kind) {
    case 'log': {
      const pane = state.logs.panes.get(id);
      return pane === undefined ? NOWHERE : inLog(pane, net);
    }
    case 'bans': {
      const pane = state.bans.panes.get(id);
      return pane === undefined ? NOWHERE : inBans(state, pane, net);
    }
    case 'conntrack': {
      const view = state.conntrack.views[id];
      return view?.mode === 'flows'
        ? inTable(conntrackRows(state.conntrack, view), view.flows, net)
        : NOWHERE;
    }
    case 'traffic': {
      const view = state.traffic.views[id];
      return view === undefined ? NOWHERE : inTable(talkersOf(state), view.cursor, net);
    }
    case 'journal': {
      const pane = state.journal.panes.get(id);
      const rows = state.journal.rows ?? [];
      if (pane === undefined) return NOWHERE;
      const touched = rows.flatMap((row, index) => (actTouches(row, net) ? [{ lane: 0, index }] : []));
      return { places: touched, at: { lane: 0, index: journalCursor(pane, rows) } };
    }
    case 'uplinks': {
      const pane = state.uplinks.panes.get(id);
      return pane === undefined ? NOWHERE : inUplinks(state, pane, net);
    }
    case 'jails': {
      const pane = state.jails.panes.get(id);
      return pane === undefined ? NOWHERE : inJails(state, pane, net);
    }
    case 'watch': {
      const pane = state.watches.panes.get(id);
      return pane === undefined ? NOWHERE : inWatch(pane, net);
    }
    case 'all-bans': {
      const pane = state.fleet.bans.get(id);
      return pane === undefined ? NOWHERE : inAllBans(state, pane, net);
    }
    case 'hosts':
    case 'services':
    case 'host':
    case 'run':
      return NOWHERE;
    default:
      return unreachable(body);
  }
}

function inLog(pane: LogPane, net: Net): PanePlaces {
  const lanes = sideBySide(pane) ? pane.feed.files.map((_, lane) => lane) : [undefined];
  const places = lanes.flatMap((lane) => {
    const shown = paneShown(pane, lane);
    const found: Place[] = [];
    for (let index = 0; index < shown.length; index++) {
      const line = lineAt(shown, index);
      if (line !== undefined && followHits(line.chunk, net)[line.index] === 1)
        found.push({ lane: lane ?? 0, index });
    }
    return found;
  });
  const lane = sideBySide(pane) ? laneOf(pane) : 0;
  return { places, at: { lane, index: lineCursor(pane, paneShown(pane)) } };
}

function inBans(state: ConsoleState, pane: BansPane, net: Net): PanePlaces {
  const table = paneTable(pane, state.bans);
  const indexes = table.parts.flatMap(({ set, members }) =>
    [...new Set([...rowsCovering(members, net), ...rowsInside(members, net)])].flatMap((row) => {
      const index = findItem(table, { set: set.key, net: memberNet(members, row) });
      return index === undefined ? [] : [index];
    }),
  );
  const places = indexes.sort((a, b) => a - b).map((index) => ({ lane: 0, index }));
  return { places, at: { lane: 0, index: cursorAt(pane, table) } };
}

function inAllBans(state: ConsoleState, pane: AllBansPane, net: Net): PanePlaces {
  const table = allBansTable(state, pane);
  const nets = table.parts.flatMap(({ members }) =>
    [...new Set([...rowsCovering(members, net), ...rowsInside(members, net)])].map((row) =>
      memberNet(members, row),
    ),
  );
  const indexes = new Set(nets.flatMap((one) => findFleetRow(table, one) ?? []));
  const places = [...indexes].sort((a, b) => a - b).map((index) => ({ lane: 0, index }));
  return { places, at: { lane: 0, index: allBansCursor(pane, table) } };
}

function inTable(rows: readonly Readonly<{ net: Net }>[], cursor: TableCursor, net: Net): PanePlaces {
  const places = rows.flatMap((row, index) => (isRelated(net, row.net) ? [{ lane: 0, index }] : []));
  const keys = rows.map((row) => row.net.text);
  return { places, at: { lane: 0, index: cursorIndex(cursor, keys) } };
}

/** In the detail the events of the address, in the table the jails that banned it last. */
function inJails(state: ConsoleState, pane: JailsPane, net: Net): PanePlaces {
  const nets =
    pane.open === undefined
      ? jailViews(state, pane.order).map(({ row }) => row.lastBan?.net)
      : detailLines(state, pane, ANY_COLUMNS).map((line) => line.net);
  const places = nets.flatMap((one, index) =>
    one !== undefined && isRelated(net, one) ? [{ lane: 0, index }] : [],
  );
  const at = pane.open === undefined ? pane.cursor : pane.lines;
  return { places, at: { lane: 0, index: at.index } };
}

/** In the detail the lines with the address, in the table its rows. */
function inUplinks(state: ConsoleState, pane: UplinksPane, net: Net): PanePlaces {
  const open = pane.open !== undefined;
  const nets = (open ? uplinkLines(state, pane, ANY_COLUMNS) : uplinkRows(state)).map((one) => one.net);
  const places = nets.flatMap((one, index) =>
    one !== undefined && isRelated(net, one) ? [{ lane: 0, index }] : [],
  );
  return { places, at: { lane: 0, index: (open ? pane.lines : pane.cursor).index } };
}

function inWatch(pane: WatchPane, net: Net): PanePlaces {
  const lines = [...(shownRun(pane)?.addresses ?? [])].filter(([, found]) =>
    found.some((one) => isRelated(net, one.net)),
  );
  const places = lines.map(([index]) => ({ lane: 0, index })).sort((a, b) => a.index - b.index);
  return { places, at: { lane: 0, index: watchCursor(pane) } };
}

const order = (a: Place, b: Place): number => a.lane - b.lane || a.index - b.index;

/** `number` of `total` in that pane, from 1. `wrapped`: the way went round the end of the last pane. */
export type Stop = Readonly<{
  pane: PaneSpec;
  place: Place;
  number: number;
  total: number;
  wrapped: boolean;
}>;

/** The next place after the cursor of `from`, through the panes in order and round; undefined when there is none. */
export function nextStop(
  state: ConsoleState,
  net: Net,
  way: Readonly<{ from: PaneSpec | undefined; step: 1 | -1 }>,
): Stop | undefined {
  const panes = state.session.windows.flatMap((window) => window.panes);
  const { step } = way;
  const start = panes.findIndex(({ id }) => id === way.from?.id);
  for (let moved = 0; moved <= panes.length; moved++) {
    const raw = Math.max(0, start) + step * moved;
    const at = ((raw % panes.length) + panes.length) % panes.length;
    const pane = panes[at];
    if (pane === undefined) return undefined;
    const { places, at: cursor } = placesIn(state, pane, net);
    // The pane of the start comes first with what lies ahead in it, and last with all.
    const ahead = moved > 0 || start < 0 ? places : places.filter((place) => order(place, cursor) * step > 0);
    const place = step > 0 ? ahead[0] : ahead.at(-1);
    if (place === undefined) continue;
    const number = places.indexOf(place) + 1;
    return { pane, place, number, total: places.length, wrapped: raw !== at };
  }
  return undefined;
}
