// Which panes go on when another session is taken, and what is said of the change.

import { describe, expect, it } from 'vitest';
import type { PaneId, Session } from '../../../src/core/pane.ts';
import { carryOver, changesInWords } from '../../../src/session/carry-over.ts';
import { loadSession } from '../../../src/session/load.ts';

function session(windows: string, more = ''): Session {
  const loaded = loadSession(`version: 1\n${more}windows:\n${windows}`, '/x.yml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}
const ids = ({ windows }: Session): readonly (readonly string[])[] =>
  windows.map(({ panes }) => panes.map(({ id }) => id));
const A = session('- {name: a, focus: 2, panes: [host, {log: /a}, {run: htop}, {run: htop}]}\n');

describe('carryOver', () => {
  it('the same session keeps every name', () => {
    expect(ids(carryOver(A, A, 'r1:').session)).toEqual([['1.1', '1.2', '1.3', '1.4']]);
  });

  it('what means the same keeps its name wherever it goes; the rest gets a name of its own', () => {
    const next = session(
      '- {name: b, focus: 1, layout: {rows: [2, 1]}, panes: [bans, {log: /a, title: x}]}\n- {name: c, panes: [{run: htop}, host]}\n',
    );
    const carried = carryOver(A, next, 'r1:');
    expect(ids(carried.session)).toEqual([
      ['r1:1.1', '1.2'],
      ['1.3', '1.1'],
    ]);
    const [window] = carried.session.windows;
    expect(window?.focus).toBe('r1:1.1');
    expect(window?.layout).toMatchObject({ root: { children: [{ pane: '1.2' }, { pane: 'r1:1.1' }] } });
    expect(carried.ended.map(({ id }) => id)).toEqual(['1.4' as PaneId]);
    expect(carried.begun.map(({ id }) => id)).toEqual(['1.1' as PaneId]);
  });

  it('a pane whose entry was changed begins anew', () => {
    const next = session('- {name: a, panes: [host, {log: {files: /a, in: x}}]}\n');
    expect(ids(carryOver(A, next, 'r1:').session)).toEqual([['1.1', 'r1:1.2']]);
  });
});

describe('changesInWords', () => {
  const name = (pane: Readonly<{ body: Readonly<{ kind: string }> }>): string => pane.body.kind;

  it('says nothing of the same', () => {
    expect(changesInWords(A, A, name)).toEqual([]);
  });

  it('counts panes and names settings', () => {
    const next = session(
      '- {name: a, panes: [host, bans, {log: /a}]}\n',
      'theme: dark\nallow: [192.0.2.1]\n',
    );
    expect(changesInWords(A, next, name)).toEqual([
      '1 pane added: bans',
      '2 panes removed: run, run',
      'settings that change: allow, theme',
    ]);
  });
});
