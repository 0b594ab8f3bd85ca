// A real journald, started by hand in mount and process namespaces of its own, on memory file systems: no systemd is
// needed, and neither the journal nor /run nor the kernel log of the machine is touched.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { World } from './console.ts';
import { untilTrue } from './tmux.ts';

const JOURNALD = '/lib/systemd/systemd-journald';
const SOCKET = '/run/systemd/journal/dev-log';

/**
 * `Audit=` leaves the kernel's audit as it is; in a network of its own journald could not reach it anyway.
 * As process 1 of its namespace it ends, with all that is inside, when our end of its stdin does.
 */
const HOLDER = `set -eu
mount -t tmpfs -o mode=0755 oc-test /run
mount -t tmpfs -o mode=0755 oc-test /var/log
mount --bind "$1" /etc/machine-id
if [ -e /dev/kmsg ]; then mount --bind /dev/null /dev/kmsg; fi
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log
printf '[Journal]\\nStorage=volatile\\nReadKMsg=no\\nAudit=\\nForwardToSyslog=no\\nForwardToWall=no\\n' \\
  >/run/systemd/journald.conf.d/test.conf
echo ready
exec cat >/dev/null`;

export type TestJournal = Readonly<{
  /** Stands before the words of a program that runs inside. */
  enter: readonly string[];
  /** Runs a program inside; throws when it fails. */
  run(argv: readonly [string, ...string[]], stdin?: string): string;
  /** One line by syslog(3), as daemons write it. */
  log(tag: string, text: string): void;
  /** One line that belongs to a unit. Only journald itself knows the units of processes; for root's word it takes this. */
  logOfUnit(unit: string, text: string): void;
  /** Ends journald and starts it again. */
  restart(): Promise<void>;
  dispose(): Promise<void>;
}>;

export async function startJournald(world: World): Promise<TestJournal> {
  const id = world.file('machine-id', `${randomBytes(16).toString('hex')}\n`);
  const unshare = [
    'unshare',
    '-m',
    '-p',
    '--fork',
    '--kill-child',
    '--mount-proc',
    'sh',
    '-c',
    HOLDER,
    'sh',
    id,
  ];
  // Not by `ip netns exec`: it mounts a /sys without control groups, which journald looks for.
  const holder = spawn('unshare', unshare, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ready = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    once(holder, 'exit').then(() => false),
  ]);
  if (!ready) throw new Error('a namespace for journald cannot be made');
  const network = `--net=/run/netns/${world.net.server.name}`;
  const enter = ['nsenter', '-t', String(childOf(holder)), '-m', '-p', network, '--'];
  const [file = '', ...words] = enter;
  const run: TestJournal['run'] = (argv, input = '') =>
    execFileSync(file, [...words, ...argv], { input, encoding: 'utf8', timeout: 10_000, stdio: 'pipe' });
  const log: TestJournal['log'] = (tag, text) => void run(['logger', '-u', SOCKET, '-t', tag, '--', text]);
  let starts = 0;
  const begin = (): Promise<ChildProcess> => {
    const words = `journald listens ${++starts}`;
    return startDaemon(enter, () => {
      // Not by syslog(3): to a socket that nobody has, logger says nothing and is content. Read back, because then all
      // the sockets are there.
      run(['logger', '--journald'], `MESSAGE=${words}\nSYSLOG_IDENTIFIER=test\n`);
      return run(['journalctl', '-q', '--no-pager', '-n', '50']).includes(words);
    });
  };
  let daemon = await begin();
  return {
    enter,
    run,
    log,
    logOfUnit: (unit, text) =>
      void run(
        ['logger', '--journald'],
        `MESSAGE=${text}\nSYSLOG_IDENTIFIER=unit\nOBJECT_SYSTEMD_UNIT=${unit}\n`,
      ),
    async restart() {
      await endDaemon(daemon);
      daemon = await begin();
    },
    async dispose() {
      const gone = once(holder, 'exit');
      holder.stdin.end();
      await gone;
    },
  };
}

async function startDaemon(enter: readonly string[], tryIt: () => boolean): Promise<ChildProcess> {
  const [file = '', ...words] = enter;
  const daemon = spawn(file, [...words, JOURNALD], { stdio: ['ignore', 'ignore', 'inherit'] });
  await untilTrue('journald listens', () => {
    if (daemon.exitCode !== null) throw new Error(`journald ended with ${daemon.exitCode}`);
    try {
      return tryIt();
    } catch {
      return false;
    }
  });
  return daemon;
}

/** nsenter waits for what it started; only that is journald. */
async function endDaemon(daemon: ChildProcess): Promise<void> {
  const gone = once(daemon, 'exit');
  process.kill(childOf(daemon), 'SIGTERM');
  await gone;
}

function childOf({ pid }: ChildProcess): number {
  const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  if (child === '') throw new Error(`process ${pid} has no child`);
  return Number(child);
}
