// The mouse in a real terminal: bytes as xterm sends them (SGR form), and the modes that ask for them.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld, type World } from './harness/console.ts';
import { bottomOf, frameFaults, hides, linesOf, paneOf, shows } from './harness/drawn.ts';
import { ruleset } from './harness/kernel.ts';
import type { TestTerminal } from './harness/tmux.ts';

const PANES = `
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
  - name: other
    panes: [host]
`;
const SESSION = `
version: 1
name: mouse
refresh: 500ms
mouse: true
${PANES}`;
const MODES =
  '#{mouse_any_flag}#{mouse_button_flag}#{mouse_standard_flag}#{mouse_all_flag} #{mouse_sgr_flag}';
const OFF = '0000 0';

/** `column`, `row` from 0. What a terminal sends for the left button. */
const down = (column: number, row: number): string => `\x1b[<0;${column + 1};${row + 1}M`;
const move = (column: number, row: number): string => `\x1b[<32;${column + 1};${row + 1}M`;
const up = (column: number, row: number): string => `\x1b[<0;${column + 1};${row + 1}m`;
const click = (column: number, row: number): string => down(column, row) + up(column, row);

/** Where a text stands on the screen. */
function find(screen: string, text: string): readonly [column: number, row: number] {
  const lines = linesOf(screen);
  const row = lines.findIndex((line) => line.includes(text));
  if (row < 0) throw new Error(`"${text}" is not on the screen:\n${screen}`);
  return [lines[row]?.indexOf(text) ?? 0, row];
}

const ready = (screen: string): boolean => screen.includes('/second') && screen.includes('No ban set');

async function opened(world: World, session?: string): Promise<TestTerminal> {
  const terminal = await world.start(session === undefined ? {} : { session });
  await terminal.until('the panes', ready);
  return terminal;
}

kernelSuite('the mouse', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });
  let terminal: TestTerminal;
  let screen: string;

  beforeAll(async () => {
    world().append('access.log', hit('203.0.113.10', '/first'), hit('203.0.113.11', '/second'));
    terminal = await opened(world());
    screen = await terminal.until('the panes', ready);
  });
  afterEach(() => leave(terminal));
  afterAll(() => terminal?.close());

  it('is on when the session says so, and then the top line does', async () => {
    expect(await terminal.ask(MODES)).not.toBe(OFF);
    expect(linesOf(screen)[0]).toContain('mouse');
  });

  it('drags a border', async () => {
    const width = (shown: string): number => linesOf(shown)[1]?.search('┬') ?? -1;
    const border = width(screen);
    await terminal.type(down(border, 6) + move(border - 6, 6) + move(border - 12, 6));
    await terminal.until('the border follows', (shown) => width(shown) === border - 12);
    await terminal.until('whole frames', (drawn) => frameFaults(drawn, 120, 40).length === 0);
    await terminal.type(move(border, 6) + up(border, 6) + move(border - 12, 6));
    const back = await terminal.until('the border is back', (shown) => width(shown) === border);
    expect(paneOf(back, 'web').join()).toContain('/second');
  });

  it('goes to a window and back by their names', async () => {
    await terminal.type(click(...find(screen, '2:other')));
    const other = await terminal.until('the other window', shows('2:other*'));
    expect(other).toContain('host');
    await terminal.type(click(...find(other, '1:watch')));
    await terminal.until('the first window', shows('1:watch*', '/second'));
  });

  it('presses the keys of the bottom line, and acts by none of them', async () => {
    const before = await ruleset(world());
    await terminal.type(click(...find(screen, '/second')));
    const bottom = await terminal.until('the keys of the log', (shown) => bottomOf(shown).includes('b ban'));
    await terminal.type(click(...find(bottom, 'b ban')));
    const dialog = await terminal.until('the dialog', shows('Ban 203.0.113.11', 'will run', 'Enter bans'));
    const [column, row] = find(dialog, 'Enter bans');
    await terminal.type(click(column + 1, row));
    const refused = await terminal.until('why not', (shown) => bottomOf(shown).includes('not by a click'));
    expect(refused).toContain('Enter bans');
    await terminal.type(click(...find(refused, 'Escape leave')));
    await terminal.until('no dialog', hides('will run'));
    await leave(terminal);
    // With what was refused the keys stand elsewhere.
    const left = await terminal.until(
      'all keys',
      (shown) => bottomOf(shown).includes('! shields') && !bottomOf(shown).includes('not by a click'),
    );
    await terminal.type(click(...find(left, '! shields')));
    await terminal.until('why not', (shown) => bottomOf(shown).includes('not by a click'));
    expect(await ruleset(world())).toBe(before);
  });

  it('gives the terminal its own selection back with one key', async () => {
    await terminal.keys('F2');
    const off = await terminal.until('it says so', (shown) => bottomOf(shown).includes('mouse off'));
    expect(await terminal.ask(MODES)).toBe(OFF);
    expect(linesOf(off)[0]).not.toContain('mouse');
    // What comes all the same means nothing: the key after it shows that it was read.
    await terminal.type(click(...find(off, '2:other')));
    await terminal.keys('?');
    const help = await terminal.until('the help', shows('Keys that work here'));
    expect(help).toContain('1:watch*');
    await leave(terminal);
    await terminal.keys('F2');
    await terminal.until('it is on', (shown) => bottomOf(shown).includes('mouse on'));
    expect(await terminal.ask(MODES)).not.toBe(OFF);
  });
});

kernelSuite('the mouse and the shell', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });

  it('is asked for only while the console has the terminal', async () => {
    world().append('access.log', hit('203.0.113.11', '/second'));
    const shell = await world().start({
      through: (argv) => [...argv.slice(0, 4), 'bash', '--norc', '--noprofile', '-i'],
      env: { PS1: '$ ' },
    });
    await shell.until('the shell', (shown) => shown.includes('$'));
    await shell.type(world().argv().slice(4).join(' '));
    await shell.keys('Enter');
    await shell.until('the panes', ready);
    const on = await shell.ask(MODES);
    expect(on).not.toBe(OFF);
    await shell.keys('C-z');
    await shell.until('the shell', shows('Stopped'));
    expect(await shell.ask(MODES)).toBe(OFF);
    await shell.type('fg');
    await shell.keys('Enter');
    await shell.until('the panes again', ready);
    expect(await shell.ask(MODES)).toBe(on);
    await shell.keys('q');
    await shell.until('the question', shows('Leave the console?'));
    await shell.keys('Enter');
    await shell.until('the shell', hides('│'));
    expect(await shell.ask(MODES)).toBe(OFF);
  });

  it('is never asked for with --no-mouse, nor by a session that does not say so', async () => {
    world().append('access.log', hit('203.0.113.11', '/second'));
    const quiet = world().file(
      'quiet.yml',
      `version: 1\nname: quiet\nrefresh: 500ms\n${PANES}`.replaceAll('PATH/', world().path('/')),
    );
    for (const start of [{ args: ['--no-mouse'] }, { session: quiet }]) {
      const terminal = await world().start(start);
      const screen = await terminal.until('the panes', ready);
      expect(await terminal.ask(MODES)).toBe(OFF);
      expect(linesOf(screen)[0]).not.toContain('mouse');
      await terminal.close();
    }
  });
});
