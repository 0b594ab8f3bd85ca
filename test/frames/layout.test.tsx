// Goldens of windows and panes being changed: a split screen, the question before closing, the line that asks a name.

import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../src/core/pane.ts';
import { safe } from '../../src/core/sanitise.ts';
import { linesOf, paneOf } from '../terminal/harness/drawn.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { OPTIONS, storeAt } from './shell-parts.ts';

const id = (text: string) => text as PaneId;
const HOST = { body: { kind: 'host' } } as const;

/** The second window (a log beside the journal) with another pane below the log. */
function splitAt(columns: number, rows: number) {
  const store = storeAt(columns, rows);
  store.dispatch({ kind: 'layout/pane-focused', pane: id('2.1') });
  store.dispatch({ kind: 'workspace/pane-split', pane: id('2.1'), direction: 'column', shows: HOST });
  return store;
}

const SIZES = [
  [80, 24],
  [120, 40],
] as const;

describe.each(SIZES)('windows and panes at %dx%d', (columns, rows) => {
  it('a split screen', async () => {
    expectFrame(`layout-split-${columns}x${rows}`, await frameOf(splitAt(columns, rows), OPTIONS));
  });

  it('numbers as they are typed', async () => {
    const store = splitAt(columns, rows);
    store.dispatch({ kind: 'layout/numbers-shown', on: true });
    expectFrame(`layout-numbers-${columns}x${rows}`, await frameOf(store, OPTIONS));
  });

  it('the question before a pane closes', async () => {
    const store = splitAt(columns, rows);
    ask(store);
    expectFrame(`layout-close-${columns}x${rows}`, await frameOf(store, OPTIONS));
  });
});

describe('windows and panes', () => {
  it('the question fits a small screen', async () => {
    const store = splitAt(39, 9);
    ask(store);
    expectFrame('layout-close-39x9', await frameOf(store, OPTIONS));
  });

  it('the line that asks for a name', async () => {
    const store = storeAt(80, 24);
    const pane = id('1.1');
    store.dispatch({ kind: 'modal/prompt-opened', purpose: 'window-rename', pane, text: 'watch' });
    const screen = await frameOf(store, OPTIONS);
    expect(screen.at(-1)).toBe(' rename window: watch');
  });

  it('a border that was moved', async () => {
    const store = splitAt(120, 40);
    const width = async () => paneOf((await frameOf(store, OPTIONS)).join('\n'), 'log')[0]?.length ?? 0;
    const before = await width();
    store.dispatch({ kind: 'workspace/border-moved', border: { pane: id('2.1'), side: 'right' }, cells: -7 });
    expect(await width()).toBe(before - 7);
    expect(linesOf((await frameOf(store, OPTIONS)).join('\n'))).toHaveLength(40);
  });
});

function ask(store: ReturnType<typeof storeAt>): void {
  store.dispatch({
    kind: 'modal/confirm-asked',
    confirm: {
      title: safe('Close pane'),
      lines: [
        { text: safe('Close pane 2, host?') },
        { text: safe('Nothing changes on the host.'), role: 'dim' },
      ],
      yes: safe('closes it'),
      wish: { kind: 'pane-close', pane: id('n1') },
    },
  });
}
