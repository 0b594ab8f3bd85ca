// The journal of acts as last read, newest first, and the panes that show it.

import type { JournalRow } from '../../core/act.ts';
import type { Intent } from '../../core/intent.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { Msg } from '../messages.ts';
import { journalDetail } from '../select/journal-detail.ts';
import type { ConsoleState } from '../state.ts';

/** `cursor`: id of the row, undefined = the newest. `open`: the act shown in full; `scroll`: first line of it. */
export type JournalPane = Readonly<{
  cursor: string | undefined;
  index: number;
  top: number;
  open: string | undefined;
  scroll: number;
}>;

export type JournalState = Readonly<{
  /** Undefined until read once. */
  rows: readonly JournalRow[] | undefined;
  problem: Problem | undefined;
  panes: ReadonlyMap<PaneId, JournalPane>;
}>;

/** With a problem and no rows, those read before stay. */
export type JournalMsg = Readonly<{
  kind: 'journal/loaded';
  rows: readonly JournalRow[];
  problem?: Problem;
}>;

const NEW_PANE: JournalPane = { cursor: undefined, index: 0, top: 0, open: undefined, scroll: 0 };
/** Rows of the pane that are not acts: the line of column heads. */
export const JOURNAL_HEAD_ROWS = 1;

export function initialJournal(session: Session): JournalState {
  const panes = new Map<PaneId, JournalPane>();
  for (const window of session.windows)
    for (const pane of window.panes) if (pane.body.kind === 'journal') panes.set(pane.id, NEW_PANE);
  return { rows: undefined, problem: undefined, panes };
}

export function reduceJournal(state: JournalState, msg: Msg, _whole: ConsoleState): JournalState {
  switch (msg.kind) {
    case 'journal/loaded':
      if (msg.problem !== undefined && msg.rows.length === 0) return { ...state, problem: msg.problem };
      return { ...state, rows: msg.rows.toSorted((a, b) => b.at - a.at), problem: msg.problem };
    case 'pane/pointed': {
      const pane = state.panes.get(msg.pane);
      const rows = state.rows ?? [];
      if (pane === undefined || pane.open !== undefined) return state;
      const top = journalTop(pane, rows, msg.rows - JOURNAL_HEAD_ROWS);
      const index = top + msg.row - JOURNAL_HEAD_ROWS;
      const row = msg.row < JOURNAL_HEAD_ROWS ? undefined : rows[index];
      if (row === undefined) return state;
      const cursor = index === 0 ? undefined : row.id;
      return { ...state, panes: new Map(state.panes).set(msg.pane, { ...pane, index, cursor, top }) };
    }
    case 'pane/went': {
      const pane = state.panes.get(msg.pane);
      const rows = state.rows ?? [];
      const row = rows[msg.index];
      if (pane === undefined || row === undefined) return state;
      const list: JournalPane = { ...pane, index: msg.index, cursor: row.id, open: undefined, scroll: 0 };
      const top = journalTop(list, rows, msg.rows - JOURNAL_HEAD_ROWS);
      return { ...state, panes: new Map(state.panes).set(msg.pane, { ...list, top }) };
    }
    case 'pane/intent': {
      const pane = state.panes.get(msg.pane);
      if (pane === undefined) return state;
      const next =
        pane.open === undefined
          ? keyInList(pane, msg.intent.id, { rows: state.rows ?? [], height: msg.rows - JOURNAL_HEAD_ROWS })
          : keyInDetail(pane, msg.intent.id, {
              rows: msg.rows,
              lines: detailLines(state, pane, msg.columns),
            });
      return next === pane ? state : { ...state, panes: new Map(state.panes).set(msg.pane, next) };
    }
    default:
      return state;
  }
}

/** Index of the cursor's act; a following cursor stays on the newest. -1 in an empty journal. */
export function journalCursor(pane: JournalPane, rows: readonly JournalRow[]): number {
  if (pane.cursor === undefined) return rows.length === 0 ? -1 : 0;
  const found = rows.findIndex(({ id }) => id === pane.cursor);
  return found >= 0 ? found : Math.min(pane.index, rows.length - 1);
}

export function journalTop(pane: JournalPane, rows: readonly JournalRow[], height: number): number {
  const fit = Math.max(1, height);
  const cursor = Math.max(0, journalCursor(pane, rows));
  const first = Math.min(Math.max(pane.top, cursor - fit + 1), cursor);
  return Math.max(0, Math.min(first, rows.length - fit));
}

function keyInList(
  pane: JournalPane,
  id: Intent['id'],
  list: Readonly<{ rows: readonly JournalRow[]; height: number }>,
): JournalPane {
  const { rows, height } = list;
  const at = journalCursor(pane, rows);
  const top = journalTop(pane, rows, height);
  const page = Math.max(1, height);
  const last = rows.length - 1;
  const targets: Readonly<Partial<Record<Intent['id'], number>>> = {
    'line-down': at + 1,
    'line-up': at - 1,
    'half-down': at + Math.max(1, page >> 1),
    'half-up': at - Math.max(1, page >> 1),
    'page-down': at + page,
    'page-up': at - page,
    top: 0,
    bottom: last,
    'screen-top': top,
    'screen-middle': (top + Math.min(last, top + page - 1)) >> 1,
    'screen-bottom': Math.min(last, top + page - 1),
  };
  const target = targets[id];
  if (target !== undefined && last >= 0) {
    const index = Math.max(0, Math.min(last, target));
    // On the newest row the cursor follows what is new.
    const moved: JournalPane = { ...pane, index, cursor: index === 0 ? undefined : rows[index]?.id };
    return { ...moved, top: journalTop({ ...moved, top }, rows, height) };
  }
  const row = rows[at];
  return id === 'open' && row !== undefined ? { ...pane, cursor: row.id, open: row.id, scroll: 0 } : pane;
}

function detailLines(state: JournalState, pane: JournalPane, columns: number): number {
  const row = state.rows?.find(({ id }) => id === pane.open);
  return row === undefined ? 0 : journalDetail(row, columns).length;
}

function keyInDetail(
  pane: JournalPane,
  id: Intent['id'],
  view: Readonly<{ rows: number; lines: number }>,
): JournalPane {
  const { rows, lines } = view;
  const steps: Readonly<Partial<Record<Intent['id'], number>>> = {
    'line-down': 1,
    'line-up': -1,
    'half-down': rows >> 1,
    'half-up': -(rows >> 1),
    'page-down': rows,
    'page-up': -rows,
    top: Number.NEGATIVE_INFINITY,
    bottom: lines,
  };
  const step = steps[id];
  if (step !== undefined) return { ...pane, scroll: Math.max(0, Math.min(pane.scroll + step, lines - rows)) };
  return id === 'cancel' || id === 'open' ? { ...pane, open: undefined, scroll: 0 } : pane;
}
