// Names with changing addresses in real sets: the new address is in before the old one goes, name servers that are down change
// nothing, and what somebody else put there stays.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { onEnd } from './kit.ts';

const FIXTURE = new URL('../fixtures/acts-cli.ts', import.meta.url).pathname;
const NAME = 'home.example.net';
const SETS = `table inet friends {
  set in4 { type ipv4_addr; elements = { 192.0.2.200 }; }
  set in6 { type ipv6_addr; }
  set bad4 { type ipv4_addr; }
  chain input { type filter hook input priority 0; ip saddr @in4 accept; ip6 saddr @in6 accept; ip saddr @bad4 drop; }
}
`;

kernelSuite('allow sync', ['nft', 'ipset', 'iptables'], () => {
  const testNet = useTestNet({ clients: 0 });

  function rig() {
    const folder = mkdtempSync(join(tmpdir(), 'oc-allow-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const hosts = join(folder, 'hosts');
    const session = join(folder, 'session.yml');
    const file = join(folder, 'state', 'allow.json');
    const env = [`OPSCONSOLE_STATE_DIR=${join(folder, 'state')}`, `XDG_STATE_HOME=${join(folder, 'xdg')}`];
    // A name server that refuses at once: without one the resolver of libc waits for many seconds.
    const resolver = join(folder, 'resolv.conf');
    writeFileSync(resolver, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
    const wrapper = `mount --bind "$0" /etc/hosts && mount --bind ${resolver} /etc/resolv.conf && exec "$@"`;
    const says = (lines: readonly string[]): void => writeFileSync(hosts, `${lines.join('\n')}\n`);
    const into = (sets: readonly string[]): void =>
      writeFileSync(
        session,
        `version: 1\nallow: [${NAME}, 198.51.100.0/24]\nallow-into: ${JSON.stringify(sets)}\nwindows:\n  - name: one\n    panes: [{ host: true }]\n`,
      );
    const run = async (...words: readonly string[]) => {
      const inside = ['env', ...env, process.execPath, FIXTURE, ...words, '--session', session] as const;
      const argv = ['unshare', '-m', 'sh', '-c', wrapper, hosts, ...inside] as const;
      const { exitCode, stdout, stderr } = await testNet().exec(testNet().server, argv, { anyExit: true });
      return { status: exitCode, out: stdout, err: stderr };
    };
    return { says, into, run, file };
  }

  const members = async (set: string): Promise<readonly string[]> => {
    const { stdout } = await testNet().exec(testNet().server, ['nft', 'list', 'set', 'inet', 'friends', set]);
    return (
      /elements = \{([^}]*)\}/
        .exec(stdout)?.[1]
        ?.split(',')
        .map((one) => one.trim().split(' ')[0] ?? '') ?? []
    );
  };

  test('follows the name in both families, keeps what is not ours, and the last good answer', async () => {
    await testNet().exec(testNet().server, ['nft', '-f', '-'], { input: SETS });
    const { says, into, run, file } = rig();
    into(['inet friends in4', 'inet friends in6']);
    says([`203.0.113.70 ${NAME}`, `2001:db8:77::1 ${NAME}`]);
    const first = await run('allow', 'sync');
    expect(first.err).toBe('');
    expect(first.status).toBe(EXIT.done);
    expect(await members('in4')).toEqual(['192.0.2.200', '203.0.113.70']);
    expect(await members('in6')).toEqual(['2001:db8:77::1']);

    const again = await run('allow', 'sync', '--dry-run');
    expect([again.status, again.out]).toEqual([EXIT.done, expect.stringContaining('holds what the names')]);
    says([`203.0.113.71 ${NAME}`, `192.0.2.200 ${NAME}`, `2001:db8:77::2 ${NAME}`]);
    expect((await run('allow', 'sync')).status).toBe(EXIT.done);
    expect(await members('in4')).toEqual(['192.0.2.200', '203.0.113.71']);
    expect(await members('in6')).toEqual(['2001:db8:77::2']);

    const before = readFileSync(file, 'utf8');
    says(['127.0.0.1 localhost']);
    const down = await run('allow', 'sync');
    expect(down.status).toBe(EXIT.done);
    expect(down.err).toMatch(/home\.example\.net does not resolve: its answer of .* ago is kept/);
    expect(await members('in4')).toEqual(['192.0.2.200', '203.0.113.71']);
    expect(readFileSync(file, 'utf8')).toBe(before);
    // The safe set holds it, too, in a process that never saw the name resolve.
    const refused = await run('ban', '203.0.113.71', '--dry-run');
    expect([refused.status, refused.err]).toEqual([EXIT.refused, expect.stringContaining(NAME)]);

    // An answer that would let in everybody or nobody is none.
    says([`0.0.0.0 ${NAME}`]);
    expect((await run('allow', 'sync')).err).toContain('no address that anybody comes from');
    says([`203.0.113.72 ${NAME}`]);
    expect((await run('allow', 'sync')).status).toBe(EXIT.done);
    // 192.0.2.200 was there before us.
    expect(await members('in4')).toEqual(['192.0.2.200', '203.0.113.72']);
  }, 120_000);

  test('never fills a set of bans, and says it', async () => {
    await testNet().exec(testNet().server, ['nft', '-f', '-'], {
      input: `add table inet friends\ndelete table inet friends\n${SETS}`,
    });
    const { says, into, run } = rig();
    into(['inet friends bad4']);
    says([`203.0.113.70 ${NAME}`]);
    const refused = await run('allow', 'sync');
    expect([refused.status, refused.err]).toEqual([
      EXIT.refused,
      expect.stringContaining('is a set of bans'),
    ]);
    expect(await members('bad4')).toEqual([]);
  });
});
