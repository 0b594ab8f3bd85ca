// The built console on one machine, working on another one over a real ssh: what is typed here is done there, a line that is cut
// makes panes old and not wrong, and nothing is left when it ends.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FarHost, startFarHost } from '../kernel/harness/far-host.ts';
import { kernelSuite } from '../kernel/harness/require.ts';
import { PROGRAM, useWorld } from './harness/console.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `version: 1
name: far
hosts:
  edge: { ssh: far, colour: red }
windows:
  - name: edge
    host: edge
    panes:
      - bans
      - run: { command: 'echo "there: $SSH_CONNECTION"; exec sleep 60', start: auto }
`;
const ADDRESS = '198.51.100.77';

kernelSuite('the console over ssh', ['tmux', 'ssh', 'sshd', 'nft', 'conntrack'], () => {
  const world = useWorld({ session: SESSION, clients: 2 });
  let far: FarHost;
  let terminal: TestTerminal;
  beforeAll(async () => {
    far = await startFarHost(world().net, { client: 0, offline: true });
    terminal = await world().start({
      through: (argv) => [
        ...['ip', 'netns', 'exec', world().net.client(0).name],
        ...[PROGRAM, argv.at(-1) ?? '', '--ssh-config', far.options.config ?? ''],
      ],
    });
  });
  afterAll(() => far?.dispose());
  /** Before another key: together they would be one with Alt. */
  const leave = async (): Promise<void> => {
    await terminal.keys('Escape');
    await terminal.until('nothing open', (text) => text.includes('? help'));
  };

  test('shows the other machine, under its name', async () => {
    const { net } = world();
    const screen = await terminal.until(
      'both panes',
      (text) => text.includes('edge bans') && text.includes(`there: ${net.client(0).v4}`),
      30_000,
    );
    expect(screen.split('\n')[0]).toContain(' edge ');
  });

  test('bans there, with the commands shown first and the proof after', async () => {
    await terminal.type(`:ban ${ADDRESS}`);
    await terminal.keys('Enter');
    await terminal.until('the plan', (text) => text.includes('Enter bans'), 30_000);
    await terminal.keys('Enter');
    await terminal.until('the proof', (text) => text.includes(`banned ${ADDRESS}`), 30_000);
    const { net } = world();
    const there = await net.exec(net.server, ['nft', 'list', 'set', 'inet', 'opsconsole', 'ban4']);
    expect(there.stdout).toContain(ADDRESS);
    const here = await net.exec(net.client(0), ['nft', 'list', 'tables']);
    expect(here.stdout).not.toContain('opsconsole');
    await terminal.until('the row', (text) => text.includes('✓ rule'), 30_000);
  });

  test('does not ban whom the far sshd sees as us', async () => {
    await terminal.type(`:ban ${world().net.client(0).v4}`);
    await terminal.keys('Enter');
    await terminal.until(
      'the refusal',
      (text) => text.includes('✗') && text.includes('your ssh session'),
      30_000,
    );
    await leave();
  });

  test('a line that is cut makes panes old, keys work on, and it comes back', async () => {
    await far.dropPackets();
    // ssh itself would take 15 s to notice.
    for (const one of far.nearProcesses()) process.kill(Number(one.split(' ')[0]), 'SIGKILL');
    await terminal.type(':ba');
    await terminal.until('what is typed', (text) => text.includes(':ba'), 2_000);
    await leave();
    await terminal.until(
      'the age',
      (text) => /edge bans.*stale \d+ s, (line down|connecting)/.test(text),
      60_000,
    );
    await far.heal();
    await terminal.type(':host retry');
    await terminal.keys('Enter');
    await terminal.until('new data', (text) => /edge bans.*live/.test(text), 30_000);
  });

  test('leaves nothing here or there', async () => {
    await terminal.keys('q');
    await terminal.until('the question', (text) => text.includes('Enter'));
    await terminal.keys('Enter');
    await expect.poll(() => terminal.ask('#{pane_dead}'), { timeout: 15_000 }).toBe('1');
    await expect.poll(() => far.farProcesses(), { timeout: 15_000 }).toEqual([]);
    expect(far.nearProcesses()).toEqual([]);
  });
});
