// The contract of an action: gather (reads only) → refuse → plan → prove. One descriptor per file, one table in desk.ts.

import type { ActDraft, SafeSet } from '../core/act.ts';
import type { Net } from '../core/address.ts';
import type { UnixMs } from '../core/brand.ts';
import type { Command, Plan, Proof, Step } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { SafeText } from '../core/sanitise.ts';
import type { Backend } from '../firewall/backend.ts';
import type { Finished, Host } from '../host/host.ts';
import type { ActFacts } from './facts.ts';
import type { Journal } from './journal/journal.ts';
import type { SafeMemory } from './safe/safe-set.ts';

/**
 * A step and how it is taken back. `reverse` is asked at the moment of need, so that remaining timeouts are right.
 * `atomic`: when it fails nothing has changed (an nft transaction); otherwise its own reverse runs too.
 */
export type Move = Readonly<{
  step: Step;
  reverse: (now: UnixMs) => readonly Step[];
  atomic: boolean;
  /** There is no way back: what to say when it may have begun and did not end. */
  stays?: SafeText;
  /** What the step prints names further steps. */
  rounds?: Rounds;
}>;

/**
 * Steps that can only be named once the ones before have run (the states that are left, by their ids): they follow from
 * what `Move.step`, a listing, prints, and it is run again until it names none, `max` times at most. `Step.shown` says so
 * beforehand; the journal has them with the outcome. Only where nothing of it has to be taken back.
 */
export type Rounds = Readonly<{
  max: number;
  reader(): Readonly<{ push(chunk: Buffer): void; end(): readonly Step[] }>;
}>;

/** `outputs`: what each step printed, in order; those of rounds among them, but not their listings. */
export type Performed = Readonly<{ host: Host; outputs: readonly Finished[]; startedAt: UnixMs }>;

/** A plan with all that performing, proving, journalling and undoing it needs. */
export type Prepared = Readonly<{
  plan: Plan;
  moves: readonly Move[];
  /** The networks that the safe set is checked against again right before step 1; empty = nothing to guard. */
  guarded: readonly Net[];
  typed?: string;
  reason: string;
  facts: ActFacts;
  /** What the journal keeps instead of the commands in full, which would be tens of megabytes. */
  recorded?: readonly Command[];
  canUndo: boolean;
  /** The act that this one reverses. */
  undoes?: string;
  /** Reads back. `says` is the summary of the report; a proof is never claimed from exit codes alone. */
  prove: (performed: Performed) => Promise<Proof>;
}>;

export type Gathered =
  | Readonly<{ kind: 'ready'; prepared: Prepared }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

export type ActContext = Readonly<{
  host: Host;
  /** In order of preference for our own table. */
  backends: readonly Backend[];
  safeSet: SafeSet;
  journal: Journal;
  /** What the safe set has learned of ssh sessions. */
  memory: SafeMemory;
  /** Which acts an undo without an id looks at: those of this console, or all. */
  undoConsole?: string;
  signal?: AbortSignal;
}>;

export type DraftOf<Id extends ActDraft['action']> = Extract<ActDraft, { action: Id }>;

export interface Action<Id extends ActDraft['action']> {
  readonly id: Id;
  /** Reads what it needs and answers a plan or why not. Changes nothing. */
  prepare(draft: DraftOf<Id>, context: ActContext): Promise<Gathered>;
}

export const refused = (...reasons: readonly SafeText[]): Gathered => ({ kind: 'refused', reasons });
export const failed = (problem: Problem): Gathered => ({ kind: 'failed', problem });

/** Plan.steps and Plan.undo as the moves have them. */
export function stepsOf(moves: readonly Move[], now: UnixMs): Pick<Plan, 'steps' | 'undo'> {
  return {
    steps: moves.map((move) => move.step),
    undo: [...moves].reverse().flatMap((move) => move.reverse(now)),
  };
}
