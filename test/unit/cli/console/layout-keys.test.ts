// Keys and commands for windows and panes pressed into the controller: what they change, what they ask, what they say.

import { describe, expect, it } from 'vitest';
import { createController, type Effects } from '../../../../src/cli/console/controller.ts';
import type { PaneBody, PaneId } from '../../../../src/core/pane.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { currentView, currentWindow, focusedPane } from '../../../../src/store/slices/layout.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { arrangementOf } from '../../../../src/views/screen.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

function rig(columns = 200, rows = 60) {
  const size = { columns, rows };
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  const due = new Map<() => void, number>();
  const effects: Effects = {
    ...NO_EFFECTS,
    later: (ms, task) => {
      due.set(task, ms);
      return () => due.delete(task);
    },
  };
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, effects, mouse: false },
    helpTotal: () => 60,
  });
  const press = pressing(controller);
  const state = () => store.getState();
  const type = (text: string): void => press(...keysOf(text));
  return {
    ...{ store, press, type, state },
    command: (text: string): void => {
      press(':');
      type(text);
      press('Enter');
    },
    /** The waiting timers of this many milliseconds run. */
    pass: (ms: number): void => {
      for (const [task, after] of [...due])
        if (after === ms) {
          due.delete(task);
          task();
        }
    },
    modal: () => state().modal.modal,
    notice: () => String(state().modal.notice?.text),
    panes: () => currentWindow(state())?.panes.map((pane) => pane.id) ?? [],
    focus: () => focusedPane(state())?.id,
    names: () => state().session.windows.map(({ name }) => name),
    placed: (pane: string) => arrangementOf(state()).placed.find((found) => found.pane === pane)?.body,
  };
}

const prefixed = (...chords: readonly string[]) => chords.flatMap((chord) => ['C-b', chord]);

describe('a new pane', () => {
  it.each([
    ['%', 'row'],
    ['"', 'column'],
  ] as const)('%s asks what it shall show before it cuts', (chord, direction) => {
    const { press, modal, panes } = rig();
    press('C-b', chord);
    expect(modal()).toMatchObject({
      kind: 'picker',
      picker: { wish: { kind: 'split', pane: '1.1', direction } },
    });
    expect(panes()).toHaveLength(6);
  });

  it('is not asked for where it has no room, and says why', () => {
    const { press, modal, notice } = rig(120, 40);
    press('C-b', 'Right', 'C-b', '%');
    expect([modal().kind, notice()]).toEqual(['none', 'no room: a pane needs 24×2 inside its frame']);
  });

  it('in a new window is asked for with c', () => {
    const { press, modal, command } = rig();
    press('C-b', 'c');
    expect(modal()).toMatchObject({ kind: 'picker', picker: { wish: { kind: 'window' } } });
    press('Escape');
    command('new web');
    expect(modal()).toMatchObject({ kind: 'picker', picker: { wish: { kind: 'window', name: 'web' } } });
  });
});

describe('closing', () => {
  it('asks; y and Enter close, n, Escape and nothing else leave', () => {
    const { press, modal, panes, focus } = rig();
    for (const no of ['n', 'Escape']) {
      press('C-b', 'x');
      expect(modal()).toMatchObject({
        kind: 'confirm',
        confirm: { wish: { kind: 'pane-close', pane: '1.1' } },
      });
      press('q');
      expect(modal().kind).toBe('confirm');
      press(no);
      expect([modal().kind, panes().length]).toEqual(['none', 6]);
    }
    press('C-b', 'x', 'y');
    expect(panes()).toEqual(['1.2', '1.3', '1.4', '1.5', '1.6']);
    press('C-b', 'x', 'Enter');
    expect([panes().length, focus()]).toEqual([4, '1.3']);
  });

  it('a window asks, too, and the last one says how to leave', () => {
    const { press, names, notice, modal } = rig();
    press('C-b', '&');
    expect(modal()).toMatchObject({
      confirm: { lines: [{ text: 'Close window 1:watch with its 6 panes?' }, {}] },
    });
    press('y');
    expect(names()).toEqual(['mail']);
    press('C-b', '&');
    expect([modal().kind, notice()]).toEqual(['none', 'it is the only window: q leaves the console']);
  });

  it('says which programs end with it', () => {
    const { store, press, modal, command } = rig();
    const htop = { kind: 'argv', argv: ['htop'] } as const;
    const body: PaneBody = { kind: 'run', command: htop, start: 'suspended', env: {}, history: 10 };
    store.dispatch({
      kind: 'workspace/pane-split',
      pane: '1.1' as PaneId,
      direction: 'row',
      shows: { body },
    });
    const phase = { kind: 'running', pid: 7, since: NOW } as const;
    store.dispatch({ kind: 'program/phase-changed', pane: 'n1' as PaneId, phase });
    store.dispatch({ kind: 'modal/prefix-pending', on: true });
    press('x');
    expect(JSON.stringify(modal())).toContain('It ends what runs there: htop');
    press('n');
    expect(modal().kind).toBe('none');
    store.dispatch({ kind: 'modal/prefix-pending', on: true });
    command('close');
    expect(JSON.stringify(modal())).toContain('It ends what runs there: htop');
  });

  it('by a command that was typed does not ask where nothing ends', () => {
    const { command, panes } = rig();
    command('close');
    expect(panes()).toHaveLength(5);
  });
});

describe('the keys after the prefix that repeat', () => {
  it('go on without it until another key or the time ends that', () => {
    const { press, placed, pass, focus } = rig();
    const before = placed('1.1')?.columns ?? 0;
    press('C-b', 'C-Right', 'C-Right', 'M-Right');
    expect(placed('1.1')?.columns).toBe(before + 7);
    press('Right');
    expect(focus()).toBe('1.3');
    pass(500);
    press('Left');
    expect(focus()).toBe('1.3');
  });

  it('another key has its own meaning at once and ends it', () => {
    const { press, placed, modal } = rig();
    const before = placed('1.1')?.columns ?? 0;
    press('C-b', 'C-Right', 'c');
    expect(modal().kind).toBe('act');
    press('Escape', 'C-Right');
    expect(placed('1.1')?.columns).toBe(before + 1);
  });

  it('is what the session says, and begins anew with each key', () => {
    const { store, press, pass, placed } = rig();
    const session = { ...store.getState().session, times: { repeatMs: 900, numbersMs: 100 } };
    store.dispatch({ kind: 'workspace/replaced', session });
    const before = placed('1.1')?.rows ?? 0;
    press('C-b', 'C-Down', 'C-Down');
    pass(500);
    press('C-Down');
    expect(placed('1.1')?.rows).toBe(before + 3);
    press('C-b', 'q');
    expect(store.getState().layout.numbers).toBe(true);
    pass(100);
    expect(store.getState().layout.numbers).toBe(false);
  });

  it('a key that does not repeat leaves nothing behind', () => {
    const { press, panes } = rig();
    press('C-b', '}', '}');
    expect(panes().slice(0, 3)).toEqual(['1.2', '1.1', '1.3']);
  });
});

describe('places', () => {
  it('swaps, rotates and comes back', () => {
    const { press, panes, focus } = rig();
    const before = panes();
    press(...prefixed('{', '}', 'C-o', 'M-o'));
    expect([panes(), focus()]).toEqual([before, '1.1']);
    press(...prefixed('C-o'));
    expect([panes()[0], focus()]).toEqual(['1.2', '1.2']);
  });

  it('goes through the named layouts and says their names; those without room are passed over', () => {
    const { press, notice, state } = rig(120, 40);
    const seen: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      press('C-b', 'Space');
      seen.push(notice());
    }
    expect(seen).toEqual([
      'layout even-vertical',
      'layout main-vertical',
      'layout tiled',
      'layout even-vertical',
    ]);
    press('C-b', 'M-1');
    expect(notice()).toMatch(/^even-horizontal with 6 panes has no room/);
    expect(currentWindow(state())?.layout).toEqual({ kind: 'named', name: 'even-vertical' });
    press('C-b', 'M-5');
    expect(notice()).toBe('layout tiled');
  });

  it('says that a layout shows on a larger terminal', () => {
    const { press, notice } = rig(80, 24);
    press('C-b', 'M-1');
    expect(notice()).toBe('layout even-horizontal: it shows on a larger terminal');
    press('C-b', 'C-Left');
    expect(notice()).toMatch(/^no borders here/);
  });

  it('spreads evenly, breaks out and zooms out for any of it', () => {
    const { press, placed, names, state } = rig();
    press(...prefixed('z', 'E'));
    expect(currentView(state()).zoomed).toBe(false);
    expect([placed('1.1')?.rows, placed('1.2')?.rows, placed('1.5')?.rows]).toEqual([18, 18, 18]);
    press(...prefixed('!'));
    expect([names(), state().layout.window]).toEqual([['watch', 'mail', 'access'], 2]);
  });
});

describe('names and numbers', () => {
  it('renames the window and titles the pane, beginning with what there is', () => {
    const { press, type, names, state } = rig();
    press('C-b', ',');
    type('er');
    press('Enter', 'C-b', 'T');
    type('web');
    press('Enter');
    expect([names()[0], focusedPane(state())?.title]).toEqual(['watcher', 'web']);
    press('C-b', 'T', 'C-u', 'Enter');
    expect(focusedPane(state())).not.toHaveProperty('title');
  });

  it('goes to and moves windows by number, and keeps a wrong line for correction', () => {
    const { press, type, names, state, modal } = rig();
    press('C-b', "'");
    type('7');
    press('Enter');
    expect(modal()).toMatchObject({ prompt: { error: 'there is no window 7; there are 2' } });
    press('C-u', '2', 'Enter');
    expect(state().layout.window).toBe(1);
    press('C-b', '.', 'x', 'Enter');
    expect(modal()).toMatchObject({ prompt: { error: '"x" is no number' } });
    press('C-u', '1', 'Enter');
    expect([names(), state().layout.window]).toEqual([['mail', 'watch'], 0]);
  });

  it('an empty line changes nothing', () => {
    const { press, names } = rig();
    press('C-b', ',', 'C-u', 'Enter', 'C-b', '.', 'Enter', 'C-b', "'", 'Enter');
    expect(names()).toEqual(['watch', 'mail']);
  });
});

describe('commands', () => {
  it('do what the keys do', () => {
    const { command, panes, names, state, modal, press } = rig();
    command('swap 3');
    expect(panes().slice(0, 3)).toEqual(['1.3', '1.2', '1.1']);
    command('layout tiled');
    command('title the web');
    command('rename first window');
    command('move 2');
    expect(currentWindow(state())?.layout).toEqual({ kind: 'named', name: 'tiled' });
    expect([focusedPane(state())?.title, names()]).toEqual(['the web', ['mail', 'first window']]);
    command('break');
    expect(names()).toEqual(['mail', 'first window', 'the web']);
    command('split down');
    expect(modal()).toMatchObject({ picker: { wish: { direction: 'column' } } });
    press('Escape');
  });

  it.each([
    ['layout tild', 'did you mean tiled?'],
    ['split up', 'split right or split down'],
    ['swap', 'swap needs the number of a pane'],
    ['move x', 'move needs the number of a window'],
    ['close it', 'close takes no words after it'],
    ['rename', 'rename needs a name'],
  ])('%s is wrong, and says so', (line, why) => {
    const { command, modal } = rig();
    command(line);
    expect(modal()).toMatchObject({ kind: 'prompt', prompt: { error: why } });
  });

  it('swap says which panes there are', () => {
    const { command, notice } = rig();
    command('swap 9');
    expect(notice()).toBe('there is no pane 9; there are 6');
  });
});
