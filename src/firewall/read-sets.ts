// Runs the terse listings of a backend through whatever runs commands (the Host of the caller) and parses them.

import type { Command } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import type { SetInfo } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Backend } from './backend.ts';

export type RunCommand = (command: Command) => Promise<Result<Readonly<{ stdout: string }>>>;
/** `gaps`: what could not be read, one sentence each: their absence must not look like "no rules". */
export type SetsReading = Readonly<{ sets: readonly SetInfo[]; gaps: readonly SafeText[] }>;

export async function readSets(backend: Backend, run: RunCommand): Promise<Result<SetsReading>> {
  const outputs: (string | undefined)[] = [];
  const gaps: SafeText[] = [];
  for (const [index, command] of [...backend.listSets, ...(backend.listSetsOptional ?? [])].entries()) {
    const finished = await run(command);
    if (finished.ok) outputs.push(finished.value.stdout);
    else if (index === 0) return finished;
    else {
      const missing = finished.problem.code === 'missing-tool';
      outputs.push(missing ? '' : undefined);
      if (!missing) gaps.push(sanitise(`${command.argv[0]}: ${finished.problem.summary}`));
    }
  }
  const sets = backend.parseSets(outputs);
  return sets.ok ? ok({ sets: sets.value, gaps }) : sets;
}
