// Acts on a set that the operator named, an ipset with a rule of theirs; and acts while the journal cannot be written.

import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, requestOf, useWorld } from './harness/console.ts';
import { bottomOf, hides, paneOf, shows } from './harness/drawn.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: sets
refresh: 500ms
bans: { durations: [1h, 1d, 1w], default: 1h, target: blocked }
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
      - journal
`;
const BANS = 'M-2';
const SERVER = '192.0.2.1';
const LINE = hit('203.0.113.10', '/wp-login.php');

kernelSuite('acts on a named ipset', ['tmux', 'ipset', 'iptables', 'nft', 'conntrack'], () => {
  const world = useWorld({ session: SESSION, clients: 2 });
  let terminal: TestTerminal | undefined;
  let prepared = false;

  async function open(env: Readonly<Record<string, string>> = {}): Promise<TestTerminal> {
    const { net } = world();
    if (!prepared) {
      prepared = true;
      await net.echoServer(net.server, 80);
      await net.exec(net.server, ['ipset', 'create', 'blocked', 'hash:ip', 'timeout', '0']);
      const rule = ['-I', 'INPUT', '-m', 'set', '--match-set', 'blocked', 'src', '-j', 'DROP'];
      await net.exec(net.server, ['iptables', ...rule]);
    }
    await net.exec(net.server, ['ipset', 'flush', 'blocked']);
    world().file('access.log', `${LINE}\n`);
    terminal = await world().start({ columns: 160, env });
    await terminal.until(
      'the log and the set',
      (screen) =>
        paneOf(screen, 'web').join().includes(requestOf(LINE)) &&
        paneOf(screen, 'bans').join().includes('blocked'),
    );
    return terminal;
  }
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });

  /** Members with their seconds left. */
  async function members(): Promise<ReadonlyMap<string, number>> {
    const { net } = world();
    const { stdout } = await net.exec(net.server, ['ipset', 'save', 'blocked']);
    return new Map(
      [...stdout.matchAll(/^add blocked (\S+) timeout (\d+)/gm)].map(([, address, left]) => [
        address ?? '',
        Number(left),
      ]),
    );
  }

  const inBans = (pattern: RegExp) => (screen: string) =>
    paneOf(screen, 'bans').some((row) => pattern.test(row));

  it('bans into it by default, proves the rule, and takes it back', async () => {
    const { net } = world();
    const console = await open();
    const rules = (await net.exec(net.server, ['nft', '-s', 'list', 'ruleset'])).stdout;
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('open');
    await console.keys('b');
    const dialog = await console.until('the commands', shows('will run', 'Enter bans'));
    expect(dialog).toContain('‹blocked›');
    expect(dialog).toContain('ipset add blocked 203.0.113.10 timeout 3600');
    await console.keys('Enter');
    const said = await console.until('the row and its proof', inBans(/203\.0\.113\.10 .*✓ rule/));
    expect(said).toMatch(/dropped by iptables filter INPUT/);
    expect([...(await members()).keys()]).toEqual(['203.0.113.10']);
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('dropped');
    await console.keys('z');
    await console.until('the plan of the undo', shows('will run', 'Enter undoes'));
    await console.keys('Enter');
    await console.until('the row is gone', (screen) => !inBans(/203\.0\.113\.10/)(screen));
    expect(await members()).toEqual(new Map());
    expect(await net.probeTcp(net.client(0), SERVER, 80)).toBe('open');
    expect((await net.exec(net.server, ['nft', '-s', 'list', 'ruleset'])).stdout).toBe(rules);
  });

  it('lets a ban last longer with e and end sooner with E', async () => {
    const { net } = world();
    const console = await open();
    await net.exec(net.server, ['ipset', 'add', 'blocked', '203.0.113.10', 'timeout', '40000']);
    await console.keys('r');
    await console.until('its row', inBans(/203\.0\.113\.10 .*11h \d+m/));
    await console.keys(BANS, 'e');
    await console.until('a longer time', shows('‹1d›', 'will run'));
    await console.keys('Enter');
    await console.until('it is set', hides('will run', 'running…'));
    expect((await members()).get('203.0.113.10')).toBeGreaterThan(80_000);
    await console.until('its row says so', inBans(/203\.0\.113\.10 .*(1d|23h 59m)/));
    await console.keys('E');
    await console.until('a shorter time', shows('‹1h›', 'will run'));
    await console.keys('Enter');
    await console.until('it is set', hides('will run', 'running…'));
    expect((await members()).get('203.0.113.10')).toBeLessThanOrEqual(3_600);
  });

  it('changes nothing without a journal, unless told to in so many words', async () => {
    const console = await open({ XDG_STATE_HOME: world().file('no-folder', 'a file') });
    const screen = await console.until('the journal says why', (drawn) =>
      paneOf(drawn, 'journal').join().includes('XDG_STATE_HOME'),
    );
    expect(screen).toContain('cannot be made');
    await console.keys('b');
    await console.until('the commands', shows('will run', 'Enter bans'));
    await console.keys('Enter');
    await console.until('the alarm', shows('THE JOURNAL CANNOT BE WRITTEN', 'WITHOUT A RECORD'));
    await console.keys('Enter');
    expect(await members()).toEqual(new Map());
    await leave(console);
    expect(await members()).toEqual(new Map());
    await console.keys('b');
    await console.until('the commands', shows('will run', 'Enter bans'));
    await console.keys('Enter');
    await console.until('the alarm', shows('THE JOURNAL CANNOT BE WRITTEN'));
    await console.keys('C-o');
    await console.until('it is banned', (drawn) => bottomOf(drawn).includes('banned 203.0.113.10'));
    expect([...(await members()).keys()]).toEqual(['203.0.113.10']);
  });
});
