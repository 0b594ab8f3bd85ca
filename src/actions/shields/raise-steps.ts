// The part of a raise that changes the machine: the wall, the measures' steps, the proof, the clocks. Only called when the
// way back is written down and watched.

import type { Command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { ok, type Result } from '../../core/result.ts';
import { type SafeText, safe } from '../../core/sanitise.ts';
import type { RaiseReport, ShieldsPhase } from '../../core/shields.ts';
import { readNow } from '../../firewall/shields/read-now.ts';
import type { WallWriter } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import { writeDeadline } from './deadline-file.ts';
import { type Engine, readUptime, stillOurs, TIMER_EXTRA_SECONDS, type Where } from './engine.ts';
import { writeLeftOut } from './left-out.ts';
import { firstSeconds, type Prepared } from './raise-files.ts';
import { takeBack } from './take-back.ts';
import { takeMeasures } from './take-measures.ts';
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
  say(safe('verifying'));
  const verified = await verify({ ground: plan.ground, wall: plan.wall, before: raising.before });
  if (verified.problem !== undefined) {
    // It may have taken so long, with a line that was gone, that their watcher has lowered them.
    const ours = await stillOurs(engine, where);
    return back(ours.ok ? verified.problem : ours.problem);
  }
  const leftOut = [...plan.leftOut, ...taken.leftOut];
  const unwritten = await writeLeftOut(engine, where, leftOut);

  say(safe('starting the clock'));
  const seconds = firstSeconds(plan);
  const started = await startClock(engine, where, {
    phase: plan.auto ? 'held' : 'trial',
    seconds,
    writer: plan.wall === undefined ? undefined : plan.ground.writer,
  });
  if (!started.ok) return back(started.problem);
  const now = await readNow(host, engine.options.place, { wall: false });
  if (now.kind === 'unknown') return back(now.problem);
  if (now.kind !== 'up' || now.state.id !== where.id)
    return back(problem('refused', 'the shields were taken down while they were being raised'));
  const { reading } = verified;
  const seen: Pick<Up['now'], 'wall' | 'dropped'> =
    reading === undefined ? { wall: 'none' } : { wall: 'standing', dropped: reading.dropped };
  return {
    kind: 'up',
    now: { ...now, ...seen },
    already: false,
    durationMs: 0,
    leftOut: leftOut.map(({ measure, why }) => ({ measure, why })),
    verified: [...verified.says, ...taken.says],
    warnings: [...taken.warnings, ...verified.warnings, ...(unwritten === undefined ? [] : [unwritten])],
  } satisfies Up;
}

async function loadWall(engine: Engine, { where, plan, say }: Raising): Promise<Result<void>> {
  const { wall, ground } = plan;
  if (wall === undefined || ground.writer === undefined) return ok(undefined);
  say(safe('putting up the wall'));
  const ours = await stillOurs(engine, where);
  if (!ours.ok) return ours;
  return runAll(
    engine.ofRaise(where),
    ground.writer.load(wall).map((step) => step.command),
  );
}

async function runAll(host: Host, commands: readonly Command[]): Promise<Result<void>> {
  for (const one of commands) {
    const ran = await host.run(one);
    if (!ran.ok) return ran;
  }
  return ok(undefined);
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
  const written = await writeDeadline(engine.acting, where, {
    phase,
    uptime: Math.floor(clock.value) + seconds,
  });
  if (!written.ok) return written;
  const steps = writer?.arm(seconds + TIMER_EXTRA_SECONDS) ?? [];
  return runAll(
    engine.ofRaise(where),
    steps.map((step) => step.command),
  );
}
