// A pane under the dialog of an act: it shows what the act takes, and goes on when the dialog is left.

import { describe, expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { cursorLine } from '../../../../src/store/logs/log-pane.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { logPane, NOW, sessionOf, textBatch } from '../../store/rig.ts';
import { NO_EFFECTS, pressing } from './rig.ts';

function rig() {
  const store = createConsoleStore({
    session: sessionOf(),
    now: NOW,
    size: { columns: 120, rows: 40 },
    readOnly: false,
    privileged: true,
  });
  let drawn: ConsoleState | undefined;
  const controller = createController({
    store,
    keymap: DEFAULT_KEYMAP,
    effects: NO_EFFECTS,
    helpTotal: () => 60,
    mouse: true,
    drawn: () => drawn ?? store.getState(),
  });
  return {
    controller,
    store,
    frame: () => {
      drawn = store.getState();
    },
    lines: (...texts: readonly string[]) =>
      store.dispatch(textBatch(texts, logPane(store.getState()).feed.nextSeq)),
    press: pressing(controller),
    cursor: () => cursorLine(logPane(store.getState()))?.text,
    taken: () => {
      const { modal } = store.getState().modal;
      if (modal.kind !== 'act' || modal.act.reading.kind === 'wrong') return undefined;
      const { draft } = modal.act.reading;
      return 'nets' in draft ? draft.nets.map(({ text }) => text).join(' ') : undefined;
    },
  };
}

describe('an act on a log that follows', () => {
  it('takes the line of the last frame, and the pane stands still on it', () => {
    const { lines, frame, press, taken, cursor } = rig();
    lines('192.0.2.1 a');
    frame();
    lines('192.0.2.2 b');
    press('b');
    expect([taken(), cursor()]).toEqual(['192.0.2.1', '192.0.2.1 a']);
    lines('192.0.2.3 c');
    expect(cursor()).toBe('192.0.2.1 a');
  });

  it.each(['Escape', 'C-c'])('goes on following after %s', (leave) => {
    const { lines, frame, press, cursor, store } = rig();
    lines('192.0.2.1 a');
    frame();
    press('b', leave);
    lines('192.0.2.2 b');
    expect(cursor()).toBe('192.0.2.2 b');
    expect(logPane(store.getState()).frozen).toBeUndefined();
  });

  it('stays frozen where it was frozen before', () => {
    const { lines, frame, press, cursor } = rig();
    lines('192.0.2.1 a', '192.0.2.2 b');
    press('k');
    frame();
    press('b', 'Escape');
    lines('192.0.2.3 c');
    expect(cursor()).toBe('192.0.2.1 a');
  });

  it('means keys typed ahead of the frame', () => {
    const { lines, frame, press, taken } = rig();
    lines('192.0.2.1 a', '192.0.2.2 b');
    frame();
    press('k', 'b');
    expect(taken()).toBe('192.0.2.1');
  });
});

describe('a click', () => {
  it('puts the cursor on the line under the pointer', () => {
    const { lines, controller, cursor } = rig();
    lines('192.0.2.1 a', '192.0.2.2 b', '192.0.2.3 c');
    // The first pane's body begins behind the status line and the frame.
    controller.input({ kind: 'mouse', action: 'press', button: 0, column: 5, row: 3 });
    expect(cursor()).toBe('192.0.2.2 b');
    controller.input({ kind: 'mouse', action: 'press', button: 0, column: 5, row: 9 });
    expect(cursor()).toBe('192.0.2.2 b');
  });
});
