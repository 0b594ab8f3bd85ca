// A click into a dialog or a list: the field, choice or row that it is on. It chooses; accepting is another matter.

import type { Hit } from '../../core/line.ts';
import type { ActDialog } from '../act-dialog.ts';
import type { ModalState } from '../modal-state.ts';
import { changed, focusField, pickerMatches } from './modal-intent.ts';

export type PointedHit = Extract<Hit, { kind: 'item' | 'field' }>;

export function pointModal(state: ModalState, hit: PointedHit): ModalState {
  const { modal } = state;
  if (modal.kind === 'picker' && hit.kind === 'item') {
    const { picker } = modal;
    const known = hit.at >= 0 && hit.at < pickerMatches(picker).length;
    return known ? { ...state, modal: { kind: 'picker', picker: { ...picker, at: hit.at } } } : state;
  }
  if (modal.kind === 'act' && hit.kind === 'field')
    return { ...state, modal: { kind: 'act', act: pointAct(modal.act, hit) } };
  return state;
}

function pointAct(act: ActDialog, { field: at, option }: Extract<Hit, { kind: 'field' }>): ActDialog {
  const field = act.form.fields[at];
  if (act.phase.kind === 'performing' || field === undefined) return act;
  const focused = act.form.focus === at ? act : focusField(act, at);
  if (field.kind !== 'choice' || option === undefined || option === field.at) return focused;
  return field.options[option] === undefined ? focused : changed(focused, { ...field, at: option });
}
