// What copy mode takes of each kind of pane: all of it, as text, with the cursor where the pane has its own.

import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../../../../src/cli/console/snapshot.ts';
import type { PaneBody, PaneSpec, Session } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import {
  BANS,
  batchOf,
  JOURNAL,
  key,
  LOG,
  lineOf,
  membersOf,
  net,
  paneId,
  reduced,
  sampleOf,
  sessionOf,
  setOf,
  stateOf,
} from '../../store/rig.ts';

const LOOK = { rows: 6, columns: 60, glyphs: UNICODE_GLYPHS };
const specOf = (state: ConsoleState, id: string): PaneSpec => {
  const found = state.session.windows.flatMap(({ panes }) => panes).find((pane) => pane.id === id);
  if (found === undefined) throw new Error(`no pane ${id}`);
  return found;
};
const taken = (state: ConsoleState, id: string, look: Parameters<typeof snapshotOf>[2] = LOOK) =>
  snapshotOf(state, specOf(state, id), look);

describe('the text of a pane', () => {
  it('of a log is all that its filters show, as written, from where it stands', () => {
    const lines = Array.from({ length: 30 }, (_, at) => lineOf(at, `line ${at} \x1b[31m`));
    const state = reduced(stateOf(), batchOf(lines));
    expect(taken(state, LOG)).toMatchObject({ cut: false, line: 29, top: 24 });
    expect(taken(state, LOG).lines[3]).toBe('line 3 \\x1b[31m');
    const moved = reduced(state, key(LOG, 'top'), key(LOG, 'line-down'));
    expect(taken(moved, LOG)).toMatchObject({ line: 1, top: 0 });
    const filtered = reduced(state, {
      ...{ kind: 'pane/prompted', pane: LOG, purpose: 'filter-in', text: 'line 2', accepted: true },
    });
    expect(taken(filtered, LOG).lines).toHaveLength(11);
  });

  it('of a log says what was not kept, where it was', () => {
    const first = batchOf([lineOf(0, 'one'), lineOf(1, 'two')]);
    const second = batchOf([lineOf(9, 'three')], { total: 10, skipped: 7 });
    const { lines, line } = taken(reduced(stateOf(), first, second), LOG, { ...LOOK, glyphs: ASCII_GLYPHS });
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(/^-- 7 lines skipped -+$/);
    expect(line).toBe(3);
  });

  it('of a table is the whole table without cursor and margin', () => {
    const set = setOf('f2b-http');
    const rows = Array.from({ length: 50 }, (_, at) => ({ net: net(`192.0.2.${at + 1}`) }));
    const state = reduced(stateOf(), sampleOf([set], [membersOf(set, rows)]), key(BANS, 'bottom'));
    const { lines, line, top, cut } = taken(state, BANS);
    expect(lines).toHaveLength(51);
    expect(lines[0]).toMatch(/^address/);
    expect(lines[50]).toMatch(/^192\.0\.2\.50 /);
    expect([line, cut]).toEqual([50, false]);
    expect(top).toBeGreaterThan(40);
  });

  it('of a pane with nothing in it is what it says', () => {
    expect(taken(stateOf(), JOURNAL).lines.join(' ')).toContain('Reading the journal');
    expect(taken(stateOf(), LOG).lines.join(' ')).toContain('Opening');
  });

  it('of a program is its scrollback and screen, as far as they are known; of a watch its last output', () => {
    const command = { kind: 'argv', argv: ['top'] } as const;
    const run: PaneBody = { kind: 'run', command, start: 'auto', env: {}, history: 100 };
    const base = sessionOf();
    const session: Session = {
      ...base,
      windows: base.windows.map((window) => ({
        ...window,
        panes: [...window.panes, { id: paneId('n1'), body: run }],
      })),
    };
    const screen = {
      ...{ columns: 60, rows: 4, alternate: false, mouse: false, above: 2 },
      lines: [[{ text: sanitise('$ ls  ') }], [{ text: sanitise('a b') }], [{ text: sanitise('$ ') }], []],
      cursor: { column: 2, row: 2 },
    };
    const state = reduced(
      stateOf(),
      { kind: 'workspace/replaced', session },
      { kind: 'program/drawn', pane: paneId('n1'), screen },
    );
    expect(taken(state, 'n1')).toEqual({ lines: ['$ ls', 'a b', '$'], cut: false, line: 2, top: 0 });
    const all = ['one', 'two', '$ ls', 'a b', '$', ''].map((text) => sanitise(text));
    expect(taken(state, 'n1', { ...LOOK, programLines: () => all })).toEqual({
      ...{ lines: all.slice(0, 5), cut: false, line: 4, top: 2 },
    });
  });

  it('is bounded where a table is very long', () => {
    const set = setOf('f2b-http');
    const rows = Array.from({ length: 6000 }, (_, at) => ({ net: net(`10.0.${at >> 8}.${at & 255}`) }));
    const state = reduced(stateOf(), sampleOf([set], [membersOf(set, rows)]));
    const { lines, cut } = taken(state, BANS);
    expect([lines.length, cut]).toEqual([5000, true]);
  });
});
