// The jails pane of the built program over a real fail2ban server: a jail that sees nothing is red with its reason, the
// key tests its filter, and its last ban is taken back.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fail2ban, NFT_ACTION, startFail2ban } from '../kernel/harness/fail2ban.ts';
import { kernelSuite } from '../kernel/harness/require.ts';
import { useWorld } from './harness/console.ts';
import { bottomOf, paneOf } from './harness/drawn.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: jails
windows:
  - { name: jails, panes: [{ jails: true, title: jails }] }
`;
const SIZE = { columns: 160, rows: 40 };
const TOOLS = ['tmux', 'nsenter', 'fail2ban-client', 'fail2ban-server', 'fail2ban-regex', 'nft'];

kernelSuite('a jails pane', TOOLS, () => {
  const world = useWorld({ session: SESSION });
  let server: Fail2ban | undefined;
  let console: TestTerminal;
  beforeAll(async () => {
    server = await startFail2ban(world().net, {
      jails: [{ name: 'sshd', action: NFT_ACTION }, { name: 'blind' }],
    });
    const lines = Array.from(
      { length: 30 },
      (_, at) => `2026-01-01 00:00:00 app[1]: login failed, try ${at}\n`,
    );
    await server.client('set', 'sshd', 'banip', '192.0.2.7');
    const { inside, folder } = server;
    // Inside already: the words behind `ip netns exec NAME`.
    console = await world().start({ ...SIZE, through: (argv) => [...inside, ...argv.slice(4)] });
    await console.until('the table of jails', (screen) => rowOf(screen, 'blind') !== undefined);
    appendFileSync(join(folder, '1.log'), lines.join(''));
  });
  afterAll(() => server?.dispose());

  const rowOf = (screen: string, jail: string): string | undefined =>
    paneOf(screen, 'jails').find((line) => new RegExp(`^[› ]+${jail} `).test(line));

  test('shows what each sees, and in red why one sees nothing', async () => {
    const screen = await console.until('blind', (one) => rowOf(one, 'blind')?.includes('no match') === true);
    expect(rowOf(screen, 'sshd')).toMatch(/1\/1 +\S+ 192\.0\.2\.7 /);
    expect(screen).toContain('fail');
  });

  test('tests the filter by a key and shows what it missed', async () => {
    await console.keys('s');
    await console.keys('g');
    await console.until('the cursor', (screen) => rowOf(screen, 'blind')?.startsWith('›') === true);
    await console.keys('T');
    const screen = await console.until('the page', (one) => one.includes('30 missed'));
    expect(screen).toContain('Filter of blind');
    expect(screen).toContain('0 matched');
    expect(screen).toContain('login failed, try 0');
    await console.keys('Escape');
    await console.until('the table', (one) => !one.includes('Filter of blind'));
  });

  test('takes the last ban of a jail back', async () => {
    await console.keys('G');
    await console.until('the cursor', (screen) => rowOf(screen, 'sshd')?.startsWith('›') === true);
    await console.keys('u');
    await console.until(
      'the plan',
      (one) => one.includes('Unban 192.0.2.7') && one.includes('fail2ban-client'),
    );
    await console.keys('Enter');
    await console.until('done', (one) => /192\.0\.2\.7/.test(bottomOf(one)) && /unban/i.test(bottomOf(one)));
    expect((await server?.client('status', 'sshd'))?.stdout).toMatch(/Currently banned:\t0/);
  });
});
