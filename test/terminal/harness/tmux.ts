// A private tmux server per terminal: own socket, no configuration, fixed size. What is asserted is what tmux drew.

import { execFile, execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CLEAN = {
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
  /** Any other tmux command on this server, e.g. "show-buffer"; resolves to what it printed. */
  tmux: (...argv: readonly string[]) => Promise<string>;
  close: () => Promise<void>;
}>;

/** Between two looks: a program that shares the processors with us must get on while we wait. */
const LOOK_EVERY_MS = 40;
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));

/** A semicolon at the end of an argument would end the tmux command. */
const literal = (argument: string): string => argument.replace(/;$/, '\\;');

const open = new Set<string>();
process.on('exit', () => {
  for (const socket of open) killServer(socket);
});

function killServer(socket: string): void {
  try {
    execFileSync('tmux', ['-L', socket, 'kill-server'], { stdio: 'ignore', env: CLEAN });
  } catch {
    // gone already
  }
  // tmux leaves its socket lying.
  rmSync(join(SOCKETS, socket), { force: true });
}

export async function openTerminal(options: TerminalOptions): Promise<TestTerminal> {
  // A socket name of its own each: a name used again right after kill-server fails now and then.
  const socket = `oc-test-${process.pid}-${++serial}`;
  const env = { ...CLEAN, ...options.env };
  const tmux = async (...argv: readonly string[]): Promise<string> =>
    (await run('tmux', ['-L', socket, '-f', '/dev/null', ...argv], { env, maxBuffer: 1 << 24 })).stdout;
  open.add(socket);
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
    close: async () => {
      killServer(socket);
      open.delete(socket);
    },
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
