// Lines of a journal that a jail reads, counted in a real journald.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createWhich } from '../../../src/host/which.ts';
import { lookAtJournal } from '../../../src/sources/jails/journals.ts';
import { useWorld } from '../../terminal/harness/console.ts';
import { startJournald, type TestJournal } from '../../terminal/harness/journald.ts';
import { onEnd } from '../acts/kit.ts';
import { kernelSuite } from '../harness/require.ts';

const SESSION = 'version: 1\nname: jails\nwindows:\n  - { name: jails, panes: [jails] }\n';

kernelSuite('the journal of a jail', ['nsenter', 'journalctl', 'logger'], () => {
  const world = useWorld({ session: SESSION });
  let journal: TestJournal;
  beforeAll(async () => {
    journal = await startJournald(world());
  });
  afterAll(() => journal.dispose());

  test('is counted by its matches, and its lines are looked at', async () => {
    const lines = [
      'Failed password for root from 192.0.2.7 port 1 ssh2',
      'no address',
      'hostile \x1b[2J from 192.0.2.8',
    ];
    for (const line of lines) journal.log('sshd-test', line);
    journal.log('other', 'not of this jail');
    const netns = await createNetnsHost({ name: world().net.server.name });
    onEnd(() => netns.close());
    const runner = createRunner(createWhich(), (wish, path) => [
      ...(journal.enter as readonly [string, ...string[]]),
      ...[path, ...wish.argv.slice(1)],
    ]);
    const host = { ...netns, ...runner };
    const { signal } = new AbortController();
    const look = await lookAtJournal(host, 'SYSLOG_IDENTIFIER=sshd-test', signal);
    expect(look).toMatchObject({
      lines: { hour: { count: 3, atLeast: false }, day: { count: 3, atLeast: false } },
      sample: { lines: 3, stamped: 3, addressed: 2 },
    });
    expect(look.gap).toBeUndefined();
    expect(await lookAtJournal(host, '_SYSTEMD_UNIT=sshd.service + _COMM=sshd', signal)).toMatchObject({
      lines: { day: { count: 0 } },
    });
    expect((await lookAtJournal(host, '--rotate', signal)).gap).toMatch(/not understood/);
  });
});
