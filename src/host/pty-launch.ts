// What is started for a program of the operator, and in which environment: theirs, not the small one of our own tools.

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import type { CommandLine } from '../core/pane.ts';
import { problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import { isProgram } from './which.ts';

/** `env`: besides the operator's own. `cwd` absent: where we were started. */
export type ProgramWish = Readonly<{
  command: CommandLine;
  cwd?: string;
  env: Readonly<Record<string, string>>;
}>;

export type Launched = Readonly<{
  argv: readonly [string, ...string[]];
  cwd: string;
  env: readonly string[];
}>;
type Environment = Readonly<Record<string, string | undefined>>;

/** They speak of the terminal that we run in, not of the one that the program gets. */
const OF_THE_OUTER_TERMINAL: ReadonlySet<string> = new Set([
  ...['TMUX', 'TMUX_PANE', 'STY', 'WINDOW', 'WINDOWID', 'TERMCAP', 'LINES', 'COLUMNS'],
  ...['TERM_PROGRAM', 'TERM_PROGRAM_VERSION', 'VTE_VERSION', 'KITTY_WINDOW_ID', 'WT_SESSION'],
  // bin/opsconsole's own.
  'NODE_COMPILE_CACHE',
]);

/** Says clearly what is missing instead of leaving it to a program that ends at once. */
export async function launchOf(wish: ProgramWish, outer: Environment): Promise<Result<Launched>> {
  const words = wish.command.kind === 'argv' ? wish.command.argv : [wish.command.line];
  if ([...words, ...Object.values(wish.env), wish.cwd ?? ''].some((word) => word.includes('\0')))
    return fail(problem('bad-input', 'a command cannot hold a NUL character'));
  const cwd = resolve(wish.cwd ?? process.cwd());
  const folder = await stat(cwd).catch(() => undefined);
  const where = sanitise(cwd, 200);
  if (folder === undefined)
    return fail(
      problem('not-found', `its folder ${where} does not exist`, { hint: 'make it, or change cwd' }),
    );
  if (!folder.isDirectory())
    return fail(problem('bad-input', `${where} is not a folder`, { hint: 'change cwd' }));
  const env = environmentOf(wish.env, outer, cwd);
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  if (wish.command.kind === 'shell')
    return ok({ argv: ['/bin/sh', '-c', wish.command.line], cwd, env: variables });
  const [program, ...args] = wish.command.argv;
  const path = await findProgram(program, { cwd, path: env.PATH ?? '' });
  if (path === undefined)
    return fail(
      problem('missing-tool', `there is no program ${sanitise(program, 100)}`, {
        hint: program.includes('/') ? 'look at its path' : 'install it, or give its whole path',
      }),
    );
  return ok({ argv: [path, ...args], cwd, env: variables });
}

function environmentOf(
  own: Readonly<Record<string, string>>,
  outer: Environment,
  cwd: string,
): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(outer))
    if (value !== undefined && !OF_THE_OUTER_TERMINAL.has(name)) env[name] = value;
  return { ...env, TERM: 'xterm-256color', PWD: cwd, ...own };
}

async function findProgram(
  program: string,
  { cwd, path }: Readonly<{ cwd: string; path: string }>,
): Promise<string | undefined> {
  const folders = path.split(':').map((folder) => (isAbsolute(folder) ? folder : join(cwd, folder)));
  const candidates = program.includes('/')
    ? [isAbsolute(program) ? program : join(cwd, program)]
    : folders.map((folder) => join(folder, program));
  if (program === '') return undefined;
  for (const candidate of candidates) if (await isProgram(candidate)) return candidate;
  return undefined;
}

const CLOSE_OTHERS = `for file in /proc/self/fd/* /dev/fd/*; do
  number=\${file##*/}
  case $number in [3-9] | [1-9][0-9]*) eval "exec $number>&-" ;; esac
done
unset file number
exec "$@"`;
let bash: string | undefined | null = null;

/**
 * The terminals of other panes are open in us without close-on-exec, and a program that runs as somebody else could type
 * into them. Only bash can close files above 9; without it they stay open, as far as the program lets them.
 */
export function withoutOurFiles(argv: readonly [string, ...string[]]): readonly [string, ...string[]] {
  if (bash === null) bash = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path));
  if (bash === undefined) return argv;
  return [bash, '--norc', '--noprofile', '-p', '-c', CLOSE_OTHERS, 'opsconsole', ...argv];
}
