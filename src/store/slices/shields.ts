// The shields of the host as last read, what this console is doing about them, and what came of it.

import type { UnixMs } from '../../core/brand.ts';
import { unixMs } from '../../core/brand.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { LowerReport, Outcome, RaiseReport, ShieldsNow } from '../../core/shields.ts';
import type { Msg } from '../messages.ts';
import type { NoticeRole, Page } from '../modal-state.ts';
import type { ConsoleState } from '../state.ts';

/** What a key or a command asked for; `cli/console/shields.ts` does it. */
export type ShieldsWish =
  | Readonly<{ kind: 'raise' | 'preview'; profile?: string }>
  | Readonly<{ kind: 'lower' }>
  | Readonly<{ kind: 'keep' }>
  | Readonly<{ kind: 'renew'; seconds?: number }>;

/** `doing`: the step that runs now, as the engine says it. */
export type ShieldsOperation = Readonly<{ wish: ShieldsWish; since: UnixMs; doing?: SafeText }>;

/** On the clock of the host: when the shields come down by themselves, and until when they stand if they are kept. */
export type ShieldsEnds = Readonly<{ deadline: UnixMs; hold: UnixMs }>;

export type ShieldsSlice = Readonly<{
  /** Undefined until read once. */
  now: ShieldsNow | undefined;
  /** When that reading began. */
  at: UnixMs;
  ends: ShieldsEnds | undefined;
  /** At most one at a time. */
  operation: ShieldsOperation | undefined;
  /** Of this console, the last ones. */
  raised: RaiseReport | undefined;
  lowered: LowerReport | undefined;
}>;

export type ShieldsMsg =
  /** `at`: when the reading began. */
  | Readonly<{ kind: 'shields/sampled'; now: ShieldsNow; at: UnixMs }>
  /** Does nothing while something else is being done that does not give way. */
  | Readonly<{ kind: 'shields/asked'; wish: ShieldsWish }>
  | Readonly<{ kind: 'shields/progressed'; doing: SafeText }>
  /** At the start something left over was cleared away. */
  | Readonly<{ kind: 'shields/recovered'; outcome: Outcome }>
  /** The operation has ended. `at`: when; readings that began before are out of date. */
  | Readonly<{
      kind: 'shields/ended';
      at: UnixMs;
      now?: ShieldsNow;
      raised?: RaiseReport;
      lowered?: LowerReport;
      /** Opened unless something else is open by then; `said` is told in any case. */
      page?: Page;
      said?: Readonly<{ text: SafeText; role: NoticeRole }>;
    }>;

export const initialShields: ShieldsSlice = {
  now: undefined,
  at: unixMs(0),
  ends: undefined,
  operation: undefined,
  raised: undefined,
  lowered: undefined,
};

export function reduceShields(state: ShieldsSlice, msg: Msg, whole: ConsoleState): ShieldsSlice {
  switch (msg.kind) {
    case 'shields/sampled':
      return msg.at < state.at ? state : withNow(state, msg.now, msg.at);
    case 'shields/asked':
      return givesWay(state.operation?.wish, msg.wish)
        ? { ...state, operation: { wish: msg.wish, since: whole.now } }
        : state;
    case 'shields/progressed':
      return state.operation === undefined
        ? state
        : { ...state, operation: { ...state.operation, doing: msg.doing } };
    case 'shields/recovered':
      return { ...state, lowered: { kind: 'down', outcome: msg.outcome, already: false } };
    case 'shields/ended': {
      const next = msg.now === undefined ? state : withNow(state, msg.now, msg.at);
      return {
        ...next,
        at: msg.at,
        operation: undefined,
        raised: msg.raised ?? state.raised,
        lowered: msg.lowered ?? state.lowered,
      };
    }
    default:
      return state;
  }
}

/** What only reads, or only moves a clock, holds up nobody who raises or lowers. */
export function givesWay(running: ShieldsWish | undefined, next: ShieldsWish): boolean {
  if (running === undefined) return true;
  if (running.kind === 'raise' || running.kind === 'lower') return false;
  return running.kind === 'preview'
    ? next.kind !== 'preview'
    : next.kind === 'raise' || next.kind === 'lower';
}

function withNow(state: ShieldsSlice, now: ShieldsNow, at: UnixMs): ShieldsSlice {
  // The report of the last lowering is read once; later readings of the same state do not bring it again.
  const last = now.kind === 'down' && state.now?.kind === 'down' ? (now.last ?? state.now.last) : undefined;
  const known: ShieldsNow = last === undefined ? now : { kind: 'down', last };
  return { ...state, now: known, at, ends: endsOf(state, now, at) };
}

/** Readings differ by milliseconds; a clock on screen that jumps back and forth by a second looks broken. */
const JITTER_MS = 1500;

function endsOf(state: ShieldsSlice, now: ShieldsNow, at: UnixMs): ShieldsEnds | undefined {
  if (now.kind !== 'up') return undefined;
  const old = state.now?.kind === 'up' && state.now.state.id === now.state.id ? state.ends : undefined;
  const steady = (before: UnixMs | undefined, seconds: number): UnixMs => {
    const found = unixMs(at + seconds * 1000);
    return before !== undefined && Math.abs(found - before) < JITTER_MS ? before : found;
  };
  return {
    deadline: steady(old?.deadline, now.leftSeconds),
    hold: steady(old?.hold, now.holdLeftSeconds),
  };
}
