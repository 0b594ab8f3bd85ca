// A far host for tests: a real sshd in the server's namespace of a test net, and an SshHost that reaches it by the system's ssh
// from a client's namespace. The far side has its own /run, /var/lib, /root, and where asked its own users and sudo rules:
// nothing of this machine is touched. The console's side has its own ssh_config, keys, known_hosts and control sockets.
//
//   const net = useTestNet();
//   const far = useFarHost(net);                     // inside a kernelSuite: one for all its tests
//   test('…', async () => {
//     const { host } = far();                        // connected
//     await host.run(command(['nft', 'list', 'ruleset'], { privileged: true }));
//     await far().killMaster();                      // the line breaks at once, both sides notice
//     await far().dropPackets();                     // silence: ssh notices after 15 s; the far side later
//     await far().heal();                            // packets flow again
//     await far().slow({ delayMs: 300, bitsPerSecond: 64_000 }); // each way; slow() ends it (option `slowable`)
//     await far().up();                              // connected again (retries at once)
//   });

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import type { HostId } from '../../../src/core/hosts.ts';
import { createSshHost } from '../../../src/host/ssh/create.ts';
import type { SshHost, SshOptions } from '../../../src/host/ssh/ssh-host.ts';
import type { TestNet, TestNs } from './netns.ts';
import type { SlowSettings } from './slow-line.ts';

export const FAR_PORT = 2222;
const JUMP_PORT = 2223;
const SLOW_LINE = new URL('./slow-line.ts', import.meta.url).pathname;

export type FarHostOptions = Readonly<{
  /** Of the net's clients: where ssh runs. Default 0. */
  client?: number;
  /** A second sshd on another port; `far.other('far-jump')` reaches the far host through it. */
  jump?: boolean;
  /** What root's .bashrc says: noise on stdout. */
  bashrc?: string;
  /** Plain users beside root, in a private /etc; `far.other('far-NAME')` logs in as one. */
  accounts?: readonly FarAccount[];
  /** The account that `host` uses. Default root. */
  as?: string;
  /** The line goes through a program that can slow it down. */
  slowable?: boolean;
  /** More lines for sshd_config. */
  sshd?: readonly string[];
  /** More lines for the far host in ssh_config. */
  ssh?: readonly string[];
  sudo?: 'auto' | 'ask' | 'never';
  /** Do not connect. */
  offline?: boolean;
}>;

export type FarAccount = Readonly<{
  name: string;
  /** Absolute path of the login shell. Default /bin/sh. */
  shell?: string;
  /** A line of sudoers. */
  sudoers?: string;
  /** crypt(3) text, for a sudo that asks. */
  passwordHash?: string;
}>;

export type FarHost = Readonly<{
  host: SshHost;
  /** What the host was made of; `createSshHost(far.options)` makes a second console's line. */
  options: SshOptions;
  folder: string;
  client: TestNs;
  /** One more host by an alias of the same ssh_config, not connected yet; closed by dispose(). */
  other(
    destination: string,
    more?: Partial<SshOptions> & Readonly<{ sudo?: 'auto' | 'ask' | 'never' }>,
  ): SshHost;
  /** Waits until the line is up; tries at once. Throws with the reason after 20 s. */
  up(): Promise<void>;
  /** KILL to our end of the connection. Resolves when the host knows it. */
  killMaster(): Promise<void>;
  /** Nothing passes the client's namespace any more. */
  dropPackets(): Promise<void>;
  heal(): Promise<void>;
  /** A bad line, each way, at once; without settings: quick again. Needs `slowable`. */
  slow(settings?: SlowSettings): void;
  /** Processes of the server's namespace that belong to sessions (not sshd's listener): "pid words". */
  farProcesses(): readonly string[];
  /** ssh processes of this machine that use this host's folder. */
  nearProcesses(): readonly string[];
  /** The sshd gets another host key, as after a reinstallation: known_hosts does not know it. */
  changeHostKey(): Promise<void>;
  dispose(): Promise<void>;
}>;

export function useFarHost(net: () => TestNet, options: FarHostOptions = {}): () => FarHost {
  let far: FarHost | undefined;
  beforeAll(async () => {
    far = await startFarHost(net(), options);
  });
  afterAll(() => far?.dispose());
  return () => {
    if (far === undefined) throw new Error('the far host exists only inside tests');
    return far;
  };
}

export async function startFarHost(net: TestNet, options: FarHostOptions = {}): Promise<FarHost> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-far-'));
  const client = net.client(options.client ?? 0);
  makeKeys(folder);
  const stopFar = await startSshd(net, folder, options);
  writeClientFiles(folder, net, options);
  const sshOptions: SshOptions = {
    entry: { id: 'far' as HostId, destination: 'far', sudo: options.sudo ?? 'auto' },
    runDir: folder,
    config: join(folder, 'ssh_config'),
    ssh: ['ip', 'netns', 'exec', client.name, 'ssh'],
  };
  const host = createSshHost(sshOptions);
  const others: SshHost[] = [];
  let stop = stopFar;
  const far: FarHost = {
    host,
    options: sshOptions,
    folder,
    client,
    other(destination, { sudo = 'auto', ...more } = {}) {
      const made = createSshHost({
        ...sshOptions,
        entry: { id: destination as HostId, destination, sudo },
        ...more,
      });
      others.push(made);
      return made;
    },
    async up() {
      if (host.link.state().kind !== 'up') host.link.retry();
      const is = await host.link.whenUp(AbortSignal.timeout(20_000));
      if (!is.ok) throw new Error(`${is.problem.summary}: ${is.problem.detail ?? ''}`);
    },
    async killMaster() {
      const masters = processes(
        (words) => words.includes(`${folder}/`) && / ControlMaster=yes .* far exec /.test(words),
      );
      for (const { pid } of masters) process.kill(pid, 'SIGKILL');
      await until(async () => host.link.state().kind !== 'up', 10_000);
    },
    async dropPackets() {
      await net.exec(client, ['nft', '-f', '-'], { input: CUT });
    },
    async heal() {
      await net.exec(client, ['nft', 'delete', 'table', 'inet', 'oc_cut'], { anyExit: true });
    },
    slow(settings) {
      if (options.slowable !== true) throw new Error('a line that is to be slow is made with `slowable`');
      writeFileSync(join(folder, 'slow.json'), JSON.stringify(settings ?? {}));
    },
    farProcesses: () => farProcesses(net, folder),
    nearProcesses: () =>
      processes((words) => words.includes(`${folder}/`) && /(^|\/| )ssh /.test(words)).map(
        ({ pid, words }) => `${pid} ${words}`,
      ),
    async changeHostKey() {
      await stop();
      rmSync(join(folder, 'host'));
      rmSync(join(folder, 'host.pub'));
      keygen(join(folder, 'host'));
      stop = await startSshd(net, folder, options);
    },
    async dispose() {
      await Promise.all([host, ...others].map(({ link }) => link.close()));
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  if (options.offline !== true) await far.up();
  return far;
}

const CUT = `table inet oc_cut {
  chain in { type filter hook input priority -300; policy accept; iifname != "lo" drop; }
  chain out { type filter hook output priority -300; policy accept; oifname != "lo" drop; }
}`;

/** As `vi.waitUntil`, which a bench does not have. */
async function until(holds: () => Promise<boolean>, boundMs: number): Promise<void> {
  for (const end = performance.now() + boundMs; !(await holds()); await wait(10))
    if (performance.now() > end) throw new Error('waited too long');
}

const keygen = (path: string): unknown =>
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);

function makeKeys(folder: string): void {
  for (const name of ['host', 'user']) keygen(join(folder, name));
}

function writeClientFiles(folder: string, net: TestNet, options: FarHostOptions): void {
  const key = readFileSync(join(folder, 'host.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  const known = [FAR_PORT, JUMP_PORT].map((port) => `[${net.server.v4}]:${port} ${key}\n`);
  writeFileSync(join(folder, 'known_hosts'), known.join(''));
  const common = [
    `HostName ${net.server.v4}`,
    `IdentityFile ${folder}/user`,
    'IdentitiesOnly yes',
    `UserKnownHostsFile ${folder}/known_hosts`,
    'StrictHostKeyChecking yes',
  ];
  const names = (options.accounts ?? []).map(({ name }) => name);
  const host = (alias: string, port: number, user: string): readonly string[] => [
    `Host ${alias}`,
    `Port ${port}`,
    `User ${user}`,
    ...common,
  ];
  const lines = [
    ...host('far', FAR_PORT, options.as ?? 'root'),
    ...(options.slowable === true
      ? [`ProxyCommand ${process.execPath} ${SLOW_LINE} %h %p ${folder}/slow.json`]
      : []),
    ...(options.ssh ?? []),
    ...names.flatMap((name) => host(`far-${name}`, FAR_PORT, name)),
    ...host('jump', JUMP_PORT, 'root'),
    ...host('far-jump', FAR_PORT, 'root'),
    'ProxyJump jump',
  ];
  writeFileSync(join(folder, 'ssh_config'), `${lines.join('\n')}\n`);
}

const SUDOERS = 'Defaults !requiretty, !lecture, timestamp_timeout=0\nroot ALL=(ALL) NOPASSWD: ALL\n';

/** Everything of the far host that is its own, then sshd. $1 the folder. */
const BEGIN = `
for place in /run /var/lib /root; do mount -t tmpfs -o mode=755 none "$place" || exit 1; done
mkdir -p /run/sshd /var/lib/opsconsole
[ ! -e "$1/bashrc" ] || cp "$1/bashrc" /root/.bashrc
if [ -e "$1/passwd" ]; then
  for name in passwd shadow sudoers; do mount --bind "$1/$name" "/etc/$name" || exit 1; done
  mount -t tmpfs -o mode=755 none /etc/sudoers.d || exit 1
fi
[ ! -e "$1/jump_config" ] || /usr/sbin/sshd -e -f "$1/jump_config"
exec /usr/sbin/sshd -D -e -f "$1/sshd_config"`;

async function startSshd(
  net: TestNet,
  folder: string,
  options: FarHostOptions,
): Promise<() => Promise<void>> {
  const { accounts, bashrc, jump, sshd: extra = [] } = options;
  const config = (port: number): string =>
    [
      `Port ${port}`,
      `HostKey ${folder}/host`,
      `AuthorizedKeysFile ${folder}/user.pub`,
      // bash reads ~/.bashrc for a command over ssh at the first level only.
      ...(bashrc === undefined ? ['SetEnv SHLVL=2'] : []),
      ...['StrictModes no', 'UsePAM no', 'PermitRootLogin yes', 'MaxStartups 200'],
      ...(port === FAR_PORT ? ['PidFile none', ...extra] : [`PidFile ${folder}/jump.pid`]),
    ]
      .map((line) => `${line}\n`)
      .join('');
  writeFileSync(join(folder, 'sshd_config'), config(FAR_PORT));
  if (jump === true) writeFileSync(join(folder, 'jump_config'), config(JUMP_PORT));
  if (bashrc !== undefined) writeFileSync(join(folder, 'bashrc'), bashrc);
  if (accounts !== undefined) writeAccounts(folder, accounts);
  execFileSync('chmod', ['755', folder]);
  const sshd = net.spawnIn(net.server, ['sh', '-c', BEGIN, 'sh', folder]);
  let said = '';
  sshd.stderr?.on('data', (bytes: Buffer) => {
    said = `${said}${bytes.toString()}`.slice(-4000);
  });
  const listens = () => net.probeTcp(net.client(0), net.server.v4, FAR_PORT);
  try {
    await until(async () => (await listens()) === 'open', 15_000);
  } catch {
    throw new Error(`sshd does not listen: ${said}`);
  }
  return async () => {
    const isOver = new Promise<void>((resolve) => sshd.once('exit', () => resolve()));
    if (sshd.exitCode === null && sshd.signalCode === null) {
      sshd.kill('SIGKILL');
      await isOver;
    }
    // Its sessions, and the jump host's listener.
    for (const { pid } of processes((words) => words.includes(folder), net.server.name)) killQuietly(pid);
  };
}

function writeAccounts(folder: string, accounts: readonly FarAccount[]): void {
  const lines = (line: (account: FarAccount, index: number) => string): string => accounts.map(line).join('');
  const entries = lines(
    ({ name, shell }, index) => `${name}:x:${4242 + index}:4242::/tmp:${shell ?? '/bin/sh'}\n`,
  );
  writeFileSync(join(folder, 'passwd'), readFileSync('/etc/passwd', 'utf8') + entries);
  const hashes = lines(({ name, passwordHash }) => `${name}:${passwordHash ?? '*'}:19000:0:99999:7:::\n`);
  writeFileSync(join(folder, 'shadow'), `root:*:19000::::::\n${hashes}`, { mode: 0o640 });
  const rules = lines(({ sudoers }) => `${sudoers ?? ''}\n`);
  writeFileSync(join(folder, 'sudoers'), SUDOERS + rules, { mode: 0o440 });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

type Running = Readonly<{ pid: number; words: string }>;

/** `namespace`: only those inside of it. */
function processes(wanted: (words: string) => boolean, namespace?: string): readonly Running[] {
  const found: Running[] = [];
  const pids =
    namespace === undefined ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : pidsIn(namespace);
  for (const pid of pids) {
    const words = wordsOf(pid);
    if (words !== '' && wanted(words)) found.push({ pid: Number(pid), words });
  }
  return found;
}

const pidsIn = (namespace: string): readonly string[] =>
  execFileSync('ip', ['netns', 'pids', namespace], { encoding: 'utf8' })
    .split('\n')
    .filter((pid) => pid !== '');

function wordsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

function farProcesses(net: TestNet, folder: string): readonly string[] {
  return processes(
    (words) =>
      !words.includes(`${folder}/sshd_config`) &&
      !words.includes(`${folder}/jump_config`) &&
      !words.includes('net-agent') &&
      !words.includes('agent.ts') &&
      !/sshd: .*listener/.test(words),
    net.server.name,
  ).map(({ pid, words }) => `${pid} ${words}`);
}
