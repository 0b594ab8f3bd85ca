// The default keys of dialogs, prompts, pickers and the help. In all but the help a printable key types itself, so
// only keys that print nothing are bound there; the editing keys are those of a shell.

import type { KeyMode } from '../core/intent.ts';
import { type KeyRow, rows } from './row.ts';

function editing(mode: KeyMode): readonly KeyRow[] {
  return rows(mode, 'typing', [
    ['text-backspace', ['Backspace'], 'delete the character before the cursor'],
    ['text-delete', ['Delete', 'C-d'], 'delete the character under the cursor'],
    ['text-start', ['Home', 'C-a'], 'to the start'],
    ['text-end', ['End', 'C-e'], 'to the end'],
    ['text-kill', ['C-u'], 'delete all before the cursor'],
    ['text-kill-end', ['C-k'], 'delete all after the cursor'],
    ['text-kill-word', ['C-w', 'M-Backspace'], 'delete the word before the cursor'],
  ]);
}

function arrows(mode: KeyMode): readonly KeyRow[] {
  return rows(mode, 'typing', [
    ['text-left', ['Left', 'C-b'], 'left'],
    ['text-right', ['Right', 'C-f'], 'right'],
  ]);
}

export const TEXT_ROWS: readonly KeyRow[] = [
  ...rows('dialog', 'this pane', [
    ['accept', ['Enter'], 'do what the dialog shows', 'accept'],
    ['field-next', ['Tab', 'Down'], 'next field', 'next'],
    ['field-previous', ['BackTab', 'Up'], 'previous field'],
    ['choice-next', ['Right'], 'next choice', 'choose'],
    ['choice-previous', ['Left'], 'previous choice'],
    ['page-down', ['PageDown'], 'more of the commands and notes, where they do not fit'],
    ['page-up', ['PageUp'], 'back to the commands and notes before'],
    ['over-journal', ['C-o'], 'act although the journal cannot be written, after this was said in red'],
    ['cancel', ['Escape', 'C-c'], 'leave without doing anything', 'leave'],
  ]),
  ...editing('dialog'),
  ...rows('prompt', 'this pane', [
    ['accept', ['Enter'], 'take the line', 'accept'],
    ['complete', ['Tab'], 'complete the word', 'complete'],
    ['history-previous', ['Up', 'C-p'], 'the line before in the history', 'history'],
    ['history-next', ['Down', 'C-n'], 'the line after it'],
    ['cancel', ['Escape', 'C-c'], 'leave the line', 'leave'],
  ]),
  ...arrows('prompt'),
  ...editing('prompt'),
  ...rows('picker', 'this pane', [
    ['accept', ['Enter'], 'choose', 'choose'],
    ['line-down', ['Down', 'C-n', 'Tab'], 'down', 'down'],
    ['line-up', ['Up', 'C-p', 'BackTab'], 'up'],
    ['page-down', ['PageDown'], 'a page down'],
    ['page-up', ['PageUp'], 'a page up'],
    ['cancel', ['Escape', 'C-c'], 'leave without choosing', 'leave'],
  ]),
  ...arrows('picker'),
  ...editing('picker'),
  ...rows('help', 'this pane', [
    ['line-down', ['Down', 'j'], 'down', 'down'],
    ['line-up', ['Up', 'k'], 'up'],
    ['page-down', ['PageDown', 'Space', 'C-f'], 'a page down', 'page'],
    ['page-up', ['PageUp', 'b'], 'a page up'],
    ['half-down', ['C-d', 'd'], 'half a page down'],
    ['half-up', ['C-u', 'u'], 'half a page up'],
    ['top', ['Home', 'g'], 'to the top'],
    ['bottom', ['End', 'G'], 'to the bottom'],
    ['cancel', ['Escape', 'q', '?', 'C-c', 'F1', 'Enter'], 'back', 'back'],
  ]),
];
