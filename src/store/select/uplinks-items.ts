// The lines of an uplinks pane: the heads of its sections and their rows.

import type { ConsoleState } from '../state.ts';
import { type UplinkKind, type UplinkRow, uplinkRows } from './uplinks.ts';

/** `index`: of the row among all rows. */
export type UplinkItem =
  | Readonly<{ kind: 'blank' }>
  | Readonly<{ kind: 'head'; of: UplinkKind }>
  | Readonly<{ kind: 'row'; row: UplinkRow; index: number }>;

export function uplinkItems(state: ConsoleState): readonly UplinkItem[] {
  const items: UplinkItem[] = [];
  let section: UplinkKind | undefined;
  for (const [index, row] of uplinkRows(state).entries()) {
    if (row.kind !== section) {
      if (section !== undefined) items.push({ kind: 'blank' });
      items.push({ kind: 'head', of: row.kind });
      section = row.kind;
    }
    items.push({ kind: 'row', row, index });
  }
  return items;
}
