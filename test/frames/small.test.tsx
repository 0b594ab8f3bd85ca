// Small screens: one pane at a time with the others as tabs; label and host at any width; nothing wider than the screen.

import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../src/core/pane.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS, SESSION, storeAt } from './shell-parts.ts';

const SIZES = [
  [79, 23],
  [60, 20],
  [39, 9],
  [20, 5],
  [200, 60],
] as const;

function labelled(columns: number, rows: number, label = 'PRODUCTION'): ConsoleStore {
  return createConsoleStore({
    session: { ...SESSION, accent: 'red', label },
    ...{ now: NOW, size: { columns, rows }, readOnly: false, privileged: true },
  });
}

describe('a small screen', () => {
  for (const [columns, rows] of SIZES) {
    it(`is used well at ${columns}x${rows}`, async () => {
      const store = storeAt(columns, rows);
      store.dispatch({ kind: 'layout/pane-focused', pane: '1.2' as PaneId });
      expectFrame(`small-${columns}x${rows}`, await frameOf(store, OPTIONS));
    });
  }

  it('marks the tab of the pane that is shown, whichever it is', async () => {
    const store = storeAt(39, 9);
    for (const number of [1, 2, 3, 4, 5, 6]) {
      store.dispatch({ kind: 'layout/pane-focused', pane: `1.${number}` as PaneId });
      const [, tabs = ''] = await frameOf(store, OPTIONS);
      expect(tabs).toMatch(new RegExp(`(^| )${number}:\\S+\\*`));
      expect(tabs.match(/\d/g)).toEqual(['1', '2', '3', '4', '5', '6']);
    }
  });
});

describe('the label', () => {
  for (const columns of [200, 120, 80, 39, 24, 20]) {
    it(`stands beside the host at ${columns} columns, in every alphabet`, async () => {
      for (const options of [OPTIONS, ASCII_OPTIONS]) {
        const [top = ''] = await frameOf(labelled(columns, columns < 80 ? 9 : 40), options);
        expect(top).toMatch(/^ rolly {2}PRODUCTION( |$)/);
        expect(top.length).toBeLessThanOrEqual(columns);
      }
    });
  }

  it('goes before the host where there is room for one', async () => {
    const label = 'PRODUCTION-FRANKFURT';
    const [top = ''] = await frameOf(labelled(24, 9, label), OPTIONS);
    expect(top.trim()).toBe(label);
  });

  it('is in the picture of the whole', async () => {
    expectFrame('label-80x24', await frameOf(labelled(80, 24), OPTIONS));
    expectFrame('label-39x9', await frameOf(labelled(39, 9), ASCII_OPTIONS));
  });
});
