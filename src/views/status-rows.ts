// The rows of the screen that belong to no pane: top line, tabs, bottom line. What is drawn and what the mouse hits is the
// same lines, made here.

import type { KeyMode } from '../core/intent.ts';
import type { Line } from '../core/line.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import { consoleNow } from '../store/hosts/on-host.ts';
import { selectKeyMode, selectKeyModes } from '../store/select/shell.ts';
import type { ConsoleState } from '../store/state.ts';
import type { Arrangement } from './arrange.ts';
import { liveHints } from './live-hints.ts';
import { drawBottomLine, drawPromptLine, drawWaitingLine } from './parts/bottom-line.ts';
import { followLegend } from './parts/follow-legend.ts';
import { widthOfLine } from './parts/lines.ts';
import type { ScreenOptions } from './screen.ts';
import { drawTabRow, drawTopRow, type TopRow } from './top-row.ts';

type Look = Pick<ScreenOptions, 'glyphs' | 'keys' | 'summary'>;

/** By row of the screen. */
export function statusLines(
  state: ConsoleState,
  look: Look,
  arrangement: Arrangement,
): ReadonlyMap<number, Line> {
  const { topRow, tabRow, bottomRow, size } = arrangement;
  const { modal } = state.modal;
  const lines = new Map<number, Line>();
  if (topRow !== undefined) lines.set(topRow, drawTopRow(state, topRowOf(state, look, arrangement)));
  if (tabRow !== undefined) lines.set(tabRow, drawTabRow(state, arrangement));
  if (bottomRow !== undefined) lines.set(bottomRow, bottomLine(state, look, size.columns));
  else if (modal.kind === 'prompt') lines.set(size.rows - 1, drawPromptLine(modal.prompt, size.columns));
  return lines;
}

export function topRowOf(state: ConsoleState, look: Look, arrangement: Arrangement): TopRow {
  const { glyphs, keys } = look;
  return { arrangement, glyphs, keyFor: keys.keyFor, summary: look.summary(state) };
}

function bottomLine(state: ConsoleState, { keys, glyphs }: Look, columns: number): Line {
  const { modal, notice } = state.modal;
  if (modal.kind === 'prompt') return drawPromptLine(modal.prompt, columns);
  const mode = selectKeyMode(state);
  // A dialog has its keys in its own last line.
  const modes = selectKeyModes(state);
  const { pending } = state.keys;
  const open = modal.kind === 'none' && state.keys.describing === undefined;
  const live = pending.length > 0 ? keys.after(modes, pending) : modes.flatMap((one) => keys.hints(one));
  const hints = open ? liveHints(state, live) : [];
  const waits = waitsFor(state, mode, keys);
  if (waits !== undefined) return drawWaitingLine(waits, hints, columns);
  const ageMs = notice === undefined ? 0 : consoleNow(state) - notice.at;
  const fresh = ageMs < FRESH_MS;
  const legend = followLegend(state, {
    columns,
    glyphs,
    keyFor: keys.keyFor,
    fresh: notice !== undefined && fresh,
  });
  const room = { columns: columns - widthOfLine(legend), undoKey: undoKeyOf(state, keys), fresh };
  return [...legend, ...drawBottomLine(notice, hints, room)];
}

/** Only where it does what the line says: in the journal it is of the act under the cursor, in a dialog it has another meaning. */
function undoKeyOf(state: ConsoleState, keys: Look['keys']): SafeText | undefined {
  const mode = selectKeyMode(state);
  const isBusy = state.readOnly || state.modal.modal.kind !== 'none';
  return isBusy || mode === 'journal' ? undefined : keys.keyFor(mode, 'undo');
}

/** A result that has just come may take the room of the keys. */
const FRESH_MS = 8000;

/** While the next key has another meaning than the pane's, that is said. */
function waitsFor(state: ConsoleState, mode: KeyMode, keys: Look['keys']): SafeText | undefined {
  const { pending, describing } = state.keys;
  if (mode === 'numbers') return safe('pane number?');
  const prefixed = mode === 'prefix' || describing?.after === true;
  const typed = [...(prefixed ? [keys.keyFor('global', 'prefix') ?? ''] : []), ...pending].join(' ');
  if (describing !== undefined) return sanitise(`describe which key? ${typed}`.trimEnd());
  return typed === '' ? undefined : sanitise(`${typed} …`);
}
