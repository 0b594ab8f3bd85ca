// Runs the terse listings of a backend through whatever runs commands (the Host of the caller) and parses them.

import type { Command } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Backend, SetsReading } from './backend.ts';

export type RunCommand = (command: Command) => Promise<Result<Readonly<{ stdout: string }>>>;

/** A backend that never has enough is a bug: this ends it. */
const FOLLOW_UPS_MAX = 100;

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
  for (let done = 0; ; ) {
    const more = (backend.followUp?.(outputs) ?? []).slice(done);
    if (more.length === 0) break;
    for (const command of more) await ask(command);
    done += more.length;
    if (done > FOLLOW_UPS_MAX) break;
  }
  const sets = backend.parseSets(outputs);
  return sets.ok ? ok({ sets: sets.value, gaps: [...gaps, ...(backend.gaps?.(outputs) ?? [])] }) : sets;
}
