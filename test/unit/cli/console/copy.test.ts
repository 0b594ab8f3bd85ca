// Copying, pasting and dumping as the operator meets them: what is sent, what is said, and what is kept.

import { describe, expect, it } from 'vitest';
import { createController, type Effects } from '../../../../src/cli/console/controller.ts';
import type { CopyPort } from '../../../../src/cli/console/copy-port.ts';
import { parseDump } from '../../../../src/cli/console/dump.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { DEFAULT_KEYMAP } from '../../../../src/keys/keymap.ts';
import { createConsoleStore } from '../../../../src/store/store.ts';
import type { ClipboardWay } from '../../../../src/terminal/clipboard.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { NOW, SESSION } from '../../../frames/shell-parts.ts';
import { batchOf, lineOf } from '../../store/rig.ts';
import { keysOf, NO_EFFECTS, pressing } from './rig.ts';

const LINES = Array.from({ length: 9 }, (_, at) => `203.0.113.${at} GET /${at}`);

function rig(way: ClipboardWay | 'too long' = 'terminal') {
  const sent: string[] = [];
  const saved: (readonly [string | undefined, string])[] = [];
  const copy: CopyPort = {
    glyphs: UNICODE_GLYPHS,
    clipboard: (text) => {
      sent.push(text);
      return way === 'too long' ? undefined : way;
    },
    screen: (ansi) => [ansi ? 'coloured' : 'drawn'],
    save: async (name, text) => {
      saved.push([name, text]);
      return name === 'taken' ? fail(problem('refused', 'taken is there already')) : ok(`/work/${name}`);
    },
  };
  const size = { columns: 120, rows: 40 };
  const store = createConsoleStore({ session: SESSION, now: NOW, size, readOnly: false, privileged: true });
  const lines = LINES.map((text, at) => lineOf(at, text));
  store.dispatch(batchOf(lines, { pane: '1.1' as PaneId, at: NOW }));
  const effects: Effects = { ...NO_EFFECTS, copy };
  const controller = createController({
    ...{ store, keymap: DEFAULT_KEYMAP, effects, helpTotal: () => 60, mouse: false },
  });
  const press = pressing(controller);
  return {
    ...{ store, controller, press, sent, saved },
    command: (words: string) => press(':', ...keysOf(words), 'Enter'),
    copied: () => store.getState().copy,
    notice: () => store.getState().modal.notice?.text,
    settled: () => Promise.resolve().then(() => undefined),
  };
}

const THREE = ['C-b', '[', 'V', 'k', 'k'];

describe('copying', () => {
  it('sends what is selected, keeps it, leaves, and never says that it arrived', () => {
    const { press, sent, copied, notice } = rig();
    press(...THREE, 'y');
    expect(sent).toEqual([LINES.slice(6).join('\n')]);
    expect(copied()).toMatchObject({ mode: undefined, buffer: LINES.slice(6) });
    expect(notice()).toBe(`sent ${LINES.slice(6).join('\n').length} characters to the terminal (OSC 52)`);
  });

  it.each([
    ['tmux', 'tmux needs: set -g set-clipboard on'],
    ['screen', 'for GNU screen'],
    ['none', 'nothing was sent'],
    ['too long', 'a terminal takes 56,244'],
  ] as const)('by way of %s says what is to be known', (way, words) => {
    const { press, notice, copied } = rig(way);
    press(...THREE, 'Enter');
    expect(notice()).toContain(words);
    expect(copied().buffer).toHaveLength(3);
  });

  it('does nothing without a selection but say how one begins', () => {
    const { press, sent, copied, notice } = rig();
    press('C-b', '[', 'y');
    expect(sent).toEqual([]);
    expect(copied().mode).toBeDefined();
    expect(notice()).toContain('nothing is selected');
  });

  it('keeps keys that act on the host out of copy mode, and the prefix in it', () => {
    const { press, store, copied } = rig();
    press('C-b', '[', 'g', 'w', 'b', 'c', 'u', 't', 'z');
    expect(store.getState().modal.modal.kind).toBe('none');
    press('C-b', 'Right');
    expect(copied().mode?.pane).toBe('1.1');
    press('b');
    expect(store.getState().modal.modal.kind).toBe('act');
    press('Escape', 'C-b', ';', 'C-b', 'C-b');
    expect(copied().mode?.cursor.line).toBe(0);
  });

  it('enters a page further up with PageUp, and stays where it is when it is entered again', () => {
    const { press, copied } = rig();
    press('C-b', 'PageUp');
    expect(copied().mode?.cursor.line).toBe(0);
    press('G', 'C-b', '[');
    expect(copied().mode?.cursor.line).toBe(8);
  });

  it('ends when its pane is closed', () => {
    const { press, store, copied } = rig();
    press('C-b', '[');
    store.dispatch({
      kind: 'workspace/replaced',
      session: { ...SESSION, windows: SESSION.windows.slice(1) },
    });
    expect(copied().mode).toBeUndefined();
  });
});

describe('the mouse in copy mode', () => {
  it('puts the cursor, selects, scrolls, and leaves the live pane alone', () => {
    const { press, controller, store, copied } = rig();
    press('F2', 'C-b', '[');
    const live = store.getState().logs;
    const mouse = (action: 'press' | 'drag' | 'release' | 'wheel-up', row: number, column: number): void =>
      controller.input({ kind: 'mouse', action, button: 0, row, column });
    mouse('press', 3, 5);
    expect(copied().mode?.cursor).toEqual({ line: 1, column: 4 });
    mouse('drag', 4, 9);
    mouse('release', 4, 9);
    expect(copied().mode).toMatchObject({
      ...{ cursor: { line: 2, column: 8 }, select: { by: 'character', from: { line: 1, column: 4 } } },
    });
    mouse('wheel-up', 4, 9);
    expect(copied().mode?.cursor.line).toBe(0);
    expect(store.getState().logs).toBe(live);
  });
});

describe('pasting', () => {
  it('says why it cannot be', () => {
    const { press, notice } = rig();
    press('C-b', ']');
    expect(notice()).toContain('nothing was copied yet');
    press(...THREE, 'y', 'C-b', ']');
    expect(notice()).toContain('only a program');
  });
});

describe(':dump', () => {
  it.each([
    ['', { what: 'screen', ansi: false }],
    ['a file.txt', { what: 'screen', ansi: false, file: 'a file.txt' }],
    ['pane', { what: 'pane', ansi: false }],
    ['copied ~/x', { what: 'copied', ansi: false, file: '~/x' }],
    ['--ansi x', { what: 'screen', ansi: true, file: 'x' }],
    ['pane pane', { what: 'pane', ansi: false, file: 'pane' }],
  ])('%j is read', (words, command) => {
    expect(parseDump(words)).toEqual(ok(command));
  });

  it.each(['--colour', 'pane --ansi', '--ansi --ansi'])('%j is refused', (words) => {
    expect(parseDump(words).ok).toBe(false);
  });

  it('writes screen, pane or what was copied, and says where', async () => {
    const { press, command, saved, settled, notice } = rig();
    command('dump copied');
    expect(notice()).toContain('nothing was copied yet');
    command('dump s');
    command('dump --ansi');
    command('dump pane p');
    press(...THREE, 'y');
    command('dump copied c');
    await settled();
    expect(saved).toEqual([
      ['s', 'drawn\n'],
      [undefined, 'coloured\n'],
      ['p', LINES.map((line) => `${line}\n`).join('')],
      [
        'c',
        LINES.slice(6)
          .map((line) => `${line}\n`)
          .join(''),
      ],
    ]);
    expect(notice()).toBe(sanitise('wrote 3 lines to /work/c'));
    command('dump taken');
    await settled();
    expect(notice()).toBe('nothing was written: taken is there already');
  });
});
