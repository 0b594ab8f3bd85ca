// The branch of the state for copy mode and the plain view: entered, searched, left, and gone with their pane.

import { describe, expect, it } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { selectKeyMode, selectPaneMode } from '../../../../src/store/select/shell.ts';
import { BANS, LOG, reduced, sessionOf, stateOf } from '../rig.ts';

const lines = Array.from({ length: 50 }, (_, at) => sanitise(`line ${at}`));
const snapshot = { lines, cut: false, line: 49, top: 40 };
const entered: Msg = { kind: 'copy/entered', pane: LOG, snapshot, rows: 10, columns: 40 };
const plain: Msg = { kind: 'plain/entered', pane: LOG, snapshot };
const search = (text: string, accepted = true): Msg => ({
  ...{ kind: 'pane/prompted', pane: LOG, purpose: 'copy-search-back', text, accepted },
});

describe('copy mode in the state', () => {
  it('has keys of its own while its pane has the focus', () => {
    const state = reduced(stateOf(), entered);
    expect(selectPaneMode(state)).toBe('copy');
    const away = reduced(state, { kind: 'layout/pane-focused', pane: BANS });
    expect(selectPaneMode(away)).toBe('bans');
    expect(away.copy.mode?.pane).toBe(LOG);
    expect(selectKeyMode(reduced(state, { kind: 'modal/prefix-pending', on: true }))).toBe('prefix');
  });

  it('is searched by its prompt, in a box as high as its pane', () => {
    const state = reduced(stateOf(), entered, search('line 30'));
    expect(state.copy.mode).toMatchObject({ cursor: { line: 30, column: 0 }, top: 30 });
    expect(state.logs.panes.get(LOG)?.search).toBeUndefined();
    expect(reduced(state, { ...search('x'), pane: BANS } as Msg).copy).toBe(state.copy);
  });

  it('leaves all other branches alone, and goes with its pane', () => {
    const before = stateOf();
    const state = reduced(before, entered, {
      ...{ kind: 'copy/intent', intent: { id: 'top' }, rows: 10, columns: 40 },
    });
    expect({ ...state, copy: before.copy }).toEqual(before);
    const none = { ...sessionOf(), windows: [] };
    expect(reduced(state, { kind: 'workspace/replaced', session: none }).copy.mode).toBeUndefined();
    expect(reduced(state, { kind: 'copy/left' }).copy.mode).toBeUndefined();
  });
});

describe('the plain view in the state', () => {
  it('comes before all panes, and goes with its own', () => {
    const state = reduced(stateOf(), entered, plain);
    expect(selectPaneMode(state)).toBe('plain');
    const none = { ...sessionOf(), windows: [] };
    expect(reduced(state, { kind: 'workspace/replaced', session: none }).copy.plain).toBeUndefined();
    expect(reduced(state, { kind: 'plain/intent', intent: { id: 'cancel' } }).copy.plain).toBeUndefined();
  });
});
