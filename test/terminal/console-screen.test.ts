// The console's screen at many sizes: whole frames, focus, zoom, windows, help, search and filter.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, useWorld } from './harness/console.ts';
import { bottomOf, focusOf, frameFaults, hides, linesOf, paneOf, shows, stateOf } from './harness/drawn.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: screen
refresh: 500ms
windows:
  - name: watch
    layout:
      columns:
        - size: 60%
          rows: [1, 2, { pane: 3, size: 6 }]
        - rows: [4, 5, 6]
    panes:
      - { log: PATH/access.log, title: web }
      - { log: PATH/auth.log, title: auth }
      - host
      - conntrack
      - bans
      - traffic
  - name: acts
    layout: even-vertical
    panes: [bans, journal]
  - name: last
    panes: [traffic]
`;
const ROWS = Array.from({ length: 60 }, (_, at) =>
  hit(`203.0.113.${at + 10}`, at % 10 === 3 ? `/needle-${at}` : `/page-${at}`),
);

kernelSuite('the screen of the console', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['auth.log'], clients: 1 });
  let console: TestTerminal;
  const ready = (screen: string): boolean => paneOf(screen, 'web').join('\n').includes('/page-59');

  beforeAll(async () => {
    world().file('access.log', ROWS.map((line) => `${line}\n`).join(''));
    console = await world().start({ columns: 120, rows: 40 });
    await console.until('the log', ready);
  });
  afterAll(() => console?.close());

  /** Every wait ends in a screen whose frames are whole, or the test fails with it. */
  async function whole(columns: number, rows: number): Promise<string> {
    const screen = await console.until(
      `a whole frame of ${columns}x${rows}`,
      (drawn) => frameFaults(drawn, columns, rows).length === 0,
    );
    return screen;
  }

  it.each([
    [80, 24],
    [120, 40],
    [200, 50],
  ])('opens at %ix%i with whole frames', async (columns, rows) => {
    const other = await world().start({ columns, rows });
    try {
      const screen = await other.until('the log', ready);
      await other.until('whole frames', (drawn) => frameFaults(drawn, columns, rows).length === 0);
      expect(linesOf(screen)[0]).toContain('1:watch*');
      expect(bottomOf(screen)).toContain('? help');
    } finally {
      await other.close();
    }
  });

  it('shows one pane without a frame at 39x9, and still takes keys', async () => {
    const other = await world().start({ columns: 39, rows: 9 });
    try {
      const screen = await other.until('the log', (drawn) => drawn.includes('203.0.113.69'));
      for (const line of linesOf(screen)) expect(line.length).toBeLessThanOrEqual(39);
      await other.keys('k', 'b');
      const dialog = await other.until('a dialog that fits', shows('Ban 203.0.113.68', 'Enter bans'));
      for (const line of linesOf(dialog)) expect(line.length).toBeLessThanOrEqual(39);
      await other.keys('Escape');
      await other.until('it is gone', hides('Ban 203'));
      await other.keys('q');
      await other.until('the question', shows('Leave'));
    } finally {
      await other.close();
    }
  });

  it('ends a storm of resizes in one right frame', async () => {
    for (let step = 0; step < 50; step++)
      await console.resize(40 + ((step * 37) % 160), 10 + ((step * 13) % 40));
    await console.resize(20, 5);
    await console.resize(132, 43);
    const screen = await whole(132, 43);
    expect(linesOf(screen)[0]).toContain('1:watch*');
    expect(paneOf(screen, 'web').join('\n')).toContain('/page-59');
    await console.resize(120, 40);
    await whole(120, 40);
  });

  it('comes back whole from a terminal that was too small for anything', async () => {
    await console.resize(12, 3);
    await console.until('nothing wider than the terminal', (screen) => linesOf(screen).length <= 3);
    await console.resize(120, 40);
    const screen = await whole(120, 40);
    expect(ready(screen)).toBe(true);
  });

  it('moves the focus with the arrows after the prefix, and with Alt and digits', async () => {
    const goes = async (to: string, ...keys: readonly string[]): Promise<void> => {
      await console.keys(...keys);
      await untilTrue(`the focus on ${to}`, async () => focusOf(await console.styled()) === to);
    };
    await goes('web', 'M-1');
    await goes('conntrack', 'C-b', 'Right');
    await goes('bans', 'C-b', 'Down');
    await goes('traffic', 'C-b', 'Down');
    await goes('auth', 'C-b', 'Left');
    await goes('web', 'C-b', 'Up');
    await goes('bans', 'M-5');
    await goes('web', 'C-b', ';');
    await goes('auth', 'C-b', 'o');
    await goes('host', 'M-Down');
    await goes('web', 'M-1');
  });

  it('zooms a pane with the prefix and z, and back', async () => {
    await console.keys('C-b', 'z');
    const zoomed = await console.until('only the log', hides('─ auth', '─ bans'));
    await console.until('whole frames', (drawn) => frameFaults(drawn, 120, 40).length === 0);
    expect(paneOf(zoomed, 'web')).toHaveLength(36);
    await console.keys('C-b', 'z');
    await console.until('all panes', shows('─ auth', '─ bans'));
    await whole(120, 40);
  });

  it('changes windows with the prefix and n, p and digits', async () => {
    await console.keys('C-b', 'n');
    await console.until('the second', shows('2:acts*', '─ journal'));
    await whole(120, 40);
    await console.keys('C-b', 'p');
    await console.until('the first', shows('1:watch*', '─ auth'));
    await console.keys('C-b', 'p');
    await console.until('around to the last', shows('3:last*'));
    await console.keys('C-b', '1');
    await console.until('by number', shows('1:watch*', '─ auth'));
    await console.keys('C-b', '9');
    await console.until('there is none', (screen) => bottomOf(screen).includes('there is no window 9'));
    await console.keys('C-b', 'w');
    await console.until('the list', shows('Windows', '2:acts'));
    await console.type('acts');
    await console.keys('Enter');
    await console.until('the chosen one', shows('2:acts*'));
    await console.keys('C-b', '1');
    await console.until('the first', shows('1:watch*'));
  });

  it('explains its keys with ? and closes with Escape', async () => {
    await console.keys('?');
    const help = await console.until(
      'the help',
      shows('Keys that work here', 'search; the matches are marked'),
    );
    expect(help).toMatch(/Esc\w* leave/);
    await console.keys('G');
    await console.until('its end', hides('more lines below'));
    await console.keys('Escape');
    await console.until('it is gone', hides('Keys that work here'));
  });

  it('searches, and goes from match to match', async () => {
    await console.keys('M-1', '/');
    await console.until('the prompt', (screen) => bottomOf(screen).startsWith(' /'));
    await console.type('needle');
    await console.keys('Enter');
    const at = async (place: number): Promise<void> => {
      const screen = await console.until(`match ${place}`, (drawn) =>
        stateOf(drawn, 'web').includes(`/needle ${place} of 6`),
      );
      expect(cursorRow(screen)).toContain(`/needle-${place * 10 - 7} `);
    };
    await console.until('the count', (screen) => /\/needle \d of 6/.test(stateOf(screen, 'web')));
    await console.keys('g', 'n');
    await at(1);
    await console.keys('n');
    await at(2);
    await console.keys('N');
    await at(1);
    await console.keys('N');
    await at(6);
    expect(await console.until('all lines', () => true)).toContain('/page-');
    await console.keys('Escape');
    await console.until('no search', (screen) => !stateOf(screen, 'web').includes('needle'));
  });

  it('filters lines in, says so, and shows all again', async () => {
    await console.keys('&');
    await console.until('the prompt', (screen) => bottomOf(screen).includes('show only:'));
    await console.type('needle');
    await console.keys('Enter');
    await console.until('only matches', (screen) => {
      const rows = paneOf(screen, 'web').filter((row) => row.trim() !== '');
      return rows.length === 6 && rows.every((row) => row.includes('/needle-'));
    });
    await console.keys('Delete');
    await console.until('all lines', (screen) => paneOf(screen, 'web').join('\n').includes('/page-'));
  });

  it('freezes with f, counts what is new, and follows again', async () => {
    await console.keys('G');
    await console.until('it follows', (screen) => stateOf(screen, 'web').startsWith('live'));
    await console.keys('f');
    await console.until('it stands still', (screen) => stateOf(screen, 'web').startsWith('frozen'));
    world().append('access.log', hit('203.0.113.200', '/fresh-1'), hit('203.0.113.200', '/fresh-2'));
    const still = await console.until('new lines are counted', (screen) =>
      stateOf(screen, 'web').includes('frozen, 2 new'),
    );
    expect(paneOf(still, 'web').join('\n')).not.toContain('/fresh');
    await console.keys('f');
    await console.until('the new lines', (screen) => paneOf(screen, 'web').join('\n').includes('/fresh-2'));
  });

  it('says what is wrong with a command, and completes one', async () => {
    await console.type(':bann');
    await console.keys('Enter');
    await console.until('the nearest command', shows('did you mean ban?'));
    await console.keys('C-u');
    await console.type('tig');
    await console.keys('Tab');
    await console.until('the whole word', (screen) => bottomOf(screen).startsWith(' :tighten'));
    await console.keys('Escape');
    await console.until('no prompt', (screen) => !bottomOf(screen).includes(':tighten'));
  });
});

function cursorRow(screen: string): string | undefined {
  return paneOf(screen, 'web').find((row) => row.startsWith('›'));
}
