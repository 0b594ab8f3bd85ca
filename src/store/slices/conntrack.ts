// Connection tracking: samples and their history, the last flow report, the timeouts, and where each pane's cursor is.

import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { ConntrackSample, FlowReport, SourceRow, TimeoutRow } from '../../core/rows.ts';
import type { Msg } from '../messages.ts';
import { perSecond, pushed } from '../ring.ts';
import { conntrackRoom } from '../select/conntrack-room.ts';
import type { PaneIntentMsg } from '../slice.ts';
import type { ConsoleState } from '../state.ts';
import {
  cursorIndex,
  FIRST_ROW,
  moveCursor,
  pinned,
  pointed,
  type TableCursor,
  toggled,
} from '../table-cursor.ts';

export type ConntrackPoint = Readonly<{ at: UnixMs; count: number | undefined }>;

/** What the kernel refused or pushed out, per second; undefined = unknown. The last three: of pf. */
export type ConntrackRates = Readonly<{
  insertFailed: number | undefined;
  drop: number | undefined;
  earlyDrop: number | undefined;
  inserted?: number | undefined;
  removed?: number | undefined;
  limited?: number | undefined;
}>;

export type ConntrackView = Readonly<{
  mode: 'flows' | 'timeouts';
  /** Sources by network (/24, /64) instead of by address. */
  grouped: boolean;
  flows: TableCursor;
  timeouts: TableCursor;
  /** By net.text. */
  marks: ReadonlyMap<string, Net>;
}>;

export type ConntrackState = Readonly<{
  sample: ConntrackSample | undefined;
  history: readonly ConntrackPoint[];
  rates: ConntrackRates;
  flows: FlowReport | undefined;
  timeouts: readonly TimeoutRow[];
  views: Readonly<Record<PaneId, ConntrackView>>;
}>;

export type ConntrackMsg =
  | Readonly<{ kind: 'conntrack/sampled'; sample: ConntrackSample }>
  | Readonly<{ kind: 'conntrack/flows-counted'; report: FlowReport }>
  | Readonly<{ kind: 'conntrack/timeouts-read'; rows: readonly TimeoutRow[] }>;

const NO_RATES: ConntrackRates = { insertFailed: undefined, drop: undefined, earlyDrop: undefined };
const FIRST_VIEW: ConntrackView = {
  mode: 'flows',
  grouped: false,
  flows: FIRST_ROW,
  timeouts: FIRST_ROW,
  marks: new Map(),
};

export function initialConntrack(session: Session): ConntrackState {
  const panes = session.windows.flatMap((window) => window.panes);
  const views: Record<PaneId, ConntrackView> = {};
  for (const pane of panes) if (pane.body.kind === 'conntrack') views[pane.id] = FIRST_VIEW;
  return { sample: undefined, history: [], rates: NO_RATES, flows: undefined, timeouts: [], views };
}

export function reduceConntrack(state: ConntrackState, msg: Msg, _whole: ConsoleState): ConntrackState {
  switch (msg.kind) {
    case 'conntrack/sampled':
      return sampled(state, msg.sample);
    case 'conntrack/flows-counted':
      return { ...state, flows: msg.report };
    case 'conntrack/timeouts-read':
      return { ...state, timeouts: msg.rows };
    case 'pane/pointed': {
      const view = state.views[msg.pane];
      if (view?.mode !== 'flows') return state;
      const room = conntrackRoom(msg.rows);
      const keys = conntrackRows(state, view).map((row) => row.net.text);
      const row = msg.row - (msg.rows - room.table);
      const flows = pointed(view.flows, row, { keys, page: room.table });
      return { ...state, views: { ...state.views, [msg.pane]: { ...view, flows } } };
    }
    case 'pane/went': {
      const view = state.views[msg.pane];
      const row = view?.mode === 'flows' ? conntrackRows(state, view)[msg.index] : undefined;
      if (view === undefined || row === undefined) return state;
      const flows = { index: msg.index, key: row.net.text };
      return { ...state, views: { ...state.views, [msg.pane]: { ...view, flows } } };
    }
    case 'pane/held': {
      const view = state.views[msg.pane];
      if (view?.mode !== 'flows') return state;
      const keys = conntrackRows(msg.seen.conntrack, view).map((row) => row.net.text);
      return {
        ...state,
        views: { ...state.views, [msg.pane]: { ...view, flows: pinned(view.flows, keys) } },
      };
    }
    case 'pane/intent': {
      const view = state.views[msg.pane];
      const next = view === undefined ? undefined : intended(state, view, msg);
      if (next === undefined || next === view) return state;
      return { ...state, views: { ...state.views, [msg.pane]: next } };
    }
    default:
      return state;
  }
}

function sampled(state: ConntrackState, sample: ConntrackSample): ConntrackState {
  const before = state.sample;
  const elapsed = before === undefined ? 0 : sample.at - before.at;
  const rate = (field: keyof ConntrackRates): number | undefined =>
    perSecond(before?.[field], sample[field], elapsed);
  return {
    ...state,
    sample,
    history: pushed(state.history, { at: sample.at, count: sample.count }),
    rates: {
      insertFailed: rate('insertFailed'),
      drop: rate('drop'),
      earlyDrop: rate('earlyDrop'),
      ...(sample.keeper === 'pf' && {
        inserted: rate('inserted'),
        removed: rate('removed'),
        limited: rate('limited'),
      }),
    },
  };
}

function intended(state: ConntrackState, view: ConntrackView, msg: PaneIntentMsg): ConntrackView | undefined {
  const rows = conntrackRows(state, view);
  switch (msg.intent.id) {
    case 'timeouts':
      return { ...view, mode: view.mode === 'timeouts' ? 'flows' : 'timeouts' };
    case 'cancel':
      if (view.mode === 'timeouts') return { ...view, mode: 'flows' };
      return view.marks.size > 0 ? { ...view, marks: new Map() } : undefined;
    case 'group-networks':
      return { ...view, mode: 'flows', grouped: !view.grouped, flows: FIRST_ROW };
    case 'mark-clear':
      return { ...view, marks: new Map() };
    case 'mark':
      return view.mode === 'flows' ? marked(view, rows, msg) : undefined;
    default:
      return moved(state, view, msg);
  }
}

/** Marking moves on, so that a row of presses marks a run of rows. */
function marked(view: ConntrackView, rows: readonly SourceRow[], msg: PaneIntentMsg): ConntrackView {
  const keys = rows.map((row) => row.net.text);
  const row = rows[cursorIndex(view.flows, keys)];
  if (row === undefined) return view;
  const page = conntrackRoom(msg.rows).table;
  return {
    ...view,
    marks: toggled(view.marks, row.net.text, row.net),
    flows: moveCursor(view.flows, 'line-down', { keys, page }) ?? view.flows,
  };
}

function moved(state: ConntrackState, view: ConntrackView, msg: PaneIntentMsg): ConntrackView | undefined {
  if (view.mode === 'timeouts') {
    const keys = state.timeouts.map((row) => row.name);
    const timeouts = moveCursor(view.timeouts, msg.intent.id, { keys, page: msg.rows - 2 });
    return timeouts === undefined ? undefined : { ...view, timeouts };
  }
  const keys = conntrackRows(state, view).map((row) => row.net.text);
  const flows = moveCursor(view.flows, msg.intent.id, { keys, page: conntrackRoom(msg.rows).table });
  return flows === undefined ? undefined : { ...view, flows };
}

/** The rows of the sources table, in the order shown. */
export function conntrackRows(state: ConntrackState, view: ConntrackView): readonly SourceRow[] {
  return (view.grouped ? state.flows?.networks : state.flows?.sources) ?? [];
}
