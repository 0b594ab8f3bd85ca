// What is asked before another session is taken: programs that would be ended, changes that would be lost.

import { expect, it } from 'vitest';
import { lossesOf } from '../../../../src/cli/console/session-words.ts';
import type { PaneId, Session } from '../../../../src/core/pane.ts';
import { loadSession } from '../../../../src/session/load.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import { NOW } from '../../../frames/shell-parts.ts';

function session(panes: string): Session {
  const loaded = loadSession(`version: 1\nwindows: [{name: a, panes: ${panes}}]\n`, '/x.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}
const PROGRAM = '1.2' as PaneId;

it('names the programs that run and would be ended, and changes that are not saved', () => {
  const size = { columns: 120, rows: 40 };
  const first = session('[host, {run: htop}]');
  const store = createConsoleStore({ session: first, now: NOW, size, readOnly: false, privileged: true });
  const without = session('[host]');
  const words = (next: Session): readonly string[] =>
    lossesOf(store.getState(), next).map(({ text }) => text);
  expect(words(without)).toEqual([]);
  const phase = { kind: 'running', pid: 1, since: NOW } as const;
  store.dispatch({ kind: 'program/phase-changed', pane: PROGRAM, phase });
  expect(words(without)).toEqual(['This program runs, and is ended: htop']);
  expect(words(session('[bans, {run: htop}]'))).toEqual([]);
  store.dispatch({ kind: 'workspace/pane-titled', pane: PROGRAM, title: 'mine' });
  expect(words(first)).toEqual(['The layout has changes that are not saved: they are lost.']);
});
