// What the end of a far program means, in the words of a local one. Pure.

import type { Command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import { explainExit, missingTool } from '../explain-exit.ts';
import type { Finished } from '../host.ts';

type Texts = Readonly<{ stdout: string; stderr: string; exitCode: number }>;

export function resultOf(command: Command, texts: Texts, durationMs: number): Result<Finished> {
  const { exitCode, stderr } = texts;
  if (exitCode === 0 || command.okExits?.includes(exitCode) === true) return ok({ ...texts, durationMs });
  // sh says this of a program that was removed since it was looked for.
  if (exitCode === 127 && /not found|No such file/.test(stderr))
    return fail({ ...missingTool(command.argv[0]), argv: command.argv });
  const signal = SIGNALS[exitCode - 128];
  if (exitCode === 126 && /too long/.test(stderr))
    return fail(explainExit(command, { ...texts, startError: 'E2BIG' }));
  if (signal === undefined) return fail(explainExit(command, texts));
  return fail(explainExit(command, { stdout: texts.stdout, stderr, signal: `SIG${signal}` }));
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  6: 'ABRT',
  7: 'BUS',
  9: 'KILL',
  11: 'SEGV',
  13: 'PIPE',
  15: 'TERM',
};

export function lineLost(name: string, { argv }: Pick<Command, 'argv'>): Problem {
  const tool = sanitise(argv[0].slice(argv[0].lastIndexOf('/') + 1), 80);
  return problem('line-lost', `${name}: the line broke before ${tool} answered; it may have run`, { argv });
}

/** Certainly not run: the line is up, as far as anybody knows, and says nothing. */
export function noAnswer(name: string, { argv }: Pick<Command, 'argv'>): Problem {
  const tool = sanitise(argv[0].slice(argv[0].lastIndexOf('/') + 1), 80);
  return problem('no-line', `${name}: the line gives no answer; ${tool} was not run`, { argv });
}
