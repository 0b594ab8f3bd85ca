// A private tmux server per terminal: own socket, no configuration, fixed size. What is asserted is what tmux drew.

import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const CLEAN = {
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: process.env.HOME ?? '/root',
  LANG: 'C.UTF-8',
  TERM: 'xterm-256color',
};
const SOCKETS = join('/tmp', `tmux-${process.getuid?.() ?? 0}`);
let serial = 0;

export type TerminalOptions = Readonly<{
  columns: number;
  rows: number;
  /** A program and its arguments, run as the pane's only process. */
  argv: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}>;

export type TestTerminal = Readonly<{
  /** tmux key names ("Enter", "C-b", "b") one after the other. */
  keys: (...names: string[]) => Promise<void>;
  /** Literal text. */
  type: (text: string) => Promise<void>;
  /** Bracketed paste. */
  paste: (text: string) => Promise<void>;
  /** The screen as lines, trailing blanks cut. */
  lines: () => Promise<readonly string[]>;
  /** The screen with SGR sequences. */
  styled: () => Promise<string>;
  /** Resolves with the screen when `holds` is true of it; fails with the last screen after `withinMs`. */
  until: (what: string, holds: (screen: string) => boolean, withinMs?: number) => Promise<string>;
  resize: (columns: number, rows: number) => Promise<void>;
  /** tmux format of the pane, e.g. "#{pane_dead_status}" or "#{alternate_on}". */
  ask: (format: string) => Promise<string>;
  /** Pid of the pane's program. */
  pid: () => Promise<number>;
  /** All that was ever written, with lines that the terminal wrapped in one. */
  history: () => Promise<string>;
  /** Any other tmux command on this server, e.g. "show-buffer"; resolves to what it printed. */
  tmux: (...argv: readonly string[]) => Promise<string>;
  close: () => Promise<void>;
}>;

/** Between two looks: a program that shares the processors with us must get on while we wait. */
const LOOK_EVERY_MS = 40;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

/** A semicolon at the end of an argument would end the tmux command. */
const literal = (argument: string): string => argument.replace(/;$/, '\\;');

const open = new Set<() => void>();
process.on('exit', () => {
  for (const kill of open) kill();
});

export type TmuxServer = Readonly<{
  run: (...argv: readonly string[]) => Promise<string>;
  /** Ends it with all that runs in it; nothing when it has gone. */
  kill: () => void;
}>;

/** The tmux at this socket; it ends with this process at the latest. */
export function tmuxServer(
  where: readonly string[],
  socket: string,
  env: Readonly<Record<string, string>> = CLEAN,
): TmuxServer {
  const kill = (): void => {
    open.delete(kill);
    try {
      execFileSync('tmux', [...where, 'kill-server'], { stdio: 'ignore', env: CLEAN });
    } catch {
      // gone already
    }
    // tmux leaves its socket lying.
    rmSync(socket, { force: true });
  };
  open.add(kill);
  return {
    run: async (...argv) =>
      (await run('tmux', [...where, '-f', '/dev/null', ...argv], { env, maxBuffer: 1 << 24 })).stdout,
    kill,
  };
}

export async function openTerminal(options: TerminalOptions): Promise<TestTerminal> {
  // A socket name of its own each: a name used again right after kill-server fails now and then.
  const socket = `oc-test-${process.pid}-${++serial}`;
  const server = tmuxServer(['-L', socket], join(SOCKETS, socket), { ...CLEAN, ...options.env });
  const tmux = server.run;
  const size = ['-x', String(options.columns), '-y', String(options.rows)];
  const pass = Object.entries(options.env ?? {}).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const where = options.cwd === undefined ? [] : ['-c', options.cwd];
  await tmux(
    ...['new-session', '-d', '-s', 't', ...size, ...pass, ...where, ...options.argv, ';'],
    ...[
      'set',
      '-g',
      'remain-on-exit',
      'on',
      ';',
      'set',
      '-g',
      'escape-time',
      '5',
      ';',
      'set',
      '-g',
      'status',
      'off',
      ';',
    ],
    ...['set', '-g', 'window-size', 'manual', ';', 'resize-window', '-t', 't', ...size],
  );
  const screen = async (...flags: readonly string[]): Promise<string> =>
    tmux('capture-pane', '-p', ...flags, '-t', 't');
  return {
    keys: async (...names) => void (await tmux('send-keys', '-t', 't', ...names.map(literal))),
    type: async (text) => void (await tmux('send-keys', '-t', 't', '-l', '--', literal(text))),
    paste: async (text) => {
      await tmux('set-buffer', '-b', 'p', '--', literal(text));
      await tmux('paste-buffer', '-p', '-b', 'p', '-t', 't');
    },
    lines: async () => (await screen()).split('\n').map((line) => line.trimEnd()),
    styled: () => screen('-e'),
    until: (what, holds, withinMs = 15_000) => untilScreen({ what, holds, withinMs, screen }),
    resize: async (columns, rows) =>
      void (await tmux('resize-window', '-t', 't', '-x', String(columns), '-y', String(rows))),
    ask: async (format) => (await tmux('display-message', '-p', '-t', 't', format)).trim(),
    pid: async () => Number((await tmux('display-message', '-p', '-t', 't', '#{pane_pid}')).trim()),
    tmux,
    history: () => screen('-J', '-S', '-'),
    close: async () => server.kill(),
  };
}

type Wait = Readonly<{
  what: string;
  holds: (screen: string) => boolean;
  withinMs: number;
  screen: () => Promise<string>;
}>;

async function untilScreen({ what, holds, withinMs, screen }: Wait): Promise<string> {
  const end = performance.now() + withinMs;
  for (;;) {
    const now = await screen();
    if (holds(now)) return now;
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for: ${what}\n${now}`);
    await pause();
  }
}

/** Resolves when `holds` does; for conditions outside the screen (kernel, processes, files). */
export async function untilTrue(
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${withinMs} ms for: ${what}`);
    await pause();
  }
}
