// The mouse, when it is on: a click focuses and puts the cursor there, presses what it is on, drags borders; the wheel
// scrolls what is under it. It never acts: what changes the machine at once, and Enter in a dialog of an act, need a key.

import type { InputEvent, Intent, Key } from '../../core/intent.ts';
import { type Border, borderAt } from '../../core/layout/borders.ts';
import type { Placed } from '../../core/layout/layouts.ts';
import type { Hit } from '../../core/line.ts';
import type { PaneId } from '../../core/pane.ts';
import { safe } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { parseChord } from '../../keys/chords.ts';
import { modeChain } from '../../keys/keymap.ts';
import { resolve } from '../../keys/resolve.ts';
import { selectPaneMode } from '../../store/select/shell.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import type { ConsoleState } from '../../store/state.ts';
import { borderDistance, hitAt } from '../../views/hit.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { pointInCopyMode } from './copy.ts';
import { cardMouse } from './follow.ts';
import { overlayIntent } from './overlay.ts';
import { paneMessage } from './pane-keys.ts';
import { backInProgram, programMouse } from './program-mouse.ts';

export type MouseEvent = Extract<InputEvent, { kind: 'mouse' }>;
export type Mouse = Readonly<{ event(event: MouseEvent): void }>;

const WHEEL_LINES = 3;
/** Two presses on one row within this time are Enter. */
const DOUBLE_MS = 400;

/** `press`: a key as if it was typed. `nowMs`: replaced in tests. */
export type MousePorts = Readonly<{ press: (key: Key) => void; nowMs: () => number }>;

type Pressed =
  | Readonly<{ kind: 'row'; pane: PaneId; row: number; at: number }>
  | Readonly<{ kind: 'item'; item: number }>;

export function createMouse(desktop: Desktop, { press, nowMs }: MousePorts): Mouse {
  let dragged: Border | undefined;
  let held: PaneId | undefined;
  let last: Pressed | undefined;
  const pressAt = (event: MouseEvent): void => {
    const before = last;
    last = undefined;
    const hit = hitUnder(desktop, event);
    if (hit !== undefined) {
      if (hit.kind === 'item') last = { kind: 'item', item: hit.at };
      const again = before?.kind === 'item' && hit.kind === 'item' && before.item === hit.at;
      onHit(desktop, hit, { press, again });
      return;
    }
    const state = desktop.store.getState();
    if (state.modal.modal.kind !== 'none') return;
    const { placed, mode } = arrangementOf(state);
    if (mode === 'full') dragged = borderAt(placed, event);
    const under = paneUnder(placed, event);
    if (under === undefined) return;
    const row = event.row - under.body.y;
    const at = nowMs();
    const twice =
      before?.kind === 'row' &&
      before.pane === under.pane &&
      before.row === row &&
      at - before.at <= DOUBLE_MS;
    point(desktop, under, event);
    if (twice) enter(desktop, row);
    else last = { kind: 'row', pane: under.pane, row, at };
  };
  /** What was pressed in a program stays with it until it is let go, wherever the pointer goes. */
  const toProgram = (event: MouseEvent): boolean => {
    if (event.action === 'press') held = programMouse(desktop, event);
    else if (held !== undefined) programMouse(desktop, event, held);
    else return false;
    const taken = held !== undefined;
    if (event.action === 'release') held = undefined;
    return taken;
  };
  return {
    event: (event) => {
      if (!desktop.mouseOn() || desktop.store.getState().copy.plain !== undefined) return;
      if (event.action === 'press' && hitUnder(desktop, event)?.kind !== 'keys') waitNoLonger(desktop);
      if (cardMouse(desktop, event)) return;
      if (event.action === 'wheel-up' || event.action === 'wheel-down') wheel(desktop, event);
      else if (dragged === undefined && toProgram(event)) return;
      else if (event.action === 'release') dragged = undefined;
      else if (event.button !== 0) return;
      else if (event.action === 'drag') {
        const begun = dragged === undefined && last?.kind === 'row' ? last.pane : undefined;
        if (begun !== undefined) pointInCopyMode(desktop, { ...event, pane: begun }, true);
        drag(desktop, dragged, event);
      } else pressAt(event);
    },
  };
}

/** Who points somewhere has given up the key that was waited for: it would mean something else there. */
function waitNoLonger({ store }: Desktop): void {
  const { modal, layout, keys } = store.getState();
  if (keys.pending.length > 0) store.dispatch({ kind: 'keys/finished' });
  if (modal.prefixPending) store.dispatch({ kind: 'modal/prefix-pending', on: false });
  if (layout.numbers) store.dispatch({ kind: 'layout/numbers-shown', on: false });
}

/** Of the frame on screen, which may be older than the store: what was clicked is what was seen. */
function hitUnder(desktop: Desktop, event: MouseEvent): Hit | undefined {
  const { look, drawn, store } = desktop;
  const state = drawn?.() ?? store.getState();
  // A box that has come or gone since is not what was clicked.
  if (look === undefined || state.modal.modal.kind !== store.getState().modal.modal.kind) return undefined;
  return hitAt(state, { ...look, arrangement: arrangementOf(state) }, event);
}

type Press = Readonly<{ press: (key: Key) => void; again: boolean }>;

function onHit(desktop: Desktop, hit: Hit, { press, again }: Press): void {
  const { store } = desktop;
  switch (hit.kind) {
    case 'keys': {
      const keys = hit.keys.split(' ').map(parseChord);
      if (!keys.includes(undefined)) for (const key of keys) if (key !== undefined) press(key);
      return;
    }
    case 'window':
      store.dispatch({ kind: 'layout/window-selected', window: hit.window });
      return;
    case 'pane':
      store.dispatch({ kind: 'layout/pane-focused', pane: hit.pane });
      return;
    case 'item':
    case 'field':
      if (again) overlayIntent(desktop, { id: 'accept' });
      else store.dispatch({ kind: 'modal/pointed', hit });
      return;
    default:
      unreachable(hit);
  }
}

/** As the pane asks for it: the row first, before the focus, which may give the pane another place. */
function point(desktop: Desktop, { pane, body }: Placed, event: MouseEvent): void {
  const { store } = desktop;
  const [column, row] = [event.column - body.x, event.row - body.y];
  const inCopy = row >= 0 && pointInCopyMode(desktop, { ...event, pane }, false);
  if (row >= 0 && !inCopy)
    store.dispatch({
      kind: 'pane/pointed',
      pane,
      ...{ column, row, rows: body.rows, columns: body.columns },
    });
  store.dispatch({ kind: 'layout/pane-focused', pane });
}

/** What Enter means in the pane's own table, when that opens something; never what it means in a trial. */
function enter(desktop: Desktop, row: number): void {
  const state = desktop.store.getState();
  const pane = focusedPane(state);
  if (row < 0 || pane === undefined || selectPaneMode(state) !== pane.body.kind) return;
  const key: Key = { name: 'Enter', ctrl: false, meta: false, shift: false };
  const intent = resolve(desktop.keymap, modeChain(pane.body.kind), key);
  if (intent?.id === 'open' || intent?.id === 'start') desktop.intent(intent);
}

/** The border follows the pointer as far as there is room. */
function drag({ store }: Desktop, border: Border | undefined, event: MouseEvent): void {
  if (border === undefined) return;
  const cells = borderDistance(arrangementOf(store.getState()), border, event);
  if (cells !== undefined && cells !== 0) store.dispatch({ kind: 'workspace/border-moved', border, cells });
}

function wheel(desktop: Desktop, event: MouseEvent): void {
  const state = desktop.store.getState();
  const id = event.action === 'wheel-up' ? 'line-up' : 'line-down';
  const { modal } = state.modal;
  if (modal.kind !== 'none') {
    if (modal.kind !== 'act' && modal.kind !== 'prompt' && modal.kind !== 'confirm-quit')
      overlayIntent(desktop, { id });
    return;
  }
  const under = paneUnder(arrangementOf(state).placed, event);
  if (under === undefined || programMouse(desktop, event) !== undefined) return;
  if (backInProgram(desktop, under.pane, id === 'line-up')) return;
  for (let line = 0; line < WHEEL_LINES; line++) paneMessage(desktop, under.pane, { id });
}

/** The pane whose body or title row the pointer is on. */
function paneUnder(
  placed: readonly Placed[],
  { column, row }: Readonly<{ column: number; row: number }>,
): Placed | undefined {
  return placed.find(
    ({ body }) =>
      column >= body.x && column < body.x + body.columns && row >= body.y - 1 && row < body.y + body.rows,
  );
}

/** Acts that a key does at once, without a dialog between; and what a dialog of an act does. */
export function needsKey(state: ConsoleState, { id }: Intent): boolean {
  if (state.modal.modal.kind === 'act') return id === 'accept' || id === 'over-journal';
  // There Enter also closes: only while somebody is ready does it run something.
  if (state.modal.modal.kind === 'fleet')
    return id === 'accept' && state.fleet.act?.rows.some(({ step }) => step.kind === 'ready') === true;
  return id === 'shields' || id === 'keep' || id === 'renew';
}

export const KEY_ONLY = safe('not by a click: what changes the machine needs the key itself');
