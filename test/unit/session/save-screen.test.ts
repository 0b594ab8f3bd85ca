// Save, quit, load: the same screen, cell by cell, for layouts made by splitting and resizing at three sizes.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { resizePane } from '../../../src/core/layout/borders.ts';
import { namedLayout, removePane, splitPane } from '../../../src/core/layout/edit.ts';
import { shownShares } from '../../../src/core/layout/shares.ts';
import type { ScreenSize } from '../../../src/core/layout/shell.ts';
import {
  NAMED_LAYOUTS,
  type PaneId,
  type PaneSpec,
  type Session,
  type WindowSpec,
} from '../../../src/core/pane.ts';
import { loadSession } from '../../../src/session/load.ts';
import { saveSession } from '../../../src/session/save.ts';
import { arrange } from '../../../src/views/arrange.ts';

const TEXT = 'version: 1\nwindows:\n  - name: a # one\n    panes:\n      - host # first\n';
const PATH = '/x.yml';
const SIZES: readonly ScreenSize[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 200, rows: 50 },
];

function load(text: string): Session {
  const loaded = loadSession(text, PATH);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.session;
}

/** Where each pane is, by its number: names change when a file is loaded. */
function rectsOf(window: WindowSpec, size: ScreenSize): unknown {
  const [first] = window.panes;
  const { mode, placed } = arrange(
    window,
    { recent: first === undefined ? [] : [first.id], zoomed: false },
    size,
  );
  const numbered = placed.map(
    ({ pane, body }) => [window.panes.findIndex(({ id }) => id === pane), body] as const,
  );
  return [mode, numbered.toSorted(([a], [b]) => a - b)];
}

type Edit = Readonly<{ kind: 'split' | 'resize' | 'remove' | 'name'; at: number; along: number; by: number }>;
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('split', 'split', 'resize', 'resize', 'resize', 'remove', 'name'),
  at: fc.nat({ max: 20 }),
  along: fc.nat({ max: 3 }),
  by: fc.integer({ min: 1, max: 9 }),
});

/** What the keys do at a size; what has no room is left out, as there. */
function edited(window: WindowSpec, edits: readonly Edit[], size: ScreenSize): WindowSpec {
  let now = window;
  for (const [count, one] of edits.entries()) now = step(now, { ...one, fresh: `n${count}` as PaneId }, size);
  return now;
}

function step(window: WindowSpec, edit: Edit & Readonly<{ fresh: PaneId }>, size: ScreenSize): WindowSpec {
  const { kind, at, along, by, fresh } = edit;
  const { panes } = window;
  const ground = { layout: window.layout, panes: panes.map(({ id }) => id), size };
  const pane = ground.panes[at % ground.panes.length];
  if (pane === undefined) return window;
  if (kind === 'split') {
    const direction = along % 2 === 0 ? 'row' : 'column';
    const split = splitPane(ground, { pane, direction, fresh });
    const index = panes.findIndex(({ id }) => id === pane) + 1;
    const spec: PaneSpec = { id: fresh, body: { kind: 'host' } };
    return split.ok ? { ...window, layout: split.value, panes: panes.toSpliced(index, 0, spec) } : window;
  }
  if (kind === 'remove') {
    const removed = panes.length < 2 ? undefined : removePane(ground, pane);
    const rest = panes.filter(({ id }) => id !== pane);
    return removed?.ok === true ? { ...window, layout: removed.value, panes: rest } : window;
  }
  const side = (['left', 'right', 'up', 'down'] as const)[along % 4] ?? 'left';
  const changed =
    kind === 'name'
      ? namedLayout(ground, NAMED_LAYOUTS[at % NAMED_LAYOUTS.length] ?? 'tiled')
      : resizePane(ground, pane, { side, cells: by });
  return changed.ok ? { ...window, layout: changed.value } : window;
}

/** As what is saved is read from the state. */
const shares = (window: WindowSpec, size: ScreenSize): WindowSpec => ({
  ...window,
  layout: shownShares({ layout: window.layout, panes: window.panes.map(({ id }) => id), size }),
});

/** At 80×24 the first pane's share comes to half a row. */
const HALF_A_ROW: Edit[] = [
  { kind: 'split', at: 0, along: 3, by: 1 },
  { kind: 'resize', at: 0, along: 3, by: 6 },
  { kind: 'split', at: 1, along: 1, by: 1 },
  { kind: 'remove', at: 4, along: 0, by: 1 },
];

it.each(SIZES)('at $columns×$rows', (size) => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 25 }), (edits) => {
      const loaded = load(TEXT);
      const shown = loaded.windows.map((window) => edited(window, edits, size));
      const live = { ...loaded, windows: shown.map((window) => shares(window, size)) };
      const saved = saveSession(TEXT, { live, loaded, path: PATH });
      if (!saved.ok) throw new Error(saved.problem.summary);
      const again = load(saved.value.text);
      for (const [index, window] of shown.entries()) {
        const other = again.windows[index];
        expect(other === undefined ? undefined : rectsOf(other, size)).toEqual(rectsOf(window, size));
      }
    }),
    { numRuns: 300, examples: [[HALF_A_ROW]] },
  );
});
