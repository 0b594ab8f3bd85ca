// The ban sets of the host as last sampled, and the panes that show them.

import type { UnixMs } from '../../core/brand.ts';
import { hasHarm } from '../../core/findings.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { Members, SetInfo, SetKey } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { rowOf } from '../bans/address-index.ts';
import {
  type BansPane,
  keyInBans,
  type Listing,
  newBansPane,
  paneTable,
  pinnedCursor,
  pointInBans,
  wentInBans,
} from '../bans/bans-pane.ts';
import { type BansRoom, bansRoom } from '../bans/bans-room.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** How the listing of a set that is too big to be listed unasked stands. `asked`: the bans source should start it. */
export type SetListing =
  | Readonly<{ kind: 'asked' }>
  | Readonly<{ kind: 'running' }>
  | Readonly<{ kind: 'done' }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

export type BansState = Listing &
  Readonly<{
    /** Undefined until the first sample: nothing is known, which is not the same as no sets. */
    at: UnixMs | undefined;
    /** What could not be read, in words. */
    gaps: readonly SafeText[];
    listings: ReadonlyMap<SetKey, SetListing>;
    panes: ReadonlyMap<PaneId, BansPane>;
  }>;

/**
 * `members`: the listings that are known; a set left out was not listed this time, and an earlier listing of it stays
 * (its `at` says its age). An unchanged listing should be the same object, so that nothing is sorted again.
 */
export type BansMsg =
  | Readonly<{
      kind: 'bans/sampled';
      at: UnixMs;
      sets: readonly SetInfo[];
      members: readonly Members[];
      gaps: readonly SafeText[];
    }>
  | Readonly<{ kind: 'bans/set-listing'; set: SetKey; state: SetListing }>
  /** `names`: names of sets as shown; empty = all. */
  | Readonly<{ kind: 'bans/sets-chosen'; pane: PaneId; names: readonly string[] }>;

export function initialBans(session: Session): BansState {
  const panes = new Map<PaneId, BansPane>();
  for (const window of session.windows)
    for (const pane of window.panes)
      if (pane.body.kind === 'bans') panes.set(pane.id, newBansPane(pane.body));
  return { at: undefined, sets: [], members: new Map(), gaps: [], listings: new Map(), panes };
}

export function reduceBans(state: BansState, msg: Msg, _whole: ConsoleState): BansState {
  switch (msg.kind) {
    case 'bans/sampled':
      return sampled(state, msg);
    case 'bans/set-listing':
      return { ...state, listings: new Map(state.listings).set(msg.set, msg.state) };
    case 'bans/sets-chosen':
      return withPane(state, msg.pane, (pane) => ({ ...pane, only: msg.names, top: 0 }));
    case 'pane/intent': {
      const pane = state.panes.get(msg.pane);
      if (pane === undefined) return state;
      const result = keyInBans(pane, msg.intent, state, roomOf(state, pane, msg.rows).table);
      const next = withPane(state, msg.pane, () => result.pane);
      return result.list === undefined ? next : asked(next, result.list);
    }
    case 'pane/pointed': {
      return withPane(state, msg.pane, (pane) => {
        const { head, table } = roomOf(state, pane, msg.rows);
        return pointInBans(pane, state, { row: msg.row - head, rows: table });
      });
    }
    case 'pane/went':
      return withPane(state, msg.pane, (pane) =>
        wentInBans(pane, state, { index: msg.index, rows: roomOf(state, pane, msg.rows).table }),
      );
    case 'pane/held':
      return withPane(state, msg.pane, (pane) => pinnedCursor(pane, msg.seen.bans));
    case 'pane/prompted':
      return msg.purpose === 'filter'
        ? withPane(state, msg.pane, (pane) => ({ ...pane, filter: msg.text, notice: undefined }))
        : state;
    default:
      return state;
  }
}

/** `rows`: of the pane's body. */
export function roomOf(state: BansState, pane: BansPane, rows: number): BansRoom {
  const table = paneTable(pane, state);
  const harm = [...table.unlisted, ...table.parts].some(({ set }) => hasHarm(set));
  const foot = state.gaps.length > 0 || table.unsearched > 0 || harm;
  return bansRoom(rows, { foot, detail: pane.detail });
}

function sampled(state: BansState, msg: Extract<BansMsg, { kind: 'bans/sampled' }>): BansState {
  const fresh = new Map(msg.members.map((members) => [members.set, members]));
  const members = new Map<SetKey, Members>();
  for (const { key } of msg.sets) {
    const listed = fresh.get(key) ?? state.members.get(key);
    if (listed !== undefined) members.set(key, listed);
  }
  const same =
    members.size === state.members.size &&
    [...members].every(([key, listed]) => state.members.get(key) === listed);
  // What is drawn from the sets is kept for as long as they are the same objects.
  const sets = JSON.stringify(msg.sets) === JSON.stringify(state.sets) ? state.sets : msg.sets;
  const next: Listing = { sets, members: same ? state.members : members };
  const panes = same
    ? state.panes
    : new Map([...state.panes].map(([id, pane]) => [id, withoutGoneMarks(pane, next)]));
  return { ...state, ...next, at: msg.at, gaps: msg.gaps, panes };
}

/** A mark on a row that is gone must not reach the next act. */
function withoutGoneMarks(pane: BansPane, { members }: Listing): BansPane {
  const marks = new Map(
    [...pane.marks].filter(([, { set, net }]) => {
      const listed = members.get(set);
      return listed !== undefined && rowOf(listed, net) !== undefined;
    }),
  );
  return marks.size === pane.marks.size ? pane : { ...pane, marks };
}

function asked(state: BansState, set: SetKey): BansState {
  const known = state.listings.get(set)?.kind;
  if (known === 'asked' || known === 'running') return state;
  return { ...state, listings: new Map(state.listings).set(set, { kind: 'asked' }) };
}

function withPane(state: BansState, id: PaneId, change: (pane: BansPane) => BansPane): BansState {
  const pane = state.panes.get(id);
  if (pane === undefined) return state;
  const next = change(pane);
  return next === pane ? state : { ...state, panes: new Map(state.panes).set(id, next) };
}
