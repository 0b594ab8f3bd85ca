// The files of a raise: state, deadline, the way back, and snapshots for people. All are on the disk before anything is changed.

import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { ShieldsPlace, ShieldsState } from '../../core/shields.ts';
import { readClock } from '../../firewall/shields/clock.ts';
import { printDeadline, printState } from '../../firewall/shields/state.ts';
import type { Engine, Where } from './engine.ts';
import type { PlannedMeasure, RevertItem } from './measure.ts';
import type { RaisePlan } from './plan-raise.ts';
import { type PreparedFiles, prepareFiles } from './prepare.ts';
import { printRevertScript } from './revert-script.ts';
import { snapshotSysctls } from './snapshot.ts';

export type Prepared = Readonly<{
  where: Where;
  state: ShieldsState;
  plan: RaisePlan;
  /** Numbers of a measure's own items in the script, 1 = first. */
  itemsOf: ReadonlyMap<PlannedMeasure, readonly number[]>;
  /** When the watcher takes back what is still being raised. */
  raisingUptime: number;
}>;

export type FilesWish = Readonly<{ id: string; plan: RaisePlan; ruleset: string }>;

export async function writeFiles(
  engine: Engine,
  { id, plan, ruleset }: FilesWish,
): Promise<Result<Prepared>> {
  const { host, place } = engine.options;
  const clock = await readClock(host);
  if (!clock.ok) return clock;
  const { uptime, bootId } = clock.value;
  const raisingUptime = Math.ceil(uptime) + plan.raisingSeconds;
  const state = stateOf(plan, { id, bootId, uptime, at: host.now() });
  const { items, itemsOf } = numbered(plan);
  const filesAt = (at: ShieldsPlace): PreparedFiles => ({
    'state.json': { text: printState(state), mode: '0644' },
    deadline: { text: printDeadline({ phase: 'raising', uptime: raisingUptime }), mode: '0644' },
    'revert.sh': {
      text: printRevertScript({ state, place: at, trialUptime: raisingUptime + firstSeconds(plan), items }),
      mode: '0700',
    },
    [state.wall === 'pf' ? 'before.pf' : 'before.nft']: { text: ruleset, mode: '0600' },
    'before.sysctl': { text: snapshotSysctls(plan.planned), mode: '0600' },
    [state.wall === 'pf' ? 'wall.pf' : 'wall.nft']: { text: wallText(plan), mode: '0600' },
  });
  try {
    const written = await prepareFiles(engine.acting, { id, place, files: filesAt });
    if (!written.ok) return written;
    return ok({ where: { place: written.value.place, id }, state, plan, itemsOf, raisingUptime });
  } catch (error) {
    // A value of the session file or of a tool that cannot be a word of the script.
    return fail(problem('bad-input', `the way back cannot be written: ${String(error)}`));
  }
}

/** Until the first deadline after raising: the automatic has no trial. */
export function firstSeconds({ auto, trialSeconds, holdSeconds }: RaisePlan): number {
  return auto ? holdSeconds : trialSeconds;
}

type Moment = Readonly<{ id: string; bootId: string; uptime: number; at: ShieldsState['raisedAt'] }>;

function stateOf(plan: RaisePlan, { id, bootId, uptime, at }: Moment): ShieldsState {
  return {
    version: 1,
    id,
    bootId,
    profile: plan.profile,
    auto: plan.auto,
    by: plan.ground.operator,
    raisedAt: at,
    raisedUptime: uptime,
    trialSeconds: plan.trialSeconds,
    holdSeconds: plan.holdSeconds,
    wall: plan.wall === undefined ? 'none' : (plan.ground.writer?.variant ?? 'none'),
    measures: plan.planned.map(({ measure, says }) => ({ measure, says })),
  };
}

/** The wall is the first that is put up, so the last that comes down: traffic stays limited while the rest is put back. */
function numbered({ wall, ground, planned }: RaisePlan): Readonly<{
  items: readonly RevertItem[];
  itemsOf: Prepared['itemsOf'];
}> {
  const items: RevertItem[] = [];
  if (wall !== undefined && ground.writer !== undefined)
    items.push({ kind: 'wall', variant: ground.writer.variant });
  const itemsOf = new Map<PlannedMeasure, readonly number[]>();
  for (const one of planned) {
    itemsOf.set(
      one,
      one.revert.map((_, index) => items.length + index + 1),
    );
    items.push(...one.revert);
  }
  return { items, itemsOf };
}

function wallText({ wall, ground }: RaisePlan): string {
  if (wall === undefined || ground.writer === undefined) return '# no measure in the packet filter\n';
  const steps = ground.writer.load(wall);
  return steps.map(({ command }) => `# ${command.argv.join(' ')}\n${command.stdin ?? ''}`).join('\n');
}
