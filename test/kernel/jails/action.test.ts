// The action file of contrib in a real fail2ban: one history holds its bans, too, each once, whatever was banned.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createJournal } from '../../../src/actions/journal/journal.ts';
import { onEnd } from '../acts/kit.ts';
import { useFail2ban } from '../harness/fail2ban.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const NOTES = '/run/opsconsole/fail2ban.log';
const action = (name: string): string => `opsconsole[name=${name}, file=${NOTES}]`;

kernelSuite("fail2ban's action for our journal", ['fail2ban-client', 'fail2ban-server', 'nsenter'], () => {
  const net = useTestNet({ clients: 0 });
  const server = useFail2ban(net, {
    jails: [
      { name: 'sshd', bantime: 600, action: action('sshd') },
      { name: 'web', bantime: -1, action: action('web') },
    ],
    database: true,
  });

  test('every ban and unban once, hostile texts as text, restored bans not again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'oc-notes-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const journal = createJournal(join(folder, 'journal.db'));
    onEnd(() => journal.close());
    expect(await journal.open()).toMatchObject({ ok: true });
    const { client, inside } = server();
    // As the processes in that view of the file system see it.
    const path = `/proc/${inside[2]}/root${NOTES}`;
    const lines = (): readonly string[] =>
      existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
    const written = (count: number): Promise<void> =>
      vi.waitFor(() => expect(lines()).toHaveLength(count), { timeout: 20_000, interval: 100 });
    const summaries = (): readonly string[] => {
      const rows = journal.rows(50);
      return rows.ok ? rows.value.map(({ summary }) => summary) : [];
    };

    await client('set', 'sshd', 'banip', '203.0.113.5');
    await client('set', 'web', 'banip', '2001:db8::5');
    await written(2);
    expect(await journal.takeIn(path)).toEqual({ ok: true, value: { rows: 2, unread: 0 } });
    expect(await journal.takeIn(path)).toEqual({ ok: true, value: { rows: 0, unread: 0 } });
    const [web, sshd] = summaries();
    expect(sshd).toMatch(/^fail2ban banned 203\.0\.113\.5 in jail sshd for 10m( after \d+ failures)?$/);
    expect(web).toMatch(/^fail2ban banned 2001:db8::5 in jail web for ever/);

    // Without a slash, which this server takes for a network. It runs in our own folder.
    const hostile =
      'x\'"$(touch oc-pwned)`touch oc-pwned`; touch oc-pwned\u001b[2J\n1\t1\tban\tsshd\t1\t1\t198.51.100.1';
    await client('set', 'sshd', 'banip', hostile);
    await client('set', 'sshd', 'unbanip', '203.0.113.5');
    await written(4);
    await journal.takeIn(path);
    expect(summaries(), JSON.stringify(lines())).toHaveLength(4);
    expect(summaries().join('\n')).not.toContain('\u001b');
    expect(summaries()).toContain('fail2ban unbanned 203.0.113.5 in jail sshd');
    expect(summaries().some((words) => /banned "x.*oc-pwned/.test(words))).toBe(true);
    expect(existsSync('oc-pwned')).toBe(false);

    await server().stop();
    const before = lines().length;
    await server().start();
    await vi.waitUntil(async () => (await client('status', 'web')).stdout.includes('2001:db8::5'), {
      timeout: 20_000,
      interval: 200,
    });
    expect(lines().length).toBe(before);
    expect(lines().filter((line) => line.includes('\tban\tweb'))).toHaveLength(1);
  });
});
