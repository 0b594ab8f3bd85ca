// A real sshd in the server's namespace with one session logged in from a client: a peer that must never be banned.

import type { ChildProcess } from 'node:child_process';
import type { TestNs } from '../../kernel/harness/netns.ts';
import type { World } from './console.ts';
import { launchSshd } from './ssh-server.ts';
import { untilTrue } from './tmux.ts';

export type SshSession = Readonly<{
  /** The session answers. */
  alive(): Promise<boolean>;
  close(): Promise<void>;
}>;

export async function startSshd(world: World, client: TestNs): Promise<SshSession> {
  const { net, path } = world;
  const server = await launchSshd(net, path(''), net.server.v4);
  const [ssh = 'ssh', ...words] = server.client;
  const peer = net.spawnIn(client, [ssh, '-T', ...words, 'exec cat']);
  let said = '';
  let troubles = '';
  peer.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  peer.stderr?.on('data', (bytes: Buffer) => {
    troubles += bytes.toString();
  });
  const answers = async (word: string): Promise<boolean> => {
    peer.stdin?.write(`${word}\n`);
    return untilTrue('the session answers', () => said.includes(word), 5_000).then(
      () => true,
      () => false,
    );
  };
  if (!(await untilAnswer(answers))) throw new Error(`no ssh session: ${troubles}${server.said()}`);
  return {
    alive: () => answers(`still-${said.length}`),
    async close() {
      await Promise.all([server.process, peer].map(ended));
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
