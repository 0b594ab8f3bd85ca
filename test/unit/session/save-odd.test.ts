// Saving into files that are written in odd ways: nothing is lost, and what cannot be edited is refused or written elsewhere.

import { describe, expect, it } from 'vitest';
import type { PaneBody, PaneId, PaneSpec, Session, WindowSpec } from '../../../src/core/pane.ts';
import { carryOver } from '../../../src/session/carry-over.ts';
import { loadSession } from '../../../src/session/load.ts';
import { saveElsewhere, saveSession } from '../../../src/session/save.ts';

const PATH = '/x.yml';
function load(text: string): Session {
  const loaded = loadSession(text, PATH);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}
function save(text: string, change: (window: WindowSpec) => WindowSpec, to = saveSession): string {
  const loaded = load(text);
  const saved = to(text, { live: { ...loaded, windows: loaded.windows.map(change) }, loaded, path: PATH });
  if (!saved.ok) throw new Error(saved.problem.summary);
  return saved.value.text;
}
const titled = (title: string) => (window: WindowSpec) => ({
  ...window,
  panes: window.panes.map((pane): PaneSpec => ({ ...pane, title })),
});
const PROGRAM: PaneBody = {
  ...{ kind: 'run', start: 'suspended', cwd: '/tmp/a: b', history: 2000 },
  command: { kind: 'shell', line: 'echo a\n\n  echo b: # c\n' },
  env: { WAY: '/a:/b', TEXT: 'x: y\nz', YES: 'yes', NONE: '' },
};

describe('odd files', () => {
  it('a program of several lines goes between brackets, too', () => {
    const text = save('{version: 1, windows: [{name: a, panes: [host, bans]}]}', (window) => ({
      ...window,
      panes: [...window.panes, { id: 'n1' as PaneId, body: PROGRAM }],
    }));
    expect(text).not.toContain('\n');
    expect(load(text).windows[0]?.panes[2]?.body).toEqual(PROGRAM);
  });

  it('comments between a dash and its value stay', () => {
    const text = save(
      'version: 1\nwindows:\n  - name: a\n    panes:\n      - # one\n        # two\n        host\n',
      titled('t'),
    );
    expect(text).toContain('      - # one\n        # two\n        host: true\n        title: t\n');
  });

  it.each([
    'null',
    'yes',
    '1.2',
    '~',
    '- a',
    '# c',
    '"q"',
    "it's",
    '{a: b}',
    '*x',
    ' lead',
    '漢字 🎉',
    'a: b',
  ])('the title %s is a text', (title) => {
    for (const file of ['panes: [host]', 'panes:\n      - host # c'])
      expect(
        load(save(`\uFEFFversion: 1\r\nwindows:\r\n  - name: a\r\n    ${file}`, titled(title))).windows[0]
          ?.panes[0]?.title,
      ).toBe(title);
  });

  it('one pane is left of two: it needs no tree', () => {
    const file =
      'version: 1\nwindows:\n  - name: a\n    layout: {rows: [1, 2]} # by hand\n    panes: [host, bans]\n';
    const text = save(file, (window) => ({
      ...window,
      layout: { kind: 'tree', root: { kind: 'pane', pane: '1.1' as PaneId } },
      panes: window.panes.slice(0, 1),
    }));
    expect(text).toContain('layout: tiled # by hand\n    panes: [host]\n');
  });

  it('comments between brackets are not thrown away: refused there, written anew elsewhere', () => {
    const file = 'version: 1 # v\nwindows:\n  - name: a\n    panes: [host, # h\n      bans]\n';
    const turned = (window: WindowSpec): WindowSpec => ({ ...window, panes: [...window.panes].reverse() });
    expect(() => save(file, turned)).toThrow('comments between brackets');
    const anew = save(file, turned, saveElsewhere);
    expect(anew).toContain('version: 1 # v\n');
    expect(load(anew).windows[0]?.panes.map(({ body }) => body.kind)).toEqual(['bans', 'host']);
  });

  it('more than could be loaded again is not written', () => {
    const file = `version: 1\n# ${'x'.repeat(1_048_500)}\nwindows: [{name: a, panes: [host]}]\n`;
    expect(() => save(file, titled('y'.repeat(200)))).toThrow('too long');
  });

  it('several documents, and keys of a newer version, are refused with their place', () => {
    const loaded = load('version: 1\nwindows: [{name: a, panes: [host]}]\n');
    for (const text of [
      'version: 1\nwindows: [{name: a, panes: [host]}]\n---\nversion: 1\n',
      'version: 1\npanels: 3\nwindows: [{name: a, panes: [host]}]\n',
    ]) {
      const saved = saveSession(text, { live: { ...loaded, theme: 'dark' }, loaded, path: PATH });
      expect(saved.ok ? '' : saved.problem.summary).toMatch(/^\/x\.yml:\d+:\d+: /);
    }
  });
});

it('a pane keeps its name only with the very same program', () => {
  const of = (words: string): Session => load(`version: 1\nwindows: [{name: a, panes: [{run: ${words}}]}]\n`);
  const ways = [
    ...['htop', '[htop]', '{command: htop, start: auto}', '{command: htop, cwd: /}', '[htop, x]', '"htop "'],
    ...['{command: htop, env: {A: b}}', '{command: htop, env: {A: c}}', '{command: htop, history: 5}'],
  ];
  for (const [at, one] of ways.entries())
    for (const [other, words] of ways.entries()) {
      const { begun, ended, session } = carryOver(of(one), of(words), 's1:');
      expect(session.windows[0]?.panes[0]?.id).toBe(at === other ? '1.1' : 's1:1.1');
      expect([begun.length, ended.length]).toEqual(at === other ? [0, 0] : [1, 1]);
    }
});
