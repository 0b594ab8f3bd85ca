// The way in for the operator: a real sshd and a real login where this machine has them, also without root (sshd then
// runs as the user who started the playground, and lets only that user in); else a small line server on port 22.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { SERVER } from './addresses.ts';
import { TOOL_ENV, tool, tries } from './tool.ts';

/** Who started the playground. `name`: as /etc/passwd has it. */
export type Owner = Readonly<{ uid: number; gid: number; name: string }>;
type Argv = readonly [string, ...string[]];

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));

/** The words that log in and echo what they are sent; undefined: it is not to be had here, the line server is up. */
export async function openDoor(folder: string, owner: Owner): Promise<Argv | undefined> {
  const login = await realDoor(`${folder}/ssh`, owner).catch(() => undefined);
  if (login !== undefined) return login;
  await lineServer();
  return undefined;
}

async function realDoor(folder: string, { uid, gid, name }: Owner): Promise<Argv | undefined> {
  if (SSHD === undefined) return undefined;
  mkdirSync(folder, { mode: 0o700 });
  for (const key of ['host_key', 'user_key'])
    await tool(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/${key}`]);
  writeFileSync(`${folder}/authorized_keys`, readFileSync(`${folder}/user_key.pub`), { mode: 0o600 });
  mkdirSync('/run/sshd', { mode: 0o755, recursive: true });
  // Port 22 for a process that is not root in our user namespace.
  await tries(['sh', '-c', 'echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start']);
  const options = [
    ...[
      `HostKey=${folder}/host_key`,
      `AuthorizedKeysFile=${folder}/authorized_keys`,
      `ListenAddress=${SERVER.v4}`,
    ],
    // bash reads ~/.bashrc for a command over ssh at the first level only: what a person has there must not run here.
    'SetEnv=SHLVL=2',
    ...['StrictModes=no', 'UsePAM=no', 'PermitRootLogin=yes', 'PasswordAuthentication=no', 'PidFile=none'],
  ].flatMap((option) => ['-o', option]);
  // sshd without root lets in only its own user, so the ids must be those that /etc/passwd knows.
  const asOwner = uid === 0 ? [] : ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  const [first, ...rest] = [...asOwner, SSHD, '-D', '-e', '-f', '/dev/null', ...options];
  const log = openSync(`${folder}/sshd.log`, 'a', 0o600);
  const child = spawn(first ?? SSHD, rest, { stdio: ['ignore', log, log], detached: true, env: TOOL_ENV });
  child.on('error', () => undefined);
  const login = (target: string): Argv => [
    ...(['ssh', '-F', 'none', '-T', '-i', `${folder}/user_key`] as const),
    ...[
      'StrictHostKeyChecking=no',
      'BatchMode=yes',
      'ConnectTimeout=3',
      'IdentitiesOnly=yes',
      'LogLevel=ERROR',
    ]
      .concat(`UserKnownHostsFile=${folder}/known_hosts`)
      .flatMap((option) => ['-o', option]),
    ...[`${name}@${target}`, 'exec cat'],
  ];
  if ((await listens()) && (await echoes(login(SERVER.v4)))) return login(SERVER.v4);
  child.kill('SIGKILL');
  return undefined;
}

async function listens(): Promise<boolean> {
  for (const end = performance.now() + 3_000; performance.now() < end; ) {
    if (await answers()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: SERVER.v4, port: 22 });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** A login may be refused for many reasons (no shell, a locked account): tried before anybody relies on it. */
async function echoes(login: Argv): Promise<boolean> {
  try {
    return (await tool(['timeout', '6', ...login], 'hello\n')).includes('hello');
  } catch {
    return false;
  }
}

/** Greets as ssh does, so that whoever asks whether port 22 answers is told the truth; echoes what is not ssh. */
function lineServer(): Promise<void> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('SSH-2.0-playground\r\n');
    let first = true;
    socket.on('data', (bytes: Buffer) => {
      if (first && bytes.toString('latin1').startsWith('SSH-')) socket.end();
      else socket.write(bytes);
      first = false;
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(22, SERVER.v4, () => resolve());
  });
}
