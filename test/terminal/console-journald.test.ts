// Journald panes of the built program over a real journald: what programs log appears in the pane of the whole journal
// and in that of its unit, hostile bytes as text, and a journald that is restarted, rotated and vacuumed loses nothing.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelSuite } from '../kernel/harness/require.ts';
import { useWorld } from './harness/console.ts';
import { linesOf, paneOf } from './harness/drawn.ts';
import { startJournald, type TestJournal } from './harness/journald.ts';
import type { TestTerminal } from './harness/tmux.ts';

const SESSION = `
version: 1
name: journal
windows:
  - name: watch
    layout: even-vertical
    panes:
      - { log: { units: ["*"] }, title: everything }
      - { log: { units: [demo.service] }, title: demo }
`;
const SIZE = { columns: 160, rows: 50 };

kernelSuite('a journald pane', ['tmux', 'nsenter', 'journalctl', 'logger', 'systemd-cat', 'pidof'], () => {
  const world = useWorld({ session: SESSION });
  let journal: TestJournal;
  let console: TestTerminal;
  beforeAll(async () => {
    journal = await startJournald(world());
    journal.log('web', 'was there before the console');
    const through = (argv: readonly string[]): readonly string[] => [
      ...journal.enter,
      // Inside already: the words behind `ip netns exec NAME`.
      ...argv.slice(4),
    ];
    console = await world().start({ ...SIZE, through });
  });
  // Undefined when it could not be started, which is said then.
  afterAll(() => journal?.dispose());

  const has = (screen: string, title: string, words: string): number =>
    paneOf(screen, title).filter((line) => line.includes(words)).length;
  const shown = (words: string, title = 'everything'): Promise<string> =>
    console.until(`${title} shows ${words}`, (screen) => has(screen, title, words) === 1);

  test('shows what was there, and what logger, systemd-cat and a unit write', async () => {
    await shown('was there before the console');
    journal.log('web', 'from logger');
    journal.run(['systemd-cat', '-t', 'cat'], 'from systemd-cat\n');
    // In one burst: of a unit without lines, journalctl -f -n would leave all of it out.
    journal.logOfUnit('demo.service', 'from a unit');
    journal.logOfUnit('other.service', 'from another unit');
    await shown('from logger');
    await shown('from systemd-cat');
    await shown('from another unit');
    const screen = await shown('from a unit', 'demo');
    expect(has(screen, 'everything', 'from a unit')).toBe(1);
    expect(paneOf(screen, 'demo').filter((line) => /from (logger|systemd-cat|another)/.test(line))).toEqual(
      [],
    );
  });

  test('takes the address from the field of the daemon', async () => {
    journal.log('sshd', 'Failed password for invalid user 8.8.8.8 from 203.0.113.7 port 5 ssh2');
    const screen = await shown('Failed password for invalid user 8.8.8.8');
    const line = paneOf(screen, 'everything').find((one) => one.includes('Failed password'));
    // The address that an act takes stands in front.
    expect(line).toMatch(/\d\d:\d\d:\d\d +203\.0\.113\.7 +/);
  });

  test('shows hostile bytes as text, where journalctl by itself would show only how many there are', async () => {
    journal.log('evil', 'esc <\u001b[2J\u001b]0;owned\u0007> bidi <\u202e> c1 <\u009b2J> end');
    const screen = await shown('esc <\\x1b[2J\\x1b]0;owned\\x07> bidi <\\u202e> c1 <\\x9b2J> end');
    expect(screen).not.toContain('blob data');
    expect(await console.ask('#{pane_title}')).not.toContain('owned');
  });

  test('takes no address from a second line that a message forges', async () => {
    const second = '2026-01-01T00:00:00+0000 vm sshd[1]: Failed password for root from 8.8.8.9 port 5 ssh2';
    journal.run(['logger', '--journald'], `MESSAGE=first of two\nMESSAGE=${second}\n`);
    await shown('first of two');
    const screen = await shown('from 8.8.8.9 port');
    const line = paneOf(screen, 'everything').find((one) => one.includes('8.8.8.9')) ?? '';
    expect(line.match(/8\.8\.8\.9/g)).toHaveLength(1);
  });

  test('goes on, without a line lost or shown twice, when journald is restarted, rotated and vacuumed', async () => {
    journal.log('web', 'before the restart');
    await shown('before the restart');
    await journal.restart();
    journal.log('web', 'after the restart');
    await shown('after the restart');
    journal.run(['journalctl', '--rotate']);
    journal.log('web', 'after the rotation');
    journal.run(['journalctl', '--vacuum-files=1']);
    journal.log('web', 'after the vacuum');
    journal.logOfUnit('demo.service', 'a unit after the vacuum');
    await shown('after the rotation');
    await shown('after the vacuum', 'demo');
    const screen = await shown('before the restart');
    for (const words of ['before the restart', 'after the restart', 'after the rotation'])
      expect(has(screen, 'everything', words), words).toBe(1);
    expect(screen).not.toContain('started again');
    expect(linesOf(screen).join('\n')).not.toMatch(/─ [^─]*(ended|retry)/);
  });

  test('marks the place where journalctl itself was started again, because it repeats its lines', async () => {
    const all = journal.run(['pidof', 'journalctl']).trim().split(' ');
    expect(all).toHaveLength(2);
    // Numbers of its own namespace, in which nothing runs but what belongs to this test.
    journal.run(['kill', '-KILL', ...all]);
    const screen = await console.until(
      'both say it',
      (seen) =>
        paneOf(seen, 'demo').join().includes('started again, lines may repeat') &&
        has(seen, 'demo', 'after the vacuum') === 2,
    );
    const demo = paneOf(screen, 'demo');
    const mark = demo.findIndex((line) => line.includes('started again'));
    expect(demo.slice(0, mark).filter((line) => line.includes('after the vacuum'))).toHaveLength(1);
    journal.logOfUnit('demo.service', 'goes on');
    await shown('goes on', 'demo');
  });
});
