// The default keys of copy mode and of the plain view, and those after the prefix that lead there: tmux's, with its vi table.

import { type KeyRow, rows } from './row.ts';

const DIGITS = Array.from({ length: 9 }, (_, digit) => String(digit + 1));

/** The prefix comes before copy mode's own C-b, as in tmux: pressed twice it is a page up. */
export const COPY_ROWS: readonly KeyRow[] = [
  ...rows('copy', 'this pane', [
    ['copy', ['y', 'Enter'], 'copy what is selected to the terminal, and leave', 'copy'],
    ['select', ['v', 'Space'], 'select by character, from here on', 'select'],
    ['leave', ['q', 'C-c'], 'leave copy mode', 'leave'],
    ['select-line', ['V'], 'select whole lines', 'lines'],
    ['select-block', ['C-v'], 'select a block', 'block'],
    ['select-other-end', ['o'], 'to the other end of the selection'],
    ['search', ['/'], 'search forwards', 'search'],
    ['search-back', ['?'], 'search backwards'],
    ['search-next', ['n'], 'next match', 'next'],
    ['search-previous', ['N'], 'match before'],
    ['search-word', ['*'], 'next place of the word under the cursor'],
    ['search-word-back', ['#'], 'place of the word before'],
    ['cancel', ['Escape'], 'give up the selection; without one leave'],
  ]),
  ...rows('copy', 'moving', [
    ['left', ['Left', 'h'], 'left'],
    ['line-down', ['Down', 'j'], 'down'],
    ['line-up', ['Up', 'k'], 'up'],
    ['right', ['Right', 'l'], 'right'],
    ['word-next', ['w'], 'next word'],
    ['word-previous', ['b'], 'word before'],
    ['word-end', ['e'], 'end of the word'],
    ['space-next', ['W'], 'next word, parted by blanks only'],
    ['space-previous', ['B'], 'word before, parted by blanks only'],
    ['space-end', ['E'], 'end of the word, parted by blanks only'],
    ['line-start', ['Home', '0'], 'start of the line'],
    ['line-first', ['^'], 'first character of the line that is no blank'],
    ['line-end', ['End', '$'], 'end of the line'],
    ['half-down', ['C-d'], 'half a page down'],
    ['half-up', ['C-u'], 'half a page up'],
    ['page-down', ['PageDown', 'C-f'], 'a page down'],
    ['page-up', ['PageUp'], 'a page up; so is the prefix twice'],
    ['top', ['g'], 'to the top, or to the line of a number typed before'],
    ['bottom', ['G'], 'to the bottom, or to the line of a number typed before'],
    ['screen-top', ['H'], 'top of the screen'],
    ['screen-middle', ['M'], 'middle of the screen'],
    ['screen-bottom', ['L'], 'bottom of the screen'],
    ['count', DIGITS, 'a number: how often the next key moves'],
  ]),
  ...others('copy'),
  ...rows('copy', 'windows and panes', [['prefix', ['C-b'], 'the prefix']]),
  ...rows('plain', 'this pane', [
    ['leave', ['q', 'P', 'C-c'], 'back to the panes', 'leave'],
    ['cancel', ['Escape'], 'back to the panes'],
    ['focus-next', ['Tab'], 'the next pane of the window', 'next pane'],
  ]),
  ...rows('plain', 'moving', [
    ['line-down', ['Down', 'j'], 'down'],
    ['line-up', ['Up', 'k'], 'up'],
    ['half-down', ['C-d'], 'half a page down'],
    ['half-up', ['C-u'], 'half a page up'],
    ['page-down', ['PageDown', 'C-f', 'Space'], 'a page down', 'page'],
    ['page-up', ['PageUp'], 'a page up'],
    ['top', ['Home', 'g'], 'to the top'],
    ['bottom', ['End', 'G'], 'to the bottom'],
  ]),
  ...others('plain'),
  ...rows('prefix', 'windows and panes', [
    ['copy-mode', ['['], 'copy mode: the pane stands still, its text can be searched and copied', 'copy'],
    ['copy-mode-page', ['PageUp'], 'copy mode, a page up'],
    ['paste', [']'], 'give what was copied to the program in the pane'],
    ['plain', ['P'], 'the text of the pane alone, for the selection of the terminal'],
  ]),
];

/** What must not be far in any view. */
function others(mode: 'copy' | 'plain'): readonly KeyRow[] {
  return [
    ...rows(
      mode,
      'acts',
      [
        ['shields', ['!', 'M-!'], 'raise the shields at once, or lower them'],
        ['renew', ['+'], 'count the hold of the shields anew, and keep them'],
      ],
      'act',
    ),
    ...rows(mode, 'console', [
      ['command-line', [':'], 'type a command'],
      ['redraw', ['C-l'], 'draw the screen anew'],
      ['suspend', ['C-z'], 'back to the shell; fg returns'],
      ['help', mode === 'copy' ? ['F1'] : ['?', 'F1'], 'the keys that work now', 'help'],
    ]),
  ];
}
