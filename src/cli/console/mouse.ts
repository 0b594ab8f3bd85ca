// The mouse, when it is on: a click focuses and puts the cursor there, the wheel scrolls what is under it. It never acts.

import type { InputEvent } from '../../core/intent.ts';
import type { Placed } from '../../core/layout/layouts.ts';
import { arrangementOf } from '../../views/screen.ts';
import type { Desktop } from './controller.ts';
import { overlayIntent } from './overlay.ts';
import { paneMessage } from './pane-keys.ts';

type MouseEvent = Extract<InputEvent, { kind: 'mouse' }>;

const WHEEL_LINES = 3;

export function mouseEvent(desktop: Desktop, event: MouseEvent): void {
  if (!desktop.mouseOn()) return;
  const { modal } = desktop.store.getState().modal;
  const wheel =
    event.action === 'wheel-up' ? 'line-up' : event.action === 'wheel-down' ? 'line-down' : undefined;
  if (modal.kind !== 'none') {
    const scrolls = modal.kind === 'help' || modal.kind === 'picker';
    if (wheel !== undefined && scrolls) overlayIntent(desktop, { id: wheel });
    return;
  }
  const placed = paneUnder(desktop, event);
  if (placed === undefined) return;
  const { pane, body } = placed;
  if (wheel !== undefined)
    for (let line = 0; line < WHEEL_LINES; line++) paneMessage(desktop, pane, { id: wheel });
  else if (event.action === 'press' && event.button === 0) {
    const [column, row] = [event.column - body.x, event.row - body.y];
    // Before the focus, which may give the pane another place.
    if (row >= 0)
      desktop.store.dispatch({
        kind: 'pane/pointed',
        pane,
        ...{ column, row, rows: body.rows, columns: body.columns },
      });
    desktop.store.dispatch({ kind: 'layout/pane-focused', pane });
  }
}

/** The pane whose body or title row the pointer is on. */
function paneUnder(desktop: Desktop, { column, row }: MouseEvent): Placed | undefined {
  const { placed } = arrangementOf(desktop.store.getState());
  return placed.find(
    ({ body }) =>
      column >= body.x && column < body.x + body.columns && row >= body.y - 1 && row < body.y + body.rows,
  );
}
