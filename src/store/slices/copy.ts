// Copy mode: a pane stands still as lines of text, with a cursor and a selection of its own.

import type { PaneId } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** From 0; `column` counts graphemes of the line, not cells. */
export type CopyPoint = Readonly<{ line: number; column: number }>;

export type CopyMode = Readonly<{
  pane: PaneId;
  /** What stood in the pane when the mode was entered, oldest first. */
  lines: readonly SafeText[];
  cursor: CopyPoint;
  /** First line and first column on screen. */
  top: number;
  left: number;
  select: Readonly<{ from: CopyPoint; by: 'character' | 'line' | 'block' }> | undefined;
  search: Readonly<{ pattern: string; back: boolean }> | undefined;
}>;

/** `buffer`: what was copied last, for pasting into a program. */
export type CopyState = Readonly<{ mode: CopyMode | undefined; buffer: SafeText | undefined }>;

export type CopyMsg =
  | Readonly<{ kind: 'copy/entered'; mode: CopyMode }>
  | Readonly<{ kind: 'copy/left' }>
  | Readonly<{ kind: 'copy/taken'; text: SafeText }>;

export const initialCopy: CopyState = { mode: undefined, buffer: undefined };

export function reduceCopy(state: CopyState, msg: Msg, _whole: ConsoleState): CopyState {
  switch (msg.kind) {
    case 'copy/entered':
      return { ...state, mode: msg.mode };
    case 'copy/left':
      return state.mode === undefined ? state : { ...state, mode: undefined };
    case 'copy/taken':
      return { ...state, buffer: msg.text };
    default:
      return state;
  }
}
