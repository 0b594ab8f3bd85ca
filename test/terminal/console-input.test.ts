// What comes from outside cannot drive the console: pastes press no keys, log lines move no cursor.

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld } from './harness/console.ts';
import { bottomOf, frameFaults, paneOf, shows } from './harness/drawn.ts';
import { elements, forgetBans, ruleset } from './harness/kernel.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: input
refresh: 500ms
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
`;
const ESC = '\x1b';
const ATTACKS: readonly (readonly [string, string])[] = [
  ['a title', `${ESC}]0;owned\x07`],
  ['a clipboard', `${ESC}]52;c;b3duZWQ=\x07`],
  ['a cleared screen', `${ESC}[2J${ESC}[1;1H`],
  ['a switched screen and a cursor', `${ESC}[?1049l${ESC}[?25h`],
  ['colours', `${ESC}[31;7m`],
  ['C1 controls', '\u009b2J\u009d0;owned\u009c'],
  ['a device string', `${ESC}P$q"p${ESC}\\`],
  ['bidi and zero-width signs', '\u202eevil\u2066\u200b'],
  ['bell, backspace and shifts', '\x07\x08\x0e\r'],
];

kernelSuite('hostile input', ['tmux', 'nft'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 2 });
  let console: TestTerminal;

  beforeAll(async () => {
    world().append('access.log', hit('203.0.113.10', '/first'), hit('203.0.113.11', '/second'));
    console = await world().start({ columns: 200, rows: 40 });
    await console.until('the log', (screen) => screen.includes('/second') && screen.includes('No ban set'));
  });
  afterEach(() => forgetBans(world()));
  afterAll(() => console?.close());

  it('presses no key for a paste', async () => {
    const before = await ruleset(world());
    await console.paste('bzq\n:ban 203.0.113.10\n');
    await console.paste('\x03\x1b[A\x1b:quit\r');
    // A key after the pastes: when its effect is seen, theirs would be too.
    await console.keys('?');
    const screen = await console.until('the help alone', shows('Keys that work here'));
    expect(screen).not.toMatch(/Leave the console|Ban 203|Undo the last/);
    await leave(console);
    const after = await console.until('the pane', () => true);
    expect(bottomOf(after)).toContain('the paste was ignored');
    expect(await ruleset(world())).toBe(before);
  });

  it('puts a paste into the line that is being typed, without running it', async () => {
    const before = await ruleset(world());
    await console.type(':ban ');
    await console.until('the prompt', (screen) => bottomOf(screen).startsWith(' :ban'));
    await console.paste('203.0.113.11 for 3h\nq');
    const pasted = await console.until('the text', (screen) =>
      bottomOf(screen).includes('203.0.113.11 for 3h'),
    );
    expect(bottomOf(pasted)).toMatch(/^ :ban 203\.0\.113\.11 for 3h/);
    expect(pasted).not.toContain('will run');
    await leave(console);
    expect(await ruleset(world())).toBe(before);
  });

  it('puts a paste into a field of a dialog', async () => {
    await console.keys('b');
    await console.until('the dialog', shows('why', 'will run'));
    await console.keys('Up');
    await console.paste('scanner\nfrom the forum');
    await console.until('the reason', shows('scanner from the forum'));
    expect(await ruleset(world())).not.toContain('opsconsole');
    await leave(console);
  });

  it.each(ATTACKS)('shows %s as text', async (name, bytes) => {
    await console.tmux('set', '-g', 'set-clipboard', 'on');
    const modes = '#{pane_title} #{alternate_on} #{cursor_flag} #{wrap_flag} #{mouse_any_flag}';
    const before = await console.ask(modes);
    const buffers = await console.tmux('list-buffers', '-F', '#{buffer_name}');
    const mark = `mark-${name.replaceAll(' ', '-')}`;
    world().append('access.log', hit('203.0.113.10', `/x${bytes}${mark}`));
    const screen = await console.until('the line', (drawn) => paneOf(drawn, 'web').join().includes(mark));
    await console.until('whole frames', (drawn) => frameFaults(drawn, 200, 40).length === 0);
    expect(paneOf(screen, 'web').join('\n')).toMatch(/\/x\\(x|u)[0-9a-f]{2}/);
    expect(screen).toContain('/first');
    expect(await console.ask(modes)).toBe(before);
    expect(await console.tmux('list-buffers', '-F', '#{buffer_name}')).toBe(buffers);
  });

  it('bans the peer of a hostile line, not an address that the peer wrote', async () => {
    const evil = `198.51.100.1 ${ESC}[2J 200 198.51.100.2 \u202e203.0.113.11`;
    world().append('access.log', hit('203.0.113.10', `/${evil} last-line`));
    await console.keys('G');
    await console.until('the line', (screen) => paneOf(screen, 'web').join().includes('198.51.100.1'));
    await console.keys('b');
    await console.until('its peer', shows('Ban 203.0.113.10', 'field client', 'will run'));
    await console.keys('Enter');
    await console.until('the ban', (screen) => bottomOf(screen).includes('banned 203.0.113.10'));
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.10']);
  });

  it('shows a line of a megabyte cut, and stays usable', async () => {
    world().append(
      'access.log',
      hit('203.0.113.11', `/${'A'.repeat(1_000_000)}`),
      hit('203.0.113.10', '/after'),
    );
    await console.until('the line after it', (drawn) => paneOf(drawn, 'web').join().includes('/after'));
    await console.until('whole frames', (drawn) => frameFaults(drawn, 200, 40).length === 0);
    await console.keys('?');
    await console.until('keys work', shows('Keys that work here'));
    await leave(console);
  });
});
