// Takes the measures' own steps, once the wall stands. One that fails is taken back alone and said; the others stay.

import type { Command } from '../../core/plan.ts';
import { fail, type Result } from '../../core/result.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { revertFile } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';
import { type Engine, stillOurs, type Where } from './engine.ts';
import type { LeftOut, PlannedMeasure } from './measure.ts';
import type { Raising } from './raise-steps.ts';
import { sysctlsOf } from './snapshot.ts';
import { NOT_OURS, notOurs, trustedRun } from './trust.ts';

export type Taken = Readonly<{
  leftOut: readonly LeftOut[];
  warnings: readonly SafeText[];
  says: readonly SafeText[];
}>;

type Counted = Taken & Readonly<{ read?: number }>;

const NOTHING: Taken = { leftOut: [], warnings: [], says: [] };

/**
 * All at once, except that a measure waits for the one that it needs, and that programs of the operator run alone and in
 * their order: they may depend on each other in ways that we do not know.
 */
export async function takeMeasures(engine: Engine, raising: Raising): Promise<Taken> {
  const { planned } = raising.plan;
  const results = new Map<PlannedMeasure, Promise<Counted>>();
  let foreign: Promise<unknown> = Promise.resolve();
  for (const one of planned) {
    const needed = planned.find(({ measure }) => measure === one.needs);
    const after = needed === undefined ? undefined : results.get(needed);
    const isForeign = ['run', 'include', 'service'].includes(one.measure);
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
    says: sayRead(all.reduce((sum, { read = 0 }) => sum + read, 0)),
  };
}

function sayRead(settings: number): readonly SafeText[] {
  return settings === 0 ? [] : [sanitise(`${settings} kernel settings read back as written`)];
}

function leftOut({ measure, says }: PlannedMeasure, why: string, warnings: readonly SafeText[] = []): Taken {
  return { ...NOTHING, leftOut: [{ measure, says, why: sanitise(why, 240) }], warnings };
}

async function takeMeasure(engine: Engine, raising: Raising, one: PlannedMeasure): Promise<Counted> {
  const { host } = engine.options;
  if (one.applied.steps.length === 0) return NOTHING;
  const acting = engine.ofRaise(raising.where);
  raising.say(one.says);
  for (const step of merged(one.applied.steps.map((each) => each.command))) {
    const ours = await stillOurs(engine, raising.where);
    const ran = ours.ok ? await acting.run(step) : ours;
    if (ran.ok) continue;
    const items = raising.itemsOf.get(one) ?? [];
    const why = ran.problem.summary;
    if (items.length === 0) return leftOut(one, why);
    const back = await takeItemsBack(engine, raising.where, items);
    if (back.ok) return leftOut(one, why);
    const rest = `not all of it could be taken back now, it is tried again when they come down: ${one.says}`;
    return leftOut(one, why, [sanitise(rest, 300)]);
  }
  return readBack(host, one);
}

/** Settings that follow each other go into one start of sysctl: under load a start costs a tenth of a second. */
function merged(commands: readonly Command[]): readonly Command[] {
  const all: Command[] = [];
  for (const one of commands) {
    const last = all.at(-1);
    if (last !== undefined && isSetting(last) && isSetting(one))
      all[all.length - 1] = { ...last, argv: [...last.argv, ...one.argv.slice(2)] };
    else all.push(one);
  }
  return all;
}

const isSetting = ({ argv, stdin }: Command): boolean =>
  argv[0] === 'sysctl' && argv[1] === '-w' && stdin === undefined;

/** sysctl(8) of procps 4.0 ends with 0 although the kernel refused the value: so the kernel is asked. */
async function readBack(host: Host, one: PlannedMeasure): Promise<Counted> {
  const items = sysctlsOf(one.revert);
  const values = await Promise.all(items.map(({ name }) => readSysctl(host, name)));
  const wrong = items.flatMap(({ name, wrote, before }, index) => {
    const value = values[index];
    return value === plain(wrote) ? [] : [{ name, wrote, value, refused: value === plain(before) }];
  });
  const [first] = wrong;
  if (first !== undefined && wrong.length === items.length && wrong.every(({ refused }) => refused))
    return { ...leftOut(one, `the kernel did not take ${first.name} = ${first.wrote}`), read: 0 };
  const warnings = wrong.map(({ name, wrote, value }) =>
    sanitise(`${name} reads ${value ?? 'nothing'}, not ${wrote} as was written`, 240),
  );
  return { ...NOTHING, warnings, read: items.length - wrong.length };
}

/** The kernel parts numbers with tabs. */
const plain = (value: string): string => value.trim().replaceAll(/\s+/g, ' ');

async function readSysctl(host: Host, name: string): Promise<string | undefined> {
  const read = await host.read(`/proc/sys/${name.replaceAll('.', '/')}`);
  return read.ok ? plain(read.value.toString('latin1')) : undefined;
}

async function takeItemsBack(
  { acting }: Engine,
  { place, id }: Where,
  items: readonly number[],
): Promise<Result<unknown>> {
  const ran = await acting.run(
    trustedRun([revertFile(place.dir, id), 'item', ...items.map(String)], { timeoutMs: 120_000 }),
  );
  return ran.ok && ran.value.exitCode === NOT_OURS ? fail(notOurs(ran.value.stdout)) : ran;
}
