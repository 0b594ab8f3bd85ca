// The part of a raise that changes the machine: the wall, the measures' steps, the proof, the clocks. Only called when the
// way back is written down and watched.

import { type Command, command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { RaiseReport, ShieldsPhase } from '../../core/shields.ts';
import { findCurrent, readNow } from '../../firewall/shields/read-now.ts';
import { revertFile } from '../../firewall/shields/state.ts';
import type { WallWriter } from '../../firewall/shields/wall.ts';
import { writeDeadline } from './deadline-file.ts';
import { type Engine, readUptime, TIMER_EXTRA_SECONDS, type Where } from './engine.ts';
import type { LeftOut, PlannedMeasure } from './measure.ts';
import { firstSeconds, type Prepared } from './raise-files.ts';
import { takeBack } from './take-back.ts';
import { type SshAnswer, verify } from './verify.ts';

export type Raising = Prepared & Readonly<{ before: SshAnswer; say: (doing: SafeText) => void }>;

type Up = Extract<RaiseReport, { kind: 'up' }>;

export async function carryOut(engine: Engine, raising: Raising): Promise<RaiseReport> {
  const { where, plan, say } = raising;
  const { host } = engine.options;
  const back = (trouble: Problem): Promise<RaiseReport> =>
    takeBack(engine, where, { problem: trouble, lowered: trouble.code === 'refused' });

  const loaded = await loadWall(engine, raising);
  if (!loaded.ok) return back(loaded.problem);
  const taken = await takeMeasures(engine, raising);
  const kept = plan.planned.filter((one) => !taken.leftOut.some(({ measure }) => measure === one.measure));
  say(safe('verifying'));
  const verified = await verify({
    ground: plan.ground,
    wall: plan.wall,
    planned: kept,
    before: raising.before,
  });
  if (verified.problem !== undefined) return back(verified.problem);

  say(safe('starting the clock'));
  const seconds = firstSeconds(plan);
  const started = await startClock(engine, where, {
    phase: plan.auto ? 'held' : 'trial',
    seconds,
    writer: plan.wall === undefined ? undefined : plan.ground.writer,
  });
  if (!started.ok) return back(started.problem);
  const now = await readNow(host, engine.options.place);
  if (now.kind !== 'up' || now.state.id !== where.id)
    return back(problem('refused', 'the shields were taken down while they were being raised'));
  return {
    kind: 'up',
    now,
    already: false,
    durationMs: 0,
    leftOut: [...plan.leftOut, ...taken.leftOut].map(({ measure, why }) => ({ measure, why })),
    verified: verified.says,
    warnings: [...taken.warnings, ...verified.warnings],
  } satisfies Up;
}

/** Problem 'refused': somebody has taken them down meanwhile, so nothing more is done. */
async function stillOurs({ options }: Engine, { id }: Where): Promise<Result<void>> {
  const found = await findCurrent(options.host, options.place);
  if (found.kind === 'current' && found.id === id) return ok(undefined);
  return fail(problem('refused', 'the shields were taken down while they were being raised'));
}

async function loadWall(engine: Engine, { where, plan, say }: Raising): Promise<Result<void>> {
  const { wall, ground } = plan;
  if (wall === undefined || ground.writer === undefined) return ok(undefined);
  say(safe('putting up the wall'));
  const ours = await stillOurs(engine, where);
  if (!ours.ok) return ours;
  return runAll(
    engine,
    ground.writer.load(wall).map((step) => step.command),
  );
}

async function runAll({ options }: Engine, commands: readonly Command[]): Promise<Result<void>> {
  for (const one of commands) {
    const ran = await options.host.run(one);
    if (!ran.ok) return ran;
  }
  return ok(undefined);
}

type Taken = Readonly<{ leftOut: readonly LeftOut[]; warnings: readonly SafeText[] }>;

/**
 * All at once, except that a measure waits for the one that it needs, and that programs of the operator run alone and in
 * their order: they may depend on each other in ways that we do not know.
 */
async function takeMeasures(engine: Engine, raising: Raising): Promise<Taken> {
  const { planned } = raising.plan;
  const results = new Map<PlannedMeasure, Promise<Taken>>();
  let foreign: Promise<unknown> = Promise.resolve();
  for (const one of planned) {
    const needed = planned.find(({ measure }) => measure === one.needs);
    const after = needed === undefined ? undefined : results.get(needed);
    const isForeign = one.measure === 'run' || one.measure === 'include';
    const previous = foreign;
    const taken = (async () => {
      if (isForeign) await previous;
      if (after !== undefined && (await after).leftOut.length > 0)
        return leftOut(one, `it needs ${one.needs}, which failed`);
      return takeMeasure(engine, raising, one);
    })();
    if (isForeign) foreign = taken;
    results.set(one, taken);
  }
  const all = await Promise.all(results.values());
  return {
    leftOut: all.flatMap((taken) => taken.leftOut),
    warnings: all.flatMap((taken) => taken.warnings),
  };
}

function leftOut({ measure, says }: PlannedMeasure, why: string, warnings: readonly SafeText[] = []): Taken {
  return { leftOut: [{ measure, says, why: sanitise(why, 240) }], warnings };
}

async function takeMeasure(engine: Engine, raising: Raising, one: PlannedMeasure): Promise<Taken> {
  const { host } = engine.options;
  if (one.applied.steps.length === 0) return { leftOut: [], warnings: [] };
  raising.say(one.says);
  for (const { command: step } of one.applied.steps) {
    const ours = await stillOurs(engine, raising.where);
    const ran = ours.ok ? await host.run(step) : ours;
    if (ran.ok) continue;
    const items = raising.itemsOf.get(one) ?? [];
    const why = ran.problem.summary;
    if (items.length === 0) return leftOut(one, why);
    const back = await takeItemsBack(engine, raising.where, items);
    if (back.ok) return leftOut(one, why);
    const rest = `not all of it could be taken back now, it is tried again when they come down: ${one.says}`;
    return leftOut(one, why, [sanitise(rest, 300)]);
  }
  return { leftOut: [], warnings: [] };
}

async function takeItemsBack(
  { options }: Engine,
  { place, id }: Where,
  items: readonly number[],
): Promise<Result<unknown>> {
  return options.host.run(
    command(['sh', revertFile(place.dir, id), 'item', ...items.map(String)], {
      privileged: true,
      timeoutMs: 120_000,
    }),
  );
}

export type ClockWish = Readonly<{
  phase: Exclude<ShieldsPhase, 'raising'>;
  seconds: number;
  writer: WallWriter | undefined;
}>;

/** The deadline first: should we end in between, the kernel's timer runs out too early, never the deadline too late. */
export async function startClock(
  engine: Engine,
  where: Where,
  { phase, seconds, writer }: ClockWish,
): Promise<Result<void>> {
  const { host } = engine.options;
  const clock = await readUptime(host);
  if (!clock.ok) return clock;
  const written = await writeDeadline(host, where, { phase, uptime: Math.ceil(clock.value) + seconds });
  if (!written.ok) return written;
  const steps = writer?.arm(seconds + TIMER_EXTRA_SECONDS) ?? [];
  return runAll(
    engine,
    steps.map((step) => step.command),
  );
}
