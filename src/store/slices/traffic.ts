// Interface traffic: rates from cumulative counters, their history, and the cursor among the top talkers.

import type { Net } from '../../core/address.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { IntentId } from '../../core/intent.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { InterfaceCounters, SourceRow, TrafficSample } from '../../core/rows.ts';
import type { Msg } from '../messages.ts';
import { perSecond, pushed } from '../ring.ts';
import { selectInterfaces } from '../select/traffic.ts';
import { trafficRoom } from '../select/traffic-room.ts';
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

/** Per second; undefined = unknown (first sample, counters were reset, the interface was made anew). */
export type InterfaceRate = Readonly<{
  name: string;
  rxBits: number | undefined;
  txBits: number | undefined;
  rxPackets: number | undefined;
  txPackets: number | undefined;
  /** Both directions. */
  drops: number | undefined;
  errors: number | undefined;
}>;

/** `rates`: bits per second of the interfaces that were not idle. `unknown`: those without a rate, which is not idle. */
export type TrafficPoint = Readonly<{
  at: UnixMs;
  rates: ReadonlyMap<string, Readonly<{ rx: number; tx: number }>>;
  unknown: readonly string[];
}>;

export type TrafficView = Readonly<{ cursor: TableCursor; marks: ReadonlyMap<string, Net> }>;

export type TrafficState = Readonly<{
  sample: TrafficSample | undefined;
  rates: readonly InterfaceRate[];
  history: readonly TrafficPoint[];
  views: Readonly<Record<PaneId, TrafficView>>;
}>;

export type TrafficMsg = Readonly<{ kind: 'traffic/sampled'; sample: TrafficSample }>;

/** A host with thousands of container interfaces must not fill the memory: the busiest are kept. */
const POINT_INTERFACES_MAX = 32;

export function initialTraffic(session: Session): TrafficState {
  const views: Record<PaneId, TrafficView> = {};
  for (const pane of session.windows.flatMap((window) => window.panes))
    if (pane.body.kind === 'traffic') views[pane.id] = { cursor: FIRST_ROW, marks: new Map() };
  return { sample: undefined, rates: [], history: [], views };
}

export function reduceTraffic(state: TrafficState, msg: Msg, whole: ConsoleState): TrafficState {
  switch (msg.kind) {
    case 'traffic/sampled':
      return sampled(state, msg.sample);
    case 'pane/pointed': {
      const view = state.views[msg.pane];
      if (view === undefined) return state;
      const keys = talkersOf(whole).map((row) => row.net.text);
      const page = tableRows(state, msg, whole);
      const cursor = pointed(view.cursor, msg.row - (msg.rows - page), { keys, page });
      return { ...state, views: { ...state.views, [msg.pane]: { ...view, cursor } } };
    }
    case 'pane/went': {
      const view = state.views[msg.pane];
      const row = talkersOf(whole)[msg.index];
      if (view === undefined || row === undefined) return state;
      const cursor = { index: msg.index, key: row.net.text };
      return { ...state, views: { ...state.views, [msg.pane]: { ...view, cursor } } };
    }
    case 'pane/held': {
      const view = state.views[msg.pane];
      if (view === undefined) return state;
      const keys = talkersOf(msg.seen).map((row) => row.net.text);
      return {
        ...state,
        views: { ...state.views, [msg.pane]: { ...view, cursor: pinned(view.cursor, keys) } },
      };
    }
    case 'pane/intent': {
      const view = state.views[msg.pane];
      const page = tableRows(state, msg, whole);
      const next =
        view === undefined ? undefined : intended(view, msg.intent.id, { talkers: talkersOf(whole), page });
      if (next === undefined || next === view) return state;
      return { ...state, views: { ...state.views, [msg.pane]: next } };
    }
    default:
      return state;
  }
}

/** Lines of the talkers on screen: what the interfaces of the pane and its chart leave. */
function tableRows(
  state: TrafficState,
  { pane, rows }: Readonly<{ pane: PaneId; rows: number }>,
  { session }: ConsoleState,
): number {
  const specs = session.windows.flatMap((window) => window.panes);
  const body = specs.find(({ id }) => id === pane)?.body;
  const wanted = body?.kind === 'traffic' ? body.interfaces : [];
  return trafficRoom(rows, selectInterfaces(state, wanted).length).table;
}

/** Sources with the most bytes; none without accounting. */
export function talkersOf(whole: ConsoleState): readonly SourceRow[] {
  return whole.conntrack.flows?.talkers ?? [];
}

function sampled(state: TrafficState, sample: TrafficSample): TrafficState {
  const before = new Map(state.sample?.interfaces.map((counters) => [counters.name, counters]));
  const elapsed = state.sample === undefined ? 0 : sample.at - state.sample.at;
  const rates = sample.interfaces.map((now) => rateOf(before.get(now.name), now, elapsed));
  const point = new Map(
    rates
      .flatMap((rate) => {
        if (rate.rxBits === undefined || rate.txBits === undefined) return [];
        return rate.rxBits + rate.txBits > 0
          ? [[rate.name, { rx: rate.rxBits, tx: rate.txBits }] as const]
          : [];
      })
      .sort((a, b) => b[1].rx + b[1].tx - a[1].rx - a[1].tx)
      .slice(0, POINT_INTERFACES_MAX),
  );
  const unknown = rates.flatMap((rate) => (rate.rxBits === undefined ? [rate.name] : []));
  const next = { at: sample.at, rates: point, unknown: unknown.slice(0, POINT_INTERFACES_MAX) };
  return { ...state, sample, rates, history: pushed(state.history, next) };
}

function rateOf(
  before: InterfaceCounters | undefined,
  now: InterfaceCounters,
  elapsedMs: number,
): InterfaceRate {
  // One counter that fell means that all began anew: a rate from the others would be a false burst.
  const same =
    before !== undefined &&
    now.rxBytes >= before.rxBytes &&
    now.txBytes >= before.txBytes &&
    !(before.rxPackets !== undefined && (now.rxPackets ?? 0) < before.rxPackets) &&
    !(before.txPackets !== undefined && (now.txPackets ?? 0) < before.txPackets);
  const rate = (value: (counters: InterfaceCounters) => number | undefined): number | undefined =>
    same ? perSecond(value(before), value(now), elapsedMs) : undefined;
  return {
    name: now.name,
    rxBits: rate((counters) => counters.rxBytes * 8),
    txBits: rate((counters) => counters.txBytes * 8),
    rxPackets: rate((counters) => counters.rxPackets),
    txPackets: rate((counters) => counters.txPackets),
    drops: rate(({ rxDropped, txDropped }) => both(rxDropped, txDropped)),
    errors: rate(({ rxErrors, txErrors }) => both(rxErrors, txErrors)),
  };
}

const both = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other;

function intended(
  view: TrafficView,
  id: IntentId,
  { talkers, page }: Readonly<{ talkers: readonly SourceRow[]; page: number }>,
): TrafficView | undefined {
  const keys = talkers.map((row) => row.net.text);
  const table = { keys, page };
  if (id === 'mark-clear' || (id === 'cancel' && view.marks.size > 0)) return { ...view, marks: new Map() };
  if (id === 'mark') {
    const row = talkers[cursorIndex(view.cursor, keys)];
    if (row === undefined) return undefined;
    const cursor = moveCursor(view.cursor, 'line-down', table) ?? view.cursor;
    return { cursor, marks: toggled(view.marks, row.net.text, row.net) };
  }
  const cursor = moveCursor(view.cursor, id, table);
  return cursor === undefined ? undefined : { ...view, cursor };
}
