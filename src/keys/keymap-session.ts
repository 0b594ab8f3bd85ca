// The default keys of the session file: saving, loading, and the text that waits for a yes before either is done.

import { type Keymap, rows } from './row.ts';

export const SESSION_ROWS: Keymap = [
  ...rows('prefix', 'windows and panes', [
    ['save', ['S'], 'save the workspace in its session file, after a look at what changes', 'save'],
    ['session-list', ['s'], 'choose another session', 'sessions'],
    ['host-list', ['h'], 'choose the host that this pane shows', 'host'],
    ['reload', ['R'], 'read the session file again, after a look at what changes'],
  ]),
  ...rows('review', 'this pane', [
    ['accept', ['Enter'], 'do it', 'do it'],
    ['cancel', ['Escape', 'q', 'C-c'], 'leave without doing it', 'leave'],
    ['line-down', ['Down', 'j'], 'down', 'down'],
    ['line-up', ['Up', 'k'], 'up'],
    ['page-down', ['PageDown', 'Space', 'C-f'], 'a page down'],
    ['page-up', ['PageUp', 'b'], 'a page up'],
    ['half-down', ['C-d', 'd'], 'half a page down'],
    ['half-up', ['C-u', 'u'], 'half a page up'],
    ['top', ['Home', 'g'], 'to the top'],
    ['bottom', ['End', 'G'], 'to the bottom'],
  ]),
];
