// The built program where pf is the firewall: its tables among the bans, what is wrong with them, and a ban that is proved.

import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { pfctl } from '../fakes/pfctl/run.ts';
import { kernelSuite } from '../kernel/harness/require.ts';
import { hit, PROGRAM, requestOf, useWorld } from './harness/console.ts';
import { hides, paneOf, shows } from './harness/drawn.ts';
import { openPfWay, type PfWay } from './harness/pf-way.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: gate
refresh: 500ms
windows:
  - name: watch
    layout: main-vertical
    panes:
      - { log: PATH/access.log, title: web }
      - bans
      - journal
`;
/** One act has dozens of calls of the stand-in. */
const SLOW_MS = 40_000;
const LINE = hit('203.0.113.45', '/wp-login.php');
const CONF = `set skip on lo0
table <sshguard> persist
table <oc_ban> persist
block drop in quick from <oc_ban>
block drop out quick to <oc_ban>
block in quick from <sshguard>
pass all
`;

kernelSuite('a console on pf', ['tmux', 'unshare', 'mount'], () => {
  const world = useWorld({ session: SESSION, clients: 1, logs: ['access.log'] });
  let way: PfWay;
  let terminal: TestTerminal | undefined;
  beforeAll(() => {
    way = openPfWay('freebsd15', {
      change: (pf) => {
        const loaded = pfctl(pf, { argv: ['-f', '-'], stdin: () => CONF });
        if (loaded.exitCode !== 0) throw new Error(loaded.stderr);
      },
    });
  });
  afterEach(async () => {
    await terminal?.close();
    terminal = undefined;
  });
  afterAll(() => way?.dispose());

  const inTable = (name: string): readonly string[] =>
    way
      .state()
      .tables.filter((table) => table.name === name)
      .flatMap(({ addresses }) => addresses.map(({ text }) => text));

  it('is what doctor speaks of', () => {
    const [tool = '', ...words] = way.through([
      ...['ip', 'netns', 'exec', world().net.server.name],
      ...[PROGRAM, 'doctor'],
    ]);
    const told = spawnSync(tool, words, { encoding: 'utf8', env: { ...process.env, ...world().env } });
    expect(told.stdout).toMatch(/^yes +ban +with pf$/m);
    expect(told.stdout).toMatch(/^yes +cut, tighten +with pf: its states/m);
    expect(told.stdout).toMatch(
      /^ pf +oc_ban +IPv4 +opsconsole +dropped by block drop in quick from <oc_ban>/m,
    );
    expect(told.stdout).toMatch(/opsconsole: no rule uses this table/);
  });

  it('shows its tables, bans into its own, kills every state, and takes the ban back', async () => {
    world().file('access.log', `${LINE}\n`);
    terminal = await world().start({ columns: 160, through: way.through });
    const inBans = (pattern: RegExp) => (screen: string) =>
      paneOf(screen, 'bans').some((row) => pattern.test(row));
    await terminal.until(
      'the log and sshguard’s table',
      (screen) =>
        paneOf(screen, 'web').join().includes(requestOf(LINE)) && inBans(/198\.51\.100\.17/)(screen),
      SLOW_MS,
    );
    expect(way.state().flows.length).toBe(10);
    await terminal.keys('b');
    const dialog = await terminal.until('the commands', shows('will run', 'Enter bans'), SLOW_MS);
    expect(dialog).toContain('pfctl -q -t oc_ban -T add 203.0.113.45');
    await terminal.keys('Enter');
    await terminal.until('it is over', hides('will run', 'running…'), SLOW_MS);
    await terminal.until('its row', inBans(/203\.0\.113\.45 /), SLOW_MS);
    expect(inTable('oc_ban')).toEqual(['203.0.113.45']);
    const left = way.state().flows.map(({ left: a, right: b }) => `${a} ${b}`);
    expect(left.filter((hosts) => hosts.includes('203.0.113.45'))).toEqual([]);
    await terminal.keys('z');
    await terminal.until('the plan of the undo', shows('will run', 'Enter undoes'), SLOW_MS);
    await terminal.keys('Enter');
    await terminal.until('it is over', hides('will run', 'running…'), SLOW_MS);
    expect(inTable('oc_ban')).toEqual([]);
    expect(inTable('sshguard')).toContain('203.0.113.45');
    // What was read last stays when pfctl hangs, and the rest of the console goes on.
    way.change((pf) => {
      pf.hangs = true;
    });
    await terminal.until(
      'the age of the tables',
      (screen) => inBans(/pf: no answer for \d+s/)(screen) && inBans(/198\.51\.100\.17/)(screen),
      SLOW_MS,
    );
    world().append('access.log', hit('198.51.100.99', '/still-here'));
    await terminal.until('a line that came since', shows('/still-here'), SLOW_MS);
  }, 180_000);
});
