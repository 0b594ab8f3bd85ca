// The jails of fail2ban as last read, and the panes that show them: a table, or one jail in full.

import type { JailsSample } from '../../core/jails.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import { changePane } from '../change-pane.ts';
import type { Msg } from '../messages.ts';
import { type JailDetailLine, jailDetail } from '../select/jail-detail.ts';
import { type JailView, jailViews } from '../select/jails.ts';
import type { PaneIntentMsg } from '../slice.ts';
import type { ConsoleState } from '../state.ts';
import {
  cursorIndex,
  FIRST_ROW,
  firstRow,
  moveCursor,
  pinned,
  pointed,
  type TableCursor,
} from '../table-cursor.ts';

/** `open`: raw name of the jail shown in full; `lines`: the cursor among its lines. */
export type JailsPane = Readonly<{
  order: 'need' | 'name';
  cursor: TableCursor;
  open: string | undefined;
  lines: TableCursor;
}>;

export type JailsState = Readonly<{
  /** Undefined until read once. */
  sample: JailsSample | undefined;
  panes: ReadonlyMap<PaneId, JailsPane>;
}>;

export type JailsMsg = Readonly<{ kind: 'jails/sampled'; sample: JailsSample }>;

const NEW_PANE: JailsPane = { order: 'need', cursor: FIRST_ROW, open: undefined, lines: FIRST_ROW };
/** Rows above the table: the line of column heads. */
export const JAILS_HEAD_ROWS = 1;
/** Below the table: a rule is not needed, what is wrong with the jail under the cursor is. */
const JAILS_FOOT_ROWS = 3;
const FOOT_FROM_ROWS = 9;

export function initialJails(session: Session): JailsState {
  const panes = new Map<PaneId, JailsPane>();
  for (const window of session.windows)
    for (const pane of window.panes) if (pane.body.kind === 'jails') panes.set(pane.id, NEW_PANE);
  return { sample: undefined, panes };
}

export function reduceJails(state: JailsState, msg: Msg, whole: ConsoleState): JailsState {
  switch (msg.kind) {
    case 'jails/sampled':
      return { ...state, sample: msg.sample };
    case 'pane/pointed':
      return changePane(state, msg.pane, (pane) => {
        if (pane.open !== undefined) {
          const keys = lineKeys(whole, pane, msg.columns);
          return { ...pane, lines: pointed(pane.lines, msg.row, { keys, page: msg.rows }) };
        }
        const table = { keys: rowKeys(whole, pane), page: jailRows(msg.rows) };
        return { ...pane, cursor: pointed(pane.cursor, msg.row - JAILS_HEAD_ROWS, table) };
      });
    case 'pane/went':
      return changePane(state, msg.pane, (pane) => {
        const lines = lineKeys(whole, pane, msg.columns);
        return pane.open === undefined
          ? pane
          : { ...pane, lines: { index: msg.index, key: lines[msg.index] } };
      });
    case 'pane/held':
      return changePane(state, msg.pane, (pane) => held(msg.seen, pane, msg.columns));
    case 'pane/intent':
      return changePane(state, msg.pane, (pane) =>
        pane.open === undefined ? keyInList(whole, pane, msg) : keyInDetail(whole, pane, msg),
      );
    default:
      return state;
  }
}

/** Rows of the table on screen; the foot stands only where there is room. */
export function jailRows(rows: number): number {
  return Math.max(1, rows - JAILS_HEAD_ROWS - (rows >= FOOT_FROM_ROWS ? JAILS_FOOT_ROWS : 0));
}

const keyOf = ({ row }: JailView): string => row.name;

function rowKeys(whole: ConsoleState, { order }: JailsPane): readonly string[] {
  return jailViews(whole, order).map(keyOf);
}

function held(seen: ConsoleState, pane: JailsPane, columns: number): JailsPane {
  return pane.open === undefined
    ? { ...pane, cursor: pinned(pane.cursor, rowKeys(seen, pane)) }
    : { ...pane, lines: pinned(pane.lines, lineKeys(seen, pane, columns)) };
}

function keyInList(whole: ConsoleState, pane: JailsPane, { intent, rows }: PaneIntentMsg): JailsPane {
  const keys = rowKeys(whole, pane);
  switch (intent.id) {
    case 'sort-next':
      return {
        ...pane,
        order: pane.order === 'need' ? 'name' : 'need',
        cursor: pinned(pane.cursor, keys),
      };
    case 'open': {
      const name = keys[cursorIndex(pane.cursor, keys)];
      return name === undefined
        ? pane
        : { ...pane, cursor: pinned(pane.cursor, keys), open: name, lines: FIRST_ROW };
    }
    default: {
      const cursor = moveCursor(pane.cursor, intent.id, { keys, page: jailRows(rows) });
      return cursor === undefined ? pane : { ...pane, cursor };
    }
  }
}

function keyInDetail(whole: ConsoleState, pane: JailsPane, msg: PaneIntentMsg): JailsPane {
  if (msg.intent.id === 'cancel' || msg.intent.id === 'open') return { ...pane, open: undefined };
  const keys = lineKeys(whole, pane, msg.columns);
  const lines = moveCursor(pane.lines, msg.intent.id, { keys, page: msg.rows });
  return lines === undefined ? pane : { ...pane, lines };
}

/** The jail that is shown in full; undefined in the table, or when it is gone. */
export function openJail(state: ConsoleState, pane: JailsPane): JailView | undefined {
  return pane.open === undefined
    ? undefined
    : jailViews(state, pane.order).find(({ row }) => row.name === pane.open);
}

/** The jail shown in full, or the one under the cursor. */
export function jailUnderCursor(state: ConsoleState, pane: JailsPane): JailView | undefined {
  if (pane.open !== undefined) return openJail(state, pane);
  const views = jailViews(state, pane.order);
  return views[cursorIndex(pane.cursor, views.map(keyOf))];
}

export function detailLines(
  state: ConsoleState,
  pane: JailsPane,
  columns: number,
): readonly JailDetailLine[] {
  const view = openJail(state, pane);
  return view === undefined ? [] : jailDetail(view, { columns, now: state.now });
}

function lineKeys(state: ConsoleState, pane: JailsPane, columns: number): readonly string[] {
  return detailLines(state, pane, columns).map(({ key }) => key);
}

/** `at`: the cursor's line; `first`: of those on screen. */
export function detailPlace(
  pane: JailsPane,
  lines: readonly JailDetailLine[],
  rows: number,
): Readonly<{ at: number; first: number }> {
  const keys = lines.map(({ key }) => key);
  const at = cursorIndex(pane.lines, keys);
  return { at, first: firstRow(at, keys.length, rows) };
}
