// Every way out of the console gives the terminal back and leaves no process behind.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, useWorld } from './harness/console.ts';
import { frameFaults, hides, paneOf, shows } from './harness/drawn.ts';
import type { TestTerminal } from './harness/tmux.ts';

// The second log is a program of its own: one more child that must go.
const SESSION = `
version: 1
name: exit
refresh: 500ms
windows:
  - name: watch
    layout: tiled
    panes:
      - { log: PATH/access.log, title: web }
      - { log: { command: [tail, -n, '5', -F, PATH/access.log], start: auto }, title: tail }
      - bans
      - journal
`;
const MODES = '#{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag} #{keypad_flag} #{insert_flag}';
const WITHIN_2_S = { timeout: 2_000, interval: 20 };

kernelSuite('leaving the console', ['tmux', 'nft', 'pgrep'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });
  let terminal: TestTerminal | undefined;
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });

  const drawn = (screen: string): boolean =>
    paneOf(screen, 'web').join().includes('GET /one') &&
    paneOf(screen, 'tail').join().includes('GET /one') &&
    screen.includes('No ban set found');

  /** The console under a shell; `sane` is what the shell and the terminal are like before it. */
  async function inShell(): Promise<{ shell: TestTerminal; sane: string }> {
    world().file('access.log', `${hit('203.0.113.10', '/one')}\n`);
    const shell = await world().start({
      through: (argv) => [
        ...argv.slice(0, 4),
        ...['bash', '--norc', '--noprofile', '-c'],
        `stty -a > before.tty; echo before; set -m; ${argv.slice(4).join(' ')}; echo "left with $?"; exec bash --norc --noprofile -i`,
      ],
      env: { PS1: '$ ' },
    });
    terminal = shell;
    await shell.until('the console', drawn);
    return { shell, sane: readFileSync(world().path('before.tty'), 'utf8') };
  }

  async function expectSane(shell: TestTerminal, status: number, sane: string): Promise<void> {
    const after = await shell.until('the shell', shows(`left with ${status}`));
    expect(after).toContain('before');
    expect(after).not.toMatch(/[│┌┐└┘]/);
    expect(await shell.ask(MODES)).toBe('0 1 1 0 0 0');
    await shell.type('stty -a > after.tty; echo written');
    await shell.keys('Enter');
    await shell.until('the modes', (screen) => /^written/m.test(screen));
    expect(readFileSync(world().path('after.tty'), 'utf8')).toBe(sane);
  }

  async function consolePid(shell: TestTerminal): Promise<number> {
    const found = spawnSync('pgrep', ['-P', String(await shell.pid()), '-f', 'opsconsole']);
    return Number(found.stdout.toString().trim().split('\n')[0]);
  }

  it('asks on q, stays on Escape, and leaves with status 0 on Enter', async () => {
    const { shell, sane } = await inShell();
    expect(await shell.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    await shell.keys('q');
    const asked = await shell.until('the question', shows('Leave the console?'));
    expect(asked).toContain('Bans stay as they are');
    await shell.keys('Escape');
    await shell.until('it stays', hides('Leave the console?'));
    const children = descendants(await consolePid(shell));
    expect(children.length).toBeGreaterThan(0);
    await shell.keys('q', 'Enter');
    await expectSane(shell, 0, sane);
    await vi.waitFor(() => expect(children.filter(alive)).toEqual([]), WITHIN_2_S);
  });

  it('leaves with :q', async () => {
    const { shell, sane } = await inShell();
    await shell.type(':q');
    await shell.keys('Enter');
    await shell.until('the question', shows('Leave the console?'));
    await shell.keys('Enter');
    await expectSane(shell, 0, sane);
  });

  it('takes Ctrl-C for a key: it asks', async () => {
    const { shell, sane } = await inShell();
    await shell.keys('C-c');
    await shell.until('the question', shows('Leave the console?'));
    await shell.keys('Enter');
    await expectSane(shell, 0, sane);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back on %s', async (signal, status) => {
    const { shell, sane } = await inShell();
    const pid = await consolePid(shell);
    const children = descendants(pid);
    process.kill(pid, signal);
    await expectSane(shell, status, sane);
    await vi.waitFor(() => expect([pid, ...children].filter(alive)).toEqual([]), WITHIN_2_S);
  });

  it('gives the terminal back while a dialog is open', async () => {
    const { shell, sane } = await inShell();
    await shell.keys('b');
    await shell.until('the dialog', shows('will run'));
    process.kill(await consolePid(shell), 'SIGTERM');
    await expectSane(shell, 143, sane);
  });

  it('stops on Ctrl-Z, is whole again on fg, and quits from there', async () => {
    world().file('access.log', `${hit('203.0.113.10', '/one')}\n`);
    const argv = world().argv();
    const shell = await world().start({
      through: () => [...argv.slice(0, 4), 'bash', '--norc', '--noprofile', '-i'],
      env: { PS1: '$ ' },
    });
    terminal = shell;
    await shell.type(`stty -a > before.tty; echo before; ${argv.slice(4).join(' ')}`);
    await shell.keys('Enter');
    await shell.until('the console', drawn);
    await shell.keys('C-z');
    const stopped = await shell.until('the shell', shows('Stopped'));
    expect(stopped).not.toMatch(/[│┌┐└┘]/);
    expect(await shell.ask(MODES)).toBe('0 1 1 0 0 0');
    world().append('access.log', hit('203.0.113.99', '/meanwhile'));
    await shell.type('fg; echo "left with $?"');
    await shell.keys('Enter');
    const again = await shell.until('a whole frame with what came in', (screen) => {
      return screen.includes('203.0.113.99') && frameFaults(screen, 120, 40).length === 0;
    });
    expect(again).not.toContain('Stopped');
    await shell.keys('q');
    await shell.until('the question', shows('Leave the console?'));
    await shell.keys('Enter');
    await expectSane(shell, 0, readFileSync(world().path('before.tty'), 'utf8'));
  });

  it('ends within two seconds with all its children when its line drops', async () => {
    world().file('access.log', `${hit('203.0.113.10', '/one')}\n`);
    terminal = await world().start();
    await terminal.until('the console', drawn);
    const pid = await terminal.pid();
    const children = descendants(pid);
    expect(children.length, 'the log that is a program').toBeGreaterThan(0);
    await terminal.close();
    terminal = undefined;
    await vi.waitFor(() => expect([pid, ...children].filter(alive)).toEqual([]), WITHIN_2_S);
  });

  it('cannot clean up when it is killed, but a child ends with its next line', async () => {
    world().file('access.log', `${hit('203.0.113.10', '/one')}\n`);
    terminal = await world().start();
    await terminal.until('the console', drawn);
    const pid = await terminal.pid();
    const children = descendants(pid);
    process.kill(pid, 'SIGKILL');
    const ended = (): void => {
      world().append('access.log', hit('203.0.113.10', '/more'));
      expect(children.filter(alive)).toEqual([]);
    };
    await vi.waitFor(ended, { timeout: 5_000, interval: 50 });
  });
});

/** Pids of all processes below this one now. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(Number(name));
    if (stat !== undefined) parents.set(Number(name), stat.parent);
  }
  const found = new Set([pid]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [child, parent] of parents) if (found.has(parent)) found.add(child);
  }
  found.delete(pid);
  return [...found];
}

/** A process that nobody has waited for yet (Z) is not alive. */
function alive(pid: number): boolean {
  return !'ZX'.includes(statOf(pid)?.state ?? 'X');
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const [state = 'X', parent = '0'] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
