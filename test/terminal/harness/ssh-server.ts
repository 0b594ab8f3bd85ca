// A private sshd in the namespace of a test: own keys, own known hosts, no file of the machine's own configuration.

import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestNet } from '../../kernel/harness/netns.ts';

export type SshServer = Readonly<{
  process: ChildProcess;
  /** The words of a client up to its command; options may be put before the last one. */
  client: readonly string[];
  /** What the server has said so far. */
  said(): string;
}>;

/**
 * What sshd wants to have or to write (its own folder, who logged in when) exists only in this process's own view of the
 * file system.
 */
const PRIVATE_VIEW =
  'mount -t tmpfs none /run && mkdir /run/sshd && mount -t tmpfs none /var/log && exec /usr/sbin/sshd -D -e -f /dev/null "$@"';
/** Stands before a command over ssh: it sees the file system as everybody else does. */
export const PUBLIC_VIEW = 'exec unshare -m sh -c \'umount -l /run; umount -l /var/log; exec "$@"\' sh';

/** `folder`: for its keys. `address`: of the server's namespace. */
export async function launchSshd(net: TestNet, folder: string, address: string): Promise<SshServer> {
  const path = (name: string): string => join(folder, name);
  for (const name of ['host_key', 'user_key'])
    await net.exec(net.server, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', path(name)]);
  writeFileSync(path('authorized_keys'), readFileSync(path('user_key.pub')));
  const options = [
    `HostKey=${path('host_key')}`,
    `AuthorizedKeysFile=${path('authorized_keys')}`,
    // bash reads ~/.bashrc for a command over ssh at the first level only: what a person has there must not run here.
    'SetEnv=SHLVL=2',
    ...['StrictModes=no', 'UsePAM=no', 'PermitRootLogin=yes', 'PidFile=none', `ListenAddress=${address}`],
  ].flatMap((option) => ['-o', option]);
  const process = net.spawnIn(net.server, ['sh', '-c', PRIVATE_VIEW, 'sshd', ...options]);
  let said = '';
  process.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  return {
    process,
    client: [
      ...['ssh', '-F', 'none', '-i', path('user_key'), '-o', 'StrictHostKeyChecking=no'],
      ...['-o', `UserKnownHostsFile=${path('known_hosts')}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
      ...['-o', 'IdentitiesOnly=yes', '-o', 'LogLevel=ERROR', '-o', 'ConnectionAttempts=20'],
      `root@${address}`,
    ],
    said: () => said,
  };
}
