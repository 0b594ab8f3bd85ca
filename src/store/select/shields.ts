// What the screen may say of the shields now: who raised them, the clocks between two readings, whose keys work.

import type { Operator } from '../../core/act.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Dropped, ShieldsNow } from '../../core/shields.ts';
import type { ShieldsOperation } from '../slices/shields.ts';
import type { ConsoleState } from '../state.ts';

type Up = Extract<ShieldsNow, { kind: 'up' }>;

/** Seconds as of the clock's last tick. */
export type ShieldsUp = Readonly<{
  kind: 'up';
  /** "you", "alice", "the watch". */
  by: SafeText;
  /** With sudo and where from: "alice (sudo) from 203.0.113.10". */
  byFull: SafeText;
  sinceSeconds: number;
  phase: Up['phase'];
  /** Negative: overdue. */
  leftSeconds: number;
  holdSeconds: number;
  wall: Up['wall'];
  dropped: Dropped | undefined;
  /** Seconds since they were read, when that is too long ago to be called now. */
  staleSeconds: number | undefined;
  /** Enter keeps them: this operator's own trial. */
  enterKeeps: boolean;
}>;

export type ShieldsShown =
  | Readonly<{ kind: 'unread' }>
  | Readonly<{ kind: 'down' }>
  | Readonly<{ kind: 'unknown'; why: SafeText }>
  /** This console is at it. */
  | Readonly<{ kind: 'raising' | 'lowering'; seconds: number; doing: SafeText | undefined }>
  | ShieldsUp;

export function selectShields(state: ConsoleState): ShieldsShown {
  const { now, operation } = state.shields;
  const working = workOf(operation, state.now);
  if (working !== undefined) return working;
  if (now === undefined) return { kind: 'unread' };
  if (now.kind === 'down') return { kind: 'down' };
  if (now.kind === 'unknown') return { kind: 'unknown', why: sanitise(now.problem.summary, 200) };
  return upOf(state, now);
}

function workOf(operation: ShieldsOperation | undefined, now: number): ShieldsShown | undefined {
  const kinds = { raise: 'raising', lower: 'lowering' } as const;
  if (operation?.wish.kind !== 'raise' && operation?.wish.kind !== 'lower') return undefined;
  const seconds = Math.max(0, (now - operation.since) / 1000);
  return { kind: kinds[operation.wish.kind], seconds, doing: operation.doing };
}

/** Above this the source must have failed: it reads every second while they are up. */
const STALE_SECONDS = 10;

function upOf(state: ConsoleState, now: Up): ShieldsUp {
  const { ends, at } = state.shields;
  const age = (state.now - at) / 1000;
  const until = (end: number | undefined): number =>
    end === undefined ? 0 : Math.round((end - state.now) / 1000);
  return {
    kind: 'up',
    by: whoRaised(state, now),
    byFull: whoRaised(state, now, true),
    sinceSeconds: Math.max(0, (state.now - now.state.raisedAt) / 1000),
    phase: now.phase,
    leftSeconds: until(ends?.deadline),
    holdSeconds: Math.max(0, until(ends?.hold)),
    wall: now.wall,
    dropped: now.dropped,
    staleSeconds: age > STALE_SECONDS ? age : undefined,
    enterKeeps: isTrialOfOurs(state),
  };
}

function whoRaised(state: ConsoleState, { state: raised }: Up, full = false): SafeText {
  if (raised.auto) return safe('the watch');
  if (raised.by.console === state.operator?.console) return safe('you');
  return operatorName(raised.by, full);
}

/** "alice", and in full "alice (sudo) from 203.0.113.10". */
export function operatorName(operator: Operator, full: boolean): SafeText {
  const name = operator.sudoUser ?? operator.user;
  if (!full) return sanitise(name, 32);
  const sudo = operator.sudoUser === undefined ? '' : ' (sudo)';
  const from = operator.sshPeer === undefined ? '' : ` from ${operator.sshPeer}`;
  return sanitise(`${name}${sudo}${from}`, 120);
}

/**
 * A trial that Enter keeps: raised by the person at this console, here or in another console of theirs. Somebody else's
 * trial is not: it must end by itself when it has locked them out, so a stray Enter here must not keep it.
 */
export function isTrialOfOurs(state: ConsoleState): boolean {
  const { now } = state.shields;
  if (now?.kind !== 'up' || now.phase !== 'trial' || now.state.auto) return false;
  return state.operator !== undefined && samePerson(now.state.by, state.operator);
}

function samePerson(a: Operator, b: Operator): boolean {
  if (a.console === b.console) return true;
  return a.user === b.user && a.sudoUser === b.sudoUser && a.sshPeer === b.sshPeer;
}

/** Why the shields cannot be changed from here; undefined when they can. */
export function whyNoShields(state: ConsoleState): SafeText | undefined {
  if (state.readOnly) return safe('this console is read-only: it neither raises nor lowers the shields');
  if (!state.privileged) return safe('the shields need root: start opsconsole with sudo');
  return undefined;
}
