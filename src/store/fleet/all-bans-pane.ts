// The state of one all-bans pane and its keys: cursor, marks, filter, order, and one address host by host.

import type { Net } from '../../core/address.ts';
import type { HostId } from '../../core/hosts.ts';
import type { Intent } from '../../core/intent.ts';
import type { AllBansSpec, PaneId } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { rowOf } from '../bans/address-index.ts';
import type { ActTarget } from '../slice.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex, FIRST_ROW, moveCursor, pointed, type TableCursor } from '../table-cursor.ts';
import {
  FLEET_SORTS,
  type FleetRow,
  type FleetSort,
  type FleetTable,
  findFleetRow,
  fleetRowAt,
  fleetTable,
} from './all-bans.ts';
import { hostsWanted } from './wanted.ts';

/** `cursor.net` follows its row. `open`: the address that is shown host by host; `lines`: the cursor among its lines. */
export type AllBansPane = Readonly<{
  spec: AllBansSpec;
  filter: string;
  sort: FleetSort;
  reverse: boolean;
  cursor: Readonly<{ net: Net | undefined; index: number }>;
  marks: ReadonlyMap<string, Net>;
  open: Net | undefined;
  lines: TableCursor;
  notice: SafeText | undefined;
}>;

export const ALL_BANS_HEAD_ROWS = 1;
const MARKS_MAX = 10_000;

export function newAllBansPane(spec: AllBansSpec): AllBansPane {
  return {
    ...{ spec, filter: '', sort: 'address', reverse: false, cursor: { net: undefined, index: 0 } },
    ...{ marks: new Map(), open: undefined, lines: FIRST_ROW, notice: undefined },
  };
}

export function allBansHosts(state: ConsoleState, pane: AllBansPane): readonly HostId[] {
  return hostsWanted(state.session, pane.spec.hosts);
}

export function allBansTable(state: ConsoleState, pane: AllBansPane): FleetTable {
  const { filter, sort, reverse } = pane;
  return fleetTable(state, { hosts: allBansHosts(state, pane), filter, sort, reverse });
}

export function allBansCursor({ cursor }: AllBansPane, table: FleetTable): number {
  const found = cursor.net === undefined ? undefined : findFleetRow(table, cursor.net);
  return found ?? Math.min(Math.max(0, cursor.index), table.rows.length - 1);
}

/** One line for what could not be read. */
export function allBansRows(rows: number): number {
  return Math.max(1, rows - ALL_BANS_HEAD_ROWS - (rows >= 5 ? 1 : 0));
}

export function openRow({ open }: AllBansPane, table: FleetTable): FleetRow | undefined {
  if (open === undefined) return undefined;
  const at = findFleetRow(table, open);
  return (at === undefined ? undefined : fleetRowAt(table, at)) ?? { net: open, elements: [] };
}

export function addressUnderCursor(state: ConsoleState, pane: AllBansPane): Net | undefined {
  if (pane.open !== undefined) return pane.open;
  const table = allBansTable(state, pane);
  return fleetRowAt(table, allBansCursor(pane, table))?.net;
}

export function selectAllBansTarget(state: ConsoleState, id: PaneId): ActTarget | undefined {
  const pane = state.fleet.bans.get(id);
  if (pane === undefined) return undefined;
  const one = addressUnderCursor(state, pane);
  const { parts } = allBansTable(state, pane);
  // A mark on a row that is gone must not reach an act.
  const marked = [...pane.marks.values()].filter((net) =>
    parts.some(({ members }) => rowOf(members, net) !== undefined),
  );
  const nets = marked.length > 0 ? marked : one === undefined ? [] : [one];
  if (nets.length === 0) return undefined;
  const words = nets.length === 1 ? 'bans of all hosts' : `${groupDigits(nets.length)} marked rows`;
  return { nets, origin: sanitise(words) };
}

export function heldInAllBans(pane: AllBansPane, seen: ConsoleState): AllBansPane {
  const table = allBansTable(seen, pane);
  return goTo(pane, table, allBansCursor(pane, table));
}

function goTo(pane: AllBansPane, table: FleetTable, to: number): AllBansPane {
  const index = Math.max(0, Math.min(to, table.rows.length - 1));
  return { ...pane, cursor: { net: fleetRowAt(table, index)?.net, index } };
}

export function wentInAllBans(pane: AllBansPane, state: ConsoleState, index: number): AllBansPane {
  return { ...goTo(pane, allBansTable(state, pane), index), open: undefined };
}

/** `top`: of the rows on screen; the cursor in the middle, except near the ends. */
export function allBansTop(cursor: number, length: number, page: number): number {
  return Math.max(0, Math.min(cursor - Math.floor(page / 2), length - page));
}

export function pointInAllBans(
  pane: AllBansPane,
  state: ConsoleState,
  { row, rows }: Readonly<{ row: number; rows: number }>,
): AllBansPane {
  if (pane.open !== undefined) {
    const keys = allBansHosts(state, pane);
    return {
      ...pane,
      lines: pointed(pane.lines, row - ALL_BANS_HEAD_ROWS, { keys, page: detailRows(rows) }),
    };
  }
  const table = allBansTable(state, pane);
  const page = allBansRows(rows);
  const line = row - ALL_BANS_HEAD_ROWS;
  const index = allBansTop(allBansCursor(pane, table), table.rows.length, page) + line;
  return line < 0 || line >= page || index >= table.rows.length ? pane : goTo(pane, table, index);
}

export const detailRows = (rows: number): number => Math.max(1, rows - ALL_BANS_HEAD_ROWS);

export function keyInAllBans(
  before: AllBansPane,
  intent: Intent,
  state: ConsoleState,
  rows: number,
): AllBansPane {
  const pane = before.notice === undefined ? before : { ...before, notice: undefined };
  if (pane.open !== undefined) return keyInDetail(pane, intent, state, rows);
  const table = allBansTable(state, pane);
  const at = allBansCursor(pane, table);
  const to = targetOf(intent.id, { at, page: allBansRows(rows), length: table.rows.length });
  if (to !== undefined) return goTo(pane, table, to);
  switch (intent.id) {
    case 'mark':
      return mark(pane, table, at);
    case 'mark-all':
      return markAll(pane, table);
    case 'mark-clear':
      return { ...pane, marks: new Map() };
    case 'sort-next': {
      const sort = FLEET_SORTS[(FLEET_SORTS.indexOf(pane.sort) + 1) % FLEET_SORTS.length] ?? 'address';
      return { ...goTo(pane, table, at), sort, reverse: false };
    }
    case 'sort-reverse':
      return { ...goTo(pane, table, at), reverse: !pane.reverse };
    case 'filter-clear':
      return { ...pane, filter: '' };
    case 'cancel':
      return pane.marks.size > 0 ? { ...pane, marks: new Map() } : { ...pane, filter: '' };
    case 'open': {
      const net = fleetRowAt(table, at)?.net;
      return net === undefined ? pane : { ...goTo(pane, table, at), open: net, lines: FIRST_ROW };
    }
    default:
      return pane;
  }
}

function keyInDetail(pane: AllBansPane, intent: Intent, state: ConsoleState, rows: number): AllBansPane {
  if (intent.id === 'cancel' || intent.id === 'open') return { ...pane, open: undefined };
  const keys = allBansHosts(state, pane);
  const lines = moveCursor(pane.lines, intent.id, { keys, page: detailRows(rows) });
  return lines === undefined ? pane : { ...pane, lines };
}

export function detailCursor(pane: AllBansPane, hosts: readonly HostId[]): number {
  return cursorIndex(pane.lines, hosts);
}

type Place = Readonly<{ at: number; page: number; length: number }>;

function targetOf(id: Intent['id'], { at, page, length }: Place): number | undefined {
  const top = allBansTop(at, length, page);
  const bottom = Math.min(top + page, length) - 1;
  const targets: Readonly<Partial<Record<Intent['id'], number>>> = {
    'line-down': at + 1,
    'line-up': at - 1,
    'half-down': at + Math.ceil(page / 2),
    'half-up': at - Math.ceil(page / 2),
    'page-down': at + page,
    'page-up': at - page,
    top: 0,
    bottom: length - 1,
    'screen-top': top,
    'screen-middle': (top + bottom) >> 1,
    'screen-bottom': bottom,
  };
  return targets[id];
}

function mark(pane: AllBansPane, table: FleetTable, at: number): AllBansPane {
  const net = fleetRowAt(table, at)?.net;
  if (net === undefined) return pane;
  const marks = new Map(pane.marks);
  if (!marks.delete(net.text)) {
    if (marks.size >= MARKS_MAX) return tooMany(pane);
    marks.set(net.text, net);
  }
  return goTo({ ...pane, marks }, table, at + 1);
}

function markAll(pane: AllBansPane, table: FleetTable): AllBansPane {
  if (table.rows.length > MARKS_MAX) return tooMany(pane);
  const nets = Array.from(table.rows, (_, at) => fleetRowAt(table, at)?.net);
  return { ...pane, marks: new Map(nets.flatMap((net) => (net === undefined ? [] : [[net.text, net]]))) };
}

function tooMany(pane: AllBansPane): AllBansPane {
  return { ...pane, notice: sanitise(`one act takes ${groupDigits(MARKS_MAX)} rows at most: filter first`) };
}
