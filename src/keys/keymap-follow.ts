// Keys of following one address everywhere, and of its card while that is open.

import { movingRows } from './keymap-moving.ts';
import { type Keymap, rows } from './row.ts';

/** As in a pane; behind these stand the global ones. */
const CARD_MOVING = movingRows('card');

export const FOLLOW_ROWS: Keymap = [
  ...rows('pane', 'console', [
    [
      'follow-address',
      ['@'],
      'follow the address under the cursor in all panes, and open its card',
      'follow address',
    ],
  ]),
  ...rows('global', 'console', [
    ['occurrence-next', ['M-n'], 'to the next place where the followed address stands, in any pane'],
    ['occurrence-previous', ['M-p'], 'to the previous place where the followed address stands'],
  ]),
  ...rows(
    'card',
    'acts',
    [
      ['ban', ['b'], 'ban the followed address', 'ban'],
      ['unban', ['u'], 'take it out of every set that holds it', 'unban'],
      ['cut', ['c'], 'cut its live flows, both ways', 'cut'],
    ],
    'act',
  ),
  ...rows('card', 'this pane', [
    ['cancel', ['Escape'], 'close the card and go on following', 'close'],
    ['occurrence-next', ['n'], 'to the next place where it stands, in any pane', 'next'],
    ['occurrence-previous', ['p'], 'to the previous place where it stands', 'previous'],
    ['follow-end', ['x'], 'close the card and follow it no longer', 'stop following'],
    ['follow-address', ['@'], 'close the card and go on following'],
  ]),
  ...CARD_MOVING,
];
