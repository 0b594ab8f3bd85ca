// Which bodies are drawn again, and what is kept of those that are not on screen.

import { describe, expect, it } from 'vitest';
import type { PaneId, PaneKind } from '../../../src/core/pane.ts';
import { createConsoleStore } from '../../../src/store/store.ts';
import { createScreenDrawer, type Painters } from '../../../src/views/screen.ts';
import { NOW, OPTIONS, SESSION } from '../../frames/shell-parts.ts';
import { net, textBatch } from '../store/rig.ts';

/** The panes that a frame draws anew. */
function counting() {
  const drawn: PaneId[] = [];
  const painters = Object.fromEntries(
    Object.entries(OPTIONS.painters).map(([kind, paint]) => [
      kind,
      (...args: Parameters<typeof paint>) => {
        drawn.push(args[1].id);
        return paint(...args);
      },
    ]),
  ) as Record<PaneKind, Painters[PaneKind]>;
  const size = { columns: 160, rows: 50 };
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  const draw = createScreenDrawer({ ...OPTIONS, painters });
  return {
    store,
    frame: () => {
      drawn.length = 0;
      draw(store.getState());
      return [...drawn].sort();
    },
  };
}

const ALL = ['1.1', '1.2', '1.3', '1.4', '1.5', '1.6'];

describe('a frame', () => {
  it('draws all bodies once, and none again when nothing has changed', () => {
    const { frame } = counting();
    expect(frame()).toEqual(ALL);
    expect(frame()).toEqual([]);
  });

  it('draws only logs again when lines have come', () => {
    const { frame, store } = counting();
    frame();
    store.dispatch(textBatch(['one']));
    expect(frame()).toEqual(['1.1', '1.2']);
  });

  it('draws only the two panes that the focus moved between', () => {
    const { frame, store } = counting();
    frame();
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.4' as PaneId });
    expect(frame()).toEqual(['1.1', '1.4']);
  });

  it('draws all again for an address that is followed, but not for its card', () => {
    const { frame, store } = counting();
    frame();
    store.dispatch({ kind: 'follow/began', net: net('192.0.2.7'), card: true });
    expect(frame()).toEqual(ALL);
    store.dispatch({ kind: 'follow/card-shown', on: false });
    expect(frame()).toEqual([]);
  });

  it('keeps nothing of panes that are not on screen: what they were drawn from is large', () => {
    const { frame, store } = counting();
    frame();
    store.dispatch({ kind: 'layout/window-selected', window: 1 });
    expect(frame()).toEqual(['2.1', '2.2']);
    store.dispatch({ kind: 'layout/window-selected', window: 0 });
    expect(frame()).toEqual(ALL);
  });
});
