// What any reader of a host may say about its shields: two file reads when they are down, no locks, no rights needed
// beyond reading. Only the wall needs root; without it the clocks are still told.

import type { Command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Deadline, Outcome, ShieldsNow, ShieldsPlace, ShieldsState } from '../../core/shields.ts';
import { readClock, sameBoot } from './clock.ts';
import { parseOutcome } from './outcome.ts';
import {
  byHand,
  currentFile,
  deadlineFile,
  type LeftOut,
  leftOutFile,
  outcomeFiles,
  parseCurrent,
  parseDeadline,
  parseLeftOut,
  parseState,
  stateFile,
  withoutLeftOut,
} from './state.ts';
import type { WallReading, WallWriter } from './wall.ts';
import { writerOf } from './writers.ts';

/** The part of a Host that reading needs. */
export type Look = Readonly<{
  read(path: string, maxBytes?: number): Promise<Result<Buffer>>;
  run(command: Command): Promise<Result<Readonly<{ stdout: string }>>>;
  glob?(pattern: string): Promise<Result<readonly string[]>>;
}>;

/**
 * `wall` false: no program is started to look at the packet filter; it is then 'unknown'. `last` (needs `glob`): when they
 * are down, what the last lowering since the boot did.
 */
export type ReadNowOptions = Readonly<{ wall?: boolean; last?: boolean }>;

export type Up = Extract<ShieldsNow, { kind: 'up' }>;

export async function readNow(
  look: Look,
  place: ShieldsPlace,
  options: ReadNowOptions = {},
): Promise<ShieldsNow> {
  const found = await findCurrent(look, place);
  if (found.kind === 'none')
    return downWith(options.last === true ? await lastOutcome(look, place) : undefined);
  if (found.kind === 'trouble') return { kind: 'unknown', problem: found.problem };
  const [read, outcome] = await Promise.all([readFiles(look, found), readOutcome(look, place, found.id)]);
  // `current` could not be removed (a read-only disk): that they came down is written elsewhere.
  if (outcome?.complete === true) return downWith(outcome);
  if (!read.ok) return { kind: 'unknown', problem: read.problem };
  const { state, deadline, uptime, bootId, leftOut } = read.value;
  // Nothing of ours survives a boot. What is left on disk is recover()'s to clear away.
  if (state.bootId !== bootId) return { kind: 'down' };
  const leftSeconds = deadline === undefined ? 0 : deadline.uptime - uptime;
  const phase = deadline?.phase ?? 'raising';
  const holdLeftSeconds = phase === 'held' ? leftSeconds : state.raisedUptime + state.holdSeconds - uptime;
  const wall: Pick<Up, 'wall' | 'dropped'> =
    options.wall === false ? { wall: 'unknown' } : await lookAtWall(look, state, phase);
  const without =
    leftOut.length === 0 ? {} : { leftOut: leftOut.map(({ measure, why }) => ({ measure, why })) };
  return { kind: 'up', state, phase, leftSeconds, holdLeftSeconds, ...wall, ...without };
}

const downWith = (last: Outcome | undefined): ShieldsNow =>
  last === undefined ? { kind: 'down' } : { kind: 'down', last };

const OUTCOME_MAX_BYTES = 524_288;

/** What lowering these shields did, complete or cut short; the complete one counts. */
export async function readOutcome(
  look: Pick<Look, 'read'>,
  place: ShieldsPlace,
  id: string,
): Promise<Outcome | undefined> {
  const reads = await Promise.all(outcomeFiles(place, id).map((path) => look.read(path, OUTCOME_MAX_BYTES)));
  const found = reads.flatMap((read) => {
    const outcome = read.ok ? parseOutcome(read.value.toString('utf8')) : undefined;
    return outcome?.id === id ? [outcome] : [];
  });
  return found.find(({ complete }) => complete) ?? found[0];
}

const OUTCOMES_READ = 50;

/** Those of this boot only: they lie in memory. */
async function lastOutcome(look: Look, place: ShieldsPlace): Promise<Outcome | undefined> {
  const listed = await look.glob?.(`${place.run}/*.outcome`);
  const paths = listed?.ok === true ? listed.value.slice(0, OUTCOMES_READ) : [];
  const reads = await Promise.all(paths.map((path) => look.read(path, OUTCOME_MAX_BYTES)));
  const outcomes = reads.flatMap((read) => {
    const outcome = read.ok ? parseOutcome(read.value.toString('utf8')) : undefined;
    return outcome === undefined ? [] : [outcome];
  });
  return outcomes.sort((a, b) => b.at - a.at)[0];
}

/** `base`: where `current` and the folder of these shields lie. */
export type Current =
  | Readonly<{ kind: 'current'; base: string; id: string }>
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'trouble'; problem: Problem; base: string }>;

export async function findCurrent(look: Pick<Look, 'read'>, { dir, run }: ShieldsPlace): Promise<Current> {
  let trouble: Current = { kind: 'none' };
  for (const base of [dir, run]) {
    const read = await look.read(currentFile(base), 4096);
    if (read.ok) {
      const id = parseCurrent(read.value.toString('latin1'));
      return id === undefined ? strange(base) : { kind: 'current', base, id };
    }
    if (read.problem.code !== 'not-found') trouble = { kind: 'trouble', problem: read.problem, base };
  }
  return trouble;
}

function strange(base: string): Current {
  const path = sanitise(currentFile(base), 200);
  return {
    kind: 'trouble',
    base,
    problem: problem('unreadable', `${path} does not name any shields`, {
      hint: `if nothing is being raised right now, look at ${sanitise(base, 200)} and remove ${path}`,
    }),
  };
}

export type Files = Readonly<{
  /** `measures` are those that stand; the others are in `leftOut`. */
  state: ShieldsState;
  leftOut: readonly LeftOut[];
  /** Undefined: gone or not as we write it, which the watcher takes for overdue. */
  deadline: Deadline | undefined;
  uptime: number;
  bootId: string;
}>;

export async function readFiles(
  look: Pick<Look, 'read' | 'run'>,
  { base, id }: Extract<Current, { kind: 'current' }>,
): Promise<Result<Files>> {
  const [stated, omitted, dated, clock] = await Promise.all([
    look.read(stateFile(base, id), 262_144),
    look.read(leftOutFile(base, id), 262_144),
    look.read(deadlineFile(base, id), 4096),
    readClock(look),
  ]);
  if (!clock.ok) return clock;
  if (!stated.ok) return fail({ ...stated.problem, hint: byHand(base, id) });
  const state = parseState(stated.value.toString('utf8'), base, id);
  if (!state.ok) return state;
  const { uptime } = clock.value;
  const bootId = await bootOf(look, state.value, clock.value.bootId);
  if (!bootId.ok) return bootId;
  const leftOut = omitted.ok ? (parseLeftOut(omitted.value.toString('utf8')) ?? []) : [];
  return ok({
    state: withoutLeftOut(state.value, leftOut),
    leftOut,
    deadline: dated.ok ? parseDeadline(dated.value.toString('latin1')) : undefined,
    uptime,
    bootId: bootId.value,
  });
}

/** On BSD a clock that was set looks like another boot. What only memory holds tells: rules of pf with our id. */
async function bootOf(look: Pick<Look, 'run'>, state: ShieldsState, bootId: string): Promise<Result<string>> {
  if (state.wall !== 'pf' || state.bootId === bootId) return ok(bootId);
  if (sameBoot(state.bootId, bootId)) return ok(state.bootId);
  const seen = await readWall(look, writerOf('pf'));
  if (seen === 'unknown')
    return fail(
      problem('not-permitted', 'the clock was set or this machine was restarted since the shields went up', {
        hint: 'whether they stand only root can tell: `opsconsole shields status` as root',
      }),
    );
  return ok(seen !== 'none' && seen.id === state.id ? state.bootId : bootId);
}

async function lookAtWall(
  look: Look,
  state: ShieldsState,
  phase: Up['phase'],
): Promise<Pick<Up, 'wall' | 'dropped'>> {
  if (state.wall === 'none') return { wall: 'none' };
  const writer = writerOf(state.wall);
  if (writer === undefined) return { wall: 'unknown' };
  const seen = await readWall(look, writer);
  if (seen === 'unknown') return { wall: 'unknown' };
  // While they are being raised there is none yet, and that is no news.
  if (seen === 'none' || seen.id !== state.id) return { wall: phase === 'raising' ? 'unknown' : 'gone' };
  return { wall: seen.armed ? 'standing' : 'expired', dropped: seen.dropped };
}

/** 'unknown': we may not look, or the tool gave no answer that we understand. */
export async function readWall(
  look: Pick<Look, 'run'>,
  writer: WallWriter,
): Promise<WallReading | 'none' | 'unknown'> {
  const outputs: string[] = [];
  for (const [index, command] of writer.look.entries()) {
    const ran = await look.run(command);
    if (ran.ok) outputs.push(ran.value.stdout);
    else if (index === 0 && (ran.problem.code === 'bad-exit' || ran.problem.code === 'not-found'))
      return 'none';
    else return 'unknown';
  }
  return writer.parse(outputs) ?? 'unknown';
}
