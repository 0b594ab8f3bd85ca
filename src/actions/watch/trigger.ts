// When the watch raises, renews and lowers: a pure state machine over samples. Load alone is no attack; nothing happens on
// what is unknown; what a person raised is theirs, and what a person lowered stays down for a while.

import type { WatchSettings } from '../../core/shields.ts';
import { type Earlier, readSignals, type ShieldsFacts, type Signal, type WatchSample } from './signals.ts';

/** Uptimes in seconds. Runs count samples in a row. */
export type TriggerState = Readonly<{
  earlier: Earlier;
  hot: number;
  /** Samples in a row that could not be judged: one does not break a hot run, two do. */
  blind: number;
  calm: number;
  /** Id of the shields that were up at the last sample. */
  up?: string;
  /** Id of the last lowering that has been taken into account. */
  lowered?: string;
  blocked?: Readonly<{ until: number; why: 'cool-down' | 'a person lowered them' | 'just tried' }>;
}>;

export const INITIAL_TRIGGER: TriggerState = { earlier: {}, hot: 0, blind: 0, calm: 0 };

export type Decision =
  | Readonly<{ kind: 'none' }>
  | Readonly<{ kind: 'raise' | 'lower' | 'renew'; why: string }>;

export type Stepped = Readonly<{
  state: TriggerState;
  decision: Decision;
  /** For showing. `attack`: undefined = cannot be told. */
  signals: readonly Signal[];
  attack: boolean | undefined;
}>;

export type Moment = Readonly<{ sample: WatchSample; facts: ShieldsFacts }>;

/** A raise that was refused or failed is tried again after this, not at each sample. */
const RETRY_SECONDS = 60;
/** The hold is renewed when less than this is left, or than half of it. */
const RENEW_BEFORE_SECONDS = 60;

const NONE: Decision = { kind: 'none' };

export function step(was: TriggerState, moment: Moment, settings: WatchSettings): Stepped {
  const { sample, facts } = moment;
  const before = afterPause(was, sample, settings);
  const signals = readSignals(before.earlier, moment, settings);
  const attack = looksLikeAttack(signals);
  const noticed = noticeLowering(before, moment, settings);
  const remembered = { ...noticed, earlier: remember(before.earlier, moment) };
  const judged = judge({ state: remembered, moment, settings, signals, attack });
  const up = facts.kind === 'unknown' ? was.up : facts.kind === 'up' ? facts.id : undefined;
  const { up: _, ...state } = judged.state;
  return {
    state: { ...state, ...(up === undefined ? {} : { up }) },
    decision: judged.decision,
    signals,
    attack,
  };
}

/** After a suspend, a stall or an impossible clock nothing is "in a row", and rates would be of another time. */
function afterPause(state: TriggerState, sample: WatchSample, settings: WatchSettings): TriggerState {
  const before = state.earlier.sample;
  if (before === undefined) return state;
  const passed = sample.uptime - before.uptime;
  if (passed > 0 && passed <= (3 * settings.everyMs) / 1000) return state;
  const { conntrackMax } = state.earlier;
  const earlier = conntrackMax === undefined ? {} : { conntrackMax };
  return { ...state, earlier, hot: 0, blind: 0, calm: 0 };
}

function remember(earlier: Earlier, { sample, facts }: Moment): Earlier {
  const { conntrack } = sample;
  const seen = facts.kind === 'down' && typeof conntrack === 'object' ? conntrack.max : earlier.conntrackMax;
  return {
    sample,
    ...(facts.kind === 'up' && facts.refused !== undefined
      ? { refused: { id: facts.id, count: facts.refused } }
      : {}),
    ...(seen === undefined ? {} : { conntrackMax: seen }),
  };
}

/** Load, and one more. Undefined = what is missing could decide it either way. */
function looksLikeAttack(signals: readonly Signal[]): boolean | undefined {
  const load = signals.find(({ name }) => name === 'load')?.level ?? 'unknown';
  if (load === 'near' || load === 'under') return false;
  const others = signals.filter(({ name }) => name !== 'load' && name !== 'refused');
  if (others.some(({ level }) => level === 'over')) return load === 'over' ? true : undefined;
  return others.some(({ level }) => level === 'unknown') ? undefined : false;
}

/** Every lowering is followed by a cool-down; a person's by the longer block. Counted once per lowering. */
function noticeLowering(
  state: TriggerState,
  { sample, facts }: Moment,
  settings: WatchSettings,
): TriggerState {
  if (facts.kind !== 'down') return state;
  const { last } = facts;
  const justNow = state.up !== undefined;
  const isNew = last !== undefined && last.id !== state.lowered;
  if (!justNow && !isNew) return state;
  const byPerson = isNew && last.by === 'person';
  const seconds = byPerson ? settings.manualBlockSeconds : settings.coolDownSeconds;
  // The wall clock is asked only about what happened before we looked; one that was set back ends no block early.
  const age = justNow || last === undefined ? 0 : Math.max(0, last.ageSeconds);
  const until = sample.uptime - age + seconds;
  const known = state.blocked;
  return {
    ...state,
    hot: 0,
    blind: 0,
    calm: 0,
    ...(last === undefined ? {} : { lowered: last.id }),
    ...(known !== undefined && known.until >= until
      ? {}
      : { blocked: { until, why: byPerson ? 'a person lowered them' : 'cool-down' } as const }),
  };
}

type Judging = Readonly<{
  state: TriggerState;
  moment: Moment;
  settings: WatchSettings;
  signals: readonly Signal[];
  attack: boolean | undefined;
}>;
type Judged = Readonly<{ state: TriggerState; decision: Decision }>;

function judge(judging: Judging): Judged {
  const { facts } = judging.moment;
  if (facts.kind === 'unknown')
    return { state: { ...judging.state, hot: 0, blind: 0, calm: 0 }, decision: NONE };
  return facts.kind === 'down' ? judgeDown(judging) : judgeUp(judging, facts);
}

function judgeDown({ state, moment, settings, signals, attack }: Judging): Judged {
  const next = { ...state, ...runOf(state, attack), calm: 0 };
  const { uptime } = moment.sample;
  if (attack !== true || next.hot < settings.raiseAfter) return { state: next, decision: NONE };
  if (next.blocked !== undefined && uptime < next.blocked.until) return { state: next, decision: NONE };
  const over = signals.filter(({ level }) => level === 'over').map(sayOver);
  const why = `${over.join(', ')}, ${next.hot} samples in a row`;
  const blocked = { until: uptime + RETRY_SECONDS, why: 'just tried' } as const;
  return { state: { ...next, blocked }, decision: { kind: 'raise', why } };
}

function runOf(state: TriggerState, attack: boolean | undefined): Pick<TriggerState, 'hot' | 'blind'> {
  if (attack === true) return { hot: state.hot + 1, blind: 0 };
  if (attack === undefined && state.blind === 0) return { hot: state.hot, blind: 1 };
  return { hot: 0, blind: attack === undefined ? state.blind + 1 : 0 };
}

/** Load is not asked: it lags, and shields cost some themselves; alone it neither raises nor keeps them up. */
function judgeUp(
  { state, moment, settings, signals }: Judging,
  facts: Extract<ShieldsFacts, { kind: 'up' }>,
): Judged {
  const others = signals.filter(({ name }) => name !== 'load');
  const isCalm = others.length > 0 && others.every(({ level }) => level === 'under');
  const lasting = others.find(({ level }) => level === 'over' || level === 'near');
  const calm = isCalm ? state.calm + 1 : 0;
  const next = { ...state, hot: 0, blind: 0, calm };
  if (!facts.auto) return { state: next, decision: NONE };
  const heldLongEnough = moment.sample.uptime - facts.raisedUptime >= settings.minimumHoldSeconds;
  if (calm >= settings.lowerAfter && heldLongEnough) {
    const why = `calm for ${calm} samples in a row`;
    return { state: { ...next, calm: 0 }, decision: { kind: 'lower', why } };
  }
  const margin = Math.max(RENEW_BEFORE_SECONDS, (3 * settings.everyMs) / 1000);
  if (lasting !== undefined && facts.leftSeconds <= Math.min(margin, facts.holdSeconds / 2))
    return { state: next, decision: { kind: 'renew', why: `the attack lasts: ${sayOver(lasting)}` } };
  return { state: next, decision: NONE };
}

function sayOver({ words, value, threshold, level }: Signal): string {
  return `${words} ${sayNumber(value)} (${level === 'near' ? 'near' : 'over'} ${sayNumber(threshold)})`;
}

export function sayNumber(value: number | undefined): string {
  if (value === undefined) return 'unknown';
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100);
}
