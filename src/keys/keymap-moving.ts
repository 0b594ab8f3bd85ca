// The keys that move by lines and pages, alike wherever there is something to go through.

import type { KeyMode } from '../core/intent.ts';
import { type Keymap, rows } from './row.ts';

export const movingRows = (mode: KeyMode): Keymap =>
  rows(mode, 'moving', [
    ['line-down', ['Down', 'j'], 'down'],
    ['line-up', ['Up', 'k'], 'up'],
    ['page-down', ['PageDown', 'C-f'], 'a page down'],
    ['page-up', ['PageUp'], 'a page up'],
    ['half-down', ['C-d'], 'half a page down'],
    ['half-up', ['C-u'], 'half a page up'],
    ['top', ['Home', 'g'], 'to the top'],
    ['bottom', ['End', 'G'], 'to the bottom'],
  ]);
