// Edits of the live workspace: what each one leaves, where the focus goes, and that windows, views and layouts agree
// after any of them.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NAMED_LAYOUTS, type PaneId } from '../../../../src/core/pane.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { reduce } from '../../../../src/store/reduce.ts';
import { currentView, currentWindow, focusedPane } from '../../../../src/store/slices/layout.ts';
import { type WorkspaceMsg, whyNotWorkspace } from '../../../../src/store/slices/workspace.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { SESSION, storeAt } from '../../../frames/shell-parts.ts';
import { namesIn } from '../../core/layout/rig.ts';

const id = (text: string) => text as PaneId;
const HOST = { body: { kind: 'host' } } as const;
const BANS = { body: { kind: 'bans', sets: [] } } as const;
const large = storeAt(200, 60).getState();
const edited = (state: ConsoleState, ...msgs: readonly Msg[]): ConsoleState => msgs.reduce(reduce, state);
const split = (pane: string, direction: 'row' | 'column' = 'row'): WorkspaceMsg => ({
  kind: 'workspace/pane-split',
  pane: id(pane),
  direction,
  shows: HOST,
});
const close = (pane: string): WorkspaceMsg => ({ kind: 'workspace/pane-closed', pane: id(pane) });
const focus = (pane: string): Msg => ({ kind: 'layout/pane-focused', pane: id(pane) });
const panesOf = (state: ConsoleState): readonly string[] =>
  currentWindow(state)?.panes.map((pane) => pane.id) ?? [];
const namesOf = (state: ConsoleState): readonly string[] => state.session.windows.map(({ name }) => name);
const focused = (state: ConsoleState): string | undefined => focusedPane(state)?.id;

describe('panes', () => {
  it('a new one stands behind the one that was cut, has the focus and an id that nobody had', () => {
    const once = edited(large, split('1.1'));
    expect(panesOf(once)).toEqual(['1.1', 'n1', '1.2', '1.3', '1.4', '1.5', '1.6']);
    expect([focused(once), currentView(once).recent.slice(0, 2)]).toEqual(['n1', ['n1', '1.1']]);
    const again = edited(once, close('n1'), split('1.1'));
    expect(panesOf(again)).toContain('n2');
    expect(focused(edited(again, close('n2')))).toBe('1.1');
  });

  it('cutting, closing, resizing and choosing a layout leave the zoom', () => {
    const zoomed = edited(large, { kind: 'layout/zoom-toggled' });
    const edits: readonly WorkspaceMsg[] = [
      split('1.1'),
      close('1.1'),
      { kind: 'workspace/pane-resized', pane: id('1.1'), side: 'right', cells: 1 },
      { kind: 'workspace/layout-chosen', layout: 'tiled' },
      { kind: 'workspace/panes-rotated', back: false },
      { kind: 'workspace/panes-swapped', pane: id('1.1'), with: id('1.2') },
    ];
    for (const edit of edits)
      expect([edit.kind, currentView(edited(zoomed, edit)).zoomed]).toEqual([edit.kind, false]);
  });

  it('a closed one gives the focus to the one before, and a start focus that is gone is forgotten', () => {
    const session = {
      ...SESSION,
      windows: SESSION.windows.map((window, at) => (at === 0 ? { ...window, focus: id('1.3') } : window)),
    };
    const state = edited({ ...large, session }, focus('1.2'), focus('1.3'), close('1.3'));
    expect(focused(state)).toBe('1.2');
    expect(currentWindow(state)).not.toHaveProperty('focus');
  });

  it('the last one takes its window with it; the last window stays', () => {
    const one = edited(large, focus('2.1'), close('2.1'), close('2.2'));
    expect([namesOf(one), one.layout.window, one.layout.lastWindow]).toEqual([['watch'], 0, undefined]);
    const alone = edited(one, ...['1.2', '1.3', '1.4', '1.5', '1.6'].map(close));
    expect(whyNotWorkspace(alone, close('1.1'))).toBe('it is the only window: q leaves the console');
    expect(edited(alone, close('1.1'))).toBe(alone);
  });

  it('swapped ones keep their sizes in place and the focus with the pane', () => {
    const state = edited(large, { kind: 'workspace/panes-swapped', pane: id('1.1'), with: id('1.4') });
    expect(panesOf(state)).toEqual(['1.4', '1.2', '1.3', '1.1', '1.5', '1.6']);
    expect(focused(state)).toBe('1.1');
    expect(JSON.stringify(currentWindow(state)?.layout)).toBe(
      JSON.stringify(currentWindow(large)?.layout)
        .replace('"1.1"', '"x"')
        .replace('"1.4"', '"1.1"')
        .replace('"x"', '"1.4"'),
    );
  });

  it('rotated ones go round, the focus stays at its place, and back is back', () => {
    const round: WorkspaceMsg = { kind: 'workspace/panes-rotated', back: false };
    const state = edited(large, round);
    expect(panesOf(state)).toEqual(['1.2', '1.3', '1.4', '1.5', '1.6', '1.1']);
    expect(focused(state)).toBe('1.2');
    const back = edited(state, { kind: 'workspace/panes-rotated', back: true });
    expect([back.session, focused(back)]).toEqual([large.session, '1.1']);
  });

  it('one that is broken out has a window of its own, and keeps what it knew', () => {
    const state = edited(large, { kind: 'workspace/pane-broken-out', pane: id('1.4'), name: 'bans' });
    expect([namesOf(state), state.layout.window, panesOf(state)]).toEqual([
      ['watch', 'mail', 'bans'],
      2,
      ['1.4'],
    ]);
    expect(state.bans.panes.get(id('1.4'))).toBe(large.bans.panes.get(id('1.4')));
    expect(whyNotWorkspace(state, { kind: 'workspace/pane-broken-out', pane: id('1.4'), name: 'x' })).toBe(
      'it is the only pane of its window already',
    );
  });

  it('another one takes the place of one, with its number and its size', () => {
    const state = edited(large, { kind: 'workspace/pane-replaced', pane: id('1.2'), shows: BANS });
    expect(panesOf(state)).toEqual(['1.1', 'n1', '1.3', '1.4', '1.5', '1.6']);
    expect([...state.bans.panes.keys()]).toEqual(['n1', '1.4']);
    expect(state.logs.panes.has(id('1.2'))).toBe(false);
  });

  it('is given a title, cleaned, and its own words again', () => {
    const title = (words: string): Msg => ({ kind: 'workspace/pane-titled', pane: id('1.1'), title: words });
    const state = edited(large, title(' web\u001b[31m '));
    expect(focusedPane(state)?.title).not.toContain('\u001b');
    expect(focusedPane(state)?.title).toMatch(/^web/);
    expect(focusedPane(edited(state, title('')))).not.toHaveProperty('title');
  });

  it('says why there is no room', () => {
    const small = storeAt(120, 40).getState();
    const narrow = edited(small, split('1.3', 'row'));
    expect(panesOf(narrow)).not.toContain('n1');
    expect(whyNotWorkspace(small, split('1.3', 'row'))).toBe('no room: a pane needs 24×2 inside its frame');
  });
});

describe('windows', () => {
  const added = edited(large, { kind: 'workspace/window-added', name: 'third', shows: HOST });

  it('a new one stands last and is shown', () => {
    expect([namesOf(added), added.layout.window, added.layout.lastWindow]).toEqual([
      ['watch', 'mail', 'third'],
      2,
      0,
    ]);
    expect(focused(added)).toBe('n1');
  });

  it('moves between the others, and what is shown stays shown', () => {
    const moved = edited(added, { kind: 'workspace/window-moved', window: 2, to: 0 });
    expect([namesOf(moved), moved.layout.window, moved.layout.lastWindow]).toEqual([
      ['third', 'watch', 'mail'],
      0,
      1,
    ]);
    expect(focused(moved)).toBe('n1');
    expect(whyNotWorkspace(added, { kind: 'workspace/window-moved', window: 0, to: 7 })).toBe(
      'there is no window 8; there are 3',
    );
  });

  it('needs a name', () => {
    const rename = (name: string): WorkspaceMsg => ({ kind: 'workspace/window-renamed', window: 1, name });
    expect(namesOf(edited(large, rename(' post ')))).toEqual(['watch', 'post']);
    expect(whyNotWorkspace(large, rename('  '))).toBe('a window needs a name');
  });

  it('a closed one shows the last one again; another one changes nothing on screen', () => {
    expect(edited(added, { kind: 'workspace/window-closed', window: 2 }).layout).toMatchObject({ window: 0 });
    const other = edited(added, { kind: 'workspace/window-closed', window: 1 });
    expect([other.layout.window, other.layout.lastWindow, focused(other)]).toEqual([1, 0, 'n1']);
  });
});

describe('another session', () => {
  it('keeps the focus where its pane is, and counts new panes on', () => {
    const state = edited(large, split('1.1'), focus('2.2'));
    const [watch, mail] = SESSION.windows;
    if (watch === undefined || mail === undefined) throw new Error('two windows');
    const next = edited(state, {
      kind: 'workspace/replaced',
      session: { ...SESSION, windows: [mail, watch] },
    });
    expect([next.layout.window, focused(next)]).toEqual([0, '2.2']);
    expect(panesOf(edited(next, split('2.2')))).toEqual(['2.1', '2.2', 'n2']);
  });
});

const pick = fc.nat(40);
type Wish = (state: ConsoleState, a: number, b: number) => Msg;
const any = (state: ConsoleState, at: number): PaneId => {
  const all = state.session.windows.flatMap(({ panes }) => panes);
  return all[at % all.length]?.id ?? id('none');
};
const WISHES: readonly Wish[] = [
  (state, a, b) => ({ ...split(any(state, a), b % 2 ? 'row' : 'column') }),
  (state, a) => close(any(state, a)),
  (state, a, b) => ({ kind: 'workspace/panes-swapped', pane: any(state, a), with: any(state, b) }),
  (_, a) => ({ kind: 'workspace/panes-rotated', back: a % 2 === 0 }),
  (state, a) => ({ kind: 'workspace/pane-broken-out', pane: any(state, a), name: `w${a}` }),
  (state, a, b) => ({
    kind: 'workspace/pane-resized',
    pane: any(state, a),
    side: (['left', 'right', 'up', 'down'] as const)[b % 4] ?? 'left',
    cells: 1 + (a % 9),
  }),
  (_, a) => ({ kind: 'workspace/layout-chosen', layout: NAMED_LAYOUTS[a % 5] ?? 'tiled' }),
  () => ({ kind: 'workspace/spread' }),
  (state, a) => ({ kind: 'workspace/pane-replaced', pane: any(state, a), shows: BANS }),
  (_, a) => ({ kind: 'workspace/window-added', name: `w${a}`, shows: HOST }),
  (_, a, b) => ({ kind: 'workspace/window-moved', window: a % 5, to: b % 5 }),
  (_, a) => ({ kind: 'workspace/window-closed', window: a % 5 }),
  (state, a) => focus(any(state, a)),
  () => ({ kind: 'layout/zoom-toggled' }),
  () => ({ kind: 'layout/window-returned' }),
  (_, a, b) => ({ kind: 'terminal/resized', columns: 20 + 6 * a, rows: 5 + 2 * b }),
  (state) => ({
    kind: 'workspace/replaced',
    session: { ...state.session, windows: state.session.windows.slice(-2) },
  }),
];

describe('any edits in any order', () => {
  it('leave windows, views, layouts and branches of the state in agreement, and no id twice', () => {
    const steps = fc.array(fc.tuple(fc.nat(WISHES.length - 1), pick, pick), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (list) => {
        const seen = new Set<string>();
        let state = large;
        for (const [wish, a, b] of list) {
          const before = new Set(state.session.windows.flatMap(({ panes }) => panes.map((pane) => pane.id)));
          state = edited(state, WISHES[wish]?.(state, a, b) ?? focus('1.1'));
          agrees(state);
          for (const { id: pane } of state.session.windows.flatMap(({ panes }) => panes))
            if (!before.has(pane) && seen.has(pane)) throw new Error(`${pane} came twice`);
          for (const pane of before) seen.add(pane);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function agrees(state: ConsoleState): void {
  const { session, layout } = state;
  expect(layout.views.length).toBe(session.windows.length);
  expect(session.windows[layout.window]).toBeDefined();
  if (layout.lastWindow !== undefined) expect(session.windows[layout.lastWindow]).toBeDefined();
  for (const [index, window] of session.windows.entries()) {
    const ids = window.panes.map((pane) => pane.id).sort();
    expect(ids.length).toBeGreaterThan(0);
    expect([...(layout.views[index]?.recent ?? [])].sort()).toEqual(ids);
    if (window.layout.kind === 'tree') expect([...namesIn(window.layout.root)].sort()).toEqual(ids);
  }
  const bans = session.windows.flatMap(({ panes }) => panes.filter(({ body }) => body.kind === 'bans'));
  expect([...state.bans.panes.keys()].sort()).toEqual(bans.map((pane) => pane.id).sort());
}
