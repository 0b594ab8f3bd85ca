// Programs of the operator on a far host: ssh in a terminal of this machine, with one more session on the connection there is.
// Nothing of our environment goes over but the kind of terminal; it asks nobody anything.

import type { LinkState } from '../../core/hosts.ts';
import type { CommandLine } from '../../core/pane.ts';
import { quoteWord } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Link, Pty } from '../host.ts';
import { createPtys, type PtyEnd, type Ptys } from '../pty.ts';
import { launchOf, type ProgramWish } from '../pty-launch.ts';
import { quoteArgv, quotePath } from './script.ts';

export type FarPtyParts = Readonly<{
  /** As the operator knows the host. */
  name: string;
  sessionWords(
    wish: Readonly<{ terminal: boolean; far?: string }>,
  ): readonly [string, ...string[]] | undefined;
  whyNot(): Problem;
  link: Pick<Link, 'state' | 'subscribe'>;
}>;

/** What ssh itself needs: its configuration is in HOME. SendEnv of it finds nothing else to send. */
const OURS = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'XDG_RUNTIME_DIR'] as const;
/** ssh's own, for whatever went wrong with the connection. */
const SSH_FAILED = 255;
/** The end of the line is told to us a moment after it has ended the programs. */
const NOTICE_MS = 2000;

export function createFarPtys(parts: FarPtyParts): Ptys {
  const ptys = createPtys([], (wish) => launchOf(wish, nearEnvironment()));
  return {
    async openPty(options): Promise<Result<Pty>> {
      const wrong = unsendable(options);
      if (wrong !== undefined) return fail(wrong);
      const words = parts.sessionWords({ terminal: true, far: farProgram(options) });
      if (words === undefined) return fail(parts.whyNot());
      let silent = true;
      return ptys.openPty({
        columns: options.columns,
        rows: options.rows,
        command: { kind: 'argv', argv: words },
        cwd: '/',
        env: {},
        onData(bytes) {
          silent = false;
          options.onData(bytes);
        },
        onEnd: (end) => void explained(parts, end, silent).then(options.onEnd),
      });
    },
    endPtys: () => ptys.endPtys(),
  };
}

function nearEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(OURS.map((name) => [name, process.env[name]]));
}

function unsendable({ command, cwd, env }: ProgramWish): Problem | undefined {
  const words = [...wordsOf(command), cwd ?? '', ...Object.entries(env).flat()];
  if (words.some((word) => word.includes('\0')))
    return problem('bad-input', 'a command cannot hold a NUL character');
  return undefined;
}

const wordsOf = (command: CommandLine): readonly string[] =>
  command.kind === 'argv' ? command.argv : ['/bin/sh', '-c', command.line];

/**
 * One word for `sh -c` in which nothing is left that a login shell would read, be it csh or fish: every other byte is written
 * in octal, and only sh sees it.
 */
export function farProgram({ command, cwd, env }: ProgramWish): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const start = [...(variables.length === 0 ? [] : ['env', ...variables]), ...wordsOf(command)];
  const script = [
    ...(cwd === undefined ? [] : [`cd ${folderWord(cwd)} || exit 1`]),
    `exec ${quoteArgv(start)}`,
  ].join('\n');
  const octal = [...Buffer.from(script)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9 _./=:,+-]/.test(character) ? character : `\\0${byte.toString(8).padStart(3, '0')}`;
  });
  return `exec sh -c 'eval "$(printf %b "${octal.join('')}")"'`;
}

/** "~" is the far home. */
function folderWord(cwd: string): string {
  if (cwd === '~') return '"$HOME"';
  return cwd.startsWith('~/') ? `"$HOME"/${quoteWord(cwd.slice(2))}` : quotePath(cwd);
}

async function explained(parts: FarPtyParts, end: PtyEnd, silent: boolean): Promise<PtyEnd> {
  if (!('exitCode' in end) || end.exitCode !== SSH_FAILED) return end;
  if (await isLost(parts.link)) return { lost: sanitise(`the line to ${parts.name} broke`) };
  if (!silent) return end;
  return { lost: sanitise(`${parts.name} opens no further session (MaxSessions of its sshd?)`) };
}

/** Whether the line is away, or goes in a moment. */
function isLost({ state, subscribe }: FarPtyParts['link']): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (lost: boolean): void => {
      clearTimeout(timer);
      leave();
      resolve(lost);
    };
    const look = (now: LinkState): void => {
      if (now.kind !== 'up') end(true);
    };
    const leave = subscribe(look);
    const timer = setTimeout(() => end(false), NOTICE_MS);
    look(state());
  });
}
