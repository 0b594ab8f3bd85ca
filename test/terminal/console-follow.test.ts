// Following one address in the built program: real log files, a real set of ipset and a real rule that drops it, and a
// ban from the card that is in the kernel.

import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld } from './harness/console.ts';
import { bottomOf, focusOf, paneOf } from './harness/drawn.ts';
import { elements, forgetBans } from './harness/kernel.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: follow
refresh: 500ms
windows:
  - name: watch
    layout:
      columns:
        - size: 60%
          rows: [1, 2]
        - rows: [3, 4]
    panes:
      - { log: PATH/access.log, title: web }
      - { log: PATH/auth.log, title: auth }
      - bans
      - journal
`;
const IT = '203.0.113.10';
const OTHER = '203.0.113.11';
const SSHD = `Mar 12 02:13:01 host sshd[7]: Failed password for root from ${IT} port 50022 ssh2`;

kernelSuite('following an address', ['tmux', 'nft', 'ipset', 'iptables', 'conntrack'], () => {
  const world = useWorld({ session: SESSION });
  const open: TestTerminal[] = [];

  async function start(): Promise<TestTerminal> {
    world().file('access.log', `${hit(OTHER, '/else')}\n${hit(IT, '/first')}\n${hit(IT, '/second', 200)}\n`);
    world().file('auth.log', `${SSHD}\n`);
    const terminal = await world().start({ columns: 160 });
    open.push(terminal);
    await terminal.until(
      'both logs',
      (screen) => inPane(screen, 'web', '/second') && inPane(screen, 'auth', IT),
    );
    return terminal;
  }
  afterEach(async () => {
    for (const terminal of open.splice(0)) await terminal.close();
    await forgetBans(world());
  });

  const inPane = (screen: string, title: string, text: string) =>
    paneOf(screen, title).join('\n').includes(text);
  const lit = (screen: string, title: string, address = IT) => inPane(screen, title, `»${address}`);

  it('lights it up in all panes, shows the set with the time left, goes on to the next pane', async () => {
    const { net } = world();
    const run = (...argv: readonly [string, ...string[]]) => net.exec(net.server, argv);
    await run('ipset', 'create', 'mine', 'hash:ip', 'timeout', '0');
    await run('ipset', 'add', 'mine', IT, 'timeout', '86000');
    await run('iptables', '-I', 'INPUT', '-m', 'set', '--match-set', 'mine', 'src', '-j', 'DROP');
    const console = await start();
    await console.until('the ban', (screen) => inPane(screen, 'bans', IT));
    await console.keys('@');
    const card = await console.until(
      'the card',
      (screen) => /banned in mine, proved/.test(screen) && /2[23]h( \d+m)? left/.test(screen),
    );
    expect(card).toMatch(/» following 203\.0\.113\.10/);
    expect(card).toMatch(/in 3 of 4 kept lines/);
    expect(card).toMatch(/web 2: (4xx 1, 2xx 1|2xx 1, 4xx 1)/);
    expect(card).toMatch(/auth 1: failed password 1/);
    expect(card).toMatch(/1 other address seen/);
    expect(bottomOf(card)).toContain('Escape close');
    // No pane asks for flows; the card does.
    await console.until('its flows', (screen) => /flows +(– no(t among| +source)|\d+ flow)/.test(screen));
    await console.keys('Escape');
    const bright = await console.until(
      'the panes',
      (screen) =>
        bottomOf(screen).includes(`following ${IT}`) &&
        ['web', 'auth', 'bans'].every((title) => lit(screen, title)),
    );
    expect(lit(bright, 'web', OTHER)).toBe(false);
    expect(bottomOf(bright)).toMatch(/M-n next · @ card/);

    await console.keys('M-n');
    await console.until('the next pane', (screen) => bottomOf(screen).includes('1 of 1 · auth'));
    expect(focusOf(await console.styled())).toBe('auth');
    await console.keys('M-n');
    await console.until('the pane behind it', (screen) => bottomOf(screen).includes('1 of 1 · bans'));
    await console.keys('M-n');
    await console.until('round', (screen) =>
      /1 of 2 · web · from the first pane again/.test(bottomOf(screen)),
    );
    await console.type(':follow off');
    await console.keys('Enter');
    await console.until(
      'dark again',
      (screen) =>
        ['web', 'auth', 'bans'].every((title) => !lit(screen, title)) &&
        !bottomOf(screen).includes('M-n next'),
    );
    await run('iptables', '-D', 'INPUT', '-m', 'set', '--match-set', 'mine', 'src', '-j', 'DROP');
    await run('ipset', 'destroy', 'mine');
  });

  it('bans it from the card, which then says so, and the journal lights up', async () => {
    const console = await start();
    await console.type(`:follow ${OTHER}`);
    await console.keys('Enter');
    await console.until('the card', (screen) => /now +not banned/.test(screen));
    await console.keys('b');
    await console.until('the dialog', (screen) => /from +card/.test(screen) && screen.includes('will run'));
    await console.keys('Enter');
    await console.until('banned', (screen) => /banned in \S+, proved/.test(screen));
    expect(await elements(world(), 'ban4')).toEqual([OTHER]);
    await console.until('its act', (screen) =>
      new RegExp(`root: ban ${OTHER.replaceAll('.', '\\.')}`).test(screen),
    );
    await leave(console);
    await console.until(
      'lit',
      (screen) => lit(screen, 'web', OTHER) && paneOf(screen, 'journal').some((row) => /»\d\d:/.test(row)),
    );
  });
});
