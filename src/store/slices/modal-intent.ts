// Keys while something stands in front of the panes: edits fields, moves in lists, closes. Pure; acts are run elsewhere.

import type { Intent } from '../../core/intent.ts';
import { unreachable } from '../../core/unreachable.ts';
import {
  type ActDialog,
  accept,
  isConfirmation,
  overJournal,
  withForm,
  withoutComplaint,
} from '../act-dialog.ts';
import { type ActForm, type Field, focusedField, takesText, withField } from '../act-form.ts';
import {
  type HelpView,
  type ModalState,
  NO_MODAL,
  type PickerItem,
  type PickerState,
} from '../modal-state.ts';
import { editPrompt, remember } from '../prompt.ts';
import { EMPTY_INPUT, editText } from '../text-input.ts';

/** How many lines of the list are visible, and how many there are. */
export type ListSize = Readonly<{ rows: number; total: number }>;

export function reduceModalIntent(state: ModalState, intent: Intent, list: ListSize): ModalState {
  const { modal } = state;
  switch (modal.kind) {
    case 'none':
      return state;
    case 'fleet': // its keys are those of the act itself
      return intent.id === 'cancel' ? close(state) : state;
    case 'confirm':
      return answerOf(intent) === undefined ? state : close(state);
    case 'confirm-quit':
      return intent.id === 'cancel' || intent.id === 'accept' ? close(state) : state;
    case 'help':
      if (!modal.typing && ['cancel', 'help', 'accept'].includes(intent.id)) return close(state);
      return { ...state, modal: { kind: 'help', ...helpIntent(modal, intent, list) } };
    case 'page':
    case 'review':
      if (intent.id === 'cancel' || intent.id === 'accept') return close(state);
      return { ...state, modal: { ...modal, top: scrolled(modal.top, intent, list) } };
    case 'prompt':
      if (intent.id === 'cancel') return close(state);
      if (intent.id === 'accept') {
        const history = remember(state.history, modal.prompt.purpose, modal.prompt.input.text);
        return { ...close(state), history };
      }
      return { ...state, modal: { kind: 'prompt', prompt: editPrompt(modal.prompt, intent, state.history) } };
    case 'picker':
      if (intent.id === 'cancel' || intent.id === 'accept') return close(state);
      return { ...state, modal: { kind: 'picker', picker: movePicker(modal.picker, intent, list.rows) } };
    case 'act': {
      const act = actIntent(modal.act, intent);
      return act === undefined ? close(state) : { ...state, modal: { kind: 'act', act } };
    }
    default:
      return unreachable(modal);
  }
}

/** Enter or y, Escape or n, as tmux asks; undefined for any other key. */
export function answerOf(intent: Intent): 'yes' | 'no' | undefined {
  const typed = intent.id === 'text-insert' ? intent.text?.toLowerCase() : undefined;
  if (intent.id === 'accept' || typed === 'y') return 'yes';
  return intent.id === 'cancel' || typed === 'n' ? 'no' : undefined;
}

/** The filter is typed as in a list to choose from: Enter keeps it, Escape shows all keys again. */
function helpIntent(help: HelpView, intent: Intent, list: ListSize): HelpView {
  const { top, filter, typing } = help;
  if (!typing && intent.id === 'filter') return { ...help, typing: true };
  if (typing && intent.id === 'accept') return { ...help, typing: false };
  if (typing && intent.id === 'cancel') return { ...help, top: 0, filter: EMPTY_INPUT, typing: false };
  const edited = typing ? editText(filter, intent) : undefined;
  if (edited !== undefined) return { ...help, top: edited.text === filter.text ? top : 0, filter: edited };
  return { ...help, top: scrolled(top, intent, list) };
}

function scrolled(top: number, intent: Intent, list: ListSize): number {
  const last = Math.max(0, list.total - list.rows);
  return Math.max(0, Math.min(last, moved(top, intent, list.rows)));
}

function close(state: ModalState): ModalState {
  return { ...state, modal: NO_MODAL };
}

function actIntent(act: ActDialog, intent: Intent): ActDialog | undefined {
  if (act.phase.kind === 'performing') return whilePerforming(act, act.phase, intent);
  switch (intent.id) {
    case 'cancel':
      return undefined;
    case 'accept':
      return accept(act);
    case 'over-journal':
      return overJournal(act);
    case 'field-next':
      return moveFocus(act, 1);
    case 'field-previous':
      return moveFocus(act, -1);
    case 'choice-next':
      return chooseOrMove(act, 1, intent);
    case 'choice-previous':
      return chooseOrMove(act, -1, intent);
    case 'page-down':
      return { ...act, page: act.page + 1 };
    case 'page-up':
      return { ...act, page: act.page - 1 };
    default:
      return typeInto(act, intent);
  }
}

/** It cannot be called back, and the report closes the dialog; only waiting for a lost line can be ended. */
function whilePerforming(act: ActDialog, phase: Performing, intent: Intent): ActDialog {
  const leaves = intent.id === 'cancel' && phase.waiting !== undefined;
  return leaves ? { ...act, phase: { ...phase, left: true } } : act;
}

type Performing = Extract<ActDialog['phase'], { kind: 'performing' }>;

function moveFocus(act: ActDialog, step: number): ActDialog {
  const count = act.form.fields.length;
  if (count === 0) return act;
  return focusField(act, (act.form.focus + step + count) % count);
}

export function focusField(act: ActDialog, focus: number): ActDialog {
  return { ...withoutComplaint(act), form: { ...act.form, focus } };
}

/** Left and right choose; inside a text they move its cursor. */
function chooseOrMove(act: ActDialog, step: 1 | -1, intent: Intent): ActDialog {
  const field = focusedField(act.form);
  if (field === undefined) return act;
  const inText = takesText(field) && field.input.text !== '';
  const leavesText = field.kind === 'choice' && step < 0 && field.input.at === 0;
  if (field.kind === 'text' || (inText && !leavesText))
    return typeInto(act, { ...intent, id: step > 0 ? 'text-right' : 'text-left' });
  const at = Math.max(0, Math.min(field.options.length - 1, field.at + step));
  return at === field.at ? act : changed(act, { ...field, at });
}

/** Typing on a choice that also takes a typed value switches to it. */
function typeInto(act: ActDialog, intent: Intent): ActDialog {
  const field = focusedField(act.form);
  if (field === undefined) return act;
  if (takesText(field)) {
    const input = editText(field.input, intent);
    return input === undefined ? act : changed(act, { ...field, input });
  }
  if (field.kind !== 'choice' || intent.id !== 'text-insert') return act;
  if (intent.text === ' ') {
    const at = (field.at + 1) % Math.max(1, field.options.length);
    return changed(act, { ...field, at });
  }
  const typedAt = field.options.findIndex((option) => option.value.kind === 'typed');
  const input = editText(field.input, intent);
  if (typedAt < 0 || input === undefined) return act;
  return changed(act, { ...field, at: typedAt, input });
}

export function changed(act: ActDialog, field: Field): ActDialog {
  const form: ActForm = withField(act.form, field.id, () => field);
  if (isConfirmation(field)) return { ...withoutComplaint(act), form };
  const old = act.form.fields.find((candidate) => candidate.id === field.id);
  const onlyCursor =
    old?.kind === field.kind && old.input.text === field.input.text && sameChoice(old, field);
  if (onlyCursor) return { ...act, form };
  return withForm(act, form);
}

function sameChoice(a: Field, b: Field): boolean {
  return a.kind !== 'choice' || b.kind !== 'choice' || a.at === b.at;
}

/** Items whose label or detail contains what was typed, letter case ignored. */
export function pickerMatches(picker: PickerState): readonly PickerItem[] {
  const wanted = picker.filter.text.toLowerCase();
  if (wanted === '') return picker.items;
  return picker.items.filter((item) => `${item.label} ${item.detail}`.toLowerCase().includes(wanted));
}

function movePicker(picker: PickerState, intent: Intent, rows: number): PickerState {
  const filter = editText(picker.filter, intent);
  if (filter !== undefined)
    return { ...picker, filter, at: filter.text === picker.filter.text ? picker.at : 0 };
  const last = Math.max(0, pickerMatches(picker).length - 1);
  return { ...picker, at: Math.max(0, Math.min(last, moved(picker.at, intent, rows))) };
}

const FAR = 1_000_000;

function moved(at: number, intent: Intent, rows: number): number {
  const page = Math.max(1, rows - 1);
  switch (intent.id) {
    case 'line-down':
    case 'choice-next':
      return at + 1;
    case 'line-up':
    case 'choice-previous':
      return at - 1;
    case 'half-down':
      return at + Math.ceil(page / 2);
    case 'half-up':
      return at - Math.ceil(page / 2);
    case 'page-down':
      return at + page;
    case 'page-up':
      return at - page;
    case 'top':
      return 0;
    case 'bottom':
      return FAR;
    default:
      return at;
  }
}
