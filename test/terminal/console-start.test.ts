// Starting the console: where it opens, how it looks by option and environment, and one sentence where it cannot.

import { spawnSync } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, PROGRAM, useWorld } from './harness/console.ts';
import { bottomOf, linesOf, shows } from './harness/drawn.ts';
import { ruleset } from './harness/kernel.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: start
refresh: 500ms
windows:
  - name: watch
    layout: tiled
    panes:
      - { log: PATH/access.log, title: web }
      - bans
      - conntrack
      - traffic
`;
/** Colours of the text or the ground; 39 and 49 (the terminal's own) are none. */
const COLOUR = /\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m/;

kernelSuite('starting the console', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });
  let terminal: TestTerminal | undefined;
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });

  async function open(options: Parameters<ReturnType<typeof world>['start']>[0] = {}): Promise<TestTerminal> {
    world().file('access.log', `${hit('203.0.113.10', '/one')}\n`);
    terminal = await world().start(options);
    return terminal;
  }

  /** The program in a terminal of its own until it has ended; what it said, and its status. */
  async function ended(options: Parameters<typeof open>[0]): Promise<{ said: string; status: number }> {
    const { through = (argv: readonly string[]) => argv } = options ?? {};
    const console = await open({
      ...options,
      through: (argv) => ['sh', '-c', '"$@"; echo "left with $?."; exec cat', 'sh', ...through(argv)],
    });
    await console.until('the end', (screen) => /left with \d+\./.test(screen.replaceAll('\n', '')));
    const all = (await console.history()).split('left with ');
    return { said: all[0]?.trim() ?? '', status: Number.parseInt(all[1] ?? '', 10) };
  }

  it('offers no act with --read-only, and refuses one', async () => {
    const before = await ruleset(world());
    const console = await open({ args: ['--read-only'] });
    const screen = await console.until('the log', shows('203.0.113.10', 'No ban set'));
    expect(bottomOf(screen)).toContain('f follow');
    expect(bottomOf(screen)).not.toMatch(/\b(ban|unban|cut|tighten|undo)\b/);
    for (const key of ['b', 'u', 'c', 't', 'z']) {
      await console.keys(key);
      await console.keys('?');
      const help = await console.until('the help', shows('Keys that work here'));
      expect(help).not.toMatch(/will run|ban the address/);
      await leave(console);
    }
    await console.type(':ban 203.0.113.10');
    await console.keys('Enter');
    await console.until('the reason', (drawn) => bottomOf(drawn).includes('read-only'));
    expect(await ruleset(world())).toBe(before);
  });

  it('draws ASCII alone with --ascii', async () => {
    const console = await open({ args: ['--ascii'] });
    const screen = await console.until('the log', shows('203.0.113.10', 'No ban set'));
    expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
    await console.keys('b');
    expect(await console.until('a dialog', shows('will run'))).toMatch(/^[\x20-\x7e\n]*$/);
    await leave(console);
    await console.keys('?');
    expect(await console.until('the help', shows('Keys that work'))).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('draws ASCII alone where the locale has no UTF-8', async () => {
    const console = await open({ env: { LC_ALL: 'C' } });
    const screen = await console.until('the log', shows('203.0.113.10', 'No ban set'));
    expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('uses no colour with NO_COLOR, and some without', async () => {
    const mono = await open({ env: { NO_COLOR: '1' } });
    await mono.until('the log', shows('203.0.113.10', 'No ban set'));
    expect(await mono.styled()).not.toMatch(COLOUR);
    await mono.keys('b');
    await mono.until('a dialog', shows('will run'));
    expect(await mono.styled()).not.toMatch(COLOUR);
    await mono.close();
    const colour = await open();
    await colour.until('the log', shows('203.0.113.10', 'No ban set'));
    expect(await colour.styled()).toMatch(COLOUR);
  });

  it('says in one line on stderr that it needs a terminal', () => {
    const run = spawnSync(PROGRAM, [world().path('session.yml')], { encoding: 'utf8', input: '' });
    expect(run.status).not.toBe(0);
    expect(run.stderr).toMatch(/^opsconsole: this is not a terminal; .+\n$/);
    expect(run.stdout).toBe('');
  });

  it('says so on a terminal that is too small', async () => {
    const { said, status } = await ended({ columns: 19, rows: 5 });
    expect(said).toContain('19x5');
    expect(status).toBe(2);
  });

  it.each([
    ['dumb', /"dumb"/],
    ['', /not set/],
  ])('says so when TERM is %j', async (term, words) => {
    const { said, status } = await ended({ through: (argv) => ['env', `TERM=${term}`, ...argv] });
    expect(said).toMatch(words);
    expect(said).toContain('set TERM');
    expect(status).toBe(2);
  });

  it('names a session file that is not there', async () => {
    const { said, status } = await ended({ columns: 200, session: './no-such.yml' });
    expect(said).toMatch(/no-such\.yml: there is no such session file/);
    expect(status).toBe(2);
  });

  it('says file, line and column of what is wrong in a session file', async () => {
    const broken = world().file(
      'broken.yml',
      'version: 1\nwindows:\n  - name: a\n    panes:\n      - bans\n      - conntrac\nrefesh: 1s\n',
    );
    const { said, status } = await ended({ columns: 200, session: broken });
    expect(said).toMatch(/broken\.yml:6:9: .*conntrack/);
    expect(said).toMatch(/broken\.yml:7:1: .*refresh/);
    expect(status).toBe(2);
  });

  it('opens a session by its name, and a layout of its own without one', async () => {
    world().file(
      'config/opsconsole/edge.yml',
      SESSION.replace('name: start', 'name: edge').replaceAll('PATH', '/tmp'),
    );
    const named = await open({ session: 'edge' });
    await named.until('the session of that name', shows('1:watch*', '─ web'));
    await named.close();
    const argv = world().argv();
    const detected = await open({ through: () => argv.slice(0, -1) });
    const screen = await detected.until('panes of this machine', (drawn) =>
      /─ (host|bans|conntrack)/.test(drawn),
    );
    expect(linesOf(screen)[0]).toContain('1:');
  });

  it('answers --version and --help without a terminal', () => {
    const version = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8' });
    expect([version.status, version.stdout]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    const help = spawnSync(PROGRAM, ['--help'], { encoding: 'utf8' });
    expect(help.status).toBe(0);
    expect(help.stdout).toMatch(/--read-only[\s\S]*Exit status/);
    const wrong = spawnSync(PROGRAM, ['--no-such-option'], { encoding: 'utf8' });
    expect(wrong.status).not.toBe(0);
    expect(wrong.stderr).toContain('--no-such-option');
  });
});
