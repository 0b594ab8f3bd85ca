// The file of a ban script (address=epoch) into its chains and into our own table, each ban with an end of its own.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell } from '../hazards/shell.ts';

const TOOLS = ['iptables-nft-restore', 'ip6tables-nft-restore', 'iptables-save', 'nft'];
const ruleset = (chain: string): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n:${chain} - [0:0]\n-A INPUT -j ${chain}\n-A ${chain} -j RETURN\nCOMMIT\n`;

kernelSuite('a ban file', TOOLS, () => {
  const made = useTestNet({ clients: 1 });

  test('is taken only when it is said what its numbers are; then each ban ends by itself', async () => {
    const { server } = made();
    await made().exec(server, ['iptables-nft-restore'], { input: ruleset('IP4BAN') });
    await made().exec(server, ['ip6tables-nft-restore'], { input: ruleset('IP6BAN') });
    const { folder, host, run } = await openShell(made());
    const now = Math.floor(host.now() / 1000);
    const lines = [
      '# hammer',
      `198.51.100.5=${now - 3600} # web`,
      `2001:db8:f::/48=${now - 7200}`,
      `198.51.100.6=${now - 90_000}`,
      `${made().client(0).v4}=${now - 60}`,
    ];
    writeFileSync(join(folder, 'bans.db'), `${lines.join('\r\n')}\r\n`);
    const words = ['bans', 'import', 'bans.db', '--format', 'ban-file'];

    const unsaid = await run([...words, '--to', 'IP4BAN', '--yes']);
    expect(unsaid.status).toBe(EXIT.usage);
    expect(unsaid.err).toContain('bans.db:2:14: ');
    expect(unsaid.err).toContain('--epoch began --for 1d');
    const endless = await run([...words, '--to', 'IP4BAN', '--epoch', 'began', '--yes']);
    expect(endless).toMatchObject({ status: EXIT.usage, err: expect.stringContaining('needs --for') });

    const began = [...words, '--epoch', 'began', '--for', '1d', '--yes'];
    const taken = await run([...began, '--to', 'IP4BAN']);
    expect(taken.status, taken.err).toBe(EXIT.done);
    expect(taken.out).toContain('bans.db: 3 bans that have not ended, 1 are over');
    const stop = (at: number): string => new Date((at + 86_400 - 1) * 1000).toISOString().slice(0, 19);
    const { stdout: four } = await made().exec(server, ['iptables-save']);
    expect(four).toContain(
      `-A IP4BAN -s 198.51.100.5/32 -m time --datestop ${stop(now - 3600)} -m comment --comment web -j DROP\n`,
    );
    expect(four).not.toContain('198.51.100.6');
    expect(
      four
        .split('\n')
        .filter((line) => line.startsWith('-A IP4BAN'))
        .at(-1),
    ).toBe('-A IP4BAN -j RETURN');
    const { stdout: six } = await made().exec(server, ['ip6tables-save']);
    expect(six).toContain(`-A IP6BAN -s 2001:db8:f::/48 -m time --datestop ${stop(now - 7200)} -j DROP\n`);

    const own = await run(began);
    expect(own.status, own.err).toBe(EXIT.done);
    expect(own.out).toMatch(/nft add element inet opsconsole ban4 \{ .*198\.51\.100\.5 timeout 8\d{4}s/);
    expect((await run([...words, '--epoch', 'end', '--yes'])).out).toContain(
      '0 bans that have not ended, 4 are over',
    );
  });
});
