// Copy mode, dumps and the plain view of the built program, in a real tmux whose clipboard is on.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, useWorld } from './harness/console.ts';
import { bottomOf, linesOf, paneOf, shows, stateOf } from './harness/drawn.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: copy
windows:
  - name: watch
    layout: even-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - { log: PATH/wide.log, title: wide }
  - name: long
    panes:
      - { log: PATH/long.log, title: long }
  - name: program
    panes:
      - { run: { command: "seq -f 'row %g' 200; exec cat", start: auto }, title: cat }
`;
const ROWS = Array.from({ length: 60 }, (_, at) => hit(`203.0.113.${at + 10}`, `/page-${at}`));
const LONG = Array.from({ length: 1500 }, (_, at) => hit('192.0.2.1', `/long-${at}`));
const WIDE = ['plain text', '日本語のログ 1', 'combined e\u0301 2'];

kernelSuite('copying from the console', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, clients: 1 });
  let console: TestTerminal;

  beforeAll(async () => {
    world().file('access.log', ROWS.map((line) => `${line}\n`).join(''));
    world().file('wide.log', WIDE.map((line) => `${line}\n`).join(''));
    world().file('long.log', LONG.map((line) => `${line}\n`).join(''));
    console = await world().start({ columns: 120, rows: 40 });
    await console.tmux('set', '-g', 'set-clipboard', 'on');
    await console.until('the logs', shows('/page-59', 'combined'));
  });
  afterAll(() => console?.close());

  const buffers = async (): Promise<string> => console.tmux('list-buffers', '-F', '#{buffer_name}');
  const bufferIs = (text: string): Promise<void> =>
    untilTrue(`tmux holds ${JSON.stringify(text)}`, async () =>
      (await buffers()) === '' ? false : (await console.tmux('show-buffer')) === text,
    );
  const enter = async (): Promise<void> => {
    await console.keys('C-b', '[');
    await console.until('copy mode', (screen) => stateOf(screen, 'web').startsWith('copy'));
  };
  const leftCopyMode = (screen: string): boolean => !stateOf(screen, 'web').includes('copy');

  it('gives three lines of a log to tmux, exactly as they are written, and says what it knows', async () => {
    await enter();
    await console.keys('k', 'V', 'k', 'k');
    await console.until('three lines', (screen) => stateOf(screen, 'web').includes('3 lines selected'));
    await console.keys('y');
    const text = ROWS.slice(56, 59).join('\n');
    await bufferIs(text);
    const screen = await console.until('the words', shows('sent'));
    expect(bottomOf(screen)).toContain(`sent ${text.length} characters to the terminal (OSC 52)`);
    expect(bottomOf(screen)).toContain('tmux needs: set -g set-clipboard on');
    expect(leftCopyMode(screen)).toBe(true);
  });

  it('finds what was searched for, and copies a block of it', async () => {
    await enter();
    await console.keys('?');
    await console.type('page-3');
    await console.keys('Enter');
    await console.until('the hits', (screen) => stateOf(screen, 'web').includes('/page-3 in 11 lines'));
    await console.keys('C-v', 'j', 'e', 'l', 'l', 'l');
    await console.until('a block', (screen) => stateOf(screen, 'web').includes('block of 2 lines'));
    await console.keys('Enter');
    await bufferIs('page-39\npage-40');
  });

  it('copies wide and combined characters whole', async () => {
    await console.keys('M-2', 'C-b', '[', 'g', 'j', 'v', 'l', 'l', 'l', 'j');
    await console.until('a selection', (screen) => stateOf(screen, 'wide').includes('2 lines selected'));
    await console.keys('y', 'M-1');
    await bufferIs('日本語のログ 1\ncombine');
  });

  it('stands still while the log goes on behind', async () => {
    await enter();
    world().append('access.log', hit('198.51.100.7', '/while-copying'));
    const wide = '日本語 later';
    world().append('wide.log', wide);
    const screen = await console.until('the other pane goes on', shows(wide));
    expect(paneOf(screen, 'web').join('\n')).not.toContain('/while-copying');
    await console.keys('Escape');
    await console.until('the live log', shows('/while-copying'));
  });

  it('sends nothing that is too long, and writes it to a file', async () => {
    const before = await buffers();
    await console.keys('C-b', '2');
    await console.until('the long log', shows('/long-1499'));
    await console.keys('C-b', '[', 'V', 'g');
    await console.until('all of it', (screen) => stateOf(screen, 'long').includes('1,500 lines selected'));
    await console.keys('y');
    await console.until('the words', shows('nothing was sent', ':dump copied FILE'));
    expect(await buffers()).toBe(before);
    await console.keys(':');
    await console.type('dump copied copied.txt');
    await console.keys('Enter');
    await console.until('it is written', shows('wrote 1,500 lines', 'copied.txt'));
    expect(readFileSync(world().path('copied.txt'), 'utf8')).toBe(`${LONG.join('\n')}\n`);
    await console.keys('C-b', '1');
    await console.until('the first window', shows('─ web ─'));
  });

  it('copies from what a program wrote long ago, and gives it back to it', async () => {
    await console.keys('C-b', '3');
    await console.until('the program', shows('row 200'));
    await console.keys('C-b', '[', '7', 'G', 'V', 'j');
    const screen = await console.until('two lines', (drawn) => stateOf(drawn, 'cat').includes('2 lines'));
    expect(paneOf(screen, 'cat').join('\n')).toContain('row 7');
    await console.keys('y');
    await bufferIs('row 7\nrow 8');
    await console.until('the program again', (drawn) => paneOf(drawn, 'cat').join('\n').includes('row 200'));
    await console.keys('C-b', ']');
    // The terminal echoes both lines, and cat writes the first one; in which order is not ours.
    await console.until('it is given', (drawn) => {
      const [, after = ''] = paneOf(drawn, 'cat').join('\n').split('row 200');
      return after.split('row 7').length === 3 && after.includes('row 8');
    });
    await console.keys('C-b', '1');
    await console.until('the first window', shows('─ web ─'));
  });

  describe('a dump', () => {
    const dump = async (words: string, ...said: readonly string[]): Promise<void> => {
      await console.keys(':');
      await console.type(words);
      await console.keys('Enter');
      await console.until(words, shows(...said));
    };

    it('writes the screen as it is, for its owner only, and over nothing', async () => {
      await dump('dump screen.txt', 'wrote 40 lines', 'screen.txt');
      const path = world().path('screen.txt');
      const text = readFileSync(path, 'utf8');
      expect(linesOf(text)).toHaveLength(40);
      expect(text).toContain('┌─ web ─');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      await dump('dump pane screen.txt', 'nothing was written', 'is there already');
      expect(readFileSync(path, 'utf8')).toBe(text);
      await dump('dump no/such/folder', 'nothing was written', 'does not exist');
      expect(existsSync(world().path('no'))).toBe(false);
    });

    it('writes all of a pane, more than is on screen', async () => {
      await dump('dump pane pane.txt', 'wrote', 'pane.txt');
      expect(readFileSync(world().path('pane.txt'), 'utf8')).toContain(`${ROWS.join('\n')}\n`);
    });

    it('keeps colours where they are asked for', async () => {
      await dump('dump --ansi colours.txt', 'wrote 40 lines', 'colours.txt');
      expect(readFileSync(world().path('colours.txt'), 'utf8')).toMatch(/\x1b\[[\d;]*mlive/);
    });
  });

  it('shows a pane without anything of ours, and the frames again', async () => {
    await console.keys('C-b', 'P');
    const screen = await console.until('the plain view', shows('plain ·', 'q leave'));
    const rows = linesOf(screen);
    expect(rows.slice(0, -1).join('\n')).not.toMatch(/[│─┌┐└┘├┤┬┴┼]/);
    expect(rows[0]).toMatch(/^203\.0\.113\.\d+ - - \[/);
    await console.keys('q');
    await console.until('the frames', shows('┌─ web ─'));
  });
});
