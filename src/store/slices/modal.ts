// Messages and reducer of what stands in front of the panes; its data is in modal-state.ts.

import type { ActPreview, ActReport } from '../../core/act.ts';
import type { UnixMs } from '../../core/brand.ts';
import type { HostId } from '../../core/hosts.ts';
import type { Intent } from '../../core/intent.ts';
import type { PaneId } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { openAct, previewed, waitingFor } from '../act-dialog.ts';
import type { ActForm } from '../act-form.ts';
import { reported } from '../act-report.ts';
import { consoleNow } from '../hosts/on-host.ts';
import type { Msg } from '../messages.ts';
import {
  type Confirm,
  type Modal,
  type ModalState,
  type NewPaneWish,
  NO_MODAL,
  type Notice,
  type NoticeRole,
  type NoticeUndo,
  type Page,
  type PickerState,
  type Review,
} from '../modal-state.ts';
import { type NewPanePickerMsg, reduceNewPane } from '../new-pane-picker.ts';
import { openPrompt, type PromptFor } from '../prompt.ts';
import { manyHosts } from '../select/hosts.ts';
import type { ConsoleState } from '../state.ts';
import { EMPTY_INPUT, type TextInput } from '../text-input.ts';
import { reduceModalIntent } from './modal-intent.ts';
import { type PointedHit, pointModal } from './modal-pointed.ts';

export type ModalMsg =
  | NewPanePickerMsg
  /** `host`: on which it is done, if not on the one looked at. */
  | Readonly<{ kind: 'modal/act-opened'; form: ActForm; host?: HostId }>
  | Readonly<{ kind: 'modal/act-previewed'; revision: number; preview: ActPreview }>
  | Readonly<{ kind: 'modal/act-waiting'; words: SafeText }>
  | Readonly<{ kind: 'modal/act-reported'; report: ActReport }>
  | Readonly<{
      kind: 'modal/prompt-opened';
      purpose: PromptFor;
      pane?: PaneId;
      wish?: NewPaneWish;
      text?: string;
      proposal?: string;
    }>
  | Readonly<{ kind: 'modal/prompt-failed'; error: SafeText }>
  | Readonly<{ kind: 'modal/prompt-completed'; text: string; choices: readonly SafeText[] }>
  | Readonly<{ kind: 'modal/help-opened'; prefixed?: boolean }>
  | Readonly<{ kind: 'modal/page-opened'; page: Page }>
  | Readonly<{ kind: 'modal/review-opened'; review: Review }>
  | Readonly<{ kind: 'modal/picker-opened'; picker: PickerState }>
  /** The last act on several hosts again. */
  | Readonly<{ kind: 'modal/fleet-opened' }>
  | Readonly<{ kind: 'modal/quit-asked' }>
  | Readonly<{ kind: 'modal/confirm-asked'; confirm: Confirm }>
  | Readonly<{ kind: 'modal/closed' }>
  /** A key for whatever is open; `rows`: how many lines of a list or help fit on screen, `total`: how many there are. */
  | Readonly<{ kind: 'modal/intent'; intent: Intent; rows: number; total?: number }>
  /** A click on a row of a list, or a field or choice of a dialog. */
  | Readonly<{ kind: 'modal/pointed'; hit: PointedHit }>
  | Readonly<{ kind: 'modal/noticed'; text: SafeText; role: NoticeRole; undo?: NoticeUndo }>
  /** The last remark was read; the result of an act that can be undone stays. */
  | Readonly<{ kind: 'modal/notice-read' }>
  | Readonly<{ kind: 'modal/prefix-pending'; on: boolean }>;

const NEW_HELP = { top: 0, filter: EMPTY_INPUT, typing: false } as const;

/** A notice leaves the bottom line after this long: the result of an act late, a remark about a key soon. */
export const NOTICE_MS = { act: 60_000, warn: 20_000, remark: 8000 } as const;

function stays({ role, canUndo }: Notice): number {
  if (canUndo || role === 'good' || role === 'bad') return NOTICE_MS.act;
  return role === 'warn' ? NOTICE_MS.warn : NOTICE_MS.remark;
}

export function reduceModal(state: ModalState, msg: Msg, whole: ConsoleState): ModalState {
  const next = reduceOpen(state, msg, whole);
  const { modal } = next;
  return modal.kind === 'act' && modal.act.revision > next.revision
    ? { ...next, revision: modal.act.revision }
    : next;
}

function reduceOpen(state: ModalState, msg: Msg, whole: ConsoleState): ModalState {
  switch (msg.kind) {
    case 'clock/ticked':
      return state.notice !== undefined && msg.now - state.notice.at > stays(state.notice)
        ? { ...state, notice: undefined }
        : state;
    case 'modal/act-opened':
      return { ...state, modal: { kind: 'act', act: openAct(msg.form, state.revision + 1) } };
    case 'modal/act-previewed':
      return state.modal.kind === 'act'
        ? { ...state, modal: { kind: 'act', act: previewed(state.modal.act, msg.revision, msg.preview) } }
        : state;
    case 'modal/act-waiting':
      return state.modal.kind === 'act'
        ? { ...state, modal: { kind: 'act', act: waitingFor(state.modal.act, msg.words) } }
        : state;
    case 'modal/act-reported':
      return reported(state, msg.report, {
        ...{ now: consoleNow(whole), host: whole.at, many: manyHosts(whole.session) },
      });
    case 'modal/prompt-opened':
      return { ...state, modal: { kind: 'prompt', prompt: openPrompt(msg) } };
    case 'modal/prompt-failed':
      return state.modal.kind === 'prompt'
        ? { ...state, modal: { kind: 'prompt', prompt: { ...state.modal.prompt, error: msg.error } } }
        : state;
    case 'modal/prompt-completed':
      return completed(state, msg.text, msg.choices);
    case 'modal/help-opened':
      return { ...state, modal: { kind: 'help', ...NEW_HELP, prefixed: msg.prefixed === true } };
    case 'modal/page-opened':
      return { ...state, modal: { kind: 'page', page: msg.page, top: 0 } };
    case 'shields/ended':
      return shieldsEnded(state, msg, consoleNow(whole));
    case 'modal/picker-opened':
      return { ...state, modal: { kind: 'picker', picker: msg.picker } };
    case 'modal/review-opened':
      return { ...state, modal: { kind: 'review', review: msg.review, top: 0 } };
    case 'modal/confirm-asked':
      return { ...state, modal: { kind: 'confirm', confirm: msg.confirm } };
    case 'new-pane/found':
    case 'new-pane/tail':
      return reduceNewPane(state, msg);
    case 'fleet/opened':
    case 'modal/fleet-opened':
      return { ...state, modal: { kind: 'fleet' } };
    case 'modal/quit-asked':
      return { ...state, modal: { kind: 'confirm-quit' } };
    case 'modal/closed':
      return state.modal.kind === 'none' ? state : { ...state, modal: NO_MODAL };
    case 'modal/intent':
      return reduceModalIntent(state, msg.intent, { rows: msg.rows, total: msg.total ?? 0 });
    case 'modal/pointed':
      return pointModal(state, msg.hit);
    case 'modal/noticed':
      return {
        ...state,
        notice: noticeOf(msg, consoleNow(whole)),
      };
    case 'modal/notice-read':
      return state.notice === undefined || state.notice.canUndo ? state : { ...state, notice: undefined };
    case 'modal/prefix-pending':
      return state.prefixPending === msg.on ? state : { ...state, prefixPending: msg.on };
    default:
      return state;
  }
}

function noticeOf({ text, role, undo }: Extract<Msg, { kind: 'modal/noticed' }>, at: UnixMs): Notice {
  return { text, role, at, canUndo: undo !== undefined, ...(undo === undefined ? {} : { undo }) };
}

/** In one step with what it tells of: no frame shows the one without the other. Nobody's dialog is taken away for it. */
function shieldsEnded(
  state: ModalState,
  { page, said }: Extract<Msg, { kind: 'shields/ended' }>,
  now: UnixMs,
): ModalState {
  const free = state.modal.kind === 'none';
  const modal: Modal = page !== undefined && free ? { kind: 'page', page, top: 0 } : state.modal;
  const late = { text: sanitise(`${page?.title ?? ''}: see :shields`), role: 'warn' } as const;
  // A list of hosts that is open tells it in the row of the host.
  const listed = state.modal.kind === 'fleet';
  const words = said ?? (page !== undefined && !free && !listed ? late : undefined);
  // What was said of the shields before is no longer so; an act that can be undone still is.
  const kept = state.notice?.canUndo === true ? state.notice : undefined;
  const notice = words === undefined ? kept : { ...words, at: now, canUndo: false };
  return { ...state, modal, notice };
}

function completed(state: ModalState, text: string, choices: readonly SafeText[]): ModalState {
  if (state.modal.kind !== 'prompt') return state;
  const { error: _, proposed: __, ...prompt } = state.modal.prompt;
  const input: TextInput = text === '' ? EMPTY_INPUT : { text, at: [...text].length };
  return { ...state, modal: { kind: 'prompt', prompt: { ...prompt, input, choices } } };
}

export { initialModal, type ModalState } from '../modal-state.ts';
