// The list of what a new pane can show while it is open: entries that are found later, and the last lines of the log
// that the cursor is on.

import type { Problem } from '../core/problem.ts';
import type { Msg } from './messages.ts';
import type { ModalState, PickerItem, PickerState } from './modal-state.ts';
import { pickerMatches } from './slices/modal-intent.ts';

/** What was read of a log for its preview: a batch as a log pane gets it. */
export type LogTail = Omit<Extract<Msg, { kind: 'log/appended' }>, 'kind' | 'pane'>;
export type TailState =
  | Readonly<{ kind: 'reading' }>
  | Readonly<{ kind: 'read'; tail: LogTail }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

export type NewPanePickerMsg =
  /** `looking`: more may be found. The cursor stays on its entry. */
  | Readonly<{ kind: 'new-pane/found'; items: readonly PickerItem[]; looking: boolean }>
  | Readonly<{ kind: 'new-pane/tail'; item: string; tail: TailState }>;

export function reduceNewPane(state: ModalState, msg: Msg): ModalState {
  const { modal } = state;
  if (modal.kind !== 'picker' || modal.picker.purpose !== 'new-pane') return state;
  const { picker } = modal;
  if (msg.kind === 'new-pane/found') return withPicker(state, found(picker, msg));
  if (msg.kind !== 'new-pane/tail') return state;
  return withPicker(state, { ...picker, tails: new Map(picker.tails).set(msg.item, msg.tail) });
}

type Found = Extract<NewPanePickerMsg, { kind: 'new-pane/found' }>;

function found(picker: PickerState, { items, looking }: Found): PickerState {
  const next: PickerState = { ...picker, items, looking };
  const chosen = pickerMatches(picker)[picker.at]?.id;
  const matches = pickerMatches(next);
  const at = matches.findIndex(({ id }) => id === chosen);
  return { ...next, at: at >= 0 ? at : Math.max(0, Math.min(picker.at, matches.length - 1)) };
}

function withPicker(state: ModalState, picker: PickerState): ModalState {
  return { ...state, modal: { kind: 'picker', picker } };
}
