// Bans from the screen, seen where they count: in the bans pane, in the kernel's sets and in the packets of a client.

import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, requestOf, useWorld } from './harness/console.ts';
import { bottomOf, paneOf, shows } from './harness/drawn.ts';
import { elements, forgetBans, ruleset } from './harness/kernel.ts';
import { startSshd } from './harness/sshd.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: acts
refresh: 500ms
bans: { durations: [10m, 1h, 1d], default: 1h }
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
      - journal
`;
const [WEB, BANS] = ['M-1', 'M-2'];
const SERVER = '192.0.2.1';

kernelSuite('acts on the screen', ['tmux', 'nft', 'conntrack'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 3 });
  let terminal: TestTerminal | undefined;
  let before = '';

  async function open(...lines: readonly string[]): Promise<TestTerminal> {
    const { net } = world();
    if (before === '') {
      await net.echoServer(net.server, 80);
      await net.trackConnections(net.server);
    }
    before = await ruleset(world());
    world().file('access.log', lines.map((line) => `${line}\n`).join(''));
    terminal = await world().start({ columns: 160 });
    await terminal.until('the log and the bans', (screen) => {
      const log = paneOf(screen, 'web').join('\n');
      return lines.every((line) => log.includes(requestOf(line))) && screen.includes('No ban set found');
    });
    return terminal;
  }

  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
    await forgetBans(world());
  });

  it('bans the address of a log line with b and Enter, proves it, and z takes all of it back', async () => {
    const { net } = world();
    const console = await open(hit('203.0.113.10', '/wp-login.php'), hit('203.0.113.11', '/blog', 200));
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('open');
    await console.keys('k', 'b');
    const dialog = await console.until('the commands', shows('will run', 'Enter bans'));
    expect(dialog).toContain('Ban 203.0.113.10');
    expect(dialog).toContain('nft add element inet opsconsole ban4 { 203.0.113.10 timeout 3600s }');
    expect(await ruleset(world()), 'nothing changes before Enter').toBe(before);

    await console.keys('Enter');
    const banned = await console.until('the row and its proof', (screen) =>
      paneOf(screen, 'bans').some((row) => /203\.0\.113\.10 .*✓ rule/.test(row)),
    );
    await console.until('the log line wears the sign', (screen) =>
      paneOf(screen, 'web').some((row) => row.includes('⊘ 203.0.113.10')),
    );
    expect(bottomOf(banned)).toMatch(/banned 203\.0\.113\.10 for 1h · .*z undoes/);
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.10']);
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('dropped');
    expect(await net.probeTcp(net.client(1), SERVER, 80), 'the neighbour is not hit').toBe('open');
    await console.until('the journal names it', (screen) =>
      paneOf(screen, 'journal').some((row) => row.includes('ban 203.0.113.10 for 1h')),
    );

    await console.keys('z');
    await console.until('what undo runs', shows('Undo the last act', 'Enter undoes'));
    await console.keys('Enter');
    await console.until('no ban is left', (screen) => paneOf(screen, 'bans').join().includes('No ban set'));
    expect(await ruleset(world())).toBe(before);
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('open');
  });

  it('takes Enter pressed before the commands are worked out for that plan', async () => {
    const console = await open(hit('203.0.113.10', '/wp-login.php'));
    await console.keys('b', 'Enter');
    await console.until('it is banned', (screen) => /banned 203\.0\.113\.10/.test(bottomOf(screen)));
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.10']);
  });

  it('holds the line that the dialog is about while the log runs on', async () => {
    const console = await open(hit('203.0.113.10', '/wp-login.php'));
    await console.keys('b');
    await console.until('the dialog', shows('Ban 203.0.113.10', 'will run'));
    world().append(
      'access.log',
      ...Array.from({ length: 60 }, (_, at) => hit('203.0.113.11', `/late-${at}`)),
    );
    await console.until('they are counted', shows('60 new'));
    await console.keys('Enter');
    await console.until('it is banned', (screen) => /banned 203\.0\.113\.10/.test(bottomOf(screen)));
    await console.until('the log follows again', (screen) =>
      paneOf(screen, 'web').join().includes('/late-59'),
    );
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.10']);
  });

  it('bans what is typed with :ban, and u on its row takes it out', async () => {
    const console = await open(hit('203.0.113.11', '/blog'));
    await console.type(':ban 198.51.100.7 for 2h');
    await console.until('the line', (screen) => bottomOf(screen).includes('ban 198.51.100.7 for 2h'));
    await console.keys('Enter');
    const dialog = await console.until('the dialog', shows('will run', 'Enter bans'));
    expect(dialog).toMatch(/Ban 198\.51\.100\.7\b/);
    expect(dialog).toContain('198.51.100.7 timeout 7200s');
    await console.keys('Enter');
    await console.until('its row', (screen) =>
      paneOf(screen, 'bans').some((row) => /198\.51\.100\.7 .* (2h|1h 59m) .*✓ rule/.test(row)),
    );
    await console.keys(BANS ?? '', 'u');
    await console.until('what unban runs', shows('Unban 198.51.100.7', 'Enter unbans'));
    await console.keys('Enter');
    await console.until(
      'the row is gone',
      (screen) => !paneOf(screen, 'bans').join().includes('198.51.100.7'),
    );
    expect(await elements(world(), 'ban4')).toEqual([]);
    await console.keys('z');
    await console.until('undo of the unban', shows('Enter undoes'));
    await console.keys('Enter');
    await console.until('the row is back with its rest of time', (screen) =>
      paneOf(screen, 'bans').some((row) => /198\.51\.100\.7 .* 1h 59m .*✓ rule/.test(row)),
    );
  });

  it('wants a wide prefix typed, and Enter alone cancels', async () => {
    const console = await open(hit('203.0.113.11', '/blog'));
    const wish = async (): Promise<string> => {
      await console.type(':ban 198.0.0.0/15');
      await console.keys('Enter');
      return console.until('it asks', shows('confirm type 198.0.0.0/15', '‹Cancel›'));
    };
    await wish();
    await console.keys('Enter');
    await console.until('it goes to the question', shows('Enter cancels'));
    await console.keys('Enter');
    await console.until('it is cancelled', (screen) => !screen.includes('Ban 198'));
    expect(await ruleset(world())).toBe(before);

    await wish();
    await console.keys('Enter');
    await console.until('the question', shows('Enter cancels'));
    await console.type('198.0.0.0/15');
    await console.until('the other button', shows('‹Ban›', 'Enter runs it'));
    await console.keys('Enter');
    await console.until('the range is banned', (screen) =>
      paneOf(screen, 'bans').some((row) => /198\.0\.0\.0\/15 .*✓ rule/.test(row)),
    );
    expect(await elements(world(), 'net4')).toEqual(['198.0.0.0/15']);
  });

  it('refuses its own address, in words, and a line that is no address', async () => {
    const console = await open(hit('192.0.2.1', '/self'));
    await console.keys('b');
    const refused = await console.until('the reason', shows('refused'));
    expect(refused).toMatch(/192\.0\.2\.1 is safe: .*own address|192\.0\.2\.1 is safe: .*this machine/);
    expect(refused).not.toContain('Enter bans');
    await console.keys('Enter');
    await leave(console);
    await console.type(':ban 192.0.2.300');
    await console.keys('Enter');
    await console.until('what is wrong', shows('"192.0.2.300" is not an IP address'));
    await leave(console);
    expect(await ruleset(world())).toBe(before);
  });

  it('refuses the address of a live ssh session, also as part of a range', async () => {
    const { net } = world();
    const console = await open(hit('203.0.113.12', '/admin'), hit('203.0.113.11', '/blog'));
    const session = await startSshd(world(), net.client(2));
    try {
      await console.keys(WEB ?? '', 'k', 'b');
      const refused = await console.until('the reason', shows('refused'));
      expect(refused).toMatch(/203\.0\.113\.12 is safe: .*ssh session/);
      await leave(console);
      await console.type(':ban 203.0.113.0/24');
      await console.keys('Enter');
      const range = await console.until('the range', shows('Ban 203.0.113.0/24', 'refused'));
      expect(range).toMatch(/covers 203\.0\.113\.12\/?\d*: .*ssh session/);
      await console.keys('Enter');
      await leave(console);
      await console.type(':cut 203.0.113.12');
      await console.keys('Enter');
      await console.until('cutting is refused too', shows('Cut', 'refused'));
      await console.keys('Enter');
      await leave(console);
      await console.keys('r');
      await console.until('the safe sign', (screen) =>
        paneOf(screen, 'web').some((row) => row.includes('✓ 203.0.113.12')),
      );
      expect(await ruleset(world())).toBe(before);
      expect(await session.alive()).toBe(true);
    } finally {
      await session.close();
    }
  });
});
