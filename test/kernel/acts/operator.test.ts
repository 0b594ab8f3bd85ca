// The operator at the other end of a real sshd is never banned or cut; who only guesses passwords can be.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { net as address, banOf, onEnd, openKit, proved, ready, refusedFor } from './kit.ts';

const PORT = 2222;

/** An sshd of our own on an unusual port of the server namespace, and a key that it takes. */
function startSshd(net: TestNet): string {
  const folder = mkdtempSync(join(tmpdir(), 'oc-sshd-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  const config = [
    `Port ${PORT}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    // bash reads ~/.bashrc for a command over ssh at the first level only: what a person has there must not run here.
    'SetEnv SHLVL=2',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PidFile none',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  // sshd wants its privilege separation folder even when it was never started by the system.
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const sshd = net.spawnIn(net.server, ['/usr/sbin/sshd', '-D', '-e', '-f', join(folder, 'sshd_config')]);
  onEnd(() => void sshd.kill('SIGKILL'));
  return folder;
}

function login(net: TestNet, client: number, folder: string, to: string): void {
  const options = [
    'StrictHostKeyChecking=no',
    'UserKnownHostsFile=/dev/null',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
  ];
  const ssh = net.spawnIn(net.client(client), [
    'ssh',
    ...options.flatMap((option) => ['-o', option]),
    '-F',
    '/dev/null',
    '-i',
    join(folder, 'user'),
    '-p',
    String(PORT),
    `root@${to}`,
    'sleep 120',
  ]);
  onEnd(() => void ssh.kill('SIGKILL'));
}

kernelSuite('the operator', ['nft', 'conntrack', 'ss', 'sshd', 'ssh', 'ssh-keygen'], () => {
  const testNet = useTestNet({ clients: 3 });

  test('is safe over IPv4 and IPv6 on an unusual port, alone and inside a range; a guesser is not', async () => {
    const net = testNet();
    const folder = startSshd(net);
    await vi.waitUntil(
      async () => (await net.probeTcp(net.client(2), net.server.v4, PORT)) === 'open',
      10_000,
    );
    const { desk } = await openKit(net);
    login(net, 0, folder, net.server.v4);
    login(net, 1, folder, net.server.v6);
    const guesser = await net.openFlow(net.client(2), net.server.v4, PORT);

    await vi.waitUntil(async () => {
      const { entries } = await desk.safeSet();
      const whys = entries.map(({ net: { text }, why }) => `${text} ${why}`);
      const sessions = whys.filter((words) => words.includes('ssh session of root@'));
      return sessions.length === 2 && !whys.some((words) => words.startsWith(`${net.client(2).v4} `));
    }, 15_000);

    for (const text of [net.client(0).v4, '203.0.113.0/24', net.client(1).v6, '2001:db8:113::/48']) {
      expect(await refusedFor(desk, banOf([text])), text).toMatch(/ssh session of root@/);
      expect(await refusedFor(desk, { action: 'cut', nets: [address(text)] }), text).toMatch(/ssh session/);
    }
    await proved(desk, banOf([net.client(2).v4]));
    expect(await net.probeTcp(net.client(2), net.server.v4, PORT, { boundMs: 300 })).toBe('dropped');
    await proved(desk, { action: 'undo' });
    await guesser.close();
  });

  test('keeps an idle session through shorter timeouts: its flow is pinned first', async () => {
    const net = testNet();
    await net.trackConnections(net.server);
    const folder = startSshd(net);
    await vi.waitUntil(
      async () => (await net.probeTcp(net.client(2), net.server.v4, PORT)) === 'open',
      10_000,
    );
    const { desk } = await openKit(net);
    login(net, 0, folder, net.server.v4);
    const change = { action: 'tighten', change: { name: 'tcp_timeout_established', seconds: 7440 } } as const;
    await vi.waitUntil(async () => {
      const { plan } = ready(await desk.preview(change));
      return plan.notes.some((note) => note.startsWith('1 ssh session tracked'));
    }, 15_000);
    const report = await proved(desk, change);
    expect(report.summary).toMatch(/5d → 2h 4m · 1 ssh session pinned/);
    const { stdout } = await net.exec(net.server, ['conntrack', '-L', '-p', 'tcp', '--dport', String(PORT)]);
    const left = Number(/6 (\d+) ESTABLISHED src=203\.0\.113\.10 /.exec(stdout)?.[1]);
    expect(left).toBeGreaterThan(300_000);
    await proved(desk, { action: 'undo' });
  });
});
