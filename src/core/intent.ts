// Everything a key can mean. Names are what a session file's `keys:` rebinds, so they are stable words.

export const INTENTS = [
  // the console
  'quit',
  'suspend',
  'redraw',
  'help',
  'describe-key',
  'command-line',
  'cancel',
  'refresh',
  'mouse-toggle',
  'prefix',
  'send-prefix',
  // windows and panes (tmux prefix keys)
  'focus-left',
  'focus-right',
  'focus-up',
  'focus-down',
  'focus-next',
  'focus-last',
  'focus-number',
  'pane-numbers',
  'zoom',
  'split-right',
  'split-down',
  'pane-close',
  'pane-break',
  'pane-title',
  'swap-previous',
  'swap-next',
  'rotate',
  'rotate-back',
  'layout-next',
  'layout-number',
  'spread',
  'resize-left',
  'resize-right',
  'resize-up',
  'resize-down',
  'resize-left-far',
  'resize-right-far',
  'resize-up-far',
  'resize-down-far',
  'window-new',
  'window-rename',
  'window-move',
  'window-close',
  'window-index',
  'window-next',
  'window-previous',
  'window-last',
  'window-number',
  'window-list',
  // the session file
  'save',
  'session-list',
  'host-list',
  'reload',
  // copy mode and the plain view
  'copy-mode',
  'copy-mode-page',
  'paste',
  'plain',
  'leave',
  'count',
  'copy',
  'select',
  'select-line',
  'select-block',
  'select-other-end',
  'search-back',
  'search-word',
  'search-word-back',
  'word-next',
  'word-previous',
  'word-end',
  'space-next',
  'space-previous',
  'space-end',
  'line-first',
  'line-end',
  // one address in all panes, and its card
  'follow-address',
  'follow-end',
  'occurrence-next',
  'occurrence-previous',
  // programs and watches
  'start',
  'stop',
  'changes-toggle',
  'pane-show',
  // moving in any pane
  'line-down',
  'line-up',
  'half-down',
  'half-up',
  'page-down',
  'page-up',
  'top',
  'bottom',
  'screen-top',
  'screen-middle',
  'screen-bottom',
  'left',
  'right',
  'line-start',
  // lists and tables
  'mark',
  'mark-all',
  'mark-clear',
  'sort-next',
  'sort-reverse',
  'filter',
  'filter-clear',
  'open',
  'picker',
  'extend',
  'shorten',
  // logs
  'search',
  'search-next',
  'search-previous',
  'filter-in',
  'filter-out',
  'filters-toggle',
  'filter-context',
  'follow',
  'wrap',
  'stamp-mode',
  'line-mark',
  'mark-next',
  'mark-previous',
  'address-next',
  'address-previous',
  // conntrack
  'group-networks',
  'flows-now',
  'timeouts',
  // jails
  'test-filter',
  // acts
  'ban',
  'unban',
  'cut',
  'tighten',
  'service-start',
  'service-stop',
  'service-restart',
  'undo',
  // several hosts
  'retry',
  // the shields
  'shields',
  'keep',
  'renew',
  // dialogs, prompts, pickers
  'accept',
  'field-next',
  'field-previous',
  'choice-next',
  'choice-previous',
  'over-journal',
  'text-insert',
  'text-backspace',
  'text-delete',
  'text-left',
  'text-right',
  'text-start',
  'text-end',
  'text-kill',
  'text-kill-end',
  'text-kill-word',
  'history-previous',
  'history-next',
  'complete',
] as const;

export type IntentId = (typeof INTENTS)[number];

/** `text`: what was typed or pasted (text-insert) or the digit (window-number, focus-number, count). */
export type Intent = Readonly<{ id: IntentId; text?: string }>;

/**
 * Which table of keys is live. Pane modes fall back to `pane`, then `global`; dialog, prompt, picker and help do not.
 * `run`: a program pane whose program does not run; `program`: while it runs and takes the keys, only this table and the prefix.
 * `copy`: copy mode of the focused pane. `plain`: the view without frames. `card`: the card of the followed address.
 * `trial`: before the pane's while shields of this operator are in trial. `prefix`: the key after the prefix. `numbers`: while pane numbers are shown.
 * `review`: a text that waits for a yes. `fleet`: an act on several hosts.
 */
export type KeyMode =
  | 'global'
  | 'prefix'
  | 'numbers'
  | 'pane'
  | 'log'
  | 'bans'
  | 'conntrack'
  | 'traffic'
  | 'host'
  | 'journal'
  | 'jails'
  | 'services'
  | 'hosts'
  | 'all-bans'
  | 'uplinks'
  | 'run'
  | 'watch'
  | 'program'
  | 'copy'
  | 'plain'
  | 'card'
  | 'trial'
  | 'dialog'
  | 'prompt'
  | 'picker'
  | 'review'
  | 'fleet'
  | 'help';

/**
 * One key press as the terminal sent it. `name`: 'a', 'A', 'é', '/', 'Space', 'Enter', 'Tab', 'BackTab', 'Escape', 'Backspace',
 * 'Delete', 'Up', 'Down', 'Left', 'Right', 'Home', 'End', 'PageUp', 'PageDown', 'Insert', 'F1'…'F12'.
 * A chord is spelt as in tmux: "C-b", "M-1", "C-Up", "S-Tab" is 'BackTab'.
 */
export type Key = Readonly<{ name: string; ctrl: boolean; meta: boolean; shift: boolean }>;

export type InputEvent =
  | Readonly<{ kind: 'key'; key: Key }>
  | Readonly<{ kind: 'paste'; text: string }>
  /** `column` and `row`: the cell, from 0. `button`: 0 left, 1 middle, 2 right. */
  | Readonly<{
      kind: 'mouse';
      action: 'press' | 'release' | 'drag' | 'wheel-up' | 'wheel-down';
      button: number;
      column: number;
      row: number;
    }>
  | Readonly<{ kind: 'focus'; focused: boolean }>
  /** Standard input ended: the line is gone. */
  | Readonly<{ kind: 'closed' }>;
