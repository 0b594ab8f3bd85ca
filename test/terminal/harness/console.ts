// The built program in a private network: own namespace, home, session file and logs, so that nothing it does reaches
// the machine. Screens are read from tmux, the kernel with the kernel's own tools.

import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createTestNet, type TestNet, type TestNetOptions } from '../../kernel/harness/netns.ts';
import { bottomOf } from './drawn.ts';
import { farEnd, WAY } from './ssh-way.ts';
import { openTerminal, type TestTerminal } from './tmux.ts';

export const PROGRAM = join(import.meta.dirname, '../../../bin/opsconsole');

/** Throws one clear sentence when the built program cannot start. The tests never build. */
export function requireBuilt(): void {
  const tried = spawnSync(PROGRAM, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  if (tried.status !== 0)
    throw new Error(`bin/opsconsole cannot start: ${(tried.stderr || String(tried.error)).trim()}`);
}

export type StartOptions = Readonly<{
  columns?: number;
  rows?: number;
  /** Arguments after the session. */
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Session file of this console; default: the world's. */
  session?: string;
  /** Something that runs the console, put before it: a shell, `env -i`. */
  through?: (argv: readonly string[]) => readonly string[];
}>;

export type World = Readonly<{
  net: TestNet;
  /** A path in the world's own folder. */
  path(name: string): string;
  /** Writes a file there, and tells its path. */
  file(name: string, text: string): string;
  /** Adds lines to a log in one write. */
  append(name: string, ...lines: readonly string[]): void;
  env: Readonly<Record<string, string>>;
  argv(options?: StartOptions): readonly string[];
  /** A terminal with the console in it; the caller waits for what it wants to see. */
  start(options?: StartOptions): Promise<TestTerminal>;
  dispose(): Promise<void>;
}>;

export type WorldOptions = TestNetOptions &
  Readonly<{
    /** The text of the session file; PATH/ stands for the world's folder. */
    session: string;
    /** Logs that exist at the start. */
    logs?: readonly string[];
  }>;

/** For use inside a describe: one world for all its tests. */
export function useWorld(options: WorldOptions): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    requireBuilt();
    world = await createWorld(options);
  });
  afterAll(async () => {
    await world?.dispose();
  });
  return () => {
    if (world === undefined) throw new Error('the world exists only inside tests');
    return world;
  };
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const net = await createTestNet(options);
  const folder = mkdtempSync(join(tmpdir(), 'oc-console-'));
  const path = (name: string): string => join(folder, name);
  const file = (name: string, text: string): string => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text);
    return path(name);
  };
  const session = file('session.yml', options.session.replaceAll('PATH/', `${folder}/`));
  for (const log of options.logs ?? []) file(log, '');
  const env = {
    HOME: folder,
    XDG_STATE_HOME: path('state'),
    XDG_CONFIG_HOME: path('config'),
    SSH_CONNECTION: '',
    SSH_CLIENT: '',
    OPSCONSOLE_STATE_DIR: path('lib'),
    OPSCONSOLE_RUN_DIR: path('run'),
  };
  const terminals: TestTerminal[] = [];
  const far = WAY === 'ssh' ? farEnd(net) : undefined;
  const argv: World['argv'] = ({ args = [], session: other = session } = {}) => [
    ...['ip', 'netns', 'exec', net.server.name],
    ...[PROGRAM, other, ...args],
  ];
  return {
    net,
    path,
    file,
    env,
    append: (name, ...lines) => appendFileSync(path(name), lines.map((line) => `${line}\n`).join('')),
    argv,
    async start(start = {}) {
      const { columns = 120, rows = 40, through = (words) => words } = start;
      const terminal = await (far?.open ?? openTerminal)({
        columns,
        rows,
        argv: through(argv(start)),
        env: { ...env, ...start.env },
        cwd: folder,
      });
      terminals.push(terminal);
      return terminal;
    },
    async dispose() {
      for (const terminal of terminals) await terminal.close();
      await net.dispose();
      far?.dispose();
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Leaves whatever is open; resolves when the keys are those of a pane again. */
export async function leave(terminal: TestTerminal): Promise<void> {
  await terminal.keys('Escape');
  await terminal.until('nothing is open', (screen) => bottomOf(screen).trimEnd().endsWith('? help'));
}

/** A line of an access log in the combined format. */
export function hit(address: string, path: string, status = 404): string {
  return `${address} - - [12/Mar/2025:02:13:04 +0000] "GET ${path} HTTP/1.1" ${status} 153 "-" "curl/8"`;
}

/** What of such a line stands on the screen as it was written. */
export function requestOf(line: string): string {
  return /GET \S+/.exec(line)?.[0] ?? line;
}
