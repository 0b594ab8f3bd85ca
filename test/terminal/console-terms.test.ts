// Terminals and locales as they come: the console starts, shows its panes whole, sends only what was promised, and leaves
// the terminal as it was. The bytes are those that reach the terminal, read from tmux.

import { existsSync, readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld } from './harness/console.ts';
import { frameFaults, hides, linesOf, paneOf, shows } from './harness/drawn.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: terms
refresh: 500ms
theme: dark
accent: red
label: PRODUCTION
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
      - conntrack
      - host
`;
const MODES = '#{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag} #{keypad_flag} #{insert_flag}';
const UTF8 = { LANG: 'C.UTF-8', LC_ALL: '', LC_CTYPE: '' };
const POSIX = { LANG: '', LC_ALL: 'POSIX', LC_CTYPE: '' };

/** What may be sent: letters (`ascii`), and how colours are said. */
type Promised = Readonly<{ ascii: boolean; colours: 'none' | '16' | '256' | 'true' }>;
const CASES: readonly (readonly [name: string, Readonly<Record<string, string>>, Promised])[] = [
  ['the Linux console', { TERM: 'linux', ...UTF8 }, { ascii: true, colours: '16' }],
  [
    'GNU screen',
    { TERM: 'screen', COLORTERM: 'truecolor', TMUX: '', ...UTF8 },
    { ascii: false, colours: '16' },
  ],
  ['tmux', { TERM: 'tmux-256color', COLORTERM: '', ...UTF8 }, { ascii: false, colours: '256' }],
  ['xterm', { TERM: 'xterm', COLORTERM: '', ...UTF8 }, { ascii: false, colours: '16' }],
  [
    'true colour',
    { TERM: 'xterm-256color', COLORTERM: 'truecolor', ...UTF8 },
    { ascii: false, colours: 'true' },
  ],
  ['a teletype', { TERM: 'vt100', COLORTERM: '', ...UTF8 }, { ascii: true, colours: 'none' }],
  ['LC_ALL=POSIX', { TERM: 'xterm-256color', COLORTERM: '', ...POSIX }, { ascii: true, colours: '256' }],
  [
    'LANG=C',
    { TERM: 'xterm-256color', COLORTERM: '', ...POSIX, LC_ALL: '', LANG: 'C' },
    { ascii: true, colours: '256' },
  ],
  ['NO_COLOR', { TERM: 'xterm-256color', NO_COLOR: '1', ...UTF8 }, { ascii: false, colours: 'none' }],
];

const COLOUR = /\x1b\[(?:[\d;]*;)?(?:3\d|4\d|9[0-7]|10[0-7])(?:;[\d;]*)?m/;
/** What must not be said to a terminal that has so many colours. */
const TOO_MUCH: Readonly<Record<Promised['colours'], RegExp>> = {
  none: COLOUR,
  '16': /[34]8;[25];/,
  '256': /[34]8;2;/,
  true: /$^/,
};

kernelSuite('terminals', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 1 });
  let terminal: TestTerminal | undefined;
  let serial = 0;
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });

  /** The console under a shell in such an environment. */
  async function started(env: Readonly<Record<string, string>>, size = { columns: 120, rows: 40 }) {
    const set = Object.entries(env).map(([name, value]) => (value === '' ? `-u${name}` : `${name}=${value}`));
    const unset = set.filter((word) => word.startsWith('-u'));
    const given = set.filter((word) => !word.startsWith('-u'));
    const shell = await world().start({
      ...size,
      through: (argv) => [
        ...[...argv.slice(0, 4), 'env', ...unset, ...given, 'sh', '-c'],
        `${argv.slice(4).join(' ')}; echo "left with $?"; exec sleep 60`,
      ],
    });
    terminal = shell;
    return shell;
  }

  /** What the console writes while `doing`, which ends with `seen` on the screen. */
  async function bytesOf(shell: TestTerminal, doing: () => Promise<void>): Promise<Buffer> {
    const file = world().path(`bytes-${++serial}`);
    await shell.tmux('pipe-pane', '-t', 't', `cat > ${file}`);
    await doing();
    await shell.tmux('pipe-pane', '-t', 't');
    await untilTrue('the bytes', () => existsSync(file) && readFileSync(file).length > 0);
    return readFileSync(file);
  }

  for (const [name, env, promised] of CASES) {
    it(`${name}: whole, in the letters and colours that it has`, async () => {
      world().append('access.log', hit('203.0.113.10', '/first'));
      const shell = await started(env);
      await shell.until('the log', shows('/first', 'No ban set'));
      const bytes = await bytesOf(shell, async () => {
        await shell.keys('?');
        await shell.until('the help', shows('Keys that work'));
        await shell.keys('C-l');
        await leave(shell);
        await shell.keys('b');
        await shell.until('a dialog', shows('will run'));
        await shell.keys('Escape');
        await shell.until('no dialog', hides('will run'));
      });
      const screen = await shell.until('the panes', shows('/first', 'No ban set'));
      expect(linesOf(screen)[0]).toContain('PRODUCTION');
      if (promised.ascii) {
        expect(bytes.every((byte) => byte <= 0x7e)).toBe(true);
        expect(screen).toMatch(/^[\x20-\x7e\n]*$/);
        for (const line of linesOf(screen)) expect(line.length).toBeLessThanOrEqual(120);
      } else expect(frameFaults(light(screen), 120, 40)).toEqual([]);
      const text = bytes.toString('utf8');
      expect(text.match(TOO_MUCH[promised.colours])?.[0]).toBeUndefined();
      expect(COLOUR.test(text)).toBe(promised.colours !== 'none');
      await shell.keys('q');
      await shell.until('the question', shows('Leave the console?'));
      await shell.keys('Enter');
      await shell.until('the shell', shows('left with 0'));
      expect(await shell.ask(MODES)).toBe('0 1 1 0 0 0');
    });
  }

  it('dumb: one clear sentence', async () => {
    const shell = await started({ TERM: 'dumb' });
    const screen = await shell.until('the end', shows('left with 2'));
    const said = screen.split('\n').filter((line) => line.trim() !== '');
    expect(said.slice(0, -1).join(' ')).toBe(
      'opsconsole: the terminal type is "dumb", which cannot place the cursor; set TERM',
    );
  });

  it('takes a theme for one run, another one live, and says which there are', async () => {
    const env = { COLORTERM: 'truecolor' };
    // A shell around it: what has ended at once leaves nothing to read.
    const wrong = await world().start({
      env,
      args: ['--theme', 'drak'],
      through: (argv) => ['sh', '-c', `${argv.join(' ')}; echo "left with $?"; exec sleep 60`],
    });
    await wrong.until('the sentence', shows('"drak" is no theme: did you mean dark?', 'left with 2'));
    await wrong.close();
    const shell = await world().start({ args: ['--theme', 'light'], env });
    terminal = shell;
    await shell.until('the console', shows('No ban set'));
    const holds = async (rgb: string): Promise<boolean> => (await shell.styled()).includes(rgb);
    // The accent, red, as each theme has it.
    await untilTrue('the light theme', () => holds('38;2;175;0;0'));
    await shell.type(':theme dark');
    await shell.keys('Enter');
    await untilTrue(
      'the dark theme alone',
      async () => (await holds('38;2;255;135;135')) && !(await holds('38;2;175;0;0')),
    );
  });

  it('draws other scripts, emoji and combining letters without moving a border', async () => {
    const words = [
      '日本語のログ',
      '👩‍👩‍👧‍👦👍🏽🇩🇪',
      'e\u0301a\u0308o\u0302\u0323',
      '한국어 ｆｕｌｌ',
      '√∞≈…–“”·×',
      'ไทย हिन्दी',
    ];
    const shell = await started({ TERM: 'xterm-256color', ...UTF8 });
    await shell.until('the console', shows('No ban set'));
    for (const word of words) world().append('access.log', hit('203.0.113.10', `/${word}`));
    world().append('access.log', hit('203.0.113.10', '/after-them'));
    await shell.until('the lines', shows('/after-them'));
    for (const [columns, rows] of [
      [120, 40],
      [100, 30],
      [61, 20],
    ] as const) {
      await shell.resize(columns, rows);
      await shell.until('the frame of that size', (screen) => {
        const right = bordersOf(screen, columns);
        return right.length > 3 && right.every((border) => border === columns - 1);
      });
    }
  });

  it('shows one pane at a time where there is no room for two, and goes to each by its number', async () => {
    world().append('access.log', hit('203.0.113.10', '/first'));
    for (const [columns, rows] of [
      [79, 23],
      [60, 20],
      [39, 9],
      [20, 5],
    ] as const) {
      const shell = await started({ TERM: 'xterm-256color', ...UTF8 }, { columns, rows });
      const first = await shell.until('the first pane', (screen) => paneOf(screen, 'web').length > 0);
      expect(linesOf(first)[0]).toContain('PRODUCTION');
      await shell.keys('M-2');
      const bans = await shell.until('the second', (screen) => paneOf(screen, 'bans').length > 0);
      if (rows >= 8) expect(linesOf(bans)[1]).toMatch(/2:bans\*/);
      await shell.keys('M-o');
      await shell.until('the next', (screen) => paneOf(screen, 'conntra').length > 0);
      for (const line of linesOf(bans)) expect(line.length).toBeLessThanOrEqual(columns);
      await shell.close();
    }
  });
});

/** The cell of the right border in each row that has one; wide signs take two cells in what tmux prints, one here. */
function bordersOf(screen: string, columns: number): readonly number[] {
  return linesOf(screen)
    .filter((line) => /^[│├┌└]/.test(line))
    .map((line) => (/[│┤┐┘]$/.test(line) ? columns - 1 : -1));
}

/** Where there is no colour the focused pane has heavy lines. */
function light(screen: string): string {
  const signs = '━─┃│┏┌┓┐┗└┛┘┳┬┻┴┣├┫┤╋┼';
  return screen.replace(/[━┃┏┓┗┛┳┻┣┫╋]/g, (sign) => signs[signs.indexOf(sign) + 1] ?? sign);
}
