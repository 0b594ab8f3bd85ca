// The services of a host as last read, and the panes that show them.

import type { PaneId, Session } from '../../core/pane.ts';
import type { ServiceRow, ServicesSample } from '../../core/services/sample.ts';
import { serviceRank } from '../../core/services/sample.ts';
import { changePane } from '../change-pane.ts';
import type { Msg } from '../messages.ts';
import type { PaneIntentMsg } from '../slice.ts';
import type { ConsoleState } from '../state.ts';
import { cursorIndex, FIRST_ROW, moveCursor, pinned, pointed, type TableCursor } from '../table-cursor.ts';

/** `file`: in the order of the session file. */
export type ServicesPane = Readonly<{ order: 'file' | 'need'; cursor: TableCursor }>;

export type ServicesState = Readonly<{
  /** Undefined until read once. */
  sample: ServicesSample | undefined;
  panes: ReadonlyMap<PaneId, ServicesPane>;
}>;

export type ServicesMsg = Readonly<{ kind: 'services/sampled'; sample: ServicesSample }>;

const NEW_PANE: ServicesPane = { order: 'need', cursor: FIRST_ROW };
/** Rows above the table: the line of column heads. */
export const SERVICES_HEAD_ROWS = 1;
/** Below it: what is known of the one under the cursor, and the commands that its keys run. */
const SERVICES_FOOT_ROWS = 4;
const FOOT_FROM_ROWS = 10;

export function initialServices(session: Session): ServicesState {
  const panes = new Map<PaneId, ServicesPane>();
  for (const window of session.windows)
    for (const pane of window.panes) if (pane.body.kind === 'services') panes.set(pane.id, NEW_PANE);
  return { sample: undefined, panes };
}

export function reduceServices(state: ServicesState, msg: Msg, whole: ConsoleState): ServicesState {
  switch (msg.kind) {
    case 'services/sampled':
      return { ...state, sample: msg.sample };
    case 'pane/pointed':
      return changePane(state, msg.pane, (pane) => {
        const table = { keys: rowKeys(state, pane), page: serviceRows(msg.rows) };
        return { ...pane, cursor: pointed(pane.cursor, msg.row - SERVICES_HEAD_ROWS, table) };
      });
    case 'pane/held':
      return changePane(state, msg.pane, (pane) => ({
        ...pane,
        cursor: pinned(pane.cursor, rowKeys(msg.seen.services, pane)),
      }));
    case 'pane/intent':
      return changePane(state, msg.pane, (pane) => keyIn(whole.services, pane, msg));
    default:
      return state;
  }
}

function keyIn(state: ServicesState, pane: ServicesPane, { intent, rows }: PaneIntentMsg): ServicesPane {
  const keys = rowKeys(state, pane);
  if (intent.id === 'sort-next')
    return { order: pane.order === 'need' ? 'file' : 'need', cursor: pinned(pane.cursor, keys) };
  const cursor = moveCursor(pane.cursor, intent.id, { keys, page: serviceRows(rows) });
  return cursor === undefined ? pane : { ...pane, cursor };
}

/** Rows of the table on screen; the foot stands only where there is room. */
export function serviceRows(rows: number): number {
  return Math.max(1, rows - SERVICES_HEAD_ROWS - (rows >= FOOT_FROM_ROWS ? SERVICES_FOOT_ROWS : 0));
}

const rowKeys = (state: ServicesState, pane: ServicesPane): readonly string[] =>
  servicesInOrder(state, pane).map(({ name }) => name);

export function servicesInOrder({ sample }: ServicesState, { order }: ServicesPane): readonly ServiceRow[] {
  const rows = sample?.rows ?? [];
  return order === 'file' ? rows : rows.toSorted((a, b) => serviceRank(a) - serviceRank(b));
}

export function serviceCursor(state: ServicesState, pane: ServicesPane): number {
  return cursorIndex(pane.cursor, rowKeys(state, pane));
}

export function serviceUnderCursor(state: ConsoleState, id: PaneId): ServiceRow | undefined {
  const pane = state.services.panes.get(id);
  if (pane === undefined) return undefined;
  return servicesInOrder(state.services, pane)[serviceCursor(state.services, pane)];
}
