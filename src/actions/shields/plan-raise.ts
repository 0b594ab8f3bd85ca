// Works out a raise for this machine without touching it: who is safe, which measures can be taken, the wall that they come
// to. What cannot be taken is left out with the reason; under attack some shields are better than none.

import type { Family } from '../../core/address.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { RaiseWish } from '../../core/shields.ts';
import { LONGEST_SECONDS } from '../../firewall/shields/state.ts';
import type { Wall, WallPart, WallWriter } from '../../firewall/shields/wall.ts';
import type { Host } from '../../host/host.ts';
import type { SafeMemory } from '../safe/safe-set.ts';
import { type Ground, gatherGround, nobodySafe, safeNets } from './gather.ts';
import type { LeftOut, PlannedMeasure } from './measure.ts';
import { planMeasures } from './measures.ts';
import { planOnPf } from './on-pf.ts';
import type { ShieldsOptions } from './shields.ts';

export type RaisePlan = Readonly<{
  ground: Ground;
  profile: string;
  planned: readonly PlannedMeasure[];
  leftOut: readonly LeftOut[];
  /** Absent: no measure in the packet filter. */
  wall: Wall | undefined;
  trialSeconds: number;
  holdSeconds: number;
  auto: boolean;
  /** Until the watcher takes back what is still being raised. */
  raisingSeconds: number;
}>;

export type Planned =
  | Readonly<{ kind: 'ready'; plan: RaisePlan }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** `raisingSeconds`: for a raise without programs of the operator. */
export type PlanWish = Readonly<{ id: string; wish: RaiseWish; raisingSeconds: number; memory: SafeMemory }>;

/** `onGround`: called as soon as the machine is known, for what can go on beside the measures. */
export async function planRaise(
  options: ShieldsOptions,
  { id, wish, raisingSeconds, memory }: PlanWish,
  onGround: (ground: Ground) => void = () => undefined,
): Promise<Planned> {
  const { settings } = options;
  const profile = wish.profile ?? settings.profile;
  const specs = Object.hasOwn(settings.profiles, profile) ? settings.profiles[profile] : undefined;
  if (specs === undefined) {
    const known = Object.keys(settings.profiles).join(', ');
    return refused(sanitise(`there is no profile ${profile}: the session file has ${known}`, 300));
  }
  const ground = await gatherGround(options, memory);
  const reasons = nobodySafe(ground, settings.unattended || wish.unattended === true);
  if (reasons.length > 0) return { kind: 'refused', reasons };
  onGround(ground);
  const onPf = ground.at.variant === 'pf';
  const measures = await (onPf ? planOnPf(specs, ground.at) : planMeasures(specs, ground.at));
  const longest = raisingSeconds + foreignSeconds(measures.planned);
  const fitted = await fitWall(ground, measures.planned, { id, armedSeconds: longest });
  if ('problem' in fitted) return { kind: 'failed', problem: fitted.problem };
  const leftOut = [...measures.leftOut, ...fitted.leftOut];
  if (fitted.planned.length === 0)
    return refused(
      safe('no measure of this profile can be taken on this machine'),
      ...leftOut.map(({ says, why }) => sanitise(`${says}: ${why}`, 300)),
    );
  const holdSeconds = seconds(wish.holdSeconds ?? settings.holdSeconds);
  return {
    kind: 'ready',
    plan: {
      ground,
      profile,
      planned: fitted.planned,
      leftOut,
      wall: fitted.wall,
      trialSeconds: Math.min(seconds(wish.trialSeconds ?? settings.trialSeconds), holdSeconds),
      holdSeconds,
      auto: wish.auto === true,
      raisingSeconds: longest,
    },
  };
}

/** Programs of the operator run one after the other and may take all the time that they were given. */
function foreignSeconds(planned: readonly PlannedMeasure[]): number {
  const steps = planned.flatMap(({ measure, applied }) =>
    ['run', 'include', 'service'].includes(measure) ? applied.steps : [],
  );
  return Math.ceil(steps.reduce((sum, { command }) => sum + command.timeoutMs, 0) / 1000);
}

const refused = (...reasons: readonly SafeText[]): Planned => ({ kind: 'refused', reasons });

const seconds = (value: number): number => Math.min(LONGEST_SECONDS, Math.max(1, Math.ceil(value)));

type Fitted = Readonly<{
  wall: Wall | undefined;
  planned: readonly PlannedMeasure[];
  leftOut: readonly LeftOut[];
}>;
type WallWish = Pick<Wall, 'id' | 'armedSeconds'>;

/** Tries the wall dry. When the kernel refuses it, each measure is tried alone and those that it refuses are left out. */
async function fitWall(
  ground: Ground,
  planned: readonly PlannedMeasure[],
  wish: WallWish,
): Promise<Fitted | Readonly<{ problem: Problem }>> {
  const { writer } = ground;
  const base = { ...(await emptyWall(ground)), ...wish };
  const whole = wallOf(base, planned);
  if (whole === undefined) return { wall: undefined, planned, leftOut: [] };
  if (writer === undefined) return withoutWall(planned);
  const refusal = await tryDry(ground.at.host, writer, whole);
  if (refusal === undefined) return { wall: whole, planned, leftOut: [] };
  const tried = await Promise.all(
    planned.map(async (one) => {
      const alone = wallOf(base, [one]);
      const why = alone === undefined ? undefined : await tryDry(ground.at.host, writer, alone);
      return { one, why };
    }),
  );
  const leftOut = tried.flatMap(({ one, why }) => (why === undefined ? [] : [leave(one, why.summary)]));
  if (leftOut.length === 0) return { problem: refusal };
  return dependents(
    base,
    tried.filter(({ why }) => why === undefined).map(({ one }) => one),
    leftOut,
  );
}

function withoutWall(planned: readonly PlannedMeasure[]): Fitted {
  const walled = planned.filter(({ applied }) => applied.wall !== undefined);
  const rest = planned.filter(({ applied }) => applied.wall === undefined);
  return { wall: undefined, planned: rest, leftOut: walled.map((one) => leave(one, NO_FILTER)) };
}

const NO_FILTER = 'no packet filter can be used here: nft, or iptables with ipset, and root are needed';

/** What needs a measure that is left out is left out as well. */
function dependents(
  base: Wall,
  planned: readonly PlannedMeasure[],
  leftOut: readonly LeftOut[],
): Fitted | Readonly<{ problem: Problem }> {
  const orphans = planned.filter(
    ({ needs }) => needs !== undefined && !planned.some(({ measure }) => measure === needs),
  );
  const kept = planned.filter((one) => !orphans.includes(one));
  return {
    wall: wallOf(base, kept),
    planned: kept,
    leftOut: [...leftOut, ...orphans.map((one) => leave(one, `it needs ${one.needs}, which is left out`))],
  };
}

function leave({ measure, says }: PlannedMeasure, why: string): LeftOut {
  return { measure, says, why: sanitise(why, 240) };
}

async function tryDry(host: Host, writer: WallWriter, wall: Wall): Promise<Problem | undefined> {
  try {
    for (const command of writer.check(wall)) {
      const ran = await host.run(command);
      if (!ran.ok) return ran.problem;
    }
    return undefined;
  } catch (error) {
    // A value of the session file that no wall can hold.
    return problem('bad-input', `the wall cannot be written: ${String(error)}`);
  }
}

async function emptyWall({ at }: Ground): Promise<Pick<Wall, 'safe' | 'sshPorts' | 'families'>> {
  const v6 = await at.host.read('/proc/net/if_inet6');
  const families: readonly Family[] = v6.ok ? [4, 6] : [4];
  return { safe: safeNets(at.safeSet), sshPorts: at.sshPorts, families };
}

function wallOf(base: Wall, planned: readonly PlannedMeasure[]): Wall | undefined {
  const parts: readonly WallPart[] = planned.flatMap(({ applied }) => applied.wall ?? []);
  return parts.length === 0 ? undefined : Object.assign({ ...base }, ...parts);
}
