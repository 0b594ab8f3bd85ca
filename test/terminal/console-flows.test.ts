// Flows, timeouts and batches from the screen: cut ends what the kernel tracks, tighten and undo leave no trace, marked
// rows go together.

import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, requestOf, useWorld } from './harness/console.ts';
import { bottomOf, hides, paneOf, shows } from './harness/drawn.ts';
import { elements, flowsOf, forgetBans, timeouts } from './harness/kernel.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: flows
refresh: 500ms
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - conntrack
      - bans
`;
const BANS = 'M-3';
const CONNTRACK = 'M-2';
const SERVER = '192.0.2.1';
const MANY = ['198.51.100.1', '198.51.100.2', '198.51.100.3', '198.51.100.4'];

kernelSuite('flows, timeouts and marked rows on the screen', ['tmux', 'nft', 'conntrack', 'sysctl'], () => {
  const world = useWorld({ session: SESSION, logs: ['access.log'], clients: 2 });
  let terminal: TestTerminal | undefined;
  let served = false;

  async function open(...lines: readonly string[]): Promise<TestTerminal> {
    const { net } = world();
    if (!served) {
      await net.echoServer(net.server, 80);
      await net.trackConnections(net.server);
      served = true;
    }
    world().file('access.log', lines.map((line) => `${line}\n`).join(''));
    terminal = await world().start({ columns: 160 });
    await terminal.until('the panes', (screen) => {
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

  it('cuts the live flow of the address under the cursor', async () => {
    const { net } = world();
    const console = await open(hit('203.0.113.10', '/slow', 200));
    const flow = await net.openFlow(net.client(0), SERVER, 80);
    const other = await net.openFlow(net.client(1), SERVER, 80);
    expect(await flow.send('hello')).toBe(true);
    expect(await flowsOf(world(), '203.0.113.10')).toHaveLength(1);
    await console.keys('c');
    const dialog = await console.until('the plan', shows('will run', 'Enter cuts'));
    expect(dialog).toContain('conntrack -D -s 203.0.113.10');
    expect(dialog).toContain('1 live flow is cut');
    expect(dialog).toContain('without a ban the address may connect again');
    await console.keys('Enter');
    await console.until('how many', (screen) =>
      /cut 1 flow of 203\.0\.113\.10, none left/.test(bottomOf(screen)),
    );
    expect(await flowsOf(world(), '203.0.113.10')).toEqual([]);
    expect(await flowsOf(world(), '203.0.113.11'), 'the flow of another stays').toHaveLength(1);
    await Promise.all([flow.close(), other.close()]);
  });

  it('ends an established connection when its address is banned', async () => {
    const { net } = world();
    const console = await open(hit('203.0.113.10', '/flood'));
    const flow = await net.openFlow(net.client(0), SERVER, 80);
    expect(await flow.send('hello')).toBe(true);
    await console.keys('b', 'Enter');
    await console.until('it is banned', (screen) => bottomOf(screen).includes('banned 203.0.113.10'));
    expect(await flow.send('still there?', 700)).toBe(false);
    await flow.close();
  });

  it('shows the source of many flows in conntrack, and bans from there', async () => {
    const { net } = world();
    const console = await open();
    const flows = await Promise.all(Array.from({ length: 5 }, () => net.openFlow(net.client(1), SERVER, 80)));
    await console.keys(CONNTRACK, 'F');
    await console.until('the source', (screen) =>
      paneOf(screen, 'conntrack').some((row) => /203\.0\.113\.11 +[5-9] /.test(row)),
    );
    await console.keys('g');
    await console.until('the cursor on it', (screen) =>
      paneOf(screen, 'conntrack').some((row) => /› .*203\.0\.113\.11/.test(row)),
    );
    await console.keys('b');
    await console.until('the dialog', shows('Ban 203.0.113.11', 'will run'));
    await console.keys('Enter');
    await console.until('it is banned', (screen) => bottomOf(screen).includes('banned 203.0.113.11'));
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.11']);
    await Promise.all(flows.map((flow) => flow.close()));
  });

  it('tightens by a preset and puts every value back', async () => {
    const console = await open(hit('203.0.113.10', '/'));
    const before = await timeouts(world());
    await console.type(':tighten modest');
    await console.keys('Enter');
    const dialog = await console.until(
      'the plan',
      shows('will run', 'nf_conntrack_tcp_timeout_established=86400'),
    );
    expect(dialog).toContain('‹modest›');
    await console.keys('Enter');
    const said = await console.until(
      'it is done, or asks once more',
      (screen) => screen.includes('runs it') || screen.includes('cancels') || !screen.includes('will run'),
    );
    if (said.includes('will run')) throw new Error(`modest wants more than one Enter:\n${said}`);
    await console.until('the result', (screen) => bottomOf(screen).includes('z undoes'));
    const tight = await timeouts(world());
    expect(tight['net.netfilter.nf_conntrack_tcp_timeout_established']).toBe('86400');
    expect(tight).not.toEqual(before);
    await console.keys('z');
    await console.until('what undo runs', shows('Undo the last act', 'will run'));
    await console.keys('Enter');
    await console.until('the dialog is gone', hides('Undo the last act'));
    expect(await timeouts(world())).toEqual(before);
  });

  it('opens tighten with t and leaves everything as it is on Escape', async () => {
    const console = await open(hit('203.0.113.10', '/'));
    const before = await timeouts(world());
    await console.keys('t');
    await console.until('the presets', shows('Tighten conntrack timeouts', 'modest', 'siege'));
    await leave(console);
    expect(await timeouts(world())).toEqual(before);
  });

  it('takes marked rows in one batch, there and back', async () => {
    const { net } = world();
    const console = await open(hit('203.0.113.10', '/'));
    let changes = '';
    const monitor = net.spawnIn(net.server, ['nft', 'monitor']);
    monitor.stdout?.on('data', (bytes: Buffer) => {
      changes += bytes.toString();
    });
    await console.type(`:ban ${MANY.join(' ')}`);
    await console.keys('Enter');
    const plan = await console.until('one plan', shows('Ban 4 addresses', 'will run'));
    for (const address of MANY) expect(plan).toContain(`{ ${address} timeout`);
    await console.keys('Enter');
    await console.until('their rows', (screen) => {
      const rows = paneOf(screen, 'bans').join('\n');
      return MANY.every((address) => rows.includes(address));
    });
    expect([...(await elements(world(), 'ban4'))].sort()).toEqual(MANY);
    await untilTrue('the kernel tells of the change', () => changes.includes('# new generation'));
    monitor.kill();
    expect(transactionsWith(changes, 'add element'), 'one transaction').toBe(1);

    await console.keys(BANS, 'g', 'Space');
    await console.until('one mark', (screen) =>
      /[●*].*198\.51\.100\./.test(paneOf(screen, 'bans').join('\n')),
    );
    await console.keys('j', 'Space');
    await console.until(
      'two marks',
      (screen) => paneOf(screen, 'bans').filter((row) => row.includes('●')).length === 2,
    );
    await console.keys('u');
    await console.until('both in one plan', shows('Unban 2 addresses', 'will run'));
    await console.keys('Enter');
    await console.until('two are left', (screen) => {
      const rows = paneOf(screen, 'bans').filter((row) => row.includes('198.51.100.'));
      return rows.length === 2 && hides('Unban 2')(screen);
    });
    expect(await elements(world(), 'ban4')).toHaveLength(2);
    await console.keys('z');
    await console.until('undo of the batch', shows('Enter undoes', 'will run'));
    await console.keys('Enter');
    await console.until('all four are back', (screen) => {
      const rows = paneOf(screen, 'bans').join('\n');
      return MANY.every((address) => rows.includes(address)) && hides('Enter undoes', 'running')(screen);
    });
    expect([...(await elements(world(), 'ban4'))].sort()).toEqual(MANY);
  });
});

/** Of what `nft monitor` printed: how many transactions had such a change. */
function transactionsWith(printed: string, change: string): number {
  return printed.split('# new generation').filter((part) => part.includes(change)).length;
}
