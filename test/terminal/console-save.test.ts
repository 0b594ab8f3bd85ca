// The session file and the running console, in a real terminal: a layout changed by keys is saved with the comments of
// its file, comes back after a restart, and the file may change under the console without harm.

import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { useWorld } from './harness/console.ts';
import { bottomOf, frameFaults, shapeOf } from './harness/drawn.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `# my screen, do not lose this line
version: 1
name: saved   # three spaces
refresh: 500ms
windows:
  # what I look at first
  - name: watch # the first
    layout: {columns: [{pane: 1, size: 60%}, {rows: [2, 3]}]} # by hand
    panes:
      # the web
      - log: PATH/access.log # all of it
        title: web
      - {log: PATH/auth.log, title: auth}
      # who is out
      - bans
  - name: acts
    panes: [ bans, journal ]
`;
const COMMENTS = [...SESSION.matchAll(/#.*$/gm)].map(([comment]) => comment);

kernelSuite('the session file and the console', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log', 'auth.log'] });
  const open: TestTerminal[] = [];
  afterAll(async () => {
    for (const terminal of open) await terminal.close();
  });
  const path = (): string => world().path('session.yml');
  const text = (): string => readFileSync(path(), 'utf8');
  const bottom = (words: string) => (screen: string) => bottomOf(screen).includes(words);
  const box = (words: string) => (screen: string) => screen.includes(words);

  async function start(session = path(), size = { columns: 120, rows: 40 }): Promise<TestTerminal> {
    const terminal = await world().start({ ...size, session });
    open.push(terminal);
    await terminal.until('the console', (screen) => bottomOf(screen).trimEnd().endsWith('? help'));
    return terminal;
  }
  async function command(terminal: TestTerminal, line: string): Promise<void> {
    await terminal.keys(':');
    await terminal.until('the command line', (screen) => bottomOf(screen).trimStart().startsWith(':'));
    await terminal.type(line);
    await terminal.keys('Enter');
  }
  async function quit(terminal: TestTerminal): Promise<string> {
    await terminal.keys('q');
    const asked = await terminal.until('the question', box('Leave the console?'));
    await terminal.keys('Enter');
    await untilTrue('it has ended', async () => (await terminal.ask('#{pane_dead}')) === '1');
    await terminal.close();
    return asked;
  }

  it('saves what keys changed, zoomed or not, and gets the same screen again', async () => {
    const terminal = await start();
    const whole = await terminal.until('titles', box('─ auth ─'));
    await terminal.until('whole frames', (drawn) => frameFaults(drawn, 120, 40).length === 0);
    await terminal.keys('C-b', 'T');
    await terminal.until('the prompt', bottom('title'));
    await terminal.keys('C-u');
    await terminal.type('front page');
    await terminal.keys('Enter');
    await terminal.until('the title', box('─ front page'));
    // The border of the first pane goes five cells to the right.
    await terminal.keys('C-b', 'M-Right');
    const changed = await terminal.until('a wider pane', (screen) => {
      const before = whole.split('\n')[1]?.indexOf('┬') ?? 0;
      return (screen.split('\n')[1]?.indexOf('┬') ?? 0) === before + 5;
    });
    await terminal.keys('C-b', 'z');
    await terminal.until('zoomed', (screen) => !screen.includes('─ auth ─'));
    await terminal.keys('C-b', 'S');
    const diff = await terminal.until('the diff', box('Enter writes it'));
    expect(diff).toContain('+        title: front page');
    expect(diff).toContain('-        title: web');
    expect(text()).toContain('title: web\n');
    await terminal.keys('Enter');
    await terminal.until('it is saved', bottom('saved'));
    const saved = text();
    for (const comment of COMMENTS)
      expect(saved).toContain(comment.trim().replaceAll('PATH/', world().path('')));
    expect(saved).toContain('title: front page');
    expect(saved).toMatch(/size: \d+(\.\d{1,2})?%/);
    expect(saved).not.toContain('zoom');
    expect(await quit(terminal)).not.toContain('not saved');

    const again = await start();
    const screen = await again.until('the title', box('─ front page'));
    expect(shapeOf(screen)).toEqual(shapeOf(changed));
    await again.keys('C-b', 'S');
    await again.until('nothing to save', bottom('nothing to save'));
    await again.close();
  }, 120_000);

  it('asks before unsaved changes are lost, and saves over a file that others changed only after another look', async () => {
    const terminal = await start();
    await terminal.keys('C-b', 'Space');
    await terminal.keys('q');
    await terminal.until('the question', box('changes that are not saved'));
    await terminal.keys('Escape');
    await terminal.until('no question', (screen) => !screen.includes('Leave the console?'));
    await terminal.keys('C-b', 'S');
    await terminal.until('the diff', box('Enter writes it'));
    const theirs = text().replace('# the first', '# the very first');
    writeFileSync(path(), theirs);
    await terminal.keys('Enter');
    await terminal.until('looked again', box('Others have changed this file'));
    expect(text()).toBe(theirs);
    await terminal.keys('Enter');
    await terminal.until('it is saved', bottom('saved'));
    expect(text()).toContain('# the very first');
    await terminal.close();
  }, 120_000);

  it('a file that changes is said, read again on request, and a broken one changes nothing', async () => {
    const file = world().file(
      'reload.yml',
      'version: 1\nwindows:\n  - name: one\n    panes: [host, {bans: true, title: out}]\n',
    );
    const terminal = await start(file);
    await terminal.until('the panes', box('─ out'));
    // As editors do: another file takes the place.
    const edit = (change: (old: string) => string): void => {
      writeFileSync(`${file}.new`, change(readFileSync(file, 'utf8')));
      renameSync(`${file}.new`, file);
    };
    edit((old) => old.replace('title: out', 'title: gone'));
    await terminal.until('the notice', bottom('was changed: :reload shows how'));
    await terminal.until('still the old one', box('─ out'));
    await command(terminal, 'reload');
    const diff = await terminal.until('the diff', box('Enter takes it'));
    expect(diff).toContain('title: gone');
    await terminal.keys('Enter');
    await terminal.until('the new one', box('─ gone'));
    edit((old) => old.replace('panes:', 'pnes:'));
    await terminal.until('where it is broken', (screen) => /reload\.yml:\d+:\d+:/.test(bottomOf(screen)));
    await terminal.until('the workspace stays', box('─ gone'));
    edit((old) => old.replace('pnes:', 'panes:').replace('version: 1', 'version: 1\nreload: auto'));
    await terminal.until('the notice', bottom('was changed: :reload shows how'));
    await terminal.keys('C-b', 'R');
    await terminal.until('the diff', box('Enter takes it'));
    await terminal.keys('Enter');
    await terminal.until('it is taken', bottom('session reload'));
    edit((old) => old.replace('title: gone', 'title: by itself'));
    await terminal.until('taken at once', box('─ by itself'));
    await terminal.close();
  }, 120_000);

  it('a session is saved under another name, chosen from the list, and a broken one cannot be', async () => {
    world().file('config/opsconsole/bad.yml', 'version: 1\nwindows: []\n');
    const terminal = await start();
    await command(terminal, 'save mine');
    await terminal.until('the new file', box('a new file'));
    await terminal.keys('Enter');
    await terminal.until('it is saved', bottom('saved'));
    const mine = world().path('config/opsconsole/mine.yml');
    expect(existsSync(mine)).toBe(true);
    expect(statSync(mine).mode & 0o777).toBe(0o600);
    await command(terminal, 'load nothing-of-this-name');
    await terminal.until('why not', box('there is no such session file'));
    await terminal.keys('Escape');
    await terminal.until('no page', (screen) => !screen.includes('Not loaded'));
    await terminal.keys('C-b', 's');
    await terminal.until(
      'the list',
      (screen) => screen.includes('mine (this one)') && screen.includes('broken'),
    );
    await terminal.type('bad');
    await terminal.until('only that', (screen) => !screen.includes('mine (this one)'));
    await terminal.keys('Enter');
    await terminal.until('why not', bottom('cannot be loaded'));
    await terminal.keys('Escape');
    await terminal.until('no list', (screen) => !screen.includes('Sessions ─'));
    await command(terminal, `load ${path()}`);
    await terminal.until('it is loaded', bottom('session saved from session.yml'));
    await terminal.close();
  }, 120_000);

  it('what was detected gets a name first', async () => {
    const terminal = await world().start({
      through: ([ip = '', netns = '', exec = '', name = '', program = '']) => [
        ip,
        netns,
        exec,
        name,
        program,
      ],
    });
    open.push(terminal);
    await terminal.until('the console', (screen) => bottomOf(screen).trimEnd().endsWith('? help'), 30_000);
    await terminal.keys('C-b', 'S');
    await terminal.until('the name', (screen) => bottomOf(screen).includes('save default'));
    await terminal.keys('Enter');
    await terminal.until('the new file', box('a new file'));
    await terminal.keys('Enter');
    await terminal.until('it is saved', bottom('saved'));
    expect(readFileSync(world().path('config/opsconsole/default.yml'), 'utf8')).toContain(
      '# opsconsole session.',
    );
    await terminal.close();
  }, 120_000);
});
