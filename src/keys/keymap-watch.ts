// The default keys of what is run by the operator's wish: the command of a log pane, and watch panes.

import { type Keymap, rows } from './row.ts';

export const WATCH_ROWS: Keymap = [
  ...rows('log', 'this pane', [['start', ['Enter'], 'start the command, when it waits or has ended']]),
  ...rows('watch', 'this pane', [
    ['start', ['Enter'], 'run the command again and again, or stop it', 'start'],
  ]),
];
