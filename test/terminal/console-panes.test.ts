// Panes and windows in a real terminal: every key after the prefix does what the help says, read back from the screen.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { useWorld } from './harness/console.ts';
import { bottomOf, focusOf, frameFaults, hides, linesOf, paneOf, shows } from './harness/drawn.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: panes
times: { repeat: 10s, numbers: 10s }
windows:
  - name: watch
    layout: { columns: [1, { rows: [2, 3] }] }
    panes:
      - { host: true, title: alpha }
      - { traffic: , title: beta }
      - { journal: , title: gamma }
  - name: other
    panes: [{ bans: , title: delta }]
`;

kernelSuite('panes and windows', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, clients: 1 });
  let console: TestTerminal;

  beforeAll(async () => {
    console = await world().start({ columns: 120, rows: 40 });
    await console.until('the panes', shows('─ alpha', '─ beta', '─ gamma'));
  });
  afterAll(() => console?.close());

  const prefix = (...keys: readonly string[]): Promise<void> => console.keys('C-b', ...keys);
  const width = (screen: string, title: string): number => paneOf(screen, title)[0]?.length ?? 0;
  const height = (screen: string, title: string): number => paneOf(screen, title).length;
  const top = (screen: string): string => linesOf(screen)[0] ?? '';
  const now = (): Promise<string> => console.until('a screen', () => true);

  /** Titles in the order of the places: from above, then from the left. */
  function titles(screen: string): readonly string[] {
    return linesOf(screen).flatMap((line) =>
      [...line.matchAll(/[┌├┬┼]─ (\w+)/g)].map((found) => found[1] ?? ''),
    );
  }
  const order = (...wanted: readonly string[]): Promise<string> =>
    console.until(`the order ${wanted.join(' ')}`, (screen) => titles(screen).join() === wanted.join());
  const says = (words: string): Promise<string> =>
    console.until(`the words ${words}`, (screen) => bottomOf(screen).includes(words));

  /** Takes an entry of the list of what a new pane may show. */
  async function choose(entry: string): Promise<void> {
    await console.until('the question what to show', (screen) => /┌ New (pane|window)/.test(screen));
    await console.type(entry);
    // With less of the word typed the list is longer, and the cursor elsewhere.
    let screen = await console.until(
      `the entry ${entry}`,
      (one) => one.includes(`filter ${entry} `) && new RegExp(`│ [› ] ${entry} `).test(one),
    );
    // Files of this machine may have the word in their name, too.
    while (!screen.includes(`› ${entry} `)) {
      const before = chosenRow(screen);
      await console.keys('Down');
      screen = await console.until('another entry', (one) => chosenRow(one) !== before);
    }
    await console.keys('Enter');
    await console.until('no question', (screen) => !/┌ New (pane|window)/.test(screen));
  }

  async function focused(title: string): Promise<void> {
    await console.until(`the focus on ${title}`, (screen) => titles(screen).includes(title));
    const end = performance.now() + 15_000;
    for (;;) {
      const styled = await console.styled();
      if (focusOf(styled) === title) return;
      if (performance.now() > end) throw new Error(`the focus is on ${focusOf(styled)}, not on ${title}`);
    }
  }

  it('cuts a pane in two, side by side and one above the other, and shows what was chosen', async () => {
    const before = width(await now(), 'alpha');
    await prefix('%');
    await choose('conntrack');
    const beside = await order('alpha', 'conntrack', 'beta', 'gamma');
    expect(width(beside, 'alpha') + 1 + width(beside, 'conntrack')).toBe(before);
    await focused('conntrack');
    await prefix('"');
    await choose('bans');
    const below = await console.until('it below', (screen) => titles(screen).includes('bans'));
    expect(height(below, 'conntrack') + 1 + height(below, 'bans')).toBe(height(below, 'alpha'));
    await console.until('whole frames', (screen) => frameFaults(screen, 120, 40).length === 0);
  });

  it('asks before it closes, and gives the room back', async () => {
    await prefix('x');
    await console.until('the question', shows('Close pane 3, bans?', 'y closes it', 'n leaves it'));
    await console.keys('n');
    await console.until('no question', hides('Close pane'));
    await prefix('x');
    await console.until('the question again', shows('Close pane 3, bans?'));
    await console.keys('y');
    await order('alpha', 'conntrack', 'beta', 'gamma');
    await focused('conntrack');
    await prefix('x');
    await console.until('for the other', shows('Close pane 2, conntrack?'));
    await console.keys('Enter');
    await order('alpha', 'beta', 'gamma');
    await focused('alpha');
  });

  it('moves the focus in every way', async () => {
    await prefix('Right');
    await focused('beta');
    await prefix('Down');
    await focused('gamma');
    await prefix('Up');
    await focused('beta');
    await prefix('Left');
    await focused('alpha');
    await prefix('o');
    await focused('beta');
    await prefix(';');
    await focused('alpha');
    await prefix('q');
    await console.until('the numbers', shows('pane number?'));
    await console.keys('3');
    await focused('gamma');
    await prefix('q', '1');
    await focused('alpha');
  });

  it('moves borders by 1 and by 5, and goes on without the prefix for a while', async () => {
    const before = await now();
    const alpha = width(before, 'alpha');
    await prefix('C-Right', 'C-Right', 'M-Right');
    await console.until('7 more', (screen) => width(screen, 'alpha') === alpha + 7);
    await prefix('M-Left', 'C-Left', 'C-Left');
    await console.until('as before', (screen) => width(screen, 'alpha') === alpha);
    await prefix('q', '2');
    await focused('beta');
    const beta = height(before, 'beta');
    await prefix('C-Down', 'M-Down');
    await console.until('6 more', (screen) => height(screen, 'beta') === beta + 6);
    await prefix('C-Up', 'M-Up');
    await console.until('as before', (screen) => height(screen, 'beta') === beta);
    // Another key has its own meaning at once: this one asks for a command.
    await console.keys(':');
    await console.until('the prompt', (screen) => bottomOf(screen).startsWith(' :'));
    await console.keys('Escape');
    await console.until('no prompt', (screen) => !bottomOf(screen).startsWith(' :'));
    await prefix('q', '1');
    await focused('alpha');
  });

  it('changes places and goes round', async () => {
    await prefix('}');
    await order('beta', 'alpha', 'gamma');
    await focused('alpha');
    await prefix('{');
    await order('alpha', 'beta', 'gamma');
    await prefix('C-o');
    await order('beta', 'gamma', 'alpha');
    await prefix('M-o');
    await order('alpha', 'beta', 'gamma');
  });

  it('has the five layouts, one after the other and by number, and even shares', async () => {
    const names = ['even-horizontal', 'even-vertical', 'main-horizontal', 'main-vertical', 'tiled'];
    for (const name of names) {
      await prefix('Space');
      await says(`layout ${name}`);
    }
    for (const [at, name] of names.entries()) {
      await prefix(`M-${at + 1}`);
      await says(`layout ${name}`);
      await console.until('whole frames', (drawn) => frameFaults(drawn, 120, 40).length === 0);
    }
    await prefix('M-1');
    await says('layout even-horizontal');
    const even = width(await now(), 'alpha');
    await prefix('M-Right');
    await console.until('wider', (screen) => width(screen, 'alpha') === even + 5);
    await prefix('E');
    await console.until('even again', (screen) => width(screen, 'alpha') === even);
  });

  it('says why there is no room', async () => {
    await prefix('%');
    await says('no room: a pane needs 24×2 inside its frame');
  });

  it('zooms, and every edit leaves the zoom', async () => {
    await prefix('z');
    await order('alpha');
    await prefix('z');
    await order('alpha', 'beta', 'gamma');
    await prefix('z');
    await order('alpha');
    await prefix('M-4');
    await order('alpha', 'beta', 'gamma');
  });

  it('gives a pane a title, and its own words again', async () => {
    await prefix('T');
    await says('title of the pane: alpha');
    await console.keys('C-u');
    await console.type('first');
    await console.keys('Enter');
    await order('first', 'beta', 'gamma');
    await prefix('T');
    await says('title of the pane: first');
    await console.keys('C-u');
    await console.keys('Enter');
    await order('host', 'beta', 'gamma');
  });

  it('breaks a pane out, moves and renames its window, and finds windows by number, list and index', async () => {
    await prefix('!');
    await console.until('a window of its own', (screen) => top(screen).includes('3:host*'));
    await prefix(',');
    await says('rename window: host');
    await console.keys('C-u');
    await console.type('machine');
    await console.keys('Enter');
    await console.until('its name', (screen) => top(screen).includes('3:machine*'));
    await prefix('.');
    await says('move window to number:');
    await console.keys('1', 'Enter');
    await console.until('its place', (screen) => top(screen).includes('1:machine* 2:watch 3:other'));
    await prefix("'");
    await says('window number:');
    await console.keys('3', 'Enter');
    await console.until('by index', (screen) => top(screen).includes('3:other*'));
    await prefix('l');
    await console.until('the one before', (screen) => top(screen).includes('1:machine*'));
    await prefix('w');
    await console.until('the list', shows('Windows', '2:watch'));
    await console.type('watch');
    await console.keys('Enter');
    await console.until('the chosen one', (screen) => top(screen).includes('2:watch*'));
    await prefix('n');
    await console.until('the next', (screen) => top(screen).includes('3:other*'));
    await prefix('p', 'C-b', '1');
    await console.until('by number', (screen) => top(screen).includes('1:machine*'));
  });

  it('makes a window and closes windows after a question, but never the last', async () => {
    await prefix('c');
    await choose('traffic');
    await console.until('the fourth', (screen) => /4:\w+\*/.test(top(screen)));
    for (const left of [3, 2, 1]) {
      await prefix('&');
      await console.until('the question', shows('Close window'));
      await console.keys('y');
      await console.until(`${left} windows`, (screen) => {
        // A clock stands there, too.
        const has = (window: number): boolean => new RegExp(` ${window}:[a-z]`).test(top(screen));
        return !screen.includes('Close window') && has(left) && !has(left + 1);
      });
    }
    await prefix('&');
    await says('it is the only window: q leaves the console');
  });

  it('does the same by commands, at 80x24 too', async () => {
    await console.resize(80, 24);
    await console.until('the size', (screen) => frameFaults(screen, 80, 24).length === 0);
    await order('delta');
    await console.type(':split down');
    await console.keys('Enter');
    await choose('journal');
    await console.until('one more, or a name more', (screen) => titles(screen).includes('journal'));
    await focused('journal');
    await console.type(':title mine');
    await console.keys('Enter');
    await focused('mine');
    await console.type(':close');
    await console.keys('Enter');
    await order('delta');
  });
});

/** The entry itself: what stands beside it on the row is drawn anew whenever there is news. */
const chosenRow = (screen: string): string => /│ › (\S+(?: \S+)?)/.exec(screen)?.[1] ?? '';
