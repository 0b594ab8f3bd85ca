// The keys of program panes. While a program takes the keys only the prefix is ours, and the one key that must never be far.

import { type Keymap, rows } from './row.ts';

export const PROGRAM_ROWS: Keymap = [
  ...rows('program', 'windows and panes', [
    ['prefix', ['C-b'], 'the prefix; all other keys go to the program'],
  ]),
  ...rows(
    'program',
    'acts',
    [['shields', ['M-!'], 'raise the shields at once, or lower them', 'shields']],
    'act',
  ),
  ...rows('prefix', 'this pane', [
    ['stop', ['K'], 'end the program of this pane (HUP); again: kill it', 'end it'],
  ]),
  // In a program Enter is the program's.
  ...rows(
    'prefix',
    'acts',
    [['keep', ['Enter'], 'keep the shields until the end of the hold, from a program too', 'keep']],
    'act',
  ),
  ...rows('run', 'this pane', [['start', ['Enter'], 'start the program, or run it again', 'start']]),
];
