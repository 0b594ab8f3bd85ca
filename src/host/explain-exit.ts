// Turns how a program ended into a Problem that tells the operator what to do. Pure.

import type { Command } from '../core/plan.ts';
import { type Problem, type ProblemCode, problem } from '../core/problem.ts';
import { sanitise } from '../core/sanitise.ts';

export type Ending = Readonly<{
  stdout: string;
  stderr: string;
  exitCode?: number;
  signal?: string;
  /** errno name when the program could not be started. */
  startError?: string;
}>;

const DETAIL_MAX = 4096;

// nft, iptables, ipset ("Operation not permitted", "you must be root"), conntrack ("you must be root or get CAP_NET_ADMIN"),
// sysctl and cat ("permission denied"), sudo ("a password is required", "is not allowed to execute", "not in the sudoers").
const NOT_PERMITTED =
  /operation not permitted|permission denied|must be root|are you root|CAP_NET_ADMIN|a password is required|is not allowed to|not in the sudoers|no new privileges|may not run sudo/i;

/** What no package brings. */
const HINTS: ReadonlyMap<string, string> = new Map([
  [
    'journalctl',
    'only Linux with systemd has it; elsewhere a log pane takes files, such as /var/log/messages',
  ],
]);

export function missingTool(tool: string): Problem {
  return problem('missing-tool', `${sanitise(tool, 80)} is not installed`, {
    hint:
      HINTS.get(tool) ??
      `install the package that has ${sanitise(tool, 80)}; only system folders are searched, not your PATH`,
  });
}

// What pfctl of OpenBSD 7.7 and later adds to every failure, and that of FreeBSD where the kernel has no ALTQ.
const PFCTL_NOISE =
  /^(?:pfctl: DIOCSETLIMIT \([a-z-]+\): Permission denied|No ALTQ support in kernel|ALTQ related functions disabled)\n?/gm;

/** Why a program that was started, or should have been, did not do its work. */
export function explainExit(command: Command, whole: Ending): Problem {
  const ending = { ...whole, stderr: whole.stderr.replace(PFCTL_NOISE, '') };
  const tool = toolName(command);
  const { argv } = command;
  if (ending.startError !== undefined) return explainStart(command, ending.startError);
  const detail = sanitise(ending.stderr.trim() || ending.stdout.trim(), DETAIL_MAX);
  const said = lastWords(ending.stderr) ?? lastWords(ending.stdout);
  if (ending.signal !== undefined)
    return problem('bad-exit', `${tool} was ended by ${ending.signal}`, { argv, detail });
  const exit = ending.exitCode === undefined ? {} : { exitCode: ending.exitCode };
  if (NOT_PERMITTED.test(ending.stderr)) {
    return problem('not-permitted', `${tool} may not do this: ${said ?? 'no reason given'}`, {
      argv,
      detail,
      ...exit,
      hint: 'run as root, or allow the command without a password in sudoers (`opsconsole doctor` prints the lines)',
    });
  }
  const summary =
    said === undefined ? `${tool} ended with status ${ending.exitCode}, saying nothing` : `${tool}: ${said}`;
  return problem('bad-exit', summary, { argv, detail, ...exit });
}

/** `timed-out`, `cancelled` and `too-large`: we ended the program. */
export function explainEnded(command: Command, code: ProblemCode): Problem {
  const tool = toolName(command);
  const { argv } = command;
  if (code === 'timed-out')
    return problem(code, `${tool} gave no answer within ${command.timeoutMs / 1000} s and was ended`, {
      argv,
    });
  if (code === 'too-large')
    return problem(code, `${tool} wrote more than ${command.outputMaxBytes} bytes and was ended`, { argv });
  return problem(code, `${tool} was cancelled`, { argv });
}

function explainStart(command: Command, errno: string): Problem {
  const tool = toolName(command);
  const { argv } = command;
  switch (errno) {
    case 'ENOENT':
      return { ...missingTool(argv[0]), argv };
    case 'EACCES':
    case 'EPERM':
      return problem('not-permitted', `${tool} may not be started (${errno})`, { argv });
    case 'E2BIG':
      return problem('too-large', `the arguments of ${tool} are too long for the system`, { argv });
    case 'EAGAIN':
    case 'ENOMEM':
    case 'EMFILE':
    case 'ENFILE':
      return problem(
        'bad-exit',
        `${tool} could not be started: the system is out of ${SCARCE[errno]} (${errno})`,
        {
          argv,
          hint: 'it will be tried again; ending runaway processes helps',
        },
      );
    default:
      return problem('bad-exit', `${tool} could not be started (${sanitise(errno, 40)})`, { argv });
  }
}

const SCARCE = { EAGAIN: 'processes', ENOMEM: 'memory', EMFILE: 'file handles', ENFILE: 'file handles' };

/** The last line with words in it: nft ends its errors with a line of carets. A line that names an error wins. */
function lastWords(text: string): string | undefined {
  const lines = text
    .slice(-DETAIL_MAX)
    .split('\n')
    .filter((line) => /[A-Za-z]{2}/.test(line));
  const line =
    lines.findLast((candidate) => /error|denied|not permitted|cannot|failed/i.test(candidate)) ??
    lines.at(-1);
  return line === undefined ? undefined : sanitise(line.trim(), 300);
}

function toolName(command: Command): string {
  return sanitise(command.argv[0].slice(command.argv[0].lastIndexOf('/') + 1), 80);
}
