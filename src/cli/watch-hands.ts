// The shields as the watch asks for them: it reads them itself, and has them changed by `opsconsole shields …` in a process of
// its own, because the engine would cost the watch 6 MB for months. When Node does not start twice in a row, raise.sh raises.

import {
  type LowerAnswer,
  parseDone,
  parseLower,
  parseRaise,
  type RaiseAnswer,
  type WatchShields,
} from '../actions/watch/answers.ts';
import { type Problem, problem } from '../core/problem.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { sanitise } from '../core/sanitise.ts';
import type { RaiseWish, ShieldsNow } from '../core/shields.ts';
import { type Program, type Ran, type RunChild, runChild } from './watch-child.ts';

export type HandsOptions = Readonly<{
  now(): Promise<ShieldsNow>;
  /** Whether there is anything that may have to be cleared away: without, no process is started. */
  isAnythingThere(): Promise<boolean>;
  /** The whole program with these words. */
  program(...words: readonly string[]): Program;
  /** An absolute path; absent: the one that would open. */
  session: string | undefined;
  /** raise.sh; absent: it could not be left. */
  script: string | undefined;
  run?: RunChild;
}>;

/** Under a load of 30 a raise takes 5 s. */
const TIMEOUT_MS = 60_000;
/** Tries in a row that did not even begin, after which raise.sh is run. */
const TRIES = 2;
/** What --for takes; minimum-hold may be shorter. */
const HOLD_SECONDS = { least: 60, most: 86_400 };
const REFUSED = 3;

export function createHands(options: HandsOptions): WatchShields {
  const { now, isAnythingThere, session, program, run = runChild } = options;
  const ask = (words: readonly string[]): Promise<Ran> => {
    const where = session === undefined ? [] : ['--session', session];
    return run(program('shields', ...words, '--json', ...where), { timeoutMs: TIMEOUT_MS });
  };
  let failures = 0;
  const recover = async (): Promise<Result<string | undefined>> => {
    if (!(await isAnythingThere())) return ok(undefined);
    const before = lastOf(await now());
    const ran = await ask(['status']);
    const answer = parseDone(ran.stdout);
    if (answer === undefined) return fail(silence(ran));
    if (!answer.ok) return answer;
    const after = await now();
    const last = after.kind === 'down' && after.last?.by === 'recovery' ? after.last.id : undefined;
    return ok(last === before ? undefined : last);
  };
  return {
    now,
    recover,
    async raise(wish) {
      const ran = await ask(['up', '--auto', ...holdWords(wish)]);
      const answer = parseRaise(ran.stdout) ?? (await lookAfter(ran, { now, recover }));
      // Without a word on undoing nothing was begun: Node did not come so far, or the session file is broken by now.
      if (answer.kind !== 'failed' || answer.undone !== undefined) {
        failures = 0;
        return answer;
      }
      failures += 1;
      return failures < TRIES ? answer : raiseByScript(answer.problem, options);
    },
    async renew() {
      const ran = await ask(['renew']);
      return parseDone(ran.stdout) ?? fail(silence(ran));
    },
    async lower(): Promise<LowerAnswer> {
      const ran = await ask(['down', '--auto']);
      return parseLower(ran.stdout) ?? { kind: 'failed', problem: silence(ran) };
    },
  };
}

function holdWords({ holdSeconds }: RaiseWish): readonly string[] {
  if (holdSeconds === undefined) return [];
  const { least, most } = HOLD_SECONDS;
  return ['--for', `${Math.min(most, Math.max(least, Math.ceil(holdSeconds)))}s`];
}

function lastOf(now: ShieldsNow): string | undefined {
  return now.kind === 'down' ? now.last?.id : undefined;
}

function silence({ ended, exitCode, stderr }: Ran): Problem {
  const how = ended ?? `it ended with ${exitCode ?? '?'} and no answer`;
  const words = stderr === '' ? how : `${how}: ${stderr}`;
  return problem('bad-exit', `opsconsole in a process of its own: ${words}`);
}

/** It may have been killed after it had raised, or half-way: what the host says counts. */
async function lookAfter(
  ran: Ran,
  { now, recover }: Pick<WatchShields, 'now' | 'recover'>,
): Promise<RaiseAnswer> {
  const trouble = silence(ran);
  let seen = await now();
  if (seen.kind === 'up' && seen.phase === 'raising') {
    await recover();
    seen = await now();
    if (seen.kind !== 'up' || seen.phase === 'raising')
      return { kind: 'failed', problem: trouble, undone: seen.kind === 'down' };
  }
  if (seen.kind !== 'up') return { kind: 'failed', problem: trouble };
  return { kind: 'up', leftOut: [], warnings: [sanitise(`they are up, but ${trouble.summary}`)] };
}

async function raiseByScript(
  cause: Problem,
  { now, script, run = runChild }: HandsOptions,
): Promise<RaiseAnswer> {
  if (script === undefined) return { kind: 'failed', problem: cause };
  const ran = await run({ file: '/bin/sh', args: [script, 'up', '--auto'] }, { timeoutMs: TIMEOUT_MS });
  const said = ran.stderr.replace(/^opsconsole: (refused: )?/, '');
  if (ran.exitCode === REFUSED)
    return { kind: 'refused', reasons: [sanitise(`${said} (raise.sh, for ${cause.summary})`)] };
  const seen = await now();
  if (ran.exitCode === 0 && seen.kind === 'up')
    return {
      kind: 'up',
      leftOut: [],
      warnings: [
        sanitise(`raised with raise.sh, which does the packet filter only, because ${cause.summary}`),
      ],
    };
  const how = ran.ended ?? `exit ${ran.exitCode ?? '?'}`;
  const summary = `${cause.summary}; raise.sh failed, too: ${[how, said].filter(Boolean).join(': ')}`;
  // Nothing of its own is left when they are down.
  return {
    kind: 'failed',
    problem: problem('bad-exit', summary),
    ...(seen.kind === 'down' ? {} : { undone: false }),
  };
}
