// What the panes show is what the machine does: live data, logs through rotation, and what another console did.

import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, leave, useWorld } from './harness/console.ts';
import { bottomOf, frameFaults, linesOf, paneOf, shows, stateOf } from './harness/drawn.ts';
import { elements, forgetBans, ruleset } from './harness/kernel.ts';
import { type TestTerminal, untilTrue } from './harness/tmux.ts';

const SESSION = `
version: 1
name: live
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
      - { log: PATH/later.log, title: later }
      - host
      - conntrack
      - bans
      - traffic
  - name: acts
    layout: even-vertical
    panes: [bans, journal]
`;
const SERVER = '192.0.2.1';

kernelSuite('live panes', ['tmux', 'nft', 'ipset', 'conntrack'], () => {
  const world = useWorld({ session: SESSION, clients: 2 });
  const open: TestTerminal[] = [];
  let served = false;

  async function start(): Promise<TestTerminal> {
    const { net } = world();
    if (!served) {
      await net.echoServer(net.server, 80);
      await net.trackConnections(net.server);
      served = true;
    }
    world().file('access.log', `${hit('203.0.113.10', '/zero')}\n`);
    rmSync(world().path('later.log'), { force: true });
    const terminal = await world().start({ columns: 160 });
    open.push(terminal);
    await terminal.until('the log', (screen) => paneOf(screen, 'web').join().includes('/zero'));
    return terminal;
  }
  afterEach(async () => {
    for (const terminal of open.splice(0)) await terminal.close();
    await forgetBans(world());
  });

  const inLog = (title: string, text: string) => (screen: string) =>
    paneOf(screen, title).join('\n').includes(text);

  it('shows live data in every pane', async () => {
    const { net } = world();
    const console = await start();
    const flow = await net.openFlow(net.client(0), SERVER, 80);
    const flood = 'x'.repeat(200_000);
    const screen = await console.until('numbers in every pane', (drawn) => {
      void flow.send(flood);
      return (
        /\bcpu +\d+%/.test(paneOf(drawn, 'host').join('\n')) &&
        /mem [\d.]+ [MG]iB of/.test(paneOf(drawn, 'host').join('\n')) &&
        /\b[1-9]\d* of [\d,]+/.test(paneOf(drawn, 'conntrack')[0] ?? '') &&
        /v0 ↓ +[\d.]+ [kM]b\/s/.test(paneOf(drawn, 'traffic').join('\n')) &&
        paneOf(drawn, 'bans').join('').includes('No ban set found') &&
        ['web', 'host', 'conntrack', 'bans', 'traffic'].every((title) =>
          stateOf(drawn, title).includes('live'),
        )
      );
    });
    await console.until('whole frames', (drawn) => frameFaults(drawn, 160, 40).length === 0);
    expect(linesOf(screen)[0]).toMatch(/load [\d.]+.*conntrack <?\d+% .*↓.*\d\d:\d\d/);
    world().append('access.log', hit('203.0.113.11', '/appended'));
    await console.until('the line', inLog('web', '/appended'));
    expect(await console.styled(), 'the address is underlined').toMatch(/\x1b\[[\d;]*\b4m203\.0\.113\.11/);
    await flow.close();
  });

  it('takes what other tools ban, in ipset and nft, as it comes and goes', async () => {
    const { net } = world();
    const console = await start();
    await net.exec(net.server, ['ipset', 'create', 'sshguard4', 'hash:net', 'timeout', '0']);
    await net.exec(net.server, ['ipset', 'add', 'sshguard4', '198.51.100.77', 'timeout', '600']);
    await console.until('the row, not enforced', (screen) =>
      paneOf(screen, 'bans').some((row) => /198\.51\.100\.77 .*(✗|no rule|unused)/.test(row)),
    );
    await net.exec(net.server, ['ipset', 'del', 'sshguard4', '198.51.100.77']);
    await console.until('the row is gone', (screen) => !inLog('bans', '198.51.100.77')(screen));
    await net.exec(net.server, ['ipset', 'destroy', 'sshguard4']);
    await console.until('no set', inLog('bans', 'No ban set found'));
  });

  it('shows the ban of one console in another, and lets only the first undo it with z', async () => {
    const before = await ruleset(world());
    const [first, second] = [await start(), await start()];
    await first.keys('b', 'Enter');
    await first.until('it is banned', (screen) => bottomOf(screen).includes('banned 203.0.113.10'));
    await second.until('the row', (screen) =>
      paneOf(screen, 'bans').some((row) => /203\.0\.113\.10 .*✓ rule/.test(row)),
    );
    await second.until('the sign in its log', inLog('web', '⊘ 203.0.113.10'));
    await second.keys('z');
    const refused = await second.until('nothing of its own', (screen) =>
      /Undo the last act[\s\S]*(refused|failed)/.test(screen),
    );
    expect(refused).not.toContain('Enter undoes');
    await leave(second);
    expect(await elements(world(), 'ban4')).toEqual(['203.0.113.10']);
    await second.keys('C-b', 'n', 'r');
    await second.until('its journal has it', inLog('journal', 'ban 203.0.113.10'));

    // What one takes out by hand, the other cannot undo any more.
    await second.type(':unban 203.0.113.10');
    await second.keys('Enter');
    await second.until('the plan', shows('will run'));
    await second.keys('Enter');
    await second.until('it is out', (screen) => bottomOf(screen).includes('z undoes'));
    await first.until('the row is gone there', (screen) => !inLog('bans', '203.0.113.10')(screen));
    await first.keys('z');
    await first.until('why not, or what little is left', (screen) =>
      /Undo the last act[\s\S]*(refused|failed|will run)/.test(screen),
    );
    await leave(first);
    await forgetBans(world());
    expect(await ruleset(world())).toBe(before);
  });

  it('goes on with a log that is renamed and made anew, copied and truncated, or deleted', async () => {
    const console = await start();
    const path = world().path('access.log');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, `${hit('203.0.113.11', '/late-in-the-old')}\n`);
    world().file('access.log', `${hit('203.0.113.11', '/first-in-the-new')}\n`);
    await console.until('both', (screen) =>
      ['/late-in-the-old', '/first-in-the-new'].every((text) => inLog('web', text)(screen)),
    );
    copyFileSync(path, `${path}.2`);
    truncateSync(path);
    world().append('access.log', hit('203.0.113.11', '/after-truncation'));
    await console.until('the line', inLog('web', '/after-truncation'));
    rmSync(path);
    await console.until('that it is missing', (screen) => stateOf(screen, 'web').includes('missing'));
    world().file('access.log', `${hit('203.0.113.11', '/reborn')}\n`);
    const screen = await console.until('the new file', inLog('web', '/reborn'));
    const rows = paneOf(screen, 'web').join('\n');
    for (const text of ['/zero', '/late-in-the-old', '/first-in-the-new', '/after-truncation', '/reborn'])
      expect(rows.split(text), text).toHaveLength(2);
  });

  it('waits for a log that is not there yet, saying so', async () => {
    const console = await start();
    const missing = await console.until('that it is missing', inLog('later', 'missing'));
    expect(paneOf(missing, 'later').join(' ')).toContain('as soon as it appears');
    world().file('later.log', `${hit('203.0.113.11', '/at-last')}\n`);
    await console.until('its line', inLog('later', '/at-last'));
  });

  it('keeps up with a burst, and its keys still work', async () => {
    const console = await start();
    const lines = Array.from({ length: 20_000 }, (_, at) => hit('203.0.113.11', `/burst-${at}`));
    for (let from = 0; from < lines.length; from += 2_000)
      world().append('access.log', ...lines.slice(from, from + 2_000));
    await console.keys('?');
    await console.until('the help', shows('Keys that work here'));
    await leave(console);
    await console.until('the last line', inLog('web', '/burst-19999'));
    await untilTrue('the frames are whole', async () => {
      const drawn = (await console.tmux('capture-pane', '-p', '-t', 't')).toString();
      return frameFaults(drawn, 160, 40).length === 0;
    });
  });
});
