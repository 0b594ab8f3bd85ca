// What each theme looks like, cell by cell as a terminal emulator has it; and that no state is told by colour alone.

import { describe, expect, it } from 'vitest';
import { unixMs } from '../../src/core/brand.ts';
import { LOCAL } from '../../src/core/hosts.ts';
import { type PaneId, THEME_NAMES } from '../../src/core/pane.ts';
import { problem } from '../../src/core/problem.ts';
import { safe, sanitise } from '../../src/core/sanitise.ts';
import type { SourceStatus } from '../../src/core/status.ts';
import { type ConsoleStore, createConsoleStore } from '../../src/store/store.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { addressSign } from '../../src/views/parts/address-sign.ts';
import { sourceState } from '../../src/views/parts/source-state.ts';
import type { ScreenOptions } from '../../src/views/screen.ts';
import { type Cell, cellAt, emulate } from './emulate.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { ASCII_OPTIONS, NOW, OPTIONS, SESSION } from './shell-parts.ts';

const UNDO = { kind: 'act', host: LOCAL, actId: 'a' } as const;

function storeOf(theme: (typeof THEME_NAMES)[number], accent?: 'red'): ConsoleStore {
  const look = accent === undefined ? {} : { accent, label: 'PRODUCTION' };
  const store = createConsoleStore({
    session: { ...SESSION, theme, ...look },
    ...{ now: NOW, size: { columns: 80, rows: 24 }, readOnly: false, privileged: true },
  });
  store.dispatch({ kind: 'modal/noticed', text: safe('banned it'), role: 'good', undo: UNDO });
  return store;
}

/** Runs of cells that are not plain, a row per line: columns, then what the terminal makes of them. */
async function coloursOf(store: ConsoleStore, options: ScreenOptions): Promise<readonly string[]> {
  const { columns, rows } = store.getState().size;
  const terminal = await emulate(store, options);
  const lines = Array.from({ length: rows }, (_, row) => {
    const runs: string[] = [];
    let open = '';
    let from = 0;
    for (let column = 0; column <= columns; column++) {
      const cell = column < columns ? cellAt(terminal, column, row) : undefined;
      const style = cell === undefined ? '' : styleOf(cell);
      if (style === open) continue;
      if (open !== '') runs.push(`${from}-${column} ${open}`);
      [open, from] = [style, column];
    }
    return `${row}: ${runs.join(', ')}`;
  });
  terminal.dispose();
  return lines.filter((line) => !line.endsWith(': '));
}

function styleOf(cell: Cell): string {
  const colour = (name: string, rgb: boolean, palette: boolean, value: number): string =>
    rgb ? `${name}#${value.toString(16).padStart(6, '0')}` : palette ? `${name}${value}` : '';
  return [
    cell.isBold() ? 'bold' : '',
    cell.isDim() ? 'dim' : '',
    cell.isInverse() ? 'inverse' : '',
    cell.isUnderline() ? 'under' : '',
    colour('', cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()),
    colour('on ', cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()),
  ]
    .filter((word) => word !== '')
    .join(' ');
}

describe('each theme', () => {
  for (const theme of THEME_NAMES) {
    it(`${theme} looks as it should`, async () => {
      const options: ScreenOptions = { ...OPTIONS, theme: { ...OPTIONS.theme, depth: 'true' } };
      expectFrame(`theme-${theme}`, await coloursOf(storeOf(theme, 'red'), options));
    });
  }

  it('says the same words, but for the lines of the focused frame', async () => {
    const words = async (theme: (typeof THEME_NAMES)[number]) =>
      (await frameOf(storeOf(theme), OPTIONS)).join('\n').replace(/[━┃┏┓┗┛┳┻┣┫╋─│┌┐└┘┬┴├┤┼]/g, '+');
    const ansi = await words('ansi');
    for (const theme of THEME_NAMES) expect(await words(theme)).toBe(ansi);
  });
});

describe('what a colour says without colours', () => {
  const MONO: ScreenOptions = { ...OPTIONS, theme: { name: 'mono', ascii: false } };

  it('which pane has the focus', async () => {
    for (const options of [MONO, ASCII_OPTIONS]) {
      const seen = new Set<string>();
      for (const pane of ['1.1', '1.2', '1.3', '1.4', '1.5', '1.6']) {
        const store = createConsoleStore({
          session: SESSION,
          ...{ now: NOW, size: { columns: 120, rows: 40 }, readOnly: false, privileged: true },
        });
        store.dispatch({ kind: 'layout/pane-focused', pane: pane as PaneId });
        seen.add((await frameOf(store, options)).join('\n'));
      }
      expect(seen.size).toBe(6);
    }
  });

  it('how a source is doing', () => {
    const failed = problem('timed-out', 'no answer');
    const states: readonly (SourceStatus | undefined)[] = [
      ...[undefined, { kind: 'off' } as const],
      { kind: 'live', sampledAt: NOW, everyMs: 1000 },
      { kind: 'live', sampledAt: unixMs(NOW - 60_000), everyMs: 1000 },
      { kind: 'retrying', problem: failed, retryAt: unixMs(NOW + 3000) },
      { kind: 'unavailable', problem: failed },
    ];
    const texts = states.map((status) =>
      sourceState(status, { now: NOW })
        .map(({ text }) => text)
        .join(''),
    );
    expect(new Set(texts).size).toBe(states.length);
  });

  it('the state of an address', () => {
    for (const glyphs of [UNICODE_GLYPHS, ASCII_GLYPHS]) {
      const signs = [{ kind: 'new' }, { kind: 'banned' }, { kind: 'safe' }, { kind: 'seen', times: 4 }].map(
        (state) => addressSign(state as Parameters<typeof addressSign>[0], glyphs)?.text ?? '',
      );
      expect(new Set(signs).size).toBe(4);
    }
  });

  it('which window, and whether the mouse is taken', async () => {
    const tops = new Set<string>();
    for (const change of [
      undefined,
      { kind: 'layout/window-selected', window: 1 },
      { kind: 'look/mouse-switched', on: true },
      { kind: 'layout/zoom-toggled' },
    ] as const) {
      const store = storeOf('mono');
      store.dispatch({ kind: 'terminal/resized', columns: 120, rows: 40 });
      if (change !== undefined) store.dispatch(change);
      tops.add((await frameOf(store, MONO))[0] ?? '');
    }
    expect(tops.size).toBe(4);
  });

  it('what is chosen in a list and in a dialog', async () => {
    const store = storeOf('mono');
    const items = ['one', 'two'].map((id) => ({ id, label: sanitise(id), detail: sanitise('') }));
    const screens = [];
    for (const at of [0, 1]) {
      store.dispatch({
        kind: 'modal/picker-opened',
        picker: { purpose: 'windows', title: safe('Windows'), items, filter: { text: '', at: 0 }, at },
      });
      screens.push((await frameOf(store, MONO)).join('\n'));
    }
    expect(screens[0]).not.toBe(screens[1]);
  });
});
