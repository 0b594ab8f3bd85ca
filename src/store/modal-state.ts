// What stands in front of the panes, as data: at most one dialog, prompt, picker or help; the last notice; a pending prefix.

import type { UnixMs } from '../core/brand.ts';
import type { HostId } from '../core/hosts.ts';
import type { Role } from '../core/line.ts';
import type { PaneId } from '../core/pane.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { ActDialog } from './act-dialog.ts';
import type { FleetJobs } from './fleet/fleet-act.ts';
import type { TailState } from './new-pane-picker.ts';
import { EMPTY_HISTORY, type NewPanePrompt, type PromptHistory, type PromptState } from './prompt.ts';
import type { NewPane } from './slices/workspace.ts';
import type { TextInput } from './text-input.ts';

/**
 * `blocked`: it cannot be chosen, and says why. Of a new pane: `shows` what it shows, or `asks` for a command line first.
 */
export type PickerItem = Readonly<{
  id: string;
  label: SafeText;
  detail: SafeText;
  blocked?: boolean;
  shows?: NewPane;
  asks?: NewPanePrompt;
}>;
/** Where a new pane shall be. `name`: of the window. */
export type NewPaneWish =
  | Readonly<{ kind: 'split'; pane: PaneId; direction: 'row' | 'column' }>
  | Readonly<{ kind: 'window'; name?: string }>
  | Readonly<{ kind: 'replace'; pane: PaneId }>;

/** What accepting an item does is decided by the controller from `purpose`. `at`: index among the items that match. */
export type PickerState = Readonly<{
  purpose: 'windows' | 'sets' | 'filters' | 'sessions' | 'new-pane' | 'hosts';
  /** Of 'new-pane': where it shall be. */
  wish?: NewPaneWish;
  /** Of 'new-pane': more entries may be found, and the ends of logs that were looked at, by entry. */
  looking?: boolean;
  tails?: ReadonlyMap<string, TailState>;
  /** The pane that asked. */
  pane?: PaneId;
  title: SafeText;
  items: readonly PickerItem[];
  filter: TextInput;
  at: number;
}>;

/** One line of a page before it is wrapped; `indent` in columns, also of what is wrapped. */
export type PageLine = Readonly<{ text: SafeText; role?: Role; indent?: number }>;
/** `lines` 'shields', 'line': written anew from the state whenever they are drawn, because they change. */
export type Page = Readonly<{ title: SafeText; lines: readonly PageLine[] | 'shields' | 'line' }>;

/** Something that is done when it was looked at: `accept` says what. */
export type Review = Readonly<{ title: SafeText; lines: readonly PageLine[]; accept: SafeText }>;

/** A question with one answer that does something; `wish` says what. */
export type Confirm = Readonly<{
  title: SafeText;
  lines: readonly PageLine[];
  /** What Enter does, as in "Enter closes". */
  yes: SafeText;
  wish: ConfirmWish;
}>;
/** A window is named by one of its panes: numbers may change while it is asked. */
export type ConfirmWish =
  | Readonly<{ kind: 'pane-close'; pane: PaneId }>
  | Readonly<{ kind: 'window-close'; pane: PaneId }>;

/**
 * `filter`: only keys whose line holds it are shown; `typing`: it is being typed. `prefixed`: asked for after the prefix,
 * whose keys come first then.
 */
export type HelpView = Readonly<{ top: number; filter: TextInput; typing: boolean; prefixed?: boolean }>;

export type Modal =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'act'; act: ActDialog }>
  | Readonly<{ kind: 'prompt'; prompt: PromptState }>
  | (Readonly<{ kind: 'help' }> & HelpView)
  | Readonly<{ kind: 'page'; page: Page; top: number }>
  | Readonly<{ kind: 'picker'; picker: PickerState }>
  | Readonly<{ kind: 'review'; review: Review; top: number }>
  | Readonly<{ kind: 'confirm'; confirm: Confirm }>
  /** The act on several hosts: `ConsoleState.fleet.act`, which goes on when it is not looked at. */
  | Readonly<{ kind: 'fleet' }>
  | Readonly<{ kind: 'confirm-quit' }>;

export type NoticeRole = 'good' | 'plain' | 'warn' | 'bad';
/** What `z` takes back then: one act where it was done, or what was done on several hosts. */
export type NoticeUndo =
  | Readonly<{ kind: 'act'; host: HostId; actId: string }>
  | Readonly<{ kind: 'fleet'; jobs: FleetJobs }>;
/** The last result, bottom left. `canUndo`: the hint "z undoes" follows it, and `undo` is what it means. */
export type Notice = Readonly<{
  text: SafeText;
  role: NoticeRole;
  at: UnixMs;
  canUndo: boolean;
  undo?: NoticeUndo;
}>;

export type ModalState = Readonly<{
  modal: Modal;
  notice: Notice | undefined;
  prefixPending: boolean;
  /** Of the last act dialog: the next one goes on counting, so that no preview is taken for another dialog's. */
  revision: number;
  history: PromptHistory;
}>;

export const NO_MODAL: Modal = { kind: 'none' };
export const initialModal: ModalState = {
  modal: NO_MODAL,
  notice: undefined,
  prefixPending: false,
  revision: 0,
  history: EMPTY_HISTORY,
};
