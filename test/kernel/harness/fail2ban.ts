// A real fail2ban server in the network namespace of a test net, on its usual paths in a private view of the file system:
// its own /run (socket, xtables.lock) and /etc/fail2ban. Nothing of the machine's own fail2ban is read or changed.

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import type { Host } from '../../../src/host/host.ts';
import { createNetnsHost } from '../../../src/host/netns.ts';
import { createRunner } from '../../../src/host/run.ts';
import { createWhich } from '../../../src/host/which.ts';
import { type ExecResult, tool } from './namespaces.ts';
import type { TestNet } from './netns.ts';

/** `action`: lines for "action =" of the jail; none: nothing is done at a ban. `values`: further lines of the jail. */
export type JailSpec = Readonly<{
  name: string;
  bantime?: number | string;
  action?: string;
  values?: readonly string[];
}>;

/** Standard actions. Started on demand: their set is made at the first ban of a family, and with the first only. */
export const NFT_ACTION = 'nftables-allports[name=%(__name__)s]';
export const IPSET_ACTION = 'iptables-ipset[name=%(__name__)s, type=allports]';
/** The kernel's timeout follows the bantime of the jail, so that the two can contradict each other. */
export const IPSET_TIMEOUT_ACTION = `iptables-ipset[name=%(__name__)s, type=allports, ipsettime='<timeout-bantime>']`;
export const IPTABLES_ACTION = 'iptables-allports[name=%(__name__)s]';

/** Installed in every server: `action = opsconsole[name=%(__name__)s, file=…]`. */
const OUR_ACTION = new URL('../../../contrib/fail2ban/action.d/opsconsole.conf', import.meta.url).pathname;

export type Fail2banOptions = Readonly<{
  jails: readonly JailSpec[];
  /** Time zone in which the server writes its times. */
  zone?: string;
  /** Keeps its bans in a database of its own. */
  database?: boolean;
}>;

export type Inside = readonly [string, ...string[]];

export interface Fail2ban {
  /** Words that run something where the server is. */
  readonly inside: Inside;
  /** Temporary: "etc" (its /etc/fail2ban), "f2b.log", "NAME.log" of each jail by its place (0.log, 1.log, …). */
  readonly folder: string;
  /** A Host whose programs run where the server is. */
  readonly host: Host;
  client(...words: readonly string[]): Promise<ExecResult>;
  /** Stops answering (SIGSTOP), and goes on. */
  hang(): void;
  wake(): void;
  /** Stops the server; what `inside` names lives on. Resolves when it does not answer. */
  stop(): Promise<void>;
  /** Starts it again, as after a reboot; with a database it bans again whom it had banned. */
  start(): Promise<void>;
  dispose(): void;
}

const WAIT = { timeout: 20_000, interval: 100 };

/** For use inside a describe, after `useTestNet`: one server for all its tests. */
export function useFail2ban(net: () => TestNet, options: Fail2banOptions): () => Fail2ban {
  let server: Fail2ban | undefined;
  beforeAll(async () => {
    server = await startFail2ban(net(), options);
  });
  afterAll(() => server?.dispose());
  return () => {
    if (server === undefined) throw new Error('the server exists only inside tests');
    return server;
  };
}

export async function startFail2ban(net: TestNet, options: Fail2banOptions): Promise<Fail2ban> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-f2b-'));
  configure(folder, options);
  // Its view of the file system belongs to a process that outlives the server. fail2ban-server stands beside it.
  const keeper = view(net, folder);
  const inside: Inside = ['nsenter', '-t', String(keeper.pid), '-n', '-m'];
  const children: ChildProcess[] = [keeper];
  const host = await hostInside(net, inside);
  const client = (...words: readonly string[]): Promise<ExecResult> =>
    tool([...inside, 'fail2ban-client', ...words], '', true);
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = serve(inside, options);
    children.push(server);
    await vi.waitUntil(() => isReady(client, options.jails), WAIT);
  };
  const fail2ban: Fail2ban = {
    inside,
    folder,
    host,
    client,
    hang: () => void server?.kill('SIGSTOP'),
    wake: () => void server?.kill('SIGCONT'),
    async stop() {
      await client('stop');
      await vi.waitUntil(async () => (await client('ping')).exitCode !== 0, WAIT);
    },
    start,
    dispose() {
      for (const child of children) child.kill('SIGKILL');
      host.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await vi.waitUntil(() => entered(inside), WAIT);
    await start();
  } catch (error) {
    fail2ban.dispose();
    throw error;
  }
  return fail2ban;
}

function configure(folder: string, { jails, database }: Fail2banOptions): void {
  const config = join(folder, 'etc');
  cpSync('/etc/fail2ban', config, { recursive: true });
  cpSync(OUR_ACTION, join(config, 'action.d', 'opsconsole.conf'));
  rmSync(join(config, 'jail.d'), { recursive: true, force: true });
  mkdirSync(join(config, 'jail.d'));
  const sections = jails.map(({ name, bantime = 600, action = '', values = [] }, index) => {
    const log = join(folder, `${index}.log`);
    writeFileSync(log, '');
    const lines = ['enabled = true', 'filter = sshd', 'backend = polling', `logpath = ${log}`];
    return [`[${name}]`, ...lines, `bantime = ${bantime}`, `action = ${action}`, ...values, ''].join('\n');
  });
  writeFileSync(join(config, 'jail.local'), sections.join('\n'));
  const file = database === true ? join(folder, 'bans.sqlite3') : 'None';
  const own = ['[Definition]', `logtarget = ${join(folder, 'f2b.log')}`, `dbfile = ${file}`, ''];
  writeFileSync(join(config, 'fail2ban.local'), own.join('\n'));
}

function view(net: TestNet, folder: string): ChildProcess {
  const script =
    'mount -t tmpfs none /run && mkdir /run/fail2ban && mount --bind "$1" /etc/fail2ban && exec sleep 600';
  return net.spawnIn(net.server, ['unshare', '-m', 'sh', '-c', script, 'sh', join(folder, 'etc')]);
}

async function entered(inside: Inside): Promise<boolean> {
  const mounts = await tool([...inside, 'cat', '/proc/self/mounts'], '', true).catch(() => undefined);
  return mounts?.stdout.includes('/etc/fail2ban') === true;
}

function serve(inside: Inside, { zone }: Fail2banOptions): ChildProcess {
  const [program, ...words] = inside;
  const env = { ...process.env, LC_ALL: 'C.UTF-8', ...(zone === undefined ? {} : { TZ: zone }) };
  return spawn(program, [...words, 'fail2ban-server', '-f'], { env, stdio: 'ignore' });
}

async function isReady(client: Fail2ban['client'], jails: readonly JailSpec[]): Promise<boolean> {
  const last = jails.at(-1);
  return (await client(...(last === undefined ? ['ping'] : ['status', last.name]))).exitCode === 0;
}

async function hostInside(net: TestNet, inside: Inside): Promise<Host & Readonly<{ close(): void }>> {
  const host = await createNetnsHost({ name: net.server.name });
  const runner = createRunner(createWhich(), (command, path) => [...inside, path, ...command.argv.slice(1)]);
  return { ...host, ...runner };
}
