// The keys after the prefix that are about panes and windows: tmux's, where tmux has one.

import type { IntentId } from '../core/intent.ts';
import { type Keymap, rows } from './row.ts';

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));
const group = 'windows and panes';

const NEW_AND_GONE: Keymap = rows('prefix', group, [
  ['split-right', ['%'], 'cut the pane in two, side by side, and choose what the new one shows', 'split'],
  ['split-down', ['"'], 'cut the pane in two, one above the other', 'down'],
  ['zoom', ['z'], 'the pane over the whole window, and back', 'zoom'],
  ['pane-close', ['x'], 'close the pane, after a question', 'close'],
  ['pane-break', ['!'], 'the pane into a window of its own'],
  ['pane-title', ['T'], 'give the pane a title; an empty one brings its own words back'],
]);

const FOCUS: Keymap = rows('prefix', group, [
  ['focus-left', ['Left'], 'to the pane on the left; repeats'],
  ['focus-right', ['Right'], 'to the pane on the right; repeats'],
  ['focus-up', ['Up'], 'to the pane above; repeats'],
  ['focus-down', ['Down'], 'to the pane below; repeats'],
  ['focus-next', ['o'], 'to the next pane', 'next pane'],
  ['focus-last', [';'], 'to the pane before'],
  ['pane-numbers', ['q'], 'show pane numbers; a digit goes there', 'numbers'],
]);

const PLACES: Keymap = rows('prefix', group, [
  ['resize-left', ['C-Left'], 'move the border of the pane left; repeats'],
  ['resize-right', ['C-Right'], 'move the border of the pane right; repeats'],
  ['resize-up', ['C-Up'], 'move the border of the pane up; repeats'],
  ['resize-down', ['C-Down'], 'move the border of the pane down; repeats'],
  ['resize-left-far', ['M-Left'], 'move the border left by 5; repeats'],
  ['resize-right-far', ['M-Right'], 'move the border right by 5; repeats'],
  ['resize-up-far', ['M-Up'], 'move the border up by 5; repeats'],
  ['resize-down-far', ['M-Down'], 'move the border down by 5; repeats'],
  ['layout-next', ['Space'], 'the next of the five named layouts', 'layout'],
  [
    'layout-number',
    DIGITS.slice(1, 6).map((digit) => `M-${digit}`),
    'layout even-horizontal, even-vertical, main-horizontal, main-vertical, tiled',
  ],
  ['spread', ['E'], 'share the room of the neighbours evenly'],
  ['swap-previous', ['{'], 'change places with the pane before'],
  ['swap-next', ['}'], 'change places with the pane behind'],
  ['rotate', ['C-o'], 'all panes go round by one place'],
  ['rotate-back', ['M-o'], 'all panes go round the other way'],
]);

const WINDOWS: Keymap = rows('prefix', group, [
  ['window-new', ['c'], 'a new window: choose what it shows', 'new window'],
  ['window-next', ['n'], 'next window', 'next window'],
  ['window-previous', ['p'], 'previous window'],
  ['window-last', ['l'], 'the window before'],
  ['window-number', DIGITS, 'window by number; 0 is the tenth'],
  ['window-index', ["'"], 'window by a number that is asked for'],
  ['window-list', ['w'], 'choose a window', 'windows'],
  ['window-rename', [','], 'rename the window'],
  ['window-move', ['.'], 'give the window another number'],
  ['window-close', ['&'], 'close the window, after a question'],
]);

const NUMBERS: Keymap = rows('numbers', group, [
  ['focus-number', DIGITS.slice(1), 'to the pane with this number', 'go there'],
  ['cancel', ['Escape', 'q'], 'stay', 'stay'],
]);

export const PANE_ROWS: Keymap = [...NEW_AND_GONE, ...FOCUS, ...PLACES, ...WINDOWS, ...NUMBERS];

/** After one of these the keys after the prefix stay live for `times.repeat`: tmux's bind -r. */
export const REPEATED: ReadonlySet<IntentId> = new Set<IntentId>([
  ...(['focus-left', 'focus-right', 'focus-up', 'focus-down'] as const),
  ...(['resize-left', 'resize-right', 'resize-up', 'resize-down'] as const),
  ...(['resize-left-far', 'resize-right-far', 'resize-up-far', 'resize-down-far'] as const),
]);
