// What raising would do to this machine, without touching it: per measure the change, the exact commands and the hazards;
// and which sources have more connections now than they could open anew.

import { type Command, printCommand } from '../../core/plan.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { ShieldsPreview } from '../../core/shields.ts';
import type { Wall, WallWriter } from '../../firewall/shields/wall.ts';
import { findBakers } from './bakers.ts';
import { tooWide } from './gather.ts';
import type { LeftOut, MeasureAt, PlannedMeasure } from './measure.ts';
import { findAffected } from './preview-affected.ts';
import { changesOf, wallLines } from './preview-diff.ts';

/**
 * All that a raise knows right before it writes its first file. `wall`: as `load` would get it, with any id; absent
 * without measures in the packet filter.
 */
export type PreviewFacts = Readonly<{
  at: MeasureAt;
  profile: string;
  planned: readonly PlannedMeasure[];
  leftOut: readonly LeftOut[];
  wall: Wall | undefined;
  writer: WallWriter | undefined;
}>;

type Ready = Extract<ShieldsPreview, { kind: 'ready' }>;
type Shown = Ready['measures'][number];

/** Reads only. Whether a raise would be refused is the caller's to say. */
export async function previewShields(facts: PreviewFacts): Promise<Ready> {
  const { at, planned, leftOut } = facts;
  const [crowd, bakers] = await Promise.all([findAffected(at, facts.wall), findBakers(at.host)]);
  const first = planned.find(({ applied }) => applied.wall !== undefined);
  const absent = leftOut.map(
    ({ measure, says, why }): Shown => ({
      measure,
      says,
      diff: [],
      commands: [],
      hazards: [],
      leftOut: why,
    }),
  );
  return {
    kind: 'ready',
    profile: facts.profile,
    measures: [...planned.map((one) => shownOf(one, facts, one === first)), ...absent],
    affected: crowd.affected,
    warnings: [
      ...bakers.warnings,
      ...(facts.wall === undefined ? [] : tooWide(at.safeSet)),
      ...bakers.hazards,
      ...at.safeSet.gaps.map((gap) => sanitise(`not protected: ${gap}`)),
      ...crowd.warnings,
    ],
    safe: at.safeSet.entries.map(({ net, why }) => ({ net: sanitise(net.text), why })),
  };
}

/** The wall is loaded as a whole: its first measure shows all commands, the others point to them. */
function shownOf(one: PlannedMeasure, { wall, writer }: PreviewFacts, first: boolean): Shown {
  const part = one.applied.wall;
  const diff: SafeText[] = [];
  const commands: SafeText[] = [];
  if (part !== undefined && wall !== undefined && writer !== undefined) {
    diff.push(...wallLines(wall, writer, { part, first }));
    if (first) commands.push(...printed(writer.load(wall).map(({ command }) => command)));
    else commands.push(safe('(among the commands of the first measure of the wall)'));
  }
  commands.push(...printed(one.applied.steps.map(({ command }) => command)));
  return {
    measure: one.measure,
    says: one.says,
    diff: [...diff, ...changesOf(one.revert)],
    commands,
    hazards: one.hazards,
  };
}

function printed(commands: readonly Command[]): readonly SafeText[] {
  return commands.flatMap((one) =>
    printCommand(one)
      .split('\n')
      .map((line) => sanitise(line)),
  );
}
