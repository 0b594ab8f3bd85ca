// The table of all measures, and what a profile comes to on this machine.

import { sanitise } from '../../core/sanitise.ts';
import type { MeasureSpec } from '../../core/shields.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { LeftOut, Measure, MeasureAt, PlannedMeasure } from './measure.ts';
import { banTop } from './measures/ban-top.ts';
import { connections } from './measures/connections.ts';
import { conntrackMax } from './measures/conntrack-max.ts';
import { conntrackTimeouts } from './measures/conntrack-timeouts.ts';
import { fail2ban } from './measures/fail2ban.ts';
import { includeSwitch } from './measures/include-switch.ts';
import { pinSsh } from './measures/pin-ssh.ts';
import { runPair } from './measures/run-pair.ts';
import { service } from './measures/service.ts';
import { synRate } from './measures/syn-rate.ts';
import { tcp } from './measures/tcp.ts';
import { unlistedPorts } from './measures/unlisted-ports.ts';

type Either = Readonly<{ planned: PlannedMeasure }> | Readonly<{ leftOut: LeftOut }>;
export type MeasurePlan = Readonly<{ planned: readonly PlannedMeasure[]; leftOut: readonly LeftOut[] }>;

/**
 * Gathers all at once and keeps the order of the profile, except that the pins of ssh come first, and are added by
 * themselves where the profile shortens timeouts without them. Reads only.
 */
export async function planMeasures(specs: readonly MeasureSpec[], at: MeasureAt): Promise<MeasurePlan> {
  const results = await Promise.all(inOrder(specs).map((spec) => planSpec(spec, at)));
  const planned = results.flatMap((result) => ('planned' in result ? [result.planned] : []));
  const pinned = planned.some(({ measure, applied }) => measure === 'pin-ssh' && applied.steps.length > 0);
  return {
    planned: planned.map((one) =>
      pinned && one.measure === 'conntrack-timeouts' ? { ...one, needs: 'pin-ssh' } : one,
    ),
    leftOut: results.flatMap((result) => ('leftOut' in result ? [result.leftOut] : [])),
  };
}

function inOrder(specs: readonly MeasureSpec[]): readonly MeasureSpec[] {
  const isPin = ({ measure }: MeasureSpec): boolean => measure === 'pin-ssh';
  const needsPin = specs.some(({ measure }) => measure === 'pin-ssh' || measure === 'conntrack-timeouts');
  return [...(needsPin ? [{ measure: 'pin-ssh' } as const] : []), ...specs.filter((spec) => !isPin(spec))];
}

/** One line about a measure, without looking at the machine. */
export function describeMeasure(spec: MeasureSpec): PlannedMeasure['says'] {
  return withMeasure(spec, (measure, own) => measure.describe(own));
}

function planSpec(spec: MeasureSpec, at: MeasureAt): Promise<Either> {
  return withMeasure(spec, (measure, own) => planOne(measure, own, at));
}

async function planOne<Spec extends MeasureSpec, Found>(
  measure: Measure<Spec, Found>,
  spec: Spec,
  at: MeasureAt,
): Promise<Either> {
  const says = measure.describe(spec);
  const found = await measure.gather(spec, at);
  if (!found.ok) {
    const { summary, hint } = found.problem;
    const why = sanitise(hint === undefined ? summary : `${summary} (${hint})`, 240);
    return { leftOut: { measure: measure.id, says, why } };
  }
  return {
    planned: {
      measure: measure.id,
      says,
      hazards: measure.hazard(spec, found.value, at),
      applied: measure.apply(spec, found.value, at),
      revert: measure.revert(spec, found.value, at),
    },
  };
}

type Use<T> = <Spec extends MeasureSpec, Found>(measure: Measure<Spec, Found>, spec: Spec) => T;

/** The table: each kind of entry in a profile and the measure that it means. */
function withMeasure<T>(spec: MeasureSpec, use: Use<T>): T {
  switch (spec.measure) {
    case 'syn-rate':
      return use(synRate, spec);
    case 'connections':
      return use(connections, spec);
    case 'unlisted-ports':
      return use(unlistedPorts, spec);
    case 'pin-ssh':
      return use(pinSsh, spec);
    case 'conntrack-timeouts':
      return use(conntrackTimeouts, spec);
    case 'conntrack-max':
      return use(conntrackMax, spec);
    case 'tcp':
      return use(tcp, spec);
    case 'fail2ban':
      return use(fail2ban, spec);
    case 'ban-top':
      return use(banTop, spec);
    case 'run':
      return use(runPair, spec);
    case 'include':
      return use(includeSwitch, spec);
    case 'service':
      return use(service, spec);
    default:
      return unreachable(spec);
  }
}
