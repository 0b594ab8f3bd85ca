// Runs the terse listings of a backend through whatever runs commands (the Host of the caller) and parses them.

import type { Command } from '../core/plan.ts';
import { ok, type Result } from '../core/result.ts';
import type { SetInfo } from '../core/rows.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import type { Backend, SetsReading } from './backend.ts';

export type RunCommand = (command: Command) => Promise<Result<Readonly<{ stdout: string }>>>;

/** A backend that never has enough is a bug: this ends it. */
const FOLLOW_UPS_MAX = 100;

/**
 * `together`: all listings at once, for hosts where each costs a round trip. One after the other a machine under attack is
 * spared; and a daemon is asked so in any case, because it may hang.
 */
export async function readSets(
  backend: Backend,
  run: RunCommand,
  { together = false }: Readonly<{ together?: boolean }> = {},
): Promise<Result<SetsReading>> {
  const outputs: (string | undefined)[] = [];
  const asker = createAsker(run);
  const listings = [...backend.listSets, ...(backend.listSetsOptional ?? [])];
  const early =
    together && backend.daemon !== true ? listings.map((command) => asker.ask(command)) : undefined;
  for (const [index, command] of listings.entries()) {
    const asked = await (early?.[index] ?? asker.ask(command));
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
  if (!sets.ok) return sets;
  const apart = tellApart(sets.value);
  return ok({
    sets: apart.sets,
    gaps: [...asker.gaps(), ...(backend.gaps?.(outputs) ?? []), ...apart.gaps],
  });
}

/** Names that look alike once they are printable have one key: who means the one must not reach the other. */
function tellApart(sets: readonly SetInfo[]): SetsReading {
  const known = new Set<string>();
  const gaps: SafeText[] = [];
  const kept = sets.filter(({ key }) => {
    const first = !known.has(key);
    if (first) known.add(key);
    else gaps.push(sanitise(`${key}: another one that looks the same is not shown`, 200));
    return first;
  });
  return { sets: kept, gaps };
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
