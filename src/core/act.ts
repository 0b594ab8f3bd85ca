// One act from the key to the journal: draft (what the operator wants) → preview (plan or refusal) → report.

import type { Net } from './address.ts';
import type { UnixMs } from './brand.ts';
import type { HostId } from './hosts.ts';
import type { Command, JournalAction, Outcome, Plan, PlanAction } from './plan.ts';
import type { Problem } from './problem.ts';
import type { SetKey } from './rows.ts';
import type { SafeText } from './sanitise.ts';
import type { ServiceVerb, Thing } from './services/thing.ts';

/** Where a ban goes: our own table, or a named set of the host (its twin takes the other family). */
export type BanTarget = Readonly<{ kind: 'own' }> | Readonly<{ kind: 'set'; set: SetKey }>;

export type Preset = 'default' | 'modest' | 'siege';

/** `origin`: what the cursor was on ("nginx access, field client"), for the dialog and the journal. */
export type ActDraft =
  | Readonly<{
      action: 'ban';
      nets: readonly Net[];
      /** null = until changed. */
      seconds: number | null;
      target: BanTarget;
      reason: string;
      cut: boolean;
      origin?: SafeText;
    }>
  | Readonly<{
      action: 'unban';
      nets: readonly Net[] /** Only from this set; absent = from every set that holds it. */;
      set?: SetKey;
      origin?: SafeText;
    }>
  | Readonly<{ action: 'cut'; nets: readonly Net[]; origin?: SafeText }>
  | Readonly<{
      action: 'tighten';
      change: Readonly<{ preset: Preset }> | Readonly<{ name: string; seconds: number }>;
    }>
  | Readonly<{ action: 'service'; verb: ServiceVerb; thing: Thing; origin?: SafeText }>
  | Readonly<{
      action: 'undo' /** Absent = the last act of this console that can be undone. */;
      actId?: string;
    }>;

/**
 * `typed`: what the operator must type before Enter works (a count or a prefix) for a disruptive act.
 * `token`: names exactly this plan; performing with it runs what was shown or nothing.
 */
export type ActPreview =
  | Readonly<{ kind: 'ready'; token: string; plan: Plan; typed?: string }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** `overJournal`: the journal could not be written and the operator said so explicitly. */
export type ActReport = Readonly<{
  actId: string;
  action: PlanAction;
  summary: SafeText;
  outcome: Outcome;
  canUndo: boolean;
}>;

export type Operator = Readonly<{
  user: string;
  sudoUser?: string;
  tty?: string;
  sshPeer?: string;
  console: string;
}>;

export type JournalRow = Readonly<{
  id: string;
  at: UnixMs;
  /** Where it was done; absent: on this machine. */
  host?: HostId;
  operator: Operator;
  action: JournalAction;
  summary: SafeText;
  reason: SafeText;
  commands: readonly Command[];
  state: 'intended' | 'done' | 'unproved' | 'failed' | 'undone' | 'refused';
  result: SafeText;
  /** Id of the act that this one reverses. */
  undoes?: string;
  canUndo: boolean;
}>;

/** What can never be banned or cut, each with the reason to show ("your ssh session", "default gateway"). */
export type SafeEntry = Readonly<{ net: Net; why: SafeText }>;
/** `operatorFound`: at least one live ssh peer or console was identified. `gaps`: what could not be read, in words. */
export type SafeSet = Readonly<{
  at: UnixMs;
  entries: readonly SafeEntry[];
  operatorFound: boolean;
  gaps: readonly SafeText[];
}>;
