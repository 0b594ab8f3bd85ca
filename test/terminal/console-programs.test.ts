// Programs in panes of the real console: they start when they may, get every key, stay inside of their frames however much
// they write, and nothing of them is left, whatever ends the console.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { type StartOptions, useWorld } from './harness/console.ts';
import { bottomOf, frameFaults, hides, paneOf, shows, stateOf } from './harness/drawn.ts';
import { isThere, markedProcesses, reaperOf } from './harness/marked.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const FULL_SCREEN = join(import.meta.dirname, 'fixtures/full-screen.mjs');

type Shown = Readonly<{ command: string; start?: 'auto'; title: string }>;
const paneText = ({ command, start, title }: Shown): string => {
  const starts = start === undefined ? '' : ', start: auto';
  return `{ run: { command: ${JSON.stringify(command)}, env: { OC_MARK: "PATH/" }${starts} }, title: ${title} }`;
};
const sessionText = (...panes: readonly Shown[]): string => `
version: 1
name: programs
windows:
  - name: work
    layout: tiled
    panes:
${panes.map((pane) => `      - ${paneText(pane)}`).join('\n')}
  - name: other
    panes: [host]
`;

const echo = (word: string): string => `echo "${word} has started"; exec cat`;
const FOUR = sessionText(
  { command: echo('alpha'), start: 'auto', title: 'one' },
  { command: echo('beta'), start: 'auto', title: 'two' },
  { command: echo('gamma'), start: 'auto', title: 'three' },
  { command: echo('delta'), start: 'auto', title: 'four' },
);
const WAITING = sessionText(
  { command: echo('alpha'), start: 'auto', title: 'one' },
  { command: 'echo x >>PATH/ran; echo "it ran"; exit 3', title: 'two' },
);
const FULL = sessionText({
  command: `exec ${process.execPath} ${FULL_SCREEN}`,
  start: 'auto',
  title: 'full',
});
const FLOODS = sessionText(
  { command: echo('alpha'), start: 'auto', title: 'one' },
  { command: 'exec yes', start: 'auto', title: 'two' },
  { command: 'exec yes "wide 世界 line"', start: 'auto', title: 'three' },
  { command: 'exec cat /dev/urandom', start: 'auto', title: 'four' },
);
const STUBBORN =
  "trap '' HUP TERM; (trap '' HUP TERM; while :; do sleep 1; done) & echo stubborn; while :; do sleep 1; done";
const LEFT = sessionText(
  { command: STUBBORN, start: 'auto', title: 'one' },
  { command: 'echo sleeping; sleep 1000', start: 'auto', title: 'two' },
  { command: 'echo stopping; kill -STOP $$', start: 'auto', title: 'three' },
);

/** The screen with one character per column, as far as the wide ones are ours. */
const inColumns = (screen: string): string => screen.replaceAll(/[世界]/g, '$& ');

/** Rows whose borders left and right of the left panes, or at the right edge, are not where they belong. */
function brokenLines(screen: string): readonly string[] {
  const rows = inColumns(screen).split('\n');
  const middle = rows[1]?.indexOf('┬') ?? -1;
  return rows.slice(1, rows.findLastIndex((row) => row.startsWith('└')) + 1).filter((row) => {
    const signs = `${row[0]}${row[middle]}${row.trimEnd().at(-1)}`;
    return !/^[┌│├└][┬│┼┴┤├][┐│┤┘]$/.test(signs);
  });
}

kernelSuite('programs in panes', ['tmux', 'yes'], () => {
  const world = useWorld({ session: FOUR });
  let terminal: TestTerminal | undefined;
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await untilTrue('nothing is left of the test before', () => marked().length === 0);
  });

  const marked = (): readonly number[] => markedProcesses(`OC_MARK=${world().path('')}/`);

  async function open(text: string, options: StartOptions = {}): Promise<TestTerminal> {
    const session = world().file('own.yml', text.replaceAll('PATH/', `${world().path('')}/`));
    terminal = await world().start({ ...options, session });
    return terminal;
  }

  it('start when the session says so, each in its pane, and end with the console', async () => {
    const console = await open(FOUR);
    const words = ['alpha', 'beta', 'gamma', 'delta'].map((word) => `${word} has started`);
    const screen = await console.until('four programs', shows(...words));
    await console.until('whole frames', (drawn) => frameFaults(drawn, 120, 40).length === 0);
    for (const [at, title] of ['one', 'two', 'three', 'four'].entries())
      expect([paneOf(screen, title)[0]?.trim(), stateOf(screen, title)]).toEqual([
        words[at],
        expect.stringMatching(/^running \d+s$/),
      ]);
    expect(bottomOf(screen)).toContain('C-b ? help');
    await console.keys('C-b');
    await console.until('the prefix', (drawn) => bottomOf(drawn).includes('C-b …'));
    await console.type(':quit');
    await console.keys('Enter');
    await console.until('the question', shows('4 programs in panes will be ended'));
    await console.keys('Enter');
    await untilTrue('nothing is left', () => marked().length === 0);
  });

  it('wait for Enter unless the session says otherwise, and run again', async () => {
    const console = await open(WAITING);
    await console.until('both', shows('alpha has started', 'Enter starts it', 'echo "it ran"'));
    expect(existsSync(world().path('ran'))).toBe(false);
    await console.keys('C-b', 'o', 'Enter');
    await console.until('its end', shows('it ran', 'exit 3', 'Enter runs it again'));
    await console.keys('Enter');
    await untilTrue('it ran again', () => readFileSync(world().path('ran'), 'utf8') === 'x\nx\n');
    await console.until('its end', shows('exit 3', 'Enter runs it again'));
  });

  it('get every key but the prefix, the mouse when it is on, and their size', async () => {
    const console = await open(FULL, { columns: 80, rows: 24 });
    const screen = await console.until('the program', shows('TOP-LEFT', 'BOTTOM-RIGHT', 'read nothing'));
    const [first = '', second = ''] = paneOf(screen, 'full');
    expect(first.startsWith('TOP-LEFT')).toBe(true);
    expect(paneOf(screen, 'full').at(-1)?.endsWith('BOTTOM-RIGHT')).toBe(true);
    expect(second.trim()).toBe(`size 78x${paneOf(screen, 'full').length}`);
    expect(frameFaults(inColumns(screen), 80, 24)).toEqual([]);
    const styled = await console.styled();
    expect(styled).toMatch(/\x1b\[31m(\x1b\[49m)?red/);
    expect(styled).toMatch(/\x1b\[(44|104|48;5;21)mblue/);
    for (const [keys, read] of [
      [['x'], '"x"'],
      [['Up'], '"\\u001b[A"'],
      [['C-c'], '"\\u0003"'],
      [['Escape'], '"\\u001b"'],
      [['Enter'], '"\\r"'],
      [['F5'], '"\\u001b[15~"'],
      [['C-b', 'C-b'], '"\\u0002"'],
    ] as const) {
      await console.keys(...keys);
      await console.until(`the key ${keys.join(' ')}`, shows(`read ${read}`));
    }
    await console.paste('two\nlines');
    await console.until('the paste', shows('read "\\u001b[200~two\\rlines\\u001b[201~"'));
    await console.keys('C-b', ':');
    await console.type('mouse');
    await console.keys('Enter');
    await console.until('the mouse', shows('mouse on'));
    await console.type('\x1b[<0;6;5M');
    await console.until('the click', shows('read "\\u001b[<0;5;'));
    await console.resize(100, 30);
    const larger = await console.until('the new size', shows('size 98x'));
    expect(paneOf(larger, 'full')[1]?.trim()).toBe(`size 98x${paneOf(larger, 'full').length}`);
    await console.type('q');
    await console.until('its end', shows('back on the first screen', 'exit 5', 'Enter runs it again'));
  });

  it('that flood stay in their frames, and keys go on working', async () => {
    const console = await open(FLOODS);
    const flooded = (screen: string): boolean =>
      paneOf(screen, 'two').at(-3)?.trim() === 'y' && screen.includes('wide 世界 line');
    await console.until('the floods', (screen) => flooded(screen) && screen.includes('alpha has started'));
    for (const word of ['typed', 'while', 'flooded']) {
      await console.type(`${word}-`);
      await console.keys('Enter');
      const screen = await console.until(`the echo of ${word}`, shows(`${word}-`));
      expect(brokenLines(screen)).toEqual([]);
    }
    await console.keys('C-b', 'z');
    await console.until('the zoom', hides('wide 世界 line'));
    await console.keys('C-b', 'n');
    await console.until('the other window', shows('2:other*'));
    await console.keys('C-b', 'p');
    await console.until('the zoom again', shows('flooded-'));
    await console.keys('C-b', 'z');
    await console.until('all of them', flooded);
    await console.keys('C-b', 'o');
    await console.keys('C-c');
    await console.until('the end of yes', (screen) => /SIGINT|exit 130/.test(stateOf(screen, 'two')));
  });

  describe('nothing is left of them, stubborn as they are', () => {
    async function opened(): Promise<Readonly<{ console: TestTerminal; pid: number; reaper: number }>> {
      const console = await open(LEFT);
      await console.until('all of them', shows('stubborn', 'sleeping', 'stopping'));
      const pid = await console.pid();
      const reaper = reaperOf(pid);
      if (reaper === undefined) throw new Error('there is no reaper');
      expect(marked().length).toBeGreaterThan(3);
      return { console, pid, reaper };
    }
    const gone = (reaper: number): Promise<void> =>
      untilTrue('all of it has gone', () => marked().length === 0 && !isThere(reaper));

    it('after quitting', async () => {
      const { console, reaper } = await opened();
      await console.keys('C-b', ':');
      await console.type('quit');
      await console.keys('Enter');
      await console.until('the question', shows('programs in panes will be ended'));
      await console.keys('Enter');
      await gone(reaper);
    });

    it.each(['SIGKILL', 'SIGHUP', 'SIGTERM'] as const)('after a %s of the console', async (signal) => {
      const { pid, reaper } = await opened();
      process.kill(pid, signal);
      await gone(reaper);
    });

    it('after the line was lost', async () => {
      const { console, reaper } = await opened();
      await console.close();
      await gone(reaper);
    });
  });
});
