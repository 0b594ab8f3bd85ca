// Runs the terse listings of a backend through whatever runs commands (the Host of the caller) and parses them.

import type { Command } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Backend, SetsReading } from './backend.ts';

export type RunCommand = (command: Command) => Promise<Result<Readonly<{ stdout: string }>>>;

export async function readSets(backend: Backend, run: RunCommand): Promise<Result<SetsReading>> {
  const outputs: (string | undefined)[] = [];
  const gaps: SafeText[] = [];
  const ask = async (command: Command): Promise<Result<unknown>> => {
    const finished = await run(command);
    if (finished.ok) outputs.push(finished.value.stdout);
    else {
      const missing = finished.problem.code === 'missing-tool';
      outputs.push(missing ? '' : undefined);
      if (!missing) gaps.push(sanitise(`${command.argv[0]}: ${finished.problem.summary}`));
    }
    return finished;
  };
  for (const [index, command] of [...backend.listSets, ...(backend.listSetsOptional ?? [])].entries()) {
    const asked = await ask(command);
    if (!asked.ok && index === 0) return asked;
  }
  for (const command of backend.followUp?.(outputs) ?? []) await ask(command);
  const sets = backend.parseSets(outputs);
  return sets.ok ? ok({ sets: sets.value, gaps }) : sets;
}
