// A real sshd on an unusual port of the server's namespace, and sessions that run a command in it from a client.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { onEnd } from '../acts/kit.ts';
import type { TestNet, TestNs } from '../harness/netns.ts';

export const SSH_PORT = 2222;

export type SshLine = Readonly<{ type(text: string): void; said(): string; cut(): void }>;

export type Sshd = Readonly<{
  /** A session that stays silent until the test ends. */
  login(client: TestNs, to: string): void;
  /** Runs `script` by sh in a session with a terminal; resolves to what it printed. */
  run(client: TestNs, to: string, script: string): Promise<string>;
  /** The same, still open. `cut`: the client is killed, as when a laptop's lid is closed and the line times out. */
  open(client: TestNs, to: string, script: string): SshLine;
}>;

export async function startSshd(net: TestNet): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-sshd-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  const config = [
    `Port ${SSH_PORT}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/user.pub`,
    // bash reads ~/.bashrc for a command over ssh at the first level only: what a person has there must not run here.
    'SetEnv SHLVL=2',
    ...['StrictModes no', 'UsePAM no', 'PermitRootLogin yes', 'PidFile none'],
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  // The folder that sshd wants exists only in this process's own view of the file system.
  const script = 'mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$1"';
  const sshd = net.spawnIn(net.server, ['sh', '-c', script, 'sh', join(folder, 'sshd_config')]);
  onEnd(() => void sshd.kill('SIGKILL'));
  const [first] = net.clients;
  if (first === undefined) throw new Error('sshd needs a client');
  await vi.waitUntil(async () => (await net.probeTcp(first, net.server.v4, SSH_PORT)) === 'open', 10_000);
  const start = (client: TestNs, to: string, words: readonly string[]) => {
    const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes'];
    const ssh = net.spawnIn(client, [
      'ssh',
      ...['-F', '/dev/null', '-i', join(folder, 'user'), '-p', String(SSH_PORT)],
      ...options.flatMap((option) => ['-o', option]),
      ...words.slice(0, -1),
      `root@${to}`,
      words.at(-1) ?? '',
    ]);
    onEnd(() => void ssh.kill('SIGKILL'));
    return ssh;
  };
  return {
    open: (client, to, script) => {
      const ssh = start(client, to, ['-tt', script]);
      let said = '';
      ssh.stdout?.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
      return {
        type: (text) => void ssh.stdin?.write(text),
        said: () => said,
        cut: () => void ssh.kill('SIGKILL'),
      };
    },
    login: (client, to) => void start(client, to, ['exec sleep 600']),
    run: (client, to, script) =>
      new Promise((resolve) => {
        const ssh = start(client, to, ['-tt', script]);
        let said = '';
        ssh.stdout?.on('data', (bytes: Buffer) => {
          said += bytes.toString();
        });
        ssh.stderr?.on('data', (bytes: Buffer) => {
          said += bytes.toString();
        });
        ssh.on('close', () => resolve(said.replaceAll('\r', '')));
      }),
  };
}
