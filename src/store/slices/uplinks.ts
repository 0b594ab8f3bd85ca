// The ways out of a host as last read, and the panes that show them: sections of a table, or one row in full.

import type { PaneId, Session } from '../../core/pane.ts';
import type { ReachSample, UplinksSample } from '../../core/uplinks.ts';
import { changePane } from '../change-pane.ts';
import type { Msg } from '../messages.ts';
import { type UplinkRow, uplinkRows } from '../select/uplinks.ts';
import { type UplinkLine, uplinkDetail } from '../select/uplinks-detail.ts';
import { type UplinkItem, uplinkItems } from '../select/uplinks-items.ts';
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

/** `open`: the key of the row shown in full; `lines`: the cursor among its lines. */
export type UplinksPane = Readonly<{ cursor: TableCursor; open: string | undefined; lines: TableCursor }>;

export type UplinksState = Readonly<{
  /** Undefined until read once. */
  sample: UplinksSample | undefined;
  reach: ReachSample | undefined;
  panes: ReadonlyMap<PaneId, UplinksPane>;
}>;

export type UplinksMsg =
  | Readonly<{ kind: 'uplinks/sampled'; sample: UplinksSample }>
  | Readonly<{ kind: 'uplinks/pinged'; reach: ReachSample }>;

const NEW_PANE: UplinksPane = { cursor: FIRST_ROW, open: undefined, lines: FIRST_ROW };
/** Below the table: what is wrong with the row under the cursor. */
const FOOT_ROWS = 3;
const FOOT_FROM_ROWS = 9;

export function initialUplinks(session: Session): UplinksState {
  const panes = new Map<PaneId, UplinksPane>();
  for (const window of session.windows)
    for (const pane of window.panes) if (pane.body.kind === 'uplinks') panes.set(pane.id, NEW_PANE);
  return { sample: undefined, reach: undefined, panes };
}

export function reduceUplinks(state: UplinksState, msg: Msg, whole: ConsoleState): UplinksState {
  switch (msg.kind) {
    case 'uplinks/sampled':
      return { ...state, sample: msg.sample };
    case 'uplinks/pinged':
      return { ...state, reach: msg.reach };
    case 'pane/pointed':
      return changePane(state, msg.pane, (pane) => pointedAt(whole, pane, msg));
    case 'pane/went':
      return changePane(state, msg.pane, (pane) => {
        if (pane.open === undefined)
          return { ...pane, cursor: { index: msg.index, key: rowKeys(whole)[msg.index] } };
        const lines = lineKeys(whole, pane, msg.columns);
        return { ...pane, lines: { index: msg.index, key: lines[msg.index] } };
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

/** Lines of the sections on screen; the foot stands only where there is room. */
export function uplinksHeight(rows: number): number {
  return Math.max(1, rows - (rows >= FOOT_FROM_ROWS ? FOOT_ROWS : 0));
}

function rowKeys(whole: ConsoleState): readonly string[] {
  return uplinkRows(whole).map(({ key }) => key);
}

type Pointed = Readonly<{ row: number; rows: number; columns: number }>;

function pointedAt(whole: ConsoleState, pane: UplinksPane, msg: Pointed): UplinksPane {
  if (pane.open !== undefined) {
    const keys = lineKeys(whole, pane, msg.columns);
    return { ...pane, lines: pointed(pane.lines, msg.row, { keys, page: msg.rows }) };
  }
  const item = uplinksShown(whole, pane, msg.rows).items[msg.row];
  if (item?.kind !== 'row') return pane;
  return { ...pane, cursor: { index: item.index, key: item.row.key } };
}

function held(seen: ConsoleState, pane: UplinksPane, columns: number): UplinksPane {
  return pane.open === undefined
    ? { ...pane, cursor: pinned(pane.cursor, rowKeys(seen)) }
    : { ...pane, lines: pinned(pane.lines, lineKeys(seen, pane, columns)) };
}

function keyInList(whole: ConsoleState, pane: UplinksPane, { intent, rows }: PaneIntentMsg): UplinksPane {
  const keys = rowKeys(whole);
  if (intent.id === 'open') {
    const key = keys[cursorIndex(pane.cursor, keys)];
    return key === undefined ? pane : { cursor: pinned(pane.cursor, keys), open: key, lines: FIRST_ROW };
  }
  const cursor = moveCursor(pane.cursor, intent.id, { keys, page: uplinksHeight(rows) });
  return cursor === undefined ? pane : { ...pane, cursor };
}

function keyInDetail(whole: ConsoleState, pane: UplinksPane, msg: PaneIntentMsg): UplinksPane {
  if (msg.intent.id === 'cancel' || msg.intent.id === 'open') return { ...pane, open: undefined };
  const keys = lineKeys(whole, pane, msg.columns);
  const lines = moveCursor(pane.lines, msg.intent.id, { keys, page: msg.rows });
  return lines === undefined ? pane : { ...pane, lines };
}

/** The row that is shown in full; undefined in the table, or when it is gone. */
export function openUplink(state: ConsoleState, pane: UplinksPane): UplinkRow | undefined {
  return pane.open === undefined ? undefined : uplinkRows(state).find(({ key }) => key === pane.open);
}

/** The row shown in full, or the one under the cursor. */
export function uplinkUnderCursor(state: ConsoleState, pane: UplinksPane): UplinkRow | undefined {
  if (pane.open !== undefined) return openUplink(state, pane);
  const rows = uplinkRows(state);
  return rows[
    cursorIndex(
      pane.cursor,
      rows.map(({ key }) => key),
    )
  ];
}

export type ShownUplinks = Readonly<{ items: readonly UplinkItem[]; cursor: number }>;

/** The lines of the sections on screen; `cursor`: which of them it is on, -1 without rows. */
export function uplinksShown(state: ConsoleState, pane: UplinksPane, rows: number): ShownUplinks {
  const items = uplinkItems(state);
  const height = uplinksHeight(rows);
  const at = cursorIndex(pane.cursor, rowKeys(state));
  const line = items.findIndex((item) => item.kind === 'row' && item.index === at);
  // The head of the first section is seen with its first row.
  const top = at <= 0 ? 0 : firstRow(line, items.length, height);
  return { items: items.slice(top, top + height), cursor: line - top };
}

export function uplinkLines(state: ConsoleState, pane: UplinksPane, columns: number): readonly UplinkLine[] {
  const row = openUplink(state, pane);
  return row === undefined ? [] : uplinkDetail(state, row, columns);
}

function lineKeys(state: ConsoleState, pane: UplinksPane, columns: number): readonly string[] {
  return uplinkLines(state, pane, columns).map(({ key }) => key);
}
