// What has ended goes from where it does not go by itself, and nothing else goes with it.

import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell } from '../hazards/shell.ts';

kernelSuite('bans expire', ['iptables-nft-restore', 'iptables-save', 'nft'], () => {
  const made = useTestNet({ clients: 1 });

  test('takes ended rules out of a ban chain; a later ban of the same address stays', async () => {
    const { server } = made();
    const stop = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(0, 19);
    const rule = (address: string, ms: number, words: string): string =>
      `-A IP4BAN -s ${address} -m time --datestop ${stop(ms)} -m comment --comment ${words} -j DROP`;
    const lines = [
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':IP4BAN - [0:0]',
      '-A INPUT -j IP4BAN',
      rule('203.0.113.50', -60_000, 'over'),
      rule('203.0.113.51', -60_000, 'over'),
      rule('203.0.113.51', 3_600_000, 'later'),
      rule('203.0.113.52', 3_600_000, 'later'),
      '-A IP4BAN -s 203.0.113.53/32 -j DROP',
      'COMMIT',
    ];
    await made().exec(server, ['iptables-nft-restore'], { input: `${lines.join('\n')}\n` });
    const rules = async (): Promise<readonly string[]> => {
      const { stdout } = await made().exec(server, ['iptables-save', '-t', 'filter']);
      return [...stdout.matchAll(/^-A IP4BAN -s (\S+?)\/32(?:.*--comment (\w+))?/gm)].map(
        ([, address, words = 'always']) => `${address} ${words}`,
      );
    };
    const { run } = await openShell(made());
    const dry = await run(['bans', 'expire', '--dry-run']);
    expect(dry.out).toMatch(/^take 2 ended bans out of IP4BAN\n/);
    expect(await rules()).toHaveLength(5);
    const done = await run(['bans', 'expire']);
    expect(done, done.err).toMatchObject({ status: EXIT.done });
    expect(await rules()).toEqual(['203.0.113.51 later', '203.0.113.52 later', '203.0.113.53 always']);
    const again = await run(['bans', 'expire']);
    expect(again).toMatchObject({ status: EXIT.done });
    expect(again.out).toMatch(/^nothing has ended\n/);
    const journal = JSON.parse((await run(['journal', '--json'])).out);
    expect(journal).toHaveLength(1);
  });
});
