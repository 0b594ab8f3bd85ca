// A real sshd in the server's namespace with one session logged in from a client: a peer that must never be banned.

import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { TestNs } from '../../kernel/harness/netns.ts';
import type { World } from './console.ts';
import { untilTrue } from './tmux.ts';

export type SshSession = Readonly<{
  /** The session answers. */
  alive(): Promise<boolean>;
  close(): Promise<void>;
}>;

export async function startSshd(world: World, client: TestNs): Promise<SshSession> {
  const { net, path, file } = world;
  for (const name of ['host_key', 'user_key'])
    await net.exec(net.server, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  file('authorized_keys', readFileSync(path('user_key.pub'), 'utf8'));
  const options = [
    `HostKey=${path('host_key')}`,
    `AuthorizedKeysFile=${path('authorized_keys')}`,
    // bash reads ~/.bashrc for a command over ssh at the first level only: what a person has there must not run here.
    'SetEnv=SHLVL=2',
    ...['StrictModes=no', 'UsePAM=no', 'PermitRootLogin=yes', 'PidFile=none', 'ListenAddress=192.0.2.1'],
  ].flatMap((option) => ['-o', option]);
  // The folder that sshd wants exists only in this process's own view of the file system.
  const script = 'mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f /dev/null "$@"';
  const server = net.spawnIn(net.server, ['sh', '-c', script, 'sshd', ...options]);
  const peer = net.spawnIn(client, [
    'ssh',
    ...['-F', 'none', '-i', path('user_key'), '-o', 'StrictHostKeyChecking=no'],
    ...['-o', `UserKnownHostsFile=${path('known_hosts')}`, '-o', 'ConnectionAttempts=20', '-T'],
    ...['root@192.0.2.1', 'exec cat'],
  ]);
  let said = '';
  let troubles = '';
  peer.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  for (const child of [server, peer])
    child.stderr?.on('data', (bytes: Buffer) => {
      troubles += bytes.toString();
    });
  const answers = async (word: string): Promise<boolean> => {
    peer.stdin?.write(`${word}\n`);
    return untilTrue('the session answers', () => said.includes(word), 5_000).then(
      () => true,
      () => false,
    );
  };
  if (!(await untilAnswer(answers))) throw new Error(`no ssh session: ${troubles}`);
  return {
    alive: () => answers(`still-${said.length}`),
    async close() {
      await Promise.all([server, peer].map(ended));
    },
  };
}

async function untilAnswer(answers: (word: string) => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 4; attempt++) if (await answers(`hello-${attempt}`)) return true;
  return false;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
