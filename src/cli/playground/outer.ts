// The process that the person started: checks, makes a folder, starts the namespaces with the terminal handed through,
// and holds one end of a pipe. Whatever ends this process closes the pipe, and the inside knows.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { runFolder } from '../../core/host-system.ts';
import { LEAVE } from '../../terminal/modes.ts';
import { EXIT, type ExitStatus, type Io } from '../io.ts';
import { plainLines } from '../plain-text.ts';
import { ownWords } from './children.ts';
import { type InsideConfig, LINK_FD, pidNamespace } from './inside.ts';
import { missingTools, namespaceWords, whyRefused } from './requirements.ts';
import type { Owner } from './ssh.ts';
import { TOOL_ENV } from './tool.ts';

export const FOLDER_PREFIX = 'opsconsole-playground-';
const KEPT = 'kept';
/** 128 and the number of the signal, as shells have it. */
const KILLED_MIN = 128;

export type OuterOptions = Pick<InsideConfig, 'keep' | 'trialSeconds'>;

export async function runOuter(options: OuterOptions, io: Io): Promise<ExitStatus> {
  const { keep } = options;
  const isRoot = process.geteuid?.() === 0;
  const trouble = unfit(io) ?? (await missingTools()) ?? whyRefused(isRoot);
  if (trouble !== undefined) {
    io.stderr.write(`${plainLines(`opsconsole playground: ${trouble}`)}\n`);
    return EXIT.failed;
  }
  const base = temporaryFolder(io.env);
  sweep(base);
  const folder = mkdtempSync(join(base, `${FOLDER_PREFIX}${process.pid}-`));
  if (keep) writeFileSync(join(folder, KEPT), '');
  const child = start({ ...options, folder, owner: owner(), outside: pidNamespace() }, io);
  passSignals(child);
  const status = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(EXIT.failed));
    child.once('exit', (code) => resolve(code ?? KILLED_MIN));
  });
  if (status >= KILLED_MIN) restoreTerminal(io);
  if (!keep) rmSync(folder, { recursive: true, force: true });
  const words = keep ? `its logs are in ${folder}` : 'nothing of it is left on this machine';
  if (status === 0 || keep) io.stdout.write(`${plainLines(`playground: ${words}`)}\n`);
  return status === 0 ? EXIT.done : EXIT.failed;
}

/** The inside was killed with the console in it, which could not give the terminal back. */
function restoreTerminal(io: Io): void {
  io.stdout.write(LEAVE);
  spawnSync('stty', ['sane'], { stdio: ['inherit', 'ignore', 'ignore'], env: TOOL_ENV });
  io.stderr.write('opsconsole playground: it was killed\n');
}

function unfit(io: Io): string | undefined {
  if (process.platform !== 'linux') return 'it is made of Linux namespaces, and this is not Linux';
  if (!io.terminal) return 'this is not a terminal; run it in one';
  return undefined;
}

/** /run, /proc and /sys are others inside. */
export function temporaryFolder(env: Io['env']): string {
  const wish = env.TMPDIR === undefined ? tmpdir() : env.TMPDIR;
  return /^\/(?!run\/|var\/run\/|proc\/|sys\/)[\x20-\x7e]+$/.test(wish) ? wish : '/tmp';
}

function owner(): Owner {
  try {
    const { uid, gid, username } = userInfo();
    return { uid, gid, name: username };
  } catch {
    return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, name: 'nobody' };
  }
}

/**
 * Signals that a terminal sends when it goes are ignored from the first moment, and stay so through `exec`. Pid 1 of the
 * namespace is a shell, because a first process must take in orphans, and Node does not.
 */
const IGNORING = `trap '' HUP INT QUIT TERM; exec "$@"`;
const FIRST = `exec 9<&0; "$@" <&9 9<&- & wait $!`;

function start(config: InsideConfig, io: Io): ChildProcess {
  const { folder } = config;
  const inside = [...ownWords(), 'playground', '--inside', JSON.stringify(config)];
  const argv = [
    '-c',
    IGNORING,
    'sh',
    ...namespaceWords(config.owner.uid === 0),
    'sh',
    '-c',
    FIRST,
    'sh',
    ...inside,
  ];
  const {
    // The machine's own ssh session, wherever it comes from, means nothing inside.
    SSH_CONNECTION: _connection,
    SSH_CLIENT: _client,
    SSH_TTY: _tty,
    ...env
  } = io.env;
  return spawn('/bin/sh', argv, {
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env: {
      ...env,
      PATH: TOOL_ENV.PATH,
      OPSCONSOLE_PLAYGROUND: folder,
      OPSCONSOLE_STATE_DIR: join(folder, 'state'),
      OPSCONSOLE_RUN_DIR: runFolder('linux'),
      XDG_STATE_HOME: join(folder, 'xdg-state'),
      XDG_CONFIG_HOME: join(folder, 'xdg-config'),
    },
  });
}

/** A lost line is the inside's to notice (its console ends); a first request to end is passed on, a second is an order. */
function passSignals(child: ChildProcess): void {
  const link = child.stdio[LINK_FD] as Duplex | null | undefined;
  link?.on('error', () => undefined);
  let asked = 0;
  // Its terminal may be gone, and a line that cannot be written must not end us.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('SIGHUP', () => undefined);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const)
    process.on(signal, () => {
      asked++;
      link?.write(asked === 1 ? 'end\n' : 'now\n');
    });
}

/** Folders of playgrounds that were killed with everything in them. A young one may still be in use: its inside outlives us. */
function sweep(base: string): void {
  const own = process.geteuid?.();
  for (const name of readdirSync(base)) {
    const pid = Number(new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    try {
      const path = join(base, name);
      const { uid, mtimeMs } = statSync(path);
      const isOld = Date.now() - mtimeMs > 86_400_000;
      if (uid === own && isOld && !existsSync(join(path, KEPT)))
        rmSync(path, { recursive: true, force: true });
    } catch {
      // Another one was faster.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
