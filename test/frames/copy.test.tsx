// Goldens of copy mode and the plain view on the whole screen, reached by their keys: frame state, selection, hits, keys.

import { describe, expect, it } from 'vitest';
import { createController } from '../../src/cli/console/controller.ts';
import type { PaneId } from '../../src/core/pane.ts';
import { parseChord } from '../../src/keys/chords.ts';
import { keyTexts } from '../../src/keys/hints.ts';
import { DEFAULT_KEYMAP } from '../../src/keys/keymap.ts';
import { createConsoleStore } from '../../src/store/store.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../src/views/glyphs.ts';
import { PAINTERS } from '../../src/views/painters.ts';
import { createScreenDrawer, type ScreenOptions } from '../../src/views/screen.ts';
import { batchOf, lineOf, membersOf, net, sampleOf, setOf } from '../unit/store/rig.ts';
import { expectFrame, frameOf } from './rig.tsx';
import { NOW, SESSION } from './shell-parts.ts';

const LINES = Array.from({ length: 40 }, (_, at) => {
  const words = at % 4 === 1 ? 'GET /検索?q=日本語' : `GET /page-${at}`;
  return `203.0.113.${at + 10} - - [14/Mar/2026:02:12:${String(at).padStart(2, '0')} +0000] "${words} HTTP/1.1" 404`;
});
const SET = setOf('f2b-http');
const MEMBERS = Array.from({ length: 60 }, (_, at) => ({ net: net(`192.0.2.${at + 1}`), packets: at * 37 }));

type Wish = Readonly<{ columns: number; rows: number; pane?: string; ascii?: boolean }>;

function consoleOf({ columns, rows, pane = '1.1', ascii = false }: Wish) {
  const store = createConsoleStore({
    ...{ session: SESSION, now: NOW, readOnly: false, privileged: true },
    size: { columns, rows },
  });
  store.dispatch(
    batchOf(
      LINES.map((text, at) => lineOf(at, text, { stamp: NOW })),
      { pane: '1.1' as PaneId, at: NOW },
    ),
  );
  store.dispatch(sampleOf([SET], [membersOf(SET, MEMBERS)]));
  store.dispatch({ kind: 'layout/pane-focused', pane: pane as PaneId });
  const mouse: boolean[] = [];
  const nothing = (): undefined => undefined;
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, helpTotal: () => 100, mouse: false },
    effects: {
      ...{ quit: nothing, suspend: nothing, redraw: nothing, poke: nothing, listAsked: nothing },
      setMouse: (on) => mouse.push(on),
      later: () => nothing,
    },
  });
  const options: ScreenOptions = {
    theme: { name: 'ansi', ascii },
    glyphs: ascii ? ASCII_GLYPHS : UNICODE_GLYPHS,
    painters: PAINTERS,
    keys: keyTexts(DEFAULT_KEYMAP, { readOnly: false }),
    summary: () => ({ numbers: {} }),
  };
  return {
    store,
    mouse,
    press: (...chords: readonly string[]) => {
      for (const chord of chords) {
        const key = parseChord(chord);
        if (key === undefined) throw new Error(`${chord} is no key`);
        controller.input({ kind: 'key', key });
      }
    },
    frame: () => frameOf(store, options),
    areas: () => createScreenDrawer(options)(store.getState()).areas,
  };
}

const COPY = ['C-b', '['];

describe('copy mode', () => {
  it.each([
    [80, 24],
    [120, 40],
    [39, 9],
  ])('in a log at %ix%i, three lines selected', async (columns, rows) => {
    const console = consoleOf({ columns, rows });
    console.press(...COPY, 'k', 'V', 'k', 'k');
    expectFrame(`copy-log-${columns}x${rows}`, await console.frame());
  });

  it('marks the hits of a search, and says how many lines have one', async () => {
    const console = consoleOf({ columns: 80, rows: 24 });
    console.press(...COPY, '?', ...'page-3', 'Enter', 'n');
    expectFrame('copy-search', await console.frame());
  });

  it('selects a block over wide characters', async () => {
    const console = consoleOf({ columns: 80, rows: 24 });
    console.press(...COPY, 'g', '5', '2', 'l', 'C-v', '4', 'j', '8', 'l');
    expectFrame('copy-block', await console.frame());
    const text = console.areas().find(({ key }) => key === 'pane 1.1')?.text ?? '';
    const lit = text
      .split('\n')
      .map((row) =>
        [...row.matchAll(/\x1b\[(?:36;)?7(?:;4)?m([^\x1b]*)/g)].map(([, cells = '']) => cells).join(''),
      );
    expect(lit.slice(0, 5)).toMatchInlineSnapshot(`
      [
        "page-0 HT",
        "検索?q=日",
        "page-2 HT",
        "page-3 HT",
        "page-4 HT",
      ]
    `);
  });

  it('scrolls sideways, with signs where a line goes on', async () => {
    const console = consoleOf({ columns: 60, rows: 24 });
    console.press(...COPY, 'k', 'k', '$');
    expectFrame('copy-sideways', await console.frame());
  });

  it('in the bans takes the whole table', async () => {
    const console = consoleOf({ columns: 120, rows: 40, pane: '1.4' });
    console.press(...COPY, 'G', 'v', 'k', 'k');
    expectFrame('copy-bans', await console.frame());
  });

  it('stands still while the log goes on, and has its own help', async () => {
    const console = consoleOf({ columns: 80, rows: 24 });
    console.press(...COPY);
    const before = await console.frame();
    console.store.dispatch(
      batchOf([lineOf(99, 'one more line')], { pane: '1.1' as PaneId, total: 41, at: NOW }),
    );
    expect(await console.frame()).toEqual(before);
    console.press('F1');
    const help = (await console.frame()).join('\n');
    expect(help).toContain('select whole lines');
    expect(help).not.toContain('ban the address');
    console.press('Escape', 'q');
    expect((await console.frame()).join('\n')).toContain('one more line');
  });
});

describe('the plain view', () => {
  it.each([
    [80, 24],
    [39, 9],
  ])('at %ix%i has nothing but the lines, and how to leave', async (columns, rows) => {
    const console = consoleOf({ columns, rows });
    console.press('C-b', 'P', 'k');
    const frame = await console.frame();
    expectFrame(`plain-${columns}x${rows}`, frame);
    expect(frame.join('')).not.toMatch(/[│─┌┐└┘├┤┬┴┼]/);
  });

  it('goes from pane to pane, and back to the frames', async () => {
    const console = consoleOf({ columns: 120, rows: 40, pane: '1.3' });
    const before = await console.frame();
    console.press('C-b', 'P', 'Tab');
    expectFrame('plain-bans', await console.frame());
    console.press('P', 'C-b', ';');
    expect(await console.frame()).toEqual(before);
  });

  it('lends the mouse to the terminal, and takes it back', () => {
    const console = consoleOf({ columns: 80, rows: 24 });
    console.press('F2', 'C-b', 'P', 'q', 'F2', 'C-b', 'P', 'q');
    expect(console.mouse).toEqual([true, false, true, false]);
  });

  it('shows the last line in ASCII where there is nothing else', async () => {
    const console = consoleOf({ columns: 80, rows: 24, ascii: true });
    console.press(...COPY, 'C-b', 'P');
    for (const row of await console.frame()) expect(row).toMatch(/^[\x20-\x7e]*$/);
  });
});
