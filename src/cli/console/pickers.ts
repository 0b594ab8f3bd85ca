// The lists that keys open: windows, ban sets, filters of a log; and what choosing an item does.

import type { PaneSpec } from '../../core/pane.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Msg } from '../../store/messages.ts';
import type { PickerItem, PickerState } from '../../store/modal-state.ts';
import { selectSetChoices } from '../../store/select/target-bans.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import type { ConsoleState } from '../../store/state.ts';
import { EMPTY_INPUT } from '../../store/text-input.ts';
import { paneWords } from './layout-questions.ts';

export function windowPicker(state: ConsoleState): PickerState {
  const items = state.session.windows.map(
    ({ name, panes }, index): PickerItem => ({
      id: String(index),
      // As in the top line.
      label: sanitise(`${index + 1}:${name}${index === state.layout.window ? '*' : ''}`),
      detail: sanitise(panes.map(paneWords).join(', ')),
    }),
  );
  const title = safe('Windows');
  return { purpose: 'windows', title, items, filter: EMPTY_INPUT, at: state.layout.window };
}

/** Undefined where the pane has nothing to choose from. */
export function panePicker(state: ConsoleState, pane: PaneSpec): PickerState | undefined {
  if (pane.body.kind === 'bans') {
    const items = selectSetChoices(state);
    return { purpose: 'sets', pane: pane.id, title: safe('Sets to show'), items, filter: EMPTY_INPUT, at: 0 };
  }
  const log = state.logs.panes.get(pane.id);
  if (log === undefined || log.filters.length === 0) return undefined;
  const items = log.filters.map(
    ({ pattern, keep, on }, index): PickerItem => ({
      id: String(index),
      label: sanitise(`${keep === 'in' ? 'only' : 'hide'} ${pattern.text}`),
      detail: on ? safe('on, Enter switches it off') : safe('off, Enter switches it on'),
    }),
  );
  return { purpose: 'filters', pane: pane.id, title: safe('Filters'), items, filter: EMPTY_INPUT, at: 0 };
}

/** What Enter on the list means; undefined when nothing matches. */
export function chosenFrom(picker: PickerState): Msg | undefined {
  const item = pickerMatches(picker)[picker.at];
  if (item === undefined) return undefined;
  switch (picker.purpose) {
    case 'windows':
      return { kind: 'layout/window-selected', window: Number(item.id) };
    case 'sets':
      return picker.pane === undefined
        ? undefined
        : { kind: 'bans/sets-chosen', pane: picker.pane, names: item.id === '' ? [] : [item.id] };
    case 'sessions':
      return undefined; // session-keys.ts loads it
    case 'filters':
      return picker.pane === undefined
        ? undefined
        : { kind: 'log/filter-toggled', pane: picker.pane, index: Number(item.id) };
    case 'new-pane':
      return undefined; // new-pane.ts makes it
    case 'hosts':
      return undefined; // host-command.ts shows the pane there
    default:
      return unreachable(picker.purpose);
  }
}
