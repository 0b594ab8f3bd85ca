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
  const asker = createAsker(run);
  for (const [index, command] of [...backend.listSets, ...(backend.listSetsOptional ?? [])].entries()) {
    const asked = await asker.ask(command);
    outputs.push(asked.stdout);
    if (asked.failed !== undefined && index === 0) return asked.failed;
  }
  for (let done = 0; ; ) {
    const more = (backend.followUp?.(outputs) ?? []).slice(done);
    if (more.length === 0) break;
    for (const command of more) outputs.push((await asker.ask(command)).stdout);
    done += more.length;
    if (done > FOLLOW_UPS_MAX) break;
  }
  const sets = backend.parseSets(outputs);
  return sets.ok
    ? ok({ sets: sets.value, gaps: [...asker.gaps(), ...(backend.gaps?.(outputs) ?? [])] })
    : sets;
}

type Asked = Readonly<{ stdout: string | undefined; failed?: Result<never> }>;

/** A program that gave no answer once is not asked again: ten questions to one that hangs would take minutes. */
function createAsker(
  run: RunCommand,
): Readonly<{ ask(command: Command): Promise<Asked>; gaps(): readonly SafeText[] }> {
  const said: string[] = [];
  const hung = new Map<string, { summary: string; unasked: number }>();
  return {
    async ask(command) {
      const [tool] = command.argv;
      const hangs = hung.get(tool);
      if (hangs !== undefined) {
        hangs.unasked++;
        return { stdout: undefined };
      }
      const finished = await run(command);
      if (finished.ok) return { stdout: finished.value.stdout };
      const { code, summary } = finished.problem;
      if (code === 'timed-out') hung.set(tool, { summary, unasked: 0 });
      else if (code !== 'missing-tool') said.push(`${tool}: ${summary}`);
      return { stdout: code === 'missing-tool' ? '' : undefined, failed: finished };
    },
    gaps: () => [
      ...said.map((text) => sanitise(text)),
      ...[...hung].map(([tool, { summary, unasked }]) =>
        sanitise(
          unasked === 0
            ? `${tool}: ${summary}`
            : `${tool}: ${summary}; it was asked nothing more (${unasked})`,
        ),
      ),
    ],
  };
}
