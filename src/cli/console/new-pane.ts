// Choosing what a new pane shows.

import type { PaneBody } from '../../core/pane.ts';
import { safe } from '../../core/sanitise.ts';
import type { Msg } from '../../store/messages.ts';
import type { NewPaneWish, PickerItem } from '../../store/modal-state.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import type { Desktop } from './controller.ts';

const ITEMS: readonly PickerItem[] = [
  { id: 'host', label: safe('host'), detail: safe('load, memory, disks') },
  { id: 'conntrack', label: safe('conntrack'), detail: safe('the table of connections, its top sources') },
  { id: 'bans', label: safe('bans'), detail: safe('who is banned, in which set') },
  { id: 'traffic', label: safe('traffic'), detail: safe('bytes in and out, top talkers') },
  { id: 'journal', label: safe('journal'), detail: safe('what opsconsole did') },
];

export function openNewPane(desktop: Desktop, wish: NewPaneWish): void {
  const title = wish.kind === 'window' ? safe('New window') : safe('New pane');
  desktop.store.dispatch({
    kind: 'modal/picker-opened',
    picker: { purpose: 'new-pane', wish, title, items: ITEMS, filter: EMPTY_INPUT, at: 0 },
  });
}

/** What Enter on an entry means. */
export function newPaneMsg(wish: NewPaneWish, id: string): Msg | undefined {
  const body = bodyOf(id);
  if (body === undefined) return undefined;
  switch (wish.kind) {
    case 'split':
      return {
        kind: 'workspace/pane-split',
        pane: wish.pane,
        direction: wish.direction,
        shows: { body },
      };
    case 'window':
      return { kind: 'workspace/window-added', name: wish.name ?? id, shows: { body } };
    case 'replace':
      return { kind: 'workspace/pane-replaced', pane: wish.pane, shows: { body } };
  }
}

function bodyOf(id: string): PaneBody | undefined {
  switch (id) {
    case 'host':
    case 'conntrack':
    case 'journal':
      return { kind: id };
    case 'bans':
      return { kind: id, sets: [] };
    case 'traffic':
      return { kind: id, interfaces: [] };
    default:
      return undefined;
  }
}
