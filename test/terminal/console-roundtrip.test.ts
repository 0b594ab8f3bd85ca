// A screen that was built by hand with the keys that tmux users know: saved under a name, left, and had again by one
// command in another login.

import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, useWorld } from './harness/console.ts';
import { bottomOf, frameFaults, linesOf, paneOf, shapeOf, shows, stateOf } from './harness/drawn.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = 'version: 1\nwindows: [{ name: unused, panes: [journal] }]\n';

kernelSuite('a screen built by hand', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });
  let console: TestTerminal;
  afterEach(() => console?.close());

  const prefix = (...keys: readonly string[]): Promise<void> => console.keys('C-b', ...keys);
  const top = (screen: string): string => linesOf(screen)[0] ?? '';
  const line = async (text: string): Promise<void> => {
    await console.type(text);
    await console.keys('Enter');
  };
  const at = (title: string, text: string) => (screen: string) =>
    paneOf(screen, title).join('\n').includes(text);

  /** Takes an entry of the list of what a new pane may show, by words that no file of this machine has in its name. */
  async function choose(entry: string, words: string): Promise<void> {
    await console.until(
      'the list',
      (screen) => /┌ New (pane|window)/.test(screen) && screen.includes('› shell'),
    );
    await console.type(words);
    await console.until(`the entry ${entry}`, shows(`› ${entry} `));
    await console.keys('Enter');
    await console.until('no list', (screen) => !/┌ New (pane|window)/.test(screen));
  }
  /** Answers a question of the bottom line, in place of what it suggests. */
  async function answer(question: string, text: string): Promise<void> {
    await console.until(question, (screen) => bottomOf(screen).includes(question));
    await console.keys('C-u');
    await line(text);
    await console.until(`${text} is taken`, (screen) => !bottomOf(screen).includes(question));
  }
  const ready = (screen: string): boolean => bottomOf(screen).trimEnd().endsWith('? help');

  it('is there again after one command in a new login', async () => {
    world().file('number', 'sockets 41\n');
    world().append('access.log', hit('203.0.113.10', '/first'));
    // No session: what is found on this machine comes first.
    console = await world().start({ through: (argv) => argv.slice(0, -1) });
    await console.until('the console', ready, 30_000);

    await prefix('c');
    await choose('journal', 'what opsconsole did');
    await prefix(',');
    await answer('rename window:', 'desk');
    await line(`:show log ${world().path('access.log')}`);
    await console.until('the log', shows('GET /first'));
    await prefix('T');
    await answer('title of the pane:', 'front');
    await console.until('its title', shows('─ front ─'));

    await prefix('%');
    await choose('shell', 'shell');
    await console.until('the shell', (screen) => stateOf(screen, 'run ').startsWith('running'));
    await line('echo it says $((40 + 2))');
    await console.until('its answer', shows('it says 42'));
    await prefix('"');
    await choose('watch…', 'again and again');
    await line(`cat ${world().path('number')}`);
    await console.until('its output', shows('sockets 41'));
    await prefix('T');
    await answer('title of the pane:', 'count');
    const before = await console.until(
      'all four',
      shows('─ front ─', '─ count ─', 'it says 42', 'sockets 41'),
    );

    await prefix('M-Up', 'C-Up');
    await console.until('a higher pane', (screen) => height(screen) === height(before) + 6);
    await prefix('M-Left');
    await console.until('a wider one', (screen) => width(screen) === width(before) + 5);
    await prefix('c');
    await choose('bans', 'who is banned');
    await prefix(',');
    await answer('rename window:', 'outside');
    await prefix('l');
    const built = await console.until(
      'the first',
      (screen) => /desk\*/.test(top(screen)) && shows('─ count ─')(screen),
    );
    expect(frameFaults(built, 120, 40)).toEqual([]);

    await prefix('S');
    await console.until('a name', (screen) => bottomOf(screen).includes('save default'));
    await console.keys('C-u');
    await line('save mine');
    await console.until('the new file', shows('a new file'));
    await console.keys('Enter');
    await console.until('it is saved', (screen) => bottomOf(screen).includes('saved'));
    await console.keys('q');
    await console.until('the question', shows('Leave the console?'));
    await console.keys('Enter');
    await untilTrue('it has ended', async () => (await console.ask('#{pane_dead}')) === '1');
    await console.close();

    console = await world().start({ session: 'mine' });
    await console.until('the console', ready);
    await prefix('w');
    await console.until('the list', shows('Windows', 'desk', 'outside'));
    await line('desk');
    const again = await console.until(
      'the first',
      (screen) => /desk\*/.test(top(screen)) && at('count', 'sockets 41')(screen),
    );
    expect(shapeOf(again)).toEqual(shapeOf(built));
  }, 120_000);
});

const height = (screen: string): number => paneOf(screen, 'count').length;
const width = (screen: string): number => paneOf(screen, 'count')[0]?.length ?? 0;
