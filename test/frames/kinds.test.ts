// The whole screen with one pane of each kind in each of its states, at four sizes: drawn as the console draws it, with
// the delivered keys, and read back from a terminal.

import { describe, expect, it } from 'vitest';
import type { PaneId, PaneSpec, Session } from '../../src/core/pane.ts';
import { safe } from '../../src/core/sanitise.ts';
import { widthOf } from '../../src/core/width.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import { selectStrip } from '../../src/store/select/strip.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import { arrangementOf, createScreenDrawer, type ScreenOptions } from '../../src/views/screen.ts';
import { KIND_STATES, type KindState, PANE } from './kinds-states.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { NOW, OPTIONS, SESSION } from './shell-parts.ts';

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 50],
  [39, 9],
] as const;
type Size = readonly [columns: number, rows: number];

function optionsFor({ readOnly = false }: KindState): ScreenOptions {
  return {
    ...OPTIONS,
    painters: PAINTERS,
    keys: keyTexts(DEFAULT_KEYMAP, { readOnly }),
    summary: (state) => ({ host: safe('rolly'), numbers: selectStrip(state) }),
  };
}

/** Alone in its window, or zoomed over another pane; there is a second window. */
function sessionOf({ body, zoomed = false }: KindState): Session {
  const other: PaneSpec = { id: '1.2' as PaneId, body: { kind: 'host' } };
  const panes: readonly PaneSpec[] = [{ id: PANE, body }, ...(zoomed ? [other] : [])];
  const layout = { kind: 'named', name: 'even-vertical' } as const;
  const mail = SESSION.windows.slice(1);
  return { ...SESSION, windows: [{ name: 'watch', layout, panes }, ...mail] };
}

function storeOf(one: KindState, [columns, rows]: Size): ConsoleStore {
  const { readOnly = false, privileged = true } = one;
  const size = { columns, rows };
  const store = createConsoleStore({ session: sessionOf(one), now: NOW, size, readOnly, privileged });
  if (one.zoomed === true) store.dispatch({ kind: 'layout/zoom-toggled' });
  for (const step of one.steps) {
    if ('kind' in step) store.dispatch(step);
    else {
      const body = arrangementOf(store.getState()).placed.find(({ pane }) => pane === PANE)?.body;
      const intent = { id: step.press, ...(step.text === undefined ? {} : { text: step.text }) };
      const room = { rows: body?.rows ?? 0, columns: body?.columns ?? 0 };
      store.dispatch({ kind: 'pane/intent', pane: PANE, intent, ...room });
    }
  }
  return store;
}

/** The terminal would cut what is too wide without a word, so it is measured before. */
function expectFits(store: ConsoleStore, options: ScreenOptions): void {
  const { columns, rows, areas } = createScreenDrawer(options)(store.getState());
  for (const { key, rect, text } of areas) {
    expect(rect.x + rect.columns, key).toBeLessThanOrEqual(columns);
    expect(rect.y + rect.rows, key).toBeLessThanOrEqual(rows);
    const lines = plain(text).split('\n');
    expect(lines.length, key).toBeLessThanOrEqual(rect.rows);
    for (const line of lines) expect(widthOf(line as never), line).toBeLessThanOrEqual(rect.columns);
  }
}

const plain = (text: string): string => text.replaceAll(/\x1b\[[\d;:]*m/g, '');

function expectWhole(store: ConsoleStore, screen: readonly string[]): void {
  const { framed, placed, size } = arrangementOf(store.getState());
  expect(screen).toHaveLength(size.rows);
  for (const row of screen) expect(row).not.toMatch(/undefined|NaN|\[object|Infinity/);
  if (!framed) return;
  for (const { body } of placed) {
    const [left, right] = [body.x - 1, size.columns];
    const cut = (row: number): string => (screen[row] ?? '').slice(left, right);
    expect(cut(body.y - 1)).toMatch(/^┌.*┐$/);
    for (let row = body.y; row < body.y + body.rows; row++) expect(cut(row)).toMatch(/^│.*│$/);
    expect(cut(body.y + body.rows)).toMatch(/^└─*┘$/);
  }
}

/** Lines that are broken anywhere on purpose: wrapped log lines, and commands to be copied. */
const BROKEN = new Set(['log wrapped', 'journal details', 'journal details-scrolled']);

/** Said only where room is short: "new only" of a rule, "+1" of more interfaces. */
const SHORT = ['only', '+1'];

/** A word at the right edge is a whole one, as it stands where there is much room, or ends in "…". */
function expectWholeWords(store: ConsoleStore, screen: readonly string[], wide: readonly string[]): void {
  const words = new Set([...SHORT, ...wide.flatMap((row) => row.split(/[\s│]+/))]);
  const { body } = arrangementOf(store.getState()).placed[0] ?? {};
  for (const row of screen.slice(body?.y, (body?.y ?? 0) + (body?.rows ?? 0))) {
    const [, last] = /([\w.,:%/-]+)│$/.exec(row) ?? [];
    if (last !== undefined)
      expect(words, row).toContain(
        row
          .slice(0, -1)
          .split(/[\s│]+/)
          .at(-1),
      );
  }
}

describe.each(Object.entries(KIND_STATES))('a %s pane', (kind, states) => {
  for (const [name, one] of Object.entries(states))
    it.each(SIZES)(`${name} at %ix%i`, async (...size) => {
      const store = storeOf(one, size);
      const options = optionsFor(one);
      const screen = await frameOf(store, options);
      expectFrame(`kinds/${kind}-${name}-${size.join('x')}`, screen);
      expectFits(store, options);
      expectWhole(store, screen);
      const wide = await frameOf(storeOf(one, [400, 120]), options);
      if (!BROKEN.has(`${kind} ${name}`)) expectWholeWords(store, screen, wide);
    });
});
