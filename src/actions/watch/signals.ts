// What the watch knows at one moment, and how far each signal is from its threshold. Pure. A signal that could not be read
// is unknown, which is neither high nor gone; one that this machine does not have (no conntrack) is not looked at.

import type { ShieldsNow, WatchSettings } from '../../core/shields.ts';

/** 'absent': there is no such thing on this machine. Undefined: it could not be read this time. */
export type Reading<T> = T | 'absent' | undefined;

/** One look at the machine. Counters count since boot; their rates come from two looks. */
export type WatchSample = Readonly<{
  uptime: number;
  /** 1 minute, per core. */
  load: Reading<number>;
  conntrack: Reading<Readonly<{ count: number; max: number }>>;
  synRecv: Reading<number>;
  /** Connections that a full queue of a listener turned away or answered with a SYN cookie (ListenDrops + SyncookiesSent). */
  listenDrops: Reading<number>;
  /** Connections taken (PassiveOpens). */
  opened: Reading<number>;
  /** `lineBytes`: average length of its last lines. */
  log: Reading<Readonly<{ inode: number; bytes: number; lineBytes: number }>>;
}>;

/** What the watch needs of `ShieldsNow`. `ageSeconds`: by the wall clock, so it may be wrong or negative after a step. */
export type ShieldsFacts =
  | Readonly<{
      kind: 'down';
      last?: Readonly<{ id: string; by: 'person' | 'other'; ageSeconds: number }>;
    }>
  | Readonly<{
      kind: 'up';
      id: string;
      auto: boolean;
      raisedUptime: number;
      holdSeconds: number;
      leftSeconds: number;
      wall: Extract<ShieldsNow, { kind: 'up' }>['wall'];
      /** Packets refused so far because a source did too much; knocks on closed ports are the noise of any day. */
      refused?: number;
    }>
  | Readonly<{ kind: 'unknown' }>;

export function factsOf(now: ShieldsNow, wallClockMs: number): ShieldsFacts {
  if (now.kind === 'unknown') return { kind: 'unknown' };
  if (now.kind === 'down') {
    const { last } = now;
    if (last === undefined) return { kind: 'down' };
    const by = last.by === 'operator' ? 'person' : 'other';
    return { kind: 'down', last: { id: last.id, by, ageSeconds: (wallClockMs - last.at) / 1000 } };
  }
  const { state, dropped } = now;
  const refused =
    dropped === undefined ? {} : { refused: dropped.syn + dropped.connections + dropped.banned };
  return {
    kind: 'up',
    id: state.id,
    auto: state.auto,
    raisedUptime: state.raisedUptime,
    holdSeconds: state.holdSeconds,
    leftSeconds: now.leftSeconds,
    wall: now.wall,
    ...refused,
  };
}

export type Level = 'over' | 'near' | 'under' | 'unknown';
/** `words`: what it is called and counted in, for people. */
export type Signal = Readonly<{
  name: 'load' | 'conntrack' | 'synRecv' | 'listenDrops' | 'newConnections' | 'logRate' | 'refused';
  words: string;
  value: number | undefined;
  threshold: number;
  level: Level;
}>;

/** What was seen before, for the rates. Absent after a pause. */
export type Earlier = Readonly<{
  sample?: WatchSample;
  refused?: Readonly<{ id: string; count: number }>;
  /** Size of the conntrack table while the shields were down: what it will be again. */
  conntrackMax?: number;
}>;

/** Where nothing says how many refused packets per second are an attack. */
const REFUSED_PER_SECOND = 10;

type Wanted = Readonly<{
  name: Signal['name'];
  words: string;
  reading: Reading<number>;
  threshold: number | undefined;
}>;

/** One entry per signal that the settings ask for and the machine has; load first. */
export function readSignals(
  earlier: Earlier,
  { sample, facts }: Readonly<{ sample: WatchSample; facts: ShieldsFacts }>,
  settings: WatchSettings,
): readonly Signal[] {
  const before = earlier.sample;
  const seconds = before === undefined ? 0 : sample.uptime - before.uptime;
  const rate = (was: Reading<number>, is: Reading<number>): Reading<number> => {
    if (is === 'absent') return 'absent';
    if (typeof was !== 'number' || is === undefined || seconds <= 0 || is < was) return undefined;
    return (is - was) / seconds;
  };
  const wanted: readonly Wanted[] = [
    { name: 'load', words: 'load per core', reading: sample.load, threshold: settings.load },
    {
      name: 'conntrack',
      words: 'conntrack share',
      reading: shareOf(sample, facts.kind === 'up' ? earlier.conntrackMax : undefined),
      threshold: settings.conntrack,
    },
    { name: 'synRecv', words: 'SYN_RECV', reading: sample.synRecv, threshold: settings.synRecv },
    {
      name: 'listenDrops',
      words: 'listen drops/s',
      reading: rate(before?.listenDrops, sample.listenDrops),
      threshold: settings.listenDrops,
    },
    {
      name: 'newConnections',
      words: 'new connections/s',
      reading: rate(before?.opened, sample.opened),
      threshold: settings.newConnections,
    },
    {
      name: 'logRate',
      words: 'log lines/s',
      reading: logRate(before?.log, sample.log, seconds),
      threshold: settings.logRate?.lines,
    },
    {
      name: 'refused',
      words: 'packets refused by the shields/s',
      reading: refusedRate(earlier, facts, seconds),
      threshold: settings.listenDrops ?? settings.newConnections ?? REFUSED_PER_SECOND,
    },
  ];
  return wanted.flatMap(({ reading, threshold, ...named }) => {
    if (threshold === undefined || reading === 'absent') return [];
    const level = levelOf(reading, threshold, settings.leaveAt);
    return [{ ...named, value: reading, threshold, level }];
  });
}

function levelOf(value: number | undefined, threshold: number, leaveAt: number): Level {
  if (value === undefined || !Number.isFinite(value)) return 'unknown';
  if (value >= threshold) return 'over';
  return value < threshold * leaveAt ? 'under' : 'near';
}

/** The shields make the table larger: calm is judged by the size that it will have without them. */
function shareOf({ conntrack }: WatchSample, maxBefore: number | undefined): Reading<number> {
  if (typeof conntrack !== 'object') return conntrack;
  const max = Math.min(conntrack.max, maxBefore ?? conntrack.max);
  return max > 0 ? conntrack.count / max : undefined;
}

function logRate(was: WatchSample['log'], is: WatchSample['log'], seconds: number): Reading<number> {
  if (is === 'absent') return 'absent';
  if (typeof was !== 'object' || is === undefined || seconds <= 0) return undefined;
  // Rotated or truncated: what was written meanwhile is not known.
  if (was.inode !== is.inode || is.bytes < was.bytes || is.lineBytes <= 0) return undefined;
  return (is.bytes - was.bytes) / is.lineBytes / seconds;
}

/** An attack that the shields hold off shows in nothing else. Without a standing wall there is nothing to count. */
function refusedRate({ refused }: Earlier, facts: ShieldsFacts, seconds: number): Reading<number> {
  if (facts.kind !== 'up' || !['standing', 'unknown'].includes(facts.wall)) return 'absent';
  if (facts.refused === undefined || refused?.id !== facts.id || seconds <= 0) return undefined;
  return facts.refused < refused.count ? undefined : (facts.refused - refused.count) / seconds;
}
