// Watch panes in the built program, and a new pane that is chosen from the list: real commands, a real log, real keys.

import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld } from './harness/console.ts';
import { frameFaults, paneOf, shows, stateOf } from './harness/drawn.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: watching
windows:
  - name: watch
    layout: even-vertical
    panes:
      - { watch: { command: "cat PATH/number", start: auto }, refresh: 250ms, title: number }
      - { watch: "echo once more >> PATH/ran; wc -l < PATH/ran", refresh: 250ms, title: asked }
`;
const TEN_S = 10_000;

kernelSuite('watch panes and new panes', ['tmux', 'unshare', 'mount'], () => {
  const world = useWorld({ session: SESSION, clients: 1 });
  let terminal: TestTerminal | undefined;
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });

  /** With logs of its own where the machine has its. */
  async function start(): Promise<TestTerminal> {
    const logs = world().path('log');
    mkdirSync(`${logs}/nginx`, { recursive: true });
    world().file('log/nginx/access.log', `${hit('203.0.113.10', '/first')}\n`);
    world().file('number', 'sockets 41 from 203.0.113.77\n');
    rmSync(world().path('ran'), { force: true });
    const inside = `mount --make-rprivate / && mount --bind '${logs}' /var/log && exec "$@"`;
    terminal = await world().start({
      columns: 160,
      through: (argv) => ['unshare', '-m', 'sh', '-c', inside, 'sh', ...argv],
    });
    await terminal.until('the command', (screen) => paneOf(screen, 'number').join().includes('sockets 41'));
    return terminal;
  }

  it('runs again and again, marks what changed, and tells how it ended', async () => {
    const console = await start();
    await console.until('no change', (screen) => stateOf(screen, 'number').includes('no change'));
    world().file('number', 'sockets 57 from 203.0.113.77\n');
    await console.until('the new output', (screen) => paneOf(screen, 'number').join().includes('sockets 57'));
    await console.keys('Enter');
    await console.until('it stands still', (screen) => /stopped, \d+ s old/.test(stateOf(screen, 'number')));
    await console.until('whole frames', (drawn) => frameFaults(drawn, 160, 40).length === 0);
    rmSync(world().path('number'));
    await console.keys('Enter');
    const failed = await console.until('the failure', (screen) =>
      stateOf(screen, 'number').includes('exit 1'),
    );
    expect(paneOf(failed, 'number').join()).toContain('No such file');
  });

  it('takes an address of its output to an act', async () => {
    const console = await start();
    await console.until('the address', (screen) => stateOf(screen, 'number').includes('203.0.113.77'));
    await console.keys('b');
    const dialog = await console.until('the dialog', shows('Ban'));
    expect(dialog).toContain('203.0.113.77');
    await leave(console);
  });

  it('runs nothing of a session that was opened before Enter', async () => {
    const console = await start();
    const waiting = await console.until('the other has run', (screen) =>
      stateOf(screen, 'number').includes('no change'),
    );
    expect(paneOf(waiting, 'asked').join('\n')).toContain('Not started: echo once more');
    expect(existsSync(world().path('ran'))).toBe(false);
    await console.keys('C-b', 'Down');
    await console.keys('Enter');
    await console.until('it runs', (screen) => /^ *› *[2-9]/.test(paneOf(screen, 'asked')[0] ?? ''));
    expect(readFileSync(world().path('ran'), 'utf8')).toContain('once more');
  });

  it('splits to a log of the machine, seen before it is chosen, and goes on with it', async () => {
    const console = await start();
    await console.keys('C-b', '%');
    await console.until('the log is found', shows('/var/log/nginx/access.log'));
    await console.type('nginx');
    await console.until('its last line', (screen) => /│ +203\.0\.113\.10|GET \/first/.test(screen));
    await console.keys('Enter');
    const log = (text: string) => (screen: string) =>
      paneOf(screen, 'log  /var/log/nginx').join('\n').includes(text);
    await console.until('its pane', log('/first'), TEN_S);
    world().append('log/nginx/access.log', hit('203.0.113.11', '/later'));
    const screen = await console.until('a new line', log('/later'), TEN_S);
    await console.until('whole frames', (drawn) => frameFaults(drawn, 160, 40).length === 0);
    expect(paneOf(screen, 'number').join()).toContain('sockets 41');
  });

  it('leaves things as they are when the list is left, and makes a watch by its command', async () => {
    const console = await start();
    await console.keys('C-b', '"');
    await console.until('the list', shows('New pane, below'));
    await leave(console);
    await console.type(':watch echo by hand | tr a-z A-Z');
    await console.keys('Enter');
    await console.until(
      'it runs',
      (screen) => paneOf(screen, 'watch  echo').join().includes('BY HAND'),
      TEN_S,
    );
  });
});
