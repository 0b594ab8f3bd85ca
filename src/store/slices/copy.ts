// Copy mode and the plain view: a pane stands still as lines of text. And what was copied last.

import type { Intent } from '../../core/intent.ts';
import type { PaneId, Session } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { type CopyBox, type CopyMode, enterCopy, type Snapshot } from '../copy/copy-mode.ts';
import { keyInCopy, pointInCopy } from '../copy/keys.ts';
import { enterPlain, keyInPlain, type PlainView } from '../copy/plain.ts';
import { promptedCopy } from '../copy/search.ts';
import type { Msg } from '../messages.ts';
import type { PanePromptMsg } from '../slice.ts';
import type { ConsoleState } from '../state.ts';

/**
 * `mode`: at most one pane is in copy mode. `box`: the size of its body at its last key, for a search that moves the cursor.
 * `buffer`: the lines that were copied last, for pasting into a program.
 */
export type CopyState = Readonly<{
  mode: CopyMode | undefined;
  box: CopyBox;
  buffer: readonly SafeText[] | undefined;
  plain: PlainView | undefined;
}>;

export type CopyMsg =
  | Readonly<{ kind: 'copy/entered'; pane: PaneId; snapshot: Snapshot; rows: number; columns: number }>
  | Readonly<{ kind: 'copy/left' }>
  /** A key in copy mode; here and above the size is that of the pane's body. */
  | Readonly<{ kind: 'copy/intent'; intent: Intent; rows: number; columns: number }>
  /** A click into the pane, or a drag that selects; `column` and `row` from the body's top left, perhaps beyond it. */
  | Readonly<{
      kind: 'copy/pointed';
      row: number;
      column: number;
      rows: number;
      columns: number;
      drag: boolean;
    }>
  | Readonly<{ kind: 'copy/taken'; lines: readonly SafeText[] }>
  | Readonly<{ kind: 'plain/entered'; pane: PaneId; snapshot: Snapshot }>
  | Readonly<{ kind: 'plain/intent'; intent: Intent }>;

const FIRST_BOX: CopyBox = { rows: 20, columns: 80 };
export const initialCopy: CopyState = {
  mode: undefined,
  box: FIRST_BOX,
  buffer: undefined,
  plain: undefined,
};

export function reduceCopy(state: CopyState, msg: Msg, whole: ConsoleState): CopyState {
  const { mode, plain } = state;
  switch (msg.kind) {
    case 'copy/entered':
      return {
        ...state,
        mode: enterCopy(msg.pane, msg.snapshot),
        box: { rows: msg.rows, columns: msg.columns },
      };
    case 'copy/left':
      return mode === undefined ? state : { ...state, mode: undefined };
    case 'copy/intent': {
      if (mode === undefined) return state;
      const box = { rows: msg.rows, columns: msg.columns };
      return { ...state, mode: keyInCopy(mode, msg.intent, box), box };
    }
    case 'copy/pointed':
      return mode === undefined ? state : { ...state, mode: pointInCopy(mode, msg) };
    case 'copy/taken':
      return { ...state, buffer: msg.lines };
    case 'pane/prompted':
      return mode?.pane === msg.pane ? prompted(state, mode, msg) : state;
    case 'plain/entered':
      return { ...state, plain: enterPlain(msg.pane, msg.snapshot, whole.size) };
    case 'plain/intent':
      return plain === undefined ? state : { ...state, plain: keyInPlain(plain, msg.intent, whole.size) };
    case 'clock/ticked':
      return state;
    default:
      return withoutGone(state, whole.session);
  }
}

function prompted(state: CopyState, mode: CopyMode, { purpose, text, accepted }: PanePromptMsg): CopyState {
  if (purpose !== 'copy-search' && purpose !== 'copy-search-back') return state;
  const back = purpose === 'copy-search-back';
  return { ...state, mode: promptedCopy(mode, { text, accepted, back }, state.box) };
}

/** The pane may have been closed. */
function withoutGone(state: CopyState, session: Session): CopyState {
  const gone = (pane: PaneId | undefined): boolean =>
    pane !== undefined && !session.windows.some(({ panes }) => panes.some(({ id }) => id === pane));
  const modeGone = gone(state.mode?.pane);
  const plainGone = gone(state.plain?.pane);
  if (!modeGone && !plainGone) return state;
  return {
    ...state,
    mode: modeGone ? undefined : state.mode,
    plain: plainGone ? undefined : state.plain,
  };
}
