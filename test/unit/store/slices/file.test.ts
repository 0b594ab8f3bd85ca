// The session file behind the workspace: what counts as unsaved, what a save writes of the panes, and the places after it.

import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../../../src/core/pane.ts';
import { selectSavedWorkspace, selectUnsaved } from '../../../../src/store/select/unsaved.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';

const LOG = '1.1' as PaneId;
function storeNow() {
  const size = { columns: 120, rows: 40 };
  return createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
}
const bodyOf = (store: ReturnType<typeof storeNow>) =>
  selectSavedWorkspace(store.getState()).windows[0]?.panes.find(({ id }) => id === LOG)?.body;

describe('unsaved', () => {
  it('are titles, layouts and the theme; not focus, zoom or filters', () => {
    const store = storeNow();
    expect(selectUnsaved(store.getState())).toBe(false);
    store.dispatch({ kind: 'layout/zoom-toggled' });
    store.dispatch({ kind: 'layout/pane-focused', pane: '1.3' as PaneId });
    const filter = { kind: 'pane/prompted', pane: LOG, purpose: 'filter-in', accepted: true } as const;
    store.dispatch({ ...filter, text: 'sshd' });
    expect(selectUnsaved(store.getState())).toBe(false);
    store.dispatch({ kind: 'workspace/pane-titled', pane: LOG, title: 'mine' });
    expect(selectUnsaved(store.getState())).toBe(true);
    store.dispatch({ kind: 'workspace/pane-titled', pane: LOG, title: '' });
    expect(selectUnsaved(store.getState())).toBe(false);
    store.dispatch({ kind: 'look/theme-chosen', theme: 'dark' });
    expect(selectUnsaved(store.getState())).toBe(true);
  });

  it('are none after a save, which gives every pane its place', () => {
    const store = storeNow();
    store.dispatch({ kind: 'workspace/pane-titled', pane: LOG, title: 'mine' });
    const live = selectSavedWorkspace(store.getState());
    store.dispatch({ kind: 'file/saved', live, path: '/x.yml' });
    const { session, file } = store.getState();
    expect(selectUnsaved(store.getState())).toBe(false);
    expect(session.origin).toEqual({ kind: 'file', path: '/x.yml' });
    for (const windows of [session.windows, file.loaded.windows])
      for (const [at, window] of windows.entries()) {
        expect(window.from).toBe(at);
        expect(window.panes.map(({ from }) => from)).toEqual(
          window.panes.map((_, pane) => ({ window: at, pane })),
        );
      }
  });
});

describe('what is saved of a log', () => {
  it('are its filters; one that is off stays only when the file has it', () => {
    const store = storeNow();
    store.dispatch({ kind: 'pane/prompted', pane: LOG, purpose: 'filter-out', text: 'cron', accepted: true });
    expect(bodyOf(store)).toMatchObject({ filters: [{ pattern: 'cron', keep: 'out', on: true }] });
    store.dispatch({ kind: 'log/filter-toggled', pane: LOG, index: 0 });
    expect(bodyOf(store)).toMatchObject({ filters: [] });
    store.dispatch({ kind: 'log/filter-toggled', pane: LOG, index: 0 });
    store.dispatch({ kind: 'file/saved', live: selectSavedWorkspace(store.getState()), path: '/x.yml' });
    store.dispatch({ kind: 'log/filter-toggled', pane: LOG, index: 0 });
    expect(bodyOf(store)).toMatchObject({ filters: [{ pattern: 'cron', keep: 'out', on: true }] });
  });
});
