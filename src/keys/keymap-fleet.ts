// The default keys of what is about several hosts: the table of hosts, the bans of all of them, an act on many.

import { movingRows } from './keymap-moving.ts';
import { type Keymap, rows } from './row.ts';

export const FLEET_ROWS: Keymap = [
  ...rows('hosts', 'this pane', [
    [
      'open',
      ['Enter'],
      'go to the panes of this host; where it has none, a window of them is made',
      'go there',
    ],
    [
      'retry',
      ['R'],
      'try the line to this host again now, or say how to log in; so does r when it is down',
      'retry',
    ],
    ['mark', ['Space'], 'mark the host; acts and shields take all marked hosts', 'mark'],
    ['mark-all', ['a'], 'mark all hosts that are shown'],
    ['filter', ['/'], 'show only hosts that match', 'filter'],
    ['filter-clear', ['Delete'], 'show all hosts again'],
    ['mark-clear', ['X'], 'remove all marks'],
  ]),
  ...rows('all-bans', 'this pane', [
    ['mark', ['Space'], 'mark the row; acts take all marked rows', 'mark'],
    ['mark-all', ['a'], 'mark all rows that are shown'],
    ['filter', ['/'], 'show only rows that match: address, set, comment, host', 'filter'],
    ['sort-next', ['s'], 'by address, by how many hosts have it, by its end', 'sort'],
    ['sort-reverse', ['S'], 'sort the other way round'],
    ['open', ['Enter'], 'the address host by host, or back', 'details'],
    ['filter-clear', ['Delete'], 'show all rows again'],
    ['mark-clear', ['X'], 'remove all marks'],
  ]),
  ...rows(
    'fleet',
    'this pane',
    [
      ['accept', ['Enter'], 'do it on the hosts that are ready; when all have ended, leave', 'performs'],
      ['retry', ['r'], 'again on those that failed, were refused or not reached', 'retry'],
      ['undo', ['z'], 'take back what was done: on each host its own act', 'undo'],
    ],
    'act',
  ),
  ...rows('fleet', 'this pane', [['cancel', ['Escape', 'q', 'C-c'], 'leave; what runs goes on', 'leave']]),
  ...movingRows('fleet'),
];
