import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../../src/core/pane.ts';
import { currentView, focusedPane } from '../../../src/store/slices/layout.ts';
import { storeAt } from '../../frames/shell-parts.ts';

const id = (text: string) => text as PaneId;

describe('windows and focus', () => {
  it('starts on the first pane of the first window', () => {
    expect(focusedPane(storeAt(80, 24).getState())?.id).toBe('1.1');
  });

  it('remembers who had the focus before', () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'layout/pane-focused', pane: id('1.3') });
    store.dispatch({ kind: 'layout/pane-focused', pane: id('1.2') });
    expect(currentView(store.getState()).recent.slice(0, 3)).toEqual(['1.2', '1.3', '1.1']);
  });

  it('focus on a pane of another window shows that window', () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'layout/pane-focused', pane: id('2.2') });
    expect(store.getState().layout).toMatchObject({ window: 1, lastWindow: 0 });
    store.dispatch({ kind: 'layout/window-returned' });
    expect(store.getState().layout).toMatchObject({ window: 0, lastWindow: 1 });
  });

  it('each window keeps its own focus and zoom', () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'layout/zoom-toggled' });
    store.dispatch({ kind: 'layout/window-selected', window: 1 });
    expect(currentView(store.getState()).zoomed).toBe(false);
    store.dispatch({ kind: 'layout/window-selected', window: 0 });
    expect(currentView(store.getState()).zoomed).toBe(true);
  });

  it('moving the focus leaves the zoom', () => {
    const store = storeAt(80, 24);
    store.dispatch({ kind: 'layout/zoom-toggled' });
    store.dispatch({ kind: 'layout/pane-focused', pane: id('1.2') });
    expect(currentView(store.getState()).zoomed).toBe(false);
  });

  it('what does not exist changes nothing', () => {
    const store = storeAt(80, 24);
    const before = store.getState();
    store.dispatch({ kind: 'layout/window-selected', window: 9 });
    store.dispatch({ kind: 'layout/pane-focused', pane: id('7.7') });
    store.dispatch({ kind: 'layout/window-returned' });
    expect(store.getState()).toBe(before);
  });
});
