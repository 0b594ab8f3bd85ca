// The default keys of what is run by the operator's wish: the command of a log pane, and watch panes; and of what a pane
// shows.

import { type Keymap, rows } from './row.ts';

export const WATCH_ROWS: Keymap = [
  ...rows('prefix', 'windows and panes', [['pane-show', ['v'], 'show something else in this pane', 'show']]),
  ...rows('log', 'this pane', [['start', ['Enter'], 'start the command, when it waits or has ended']]),
  ...rows('watch', 'this pane', [
    ['start', ['Enter'], 'run the command again and again, or stop it', 'start, stop'],
    ['changes-toggle', ['d'], 'show what changed since the run before, or not', 'changes'],
    ['address-next', ['Tab'], 'next address of the line: the one that an act would take', 'address'],
    ['address-previous', ['BackTab'], 'previous address of the line'],
    ['left', ['Left', 'h'], 'scroll left'],
    ['right', ['Right', 'l'], 'scroll right'],
    ['line-start', ['0', '^'], 'back to the start of the lines'],
  ]),
];
