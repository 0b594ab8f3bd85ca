// The exact commands of a declared thing: how it is asked, started, stopped and restarted. Pure.

import { type Command, command, printCommand, quoteWord, type Step } from '../plan.ts';
import { type SafeText, sanitise } from '../sanitise.ts';
import { unreachable } from '../unreachable.ts';
import type { Argv, Manager, ServiceVerb, Thing } from './thing.ts';

/** An own command must have ended by then; a daemon that it leaves behind goes on. */
export const VERB_TIMEOUT_MS = 30_000;
const ASK_TIMEOUT_MS = 5_000;

/**
 * What starts a daemon may leave it our pipe, and we would wait for ever, or end the daemon with it: nothing of ours is handed
 * on, and where there is setsid it has a session of its own, which nobody ends who cleans up after something else.
 * `"$@"`: the words stay words, whatever is in them. The exit keeps sh from handing its own process to setsid.
 */
const APART = [
  'if command -v setsid >/dev/null 2>&1; then setsid "$@"; else "$@"; fi </dev/null >/dev/null 2>&1',
  'exit $?',
].join('\n');
export const DETACHED = ['sh', '-c', APART, 'opsconsole'] as const;

/**
 * What a program of the operator answers is an answer: a status says no by its exit status, and what a start says does not tell
 * whether it runs. Those of a shell that found nothing are not.
 */
const ANSWERS = Array.from({ length: 254 }, (_, index) => index + 1).filter(
  (code) => code !== 126 && code !== 127,
);

/** systemd is not waited for: the desk is needed meanwhile, and the proof looks. Undefined: there is no such command. */
export function stepsFor({ by }: Thing, verb: ServiceVerb): readonly Step[] | undefined {
  switch (by.kind) {
    case 'systemd':
      return [plain(['systemctl', '--no-block', verb, by.unit])];
    case 'monit':
      return [plain(['monit', verb, by.check])];
    case 'argv': {
      const argvs = argvFor(by, verb);
      return argvs?.map(detached);
    }
    default:
      return unreachable(by);
  }
}

/** Without a restart of its own it is stopped and started. */
function argvFor(by: Extract<Manager, { kind: 'argv' }>, verb: ServiceVerb): readonly Argv[] | undefined {
  const own = by[verb];
  if (own !== undefined) return [own];
  return verb === 'restart' && by.stop !== undefined && by.start !== undefined
    ? [by.stop, by.start]
    : undefined;
}

const plain = (argv: Argv): Step => ({ command: command(argv, { privileged: true }) });

function detached(argv: Argv): Step {
  return {
    command: command([...DETACHED, ...argv], {
      privileged: true,
      timeoutMs: VERB_TIMEOUT_MS,
      okExits: ANSWERS,
    }),
    shown: [sanitise(`${argv.map(quoteWord).join(' ')} </dev/null >/dev/null 2>&1`)],
  };
}

/** As they are shown: what an operator would type to do the same. */
export function stepWords(thing: Thing, verb: ServiceVerb): readonly SafeText[] | undefined {
  return stepsFor(thing, verb)?.flatMap(
    ({ command: own, shown }) => shown ?? [sanitise(printCommand(own), 300)],
  );
}

/** The words that the shields' script runs; it hands nothing of its own on to them. */
export function argvsFor(thing: Thing, verb: ServiceVerb): readonly Argv[] | undefined {
  const { by } = thing;
  if (by.kind === 'argv') return argvFor(by, verb);
  // It waits, within its own bounds, and so knows what became of it.
  if (by.kind === 'systemd') return [['systemctl', verb, by.unit]];
  return stepsFor(thing, verb)?.map(({ command: { argv } }) => argv);
}

export const SYSTEMD_PROPERTIES = [
  ...(['Id', 'Names', 'LoadState', 'ActiveState', 'SubState', 'Result', 'Job'] as const),
  ...(['MainPID', 'NRestarts', 'MemoryCurrent', 'ExecMainStatus'] as const),
  ...(['ActiveEnterTimestamp', 'ActiveExitTimestamp'] as const),
  ...(['InactiveEnterTimestamp', 'InactiveExitTimestamp'] as const),
] as const;

/** One start for all. In UTC, because the zone that it prints otherwise is a name that means several. */
export function askSystemd(units: readonly string[]): Command {
  const show = ['systemctl', 'show', '--no-pager', `--property=${SYSTEMD_PROPERTIES.join(',')}`];
  return command(['env', 'TZ=UTC', ...show, '--', ...units], { timeoutMs: ASK_TIMEOUT_MS });
}

/** Units that have failed, whatever the session file names. */
export function askFailedUnits(): Command {
  const list = ['systemctl', 'list-units', '--state=failed', '--plain', '--no-legend', '--no-pager'] as const;
  return command(list, { timeoutMs: ASK_TIMEOUT_MS });
}

/** Without tables and colours; its control file is root's. */
export function askMonit(): Command {
  return command(['monit', '-B', 'status'], { timeoutMs: ASK_TIMEOUT_MS, privileged: true });
}

export function askArgv(status: Argv, privileged: boolean): Command {
  return command(status, {
    timeoutMs: ASK_TIMEOUT_MS,
    outputMaxBytes: 65_536,
    okExits: ANSWERS,
    ...(privileged ? { privileged } : {}),
  });
}
