// The default keys, as data: what is pressed, what it means, and the words that help, hints and docs/keys.md show.
// A chord stands once in each chain of modes. Ctrl keys of pagers never change anything on the machine.

import type { KeyMode } from '../core/intent.ts';
import { COPY_ROWS } from './keymap-copy.ts';
import { FLEET_ROWS } from './keymap-fleet.ts';
import { FOLLOW_ROWS } from './keymap-follow.ts';
import { HELP_ROWS } from './keymap-help.ts';
import { movingRows } from './keymap-moving.ts';
import { PANE_ROWS } from './keymap-panes.ts';
import { PROGRAM_ROWS } from './keymap-program.ts';
import { SESSION_ROWS } from './keymap-session.ts';
import { TEXT_ROWS } from './keymap-text.ts';
import { WATCH_ROWS } from './keymap-watch.ts';
import { type Keymap, rows } from './row.ts';

export const MODES = [
  ...([
    'log',
    'bans',
    'conntrack',
    'traffic',
    'host',
    'journal',
    'jails',
    'uplinks',
    'services',
    'hosts',
    'all-bans',
    'run',
    'watch',
  ] as const),
  ...(['pane', 'global', 'program', 'copy', 'plain', 'card', 'trial'] as const),
  ...(['prefix', 'numbers', 'dialog', 'prompt', 'picker', 'review', 'fleet', 'help'] as const),
] satisfies readonly KeyMode[];

/** Modes where a printable key types itself. */
export const TEXT_MODES: ReadonlySet<KeyMode> = new Set(['dialog', 'prompt', 'picker']);

/** The modes that are asked for a key, in order, when `mode` is the live one. */
export function modeChain(mode: KeyMode): readonly KeyMode[] {
  switch (mode) {
    case 'log':
    case 'bans':
    case 'conntrack':
    case 'traffic':
    case 'host':
    case 'journal':
    case 'jails':
    case 'uplinks':
    case 'services':
    case 'hosts':
    case 'all-bans':
    case 'run':
    case 'watch':
      return [mode, 'pane', 'global'];
    case 'card':
      return ['card', 'global'];
    case 'pane':
      return ['pane', 'global'];
    case 'global':
    case 'program':
    case 'copy':
    case 'plain':
    case 'trial':
    case 'prefix':
    case 'numbers':
    case 'dialog':
    case 'prompt':
    case 'picker':
    case 'review':
    case 'fleet':
    case 'help':
      return [mode];
  }
}

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

const ACT_ROWS: Keymap = [
  ...rows(
    'pane',
    'acts',
    [
      ['ban', ['b'], 'ban the address under the cursor, or the marked ones', 'ban'],
      ['unban', ['u'], 'take it out of every set that holds it', 'unban'],
      ['cut', ['c'], 'cut its live flows, both ways', 'cut'],
      ['tighten', ['t'], 'tighten conntrack timeouts', 'tighten'],
      ['undo', ['z'], 'undo the last act of this console', 'undo'],
    ],
    'act',
  ),
  ...rows(
    'bans',
    'acts',
    [
      ['extend', ['e'], 'let the ban last longer', 'extend'],
      ['shorten', ['E'], 'let the ban end sooner', 'shorten'],
    ],
    'act',
  ),
];

/** The trial's key stands before the pane's: that it does is said in the top line as long as it lasts. */
const SHIELDS_ROWS: Keymap = [
  ...rows(
    'global',
    'acts',
    [
      ['shields', ['!'], 'raise the shields at once, or lower them', 'shields'],
      ['renew', ['+'], 'count the hold of the shields anew, and keep them'],
    ],
    'act',
  ),
  ...rows(
    'trial',
    'acts',
    [['keep', ['Enter'], 'keep the shields until the end of the hold', 'keep']],
    'act',
  ),
];

const LOG_ROWS: Keymap = rows('log', 'this pane', [
  ['search', ['/'], 'search; the matches are marked, no line is hidden', 'search'],
  ['follow', ['f', 'F', 'Space'], 'follow the end, or freeze', 'follow'],
  ['filter-in', ['&'], 'show only lines that match', 'only'],
  ['filter-out', ['-'], 'hide lines that match', 'hide'],
  ['filters-toggle', ['*'], 'all filters off, and on again'],
  ['filter-context', ['C'], 'lines of context around what a filter shows'],
  ['filter-clear', ['Delete'], 'remove the filters'],
  ['picker', ['p'], 'list the filters, and switch each'],
  ['search-next', ['n'], 'next match'],
  ['search-previous', ['N'], 'previous match'],
  ['address-next', ['Tab'], 'next address of the line: the one that an act would take', 'address'],
  ['address-previous', ['BackTab'], 'previous address of the line'],
  ['line-mark', ['m'], 'mark the line, or unmark it'],
  ['mark-next', ['>'], 'next marked line'],
  ['mark-previous', ['<'], 'previous marked line'],
  ['mark-clear', ['X'], 'remove all marks'],
  ['wrap', ['w'], 'wrap long lines, or cut them', 'wrap'],
  ['stamp-mode', ['T'], 'times of day, as ages, or as written'],
  ['left', ['Left', 'h'], 'scroll left'],
  ['right', ['Right', 'l'], 'scroll right'],
  ['line-start', ['0', '^'], 'back to the start of the lines'],
]);

const TABLE_ROWS: Keymap = [
  ...rows('bans', 'this pane', [
    ['mark', ['Space'], 'mark the row; acts take all marked rows', 'mark'],
    ['mark-all', ['a'], 'mark all rows that are shown'],
    ['filter', ['/'], 'show only rows that match', 'filter'],
    ['sort-next', ['s'], 'sort by the next column', 'sort'],
    ['sort-reverse', ['S'], 'sort the other way round'],
    ['picker', ['p'], 'choose the sets to show', 'sets'],
    ['open', ['Enter'], 'all about the row; list a set that was not listed because of its cost', 'details'],
    ['filter-clear', ['Delete'], 'show all rows again'],
    ['mark-clear', ['X'], 'remove all marks'],
  ]),
  ...rows('conntrack', 'this pane', [
    ['mark', ['Space'], 'mark the source; acts take all marked sources', 'mark'],
    ['timeouts', ['T'], 'the table of timeouts, or back to the sources', 'timeouts'],
    ['open', ['Enter'], 'change the timeout under the cursor'],
    ['group-networks', ['n'], 'sources by network, or by address', 'networks'],
    ['flows-now', ['F'], 'count the flows by source now', 'flows'],
    ['mark-clear', ['X'], 'remove all marks'],
  ]),
  ...rows('traffic', 'this pane', [
    ['mark', ['Space'], 'mark the talker; acts take all marked ones', 'mark'],
    ['mark-clear', ['X'], 'remove all marks'],
  ]),
  ...rows('journal', 'this pane', [['open', ['Enter'], 'the exact commands of the act, or back', 'details']]),
  ...rows(
    'services',
    'acts',
    [
      ['service-start', ['s'], 'start the service', 'start'],
      ['service-stop', ['x'], 'stop it', 'stop'],
      ['service-restart', ['R'], 'restart it', 'restart'],
    ],
    'act',
  ),
  ...rows('services', 'this pane', [
    ['sort-next', ['o'], 'what needs a look first, or as in the file', 'sort'],
  ]),
  ...rows(
    'uplinks',
    'acts',
    [
      ['service-stop', ['x'], 'stop the tunnel, as the session file says', 'stop'],
      ['service-restart', ['R'], 'restart it, as the session file says', 'restart'],
    ],
    'act',
  ),
  ...rows('uplinks', 'this pane', [
    ['open', ['Enter'], 'all about the row, and the rules that lead to its way; or back', 'details'],
  ]),
  ...rows('jails', 'this pane', [
    ['open', ['Enter'], 'all about the jail and what it did last, or back', 'details'],
    ['test-filter', ['T'], 'test its filter on the newest lines of its log: what it misses', 'test filter'],
    ['sort-next', ['s'], 'what needs a look first, or by name', 'sort'],
  ]),
];

const MOVING_ROWS: Keymap = [
  ...movingRows('pane'),
  ...rows('pane', 'moving', [
    ['screen-top', ['H'], 'top of the screen'],
    ['screen-middle', ['M'], 'middle of the screen'],
    ['screen-bottom', ['L'], 'bottom of the screen'],
  ]),
];

const GLOBAL_ROWS: Keymap = [
  ...rows('global', 'console', [
    ['command-line', [':'], 'type a command'],
    ['refresh', ['r'], 'ask all sources again now'],
    ['cancel', ['Escape'], 'leave what is open, clear what is searched'],
    ['redraw', ['C-l'], 'draw the screen anew'],
    ['mouse-toggle', ['F2', 'M-m'], 'mouse on or off (off lets the terminal select text)'],
    ['suspend', ['C-z'], 'back to the shell; fg returns'],
    ['quit', ['q', 'C-c'], 'quit, after a question'],
    ['help', ['?', 'F1'], 'the keys that work now', 'help'],
  ]),
  ...rows('global', 'windows and panes', [
    ['prefix', ['C-b'], 'the prefix of the keys for windows and panes, as in tmux', 'panes'],
    ['focus-left', ['M-Left'], 'to the pane on the left'],
    ['focus-right', ['M-Right'], 'to the pane on the right'],
    ['focus-up', ['M-Up'], 'to the pane above'],
    ['focus-down', ['M-Down'], 'to the pane below'],
    ['focus-next', ['M-o'], 'to the next pane'],
    ['focus-number', DIGITS.slice(1).map((digit) => `M-${digit}`), 'to the pane with this number'],
  ]),
];

const PREFIX_ROWS: Keymap = [
  ...rows('prefix', 'windows and panes', [
    ['send-prefix', ['C-b'], 'the prefix itself, for a program inside'],
    ['command-line', [':'], 'type a command'],
    ['redraw', ['r'], 'draw the screen anew'],
    ['suspend', ['C-z'], 'back to the shell; fg returns'],
    ['cancel', ['Escape'], 'no key after all'],
    ['help', ['?'], 'the keys that work now', 'help'],
  ]),
];

export const DEFAULT_KEYMAP: Keymap = [
  ...ACT_ROWS,
  ...SHIELDS_ROWS,
  ...LOG_ROWS,
  ...TABLE_ROWS,
  ...MOVING_ROWS,
  ...GLOBAL_ROWS,
  ...PANE_ROWS,
  ...PROGRAM_ROWS,
  ...PREFIX_ROWS,
  ...WATCH_ROWS,
  ...SESSION_ROWS,
  ...COPY_ROWS,
  ...FOLLOW_ROWS,
  ...FLEET_ROWS,
  ...HELP_ROWS,
  ...TEXT_ROWS,
];
