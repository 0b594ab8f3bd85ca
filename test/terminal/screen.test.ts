// The screen in a real terminal: taken over, given back on every way out, gone with its line.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openTerminal, type TestTerminal } from './harness/tmux.ts';

const root = join(import.meta.dirname, '../..');
const node = join(root, 'node_modules/.bin/node');
const program = join(import.meta.dirname, 'fixtures/screen-program.ts');
const hasTmux = spawnSync('tmux', ['-V']).status === 0;
if (!hasTmux && process.env.CI === 'true') throw new Error('tmux is missing: the screen cannot be tested');

const folder = mkdtempSync(join(tmpdir(), 'oc-screen-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let terminal: TestTerminal | undefined;
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
});

/** A shell that has run the program; what it prints afterwards shows whether the terminal is sane. */
async function inShell(before = ''): Promise<TestTerminal> {
  const shell = await openTerminal({
    columns: 80,
    rows: 12,
    argv: ['bash', '--norc', '--noprofile', '-i'],
    env: { PS1: '$ ' },
  });
  terminal = shell;
  await shell.type(`echo before; ${before} ${node} ${program}; echo "left with $?"`);
  await shell.keys('Enter');
  await shell.until('the program draws', (screen) => screen.includes('size 80x12'));
  return shell;
}

async function expectSane(shell: TestTerminal, status: string): Promise<void> {
  const after = await shell.until('the shell is back', (screen) => screen.includes(status));
  expect(after).toContain('before');
  expect(after).not.toContain('│');
  expect(await shell.ask('#{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag}')).toBe('0 1 1 0');
  await shell.type(
    'clear; stty -a | tr ";" "\\n" | grep -owE -- "-?(icanon|echo|isig|ixon|icrnl|opost)" | xargs',
  );
  await shell.keys('Enter');
  await shell.until('the modes of the terminal', (screen) =>
    ['icanon', 'echo', 'isig', 'icrnl', 'opost'].every((mode) =>
      new RegExp(`(^|\\s)${mode}(\\s|$)`, 'm').test(screen),
    ),
  );
}

/** Pid of the program under the shell. */
async function programPid(shell: TestTerminal): Promise<number> {
  const found = spawnSync('pgrep', ['-P', String(await shell.pid()), '-f', 'screen-program']);
  return Number(found.stdout.toString().trim().split('\n')[0]);
}

/** A process that nobody has waited for yet (Z) is not alive. */
function alive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const WITHIN_2_S = { timeout: 2_000, interval: 20 };
const WITHIN_5_S = { timeout: 5_000, interval: 20 };

describe.skipIf(!hasTmux)(`screen in a real terminal${hasTmux ? '' : ' (skipped: no tmux)'}`, () => {
  it('is left as it was found on quit', async () => {
    const shell = await inShell();
    expect(await shell.ask('#{alternate_on} #{cursor_flag} #{wrap_flag}')).toBe('1 0 0');
    await shell.keys('q');
    await expectSane(shell, 'left with 0');
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('is left as it was found on %s', async (signal, status) => {
    const shell = await inShell();
    process.kill(await programPid(shell), signal);
    await expectSane(shell, `left with ${status}`);
  });

  it('is left as it was found on an uncaught error, which is printed where it can be read', async () => {
    const shell = await inShell();
    await shell.keys('x');
    await shell.until('the error', (screen) => screen.includes('crashed: Error: thrown on purpose'));
    await expectSane(shell, 'left with 1');
  });

  it('ends by its deadline when the program does not', async () => {
    const shell = await inShell('LINGER=1');
    process.kill(await programPid(shell), 'SIGTERM');
    await expectSane(shell, 'left with 143');
  });

  it('gives the terminal to the shell on Ctrl-Z and is whole again on fg', async () => {
    const shell = await inShell();
    const before = await shell.until('a frame', (screen) => screen.includes('│'));
    await shell.keys('C-z');
    const stopped = await shell.until('the shell says so', (screen) => screen.includes('Stopped'));
    expect(stopped).not.toContain('│');
    expect(await shell.ask('#{alternate_on} #{cursor_flag}')).toBe('0 1');
    await shell.type('fg; echo "came back with $?"');
    await shell.keys('Enter');
    const again = await shell.until('the frame', (screen) => screen.includes('size 80x12'));
    expect(again.split('\n').slice(2)).toEqual(before.split('\n').slice(2));
    expect(await shell.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
    await shell.keys('a');
    await shell.until('keys work', (screen) => screen.includes('seen C-z a'));
    await shell.keys('q');
    await expectSane(shell, 'came back with 0');
  });

  it('goes on at once where no shell could continue it', async () => {
    terminal = await openTerminal({ columns: 80, rows: 12, argv: [node, program] });
    await terminal.until('the program draws', (screen) => screen.includes('size 80x12'));
    await terminal.keys('C-z', 'a');
    await terminal.until('keys work', (screen) => screen.includes('seen C-z a'));
    expect(await terminal.ask('#{alternate_on} #{cursor_flag}')).toBe('1 0');
  });

  it('takes a paste for one event and Ctrl-S, Ctrl-C, Ctrl-Q for keys', async () => {
    const shell = await inShell();
    await shell.paste('q\nx');
    await shell.keys('C-s', 'C-c', 'C-q', 'Up');
    await shell.until('what came in', (screen) => screen.includes('seen paste(q|x) C-s C-c C-q Up'));
  });

  it('follows a resize', async () => {
    const shell = await inShell();
    await shell.resize(100, 20);
    const screen = await shell.until('the new size', (text) => text.includes('size 100x20'));
    expect(screen.split('\n')[3]).toHaveLength(99);
  });

  it.each(['LINGER=0', 'DEAF=1'])('is gone within two seconds when its line drops (%s)', async (setting) => {
    const [name = '', value = ''] = setting.split('=');
    terminal = await openTerminal({ columns: 80, rows: 12, argv: [node, program], env: { [name]: value } });
    await terminal.until('the program draws', (screen) => screen.includes('size 80x12'));
    const pid = await terminal.pid();
    await terminal.close();
    terminal = undefined;
    await vi.waitFor(() => expect(alive(pid)).toBe(false), WITHIN_2_S);
  });

  it('is not blocked by a line that takes nothing', async () => {
    const counters = join(folder, 'skipped');
    terminal = await openTerminal({
      columns: 200,
      rows: 50,
      argv: [node, program],
      env: { FLOOD: counters },
    });
    await terminal.until('the program draws', (screen) => screen.includes('size 200x50'));
    const pid = await terminal.pid();
    const server = Number(await terminal.ask('#{pid}'));
    const skipped = (): number => Number(readFileSync(counters, 'utf8'));
    process.kill(server, 'SIGSTOP');
    try {
      // The terminal is full as soon as frames are skipped one after the other; the program must go on counting.
      for (let more = 1; more <= 3; more++) {
        const from = skipped();
        await vi.waitFor(() => expect(skipped()).toBeGreaterThan(from + 50), WITHIN_5_S);
      }
      process.kill(pid, 'SIGTERM');
      await vi.waitFor(() => expect(alive(pid)).toBe(false), WITHIN_2_S);
    } finally {
      process.kill(server, 'SIGCONT');
    }
  });
});
