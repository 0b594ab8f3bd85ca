// Goldens of the journal pane's body.

import { describe, expect, it } from 'vitest';
import { problem } from '../../src/core/problem.ts';
import { widthOf } from '../../src/core/width.ts';
import type { Msg } from '../../src/store/messages.ts';
import type { ConsoleState } from '../../src/store/state.ts';
import { UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { drawJournal } from '../../src/views/panes/journal.ts';
import type { PaneView } from '../../src/views/panes/pane.ts';
import { JOURNAL, key, NOW, reduced, specOf, stateOf } from '../unit/store/rig.ts';
import { ACTS } from './pane-samples.ts';
import { goldenOf, plainLine } from './pane-views.ts';
import { expectFrame } from './rig.tsx';

process.env.TZ = 'UTC';

const live: Msg = {
  kind: 'source/status-changed',
  source: 'journal',
  status: { kind: 'live', sampledAt: NOW, everyMs: 10_000 },
};
const state = reduced(stateOf(), live, { kind: 'journal/loaded', rows: ACTS });

function draw(at: ConsoleState, columns: number, height: number): PaneView {
  const context = { columns, rows: height, focused: true, glyphs: UNICODE_GLYPHS };
  return drawJournal(at, specOf(JOURNAL, { kind: 'journal' }), context);
}

function golden(name: string, view: PaneView, columns: number, height: number): void {
  expect(view.body.length).toBeLessThanOrEqual(height);
  for (const line of view.body) expect(widthOf(plainLine(line))).toBeLessThanOrEqual(columns);
  expectFrame(`pane-journal-${name}`, goldenOf(view, columns));
}

describe('the journal pane', () => {
  it.each([
    [150, 9],
    [80, 6],
    [40, 4],
    [9, 2],
  ])('lists acts newest first at %i×%i', (columns, height) => {
    golden(`${columns}x${height}`, draw(state, columns, height), columns, height);
  });

  it('shows one act in full, with its exact commands', () => {
    const size = { columns: 60, rows: 16 };
    const moves = ['bottom', 'line-up', 'open'] as const;
    const open = reduced(state, ...moves.map((id) => key(JOURNAL, id, size)));
    golden('detail', draw(open, 60, 16), 60, 16);
    golden(
      'detail-scrolled',
      draw(reduced(open, key(JOURNAL, 'bottom', { columns: 40, rows: 5 })), 40, 5),
      40,
      5,
    );
  });

  const broken = problem('no-space', 'the journal cannot be written: the disk is full', {
    hint: 'free some space',
  });
  it.each<[string, readonly Msg[]]>([
    ['reading', []],
    ['nothing', [live, { kind: 'journal/loaded', rows: [] }]],
    ['broken', [live, { kind: 'journal/loaded', rows: [], problem: broken }]],
  ])('says why it is empty: %s', (name, msgs) => {
    golden(`empty-${name}`, draw(reduced(stateOf(), ...msgs), 60, 6), 60, 6);
  });
});
