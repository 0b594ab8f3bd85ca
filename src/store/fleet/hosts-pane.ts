// The state of one hosts pane and its keys: cursor, marks, filter. What the rows say is in host-view.

import type { HostId } from '../../core/hosts.ts';
import type { Intent } from '../../core/intent.ts';
import type { HostsSpec } from '../../core/pane.ts';
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
import { type HostView, hostViews } from './host-view.ts';
import { hostsWanted } from './wanted.ts';

/** `marks`: by name of the host. */
export type HostsPane = Readonly<{
  spec: HostsSpec;
  filter: string;
  cursor: TableCursor;
  marks: ReadonlyMap<string, HostId>;
}>;

export const HOSTS_HEAD_ROWS = 1;

export function newHostsPane(spec: HostsSpec): HostsPane {
  return { spec, filter: '', cursor: FIRST_ROW, marks: new Map() };
}

export function hostsRows(rows: number): number {
  return Math.max(1, rows - HOSTS_HEAD_ROWS);
}

/** The hosts that the pane shows, in its order. */
export function hostsShown(state: ConsoleState, pane: HostsPane): readonly HostView[] {
  const views = hostViews(state, hostsWanted(state.session, pane.spec.hosts));
  const text = pane.filter.trim().toLowerCase();
  if (text === '') return views;
  const words = ({ label, line, worst }: HostView): string => `${label} ${line.text} ${worst?.text ?? ''}`;
  return views.filter((view) => words(view).toLowerCase().includes(text));
}

const keysOf = (state: ConsoleState, pane: HostsPane): readonly string[] =>
  hostsShown(state, pane).map(({ id }) => id);

export function hostUnderCursor(state: ConsoleState, pane: HostsPane): HostId | undefined {
  const keys = keysOf(state, pane);
  return keys[cursorIndex(pane.cursor, keys)] as HostId | undefined;
}

/** The marked hosts, else the one under the cursor. */
export function hostsTaken(state: ConsoleState, pane: HostsPane): readonly HostId[] {
  if (pane.marks.size > 0)
    return hostsWanted(state.session, pane.spec.hosts).filter((id) => pane.marks.has(id));
  const id = hostUnderCursor(state, pane);
  return id === undefined ? [] : [id];
}

export function pinnedHosts(pane: HostsPane, seen: ConsoleState): HostsPane {
  return { ...pane, cursor: pinned(pane.cursor, keysOf(seen, pane)) };
}

export function pointInHosts(
  pane: HostsPane,
  state: ConsoleState,
  { row, rows }: Readonly<{ row: number; rows: number }>,
): HostsPane {
  const table = { keys: keysOf(state, pane), page: hostsRows(rows) };
  return { ...pane, cursor: pointed(pane.cursor, row - HOSTS_HEAD_ROWS, table) };
}

export function keyInHosts(pane: HostsPane, intent: Intent, state: ConsoleState, rows: number): HostsPane {
  const keys = keysOf(state, pane);
  const page = hostsRows(rows);
  const moved = moveCursor(pane.cursor, intent.id, { keys, page });
  if (moved !== undefined) return { ...pane, cursor: moved };
  switch (intent.id) {
    case 'mark': {
      const id = keys[cursorIndex(pane.cursor, keys)] as HostId | undefined;
      if (id === undefined) return pane;
      const cursor = moveCursor(pane.cursor, 'line-down', { keys, page }) ?? pane.cursor;
      return { ...pane, marks: toggled(pane.marks, id, id), cursor };
    }
    case 'mark-all':
      return { ...pane, marks: new Map(keys.map((id) => [id, id as HostId])) };
    case 'mark-clear':
      return pane.marks.size === 0 ? pane : { ...pane, marks: new Map() };
    case 'filter-clear':
      return { ...pane, filter: '' };
    case 'cancel':
      return pane.marks.size > 0 ? { ...pane, marks: new Map() } : { ...pane, filter: '' };
    default:
      return pane;
  }
}
