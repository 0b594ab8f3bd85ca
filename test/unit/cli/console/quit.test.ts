// The question whether to leave: Enter leaves, Escape stays, and `s` saves where something is not saved.

import { expect, it } from 'vitest';
import { createController } from '../../../../src/cli/console/controller.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { parseChord } from '../../../../src/keys/chords.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';

function rig() {
  const size = { columns: 120, rows: 40 };
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  const asked: string[] = [];
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, helpTotal: () => 60, mouse: false },
    effects: {
      quit: () => asked.push('quit'),
      suspend: () => undefined,
      redraw: () => undefined,
      setMouse: () => undefined,
      poke: () => undefined,
      listAsked: () => undefined,
      session: {
        command: ({ kind }) => asked.push(`${kind} over ${store.getState().modal.modal.kind}`),
        chosen: () => undefined,
        accepted: () => undefined,
      },
      later: () => () => undefined,
    },
  });
  const press = (...chords: readonly string[]): void => {
    for (const chord of chords) {
      const key = parseChord(chord);
      if (key === undefined) throw new Error(`${chord} is no key`);
      controller.input({ kind: 'key', key });
    }
  };
  const change = (): void =>
    store.dispatch({ kind: 'workspace/pane-titled', pane: '1.1' as PaneId, title: 'mine' });
  return { asked, press, change, modal: () => store.getState().modal.modal.kind };
}

it('saves with s, and does not leave by that', () => {
  const { asked, press, change, modal } = rig();
  change();
  press('q', 's');
  expect(asked).toEqual(['save over none']);
  expect(modal()).toBe('none');
});

it('has no s where nothing is to be saved', () => {
  const { asked, press, modal } = rig();
  press('q', 's');
  expect(modal()).toBe('confirm-quit');
  press('Escape');
  expect(modal()).toBe('none');
  expect(asked).toEqual([]);
});

it('leaves with Enter, saved or not', () => {
  const { asked, press, change } = rig();
  change();
  press('q', 'Enter');
  expect(asked).toEqual(['quit']);
});
