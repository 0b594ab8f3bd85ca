// The shields: the reversible emergency mode. What the session file asks for, what the state on disk says, and what a
// reader is told. Pure vocabulary; times called uptime are seconds since the boot, which no clock step changes.

import type { Operator } from './act.ts';
import type { UnixMs } from './brand.ts';
import type { HostId } from './hosts.ts';
import type { Problem } from './problem.ts';
import type { SafeText } from './sanitise.ts';
import type { Thing } from './services/thing.ts';

type Argv = readonly [string, ...string[]];

/** One measure as a profile of the session file lists it. Rates are packets per second of one source (v6: one /64). */
export type MeasureSpec =
  | Readonly<{ measure: 'syn-rate'; perSecond: number; burst: number }>
  | Readonly<{ measure: 'connections'; max: number }>
  | Readonly<{ measure: 'unlisted-ports' }>
  | Readonly<{ measure: 'pin-ssh' }>
  | Readonly<{ measure: 'conntrack-timeouts'; preset: 'modest' | 'siege' }>
  /** The table's maximum times `factor`, where memory allows. */
  | Readonly<{ measure: 'conntrack-max'; factor: number }>
  | Readonly<{ measure: 'tcp'; syncookies: number; synackRetries: number; synBacklog: number }>
  /** `jails` empty = all. Absent values are left as they are; a jail that is stricter already is not loosened. */
  | Readonly<{
      measure: 'fail2ban';
      jails: readonly string[];
      maxRetry?: number;
      banSeconds?: number;
    }>
  /** Sources with more than `flows` tracked flows, the worst `most` of them, for at most as long as the shields last. */
  | Readonly<{ measure: 'ban-top'; flows: number; most: number }>
  /** A command pair, no shell: `up` when raised, `down` when lowered. */
  | Readonly<{ measure: 'run'; name: string; up: Argv; down: Argv; timeoutSeconds: number }>
  /** `link` is made to point to `file`, `test` must succeed, `reload` makes the server read it. Lowering removes `link`. */
  | Readonly<{
      measure: 'include';
      name: string;
      link: string;
      file: string;
      test?: Argv;
      reload: Argv;
    }>
  /** A declared service, put back when lowered if it was the other way round before. `hosts`: where it is. */
  | Readonly<{
      measure: 'service';
      name: string;
      do: 'stop' | 'start';
      thing: Thing;
      hosts: readonly HostId[];
    }>;
export type MeasureId = MeasureSpec['measure'];
export const MEASURES = [
  'syn-rate',
  'connections',
  'unlisted-ports',
  'pin-ssh',
  'conntrack-timeouts',
  'conntrack-max',
  'tcp',
  'fail2ban',
  'ban-top',
  'run',
  'include',
  'service',
] as const satisfies readonly MeasureId[];

/** Who is told when the automatic raises or lowers: a command (argv) or a webhook (http or https URL, JSON by POST). */
export type Hook = Readonly<{ kind: 'command'; argv: Argv }> | Readonly<{ kind: 'webhook'; url: string }>;

/**
 * When `opsconsole watch` raises by itself. `load` (1 minute, per core) alone never raises: a second signal is needed.
 * Absent signals are not looked at. `conntrack`: share of the table, 0 to 1. Rates are per second.
 */
export type WatchSettings = Readonly<{
  everyMs: number;
  load: number;
  conntrack?: number;
  synRecv?: number;
  /** Connections that found a listener's queue full: dropped, or answered with a SYN cookie. */
  listenDrops?: number;
  newConnections?: number;
  logRate?: Readonly<{ file: string; lines: number }>;
  /** Samples in a row over the thresholds before raising. */
  raiseAfter: number;
  /** Samples in a row under `leaveAt` × every threshold but load's before lowering: load lags, and alone keeps nothing up. */
  lowerAfter: number;
  /** Share of a threshold, 0 to 1, under which a signal counts as gone. */
  leaveAt: number;
  minimumHoldSeconds: number;
  coolDownSeconds: number;
  /** After a person lowered, the automatic does not raise for this long. */
  manualBlockSeconds: number;
  onRaise: readonly Hook[];
  onLower: readonly Hook[];
}>;

/** `ports`: public TCP ports; 'listening' = those that listen on other than loopback when the shields go up. */
export type ShieldsSettings = Readonly<{
  trialSeconds: number;
  holdSeconds: number;
  /** Name in `profiles` that `!` raises. */
  profile: string;
  /** Raise although no operator's address could be found. */
  unattended: boolean;
  ports: readonly number[] | 'listening';
  profiles: Readonly<Record<string, readonly MeasureSpec[]>>;
  watch: WatchSettings;
}>;

/**
 * Where the state lies. `dir`: durable (`/var/lib/opsconsole/shields`), survives a reboot; `run`: what a boot clears
 * (`runFolder`, mostly memory), used for what must work with a full or read-only disk, and for all of it when `dir` cannot be written.
 */
export type ShieldsPlace = Readonly<{ dir: string; run: string }>;

/** `<dir>/<id>/state.json`, written once before the first change. `id`: 8 hex digits. */
export type ShieldsState = Readonly<{
  version: 1;
  id: string;
  bootId: string;
  profile: string;
  auto: boolean;
  by: Operator;
  /** Wall clock, for showing only. */
  raisedAt: UnixMs;
  raisedUptime: number;
  trialSeconds: number;
  holdSeconds: number;
  wall: WallVariant | 'none';
  measures: readonly Readonly<{ measure: MeasureId; says: SafeText }>[];
}>;
export type WallVariant = 'nft' | 'iptables' | 'pf';

/**
 * `<dir>/<id>/deadline`, one line "PHASE UPTIME", replaced whole: the only truth about the clocks. When the machine's uptime
 * reaches UPTIME, the shields come down, whoever is left to do it.
 */
export type Deadline = Readonly<{ phase: ShieldsPhase; uptime: number }>;
export type ShieldsPhase = 'raising' | 'trial' | 'held';

/** Packets dropped or refused so far, by what refused them. Undefined = cannot be read now. */
export type Dropped = Readonly<{ syn: number; connections: number; ports: number; banned: number }>;

/** What any reader of this host is told: every console, `shields status`, the watch. Durations in seconds. */
export type ShieldsNow =
  | Readonly<{ kind: 'down'; last?: Outcome }>
  | Readonly<{
      kind: 'up';
      state: ShieldsState;
      phase: ShieldsPhase;
      /** Until the deadline; negative = it is overdue. */
      leftSeconds: number;
      /** Until the end of the hold, if it is kept. */
      holdLeftSeconds: number;
      /**
       * gone: somebody else deleted our table or chains. expired: they stand, but their kernel timer ran out, so they drop
       * nothing. none: the profile has no measure in the packet filter.
       */
      wall: 'standing' | 'gone' | 'expired' | 'none' | 'unknown';
      dropped?: Dropped;
      /** What the profile asks for and could not be taken: not among `state.measures` here. Absent = nothing. */
      leftOut?: readonly Readonly<{ measure: MeasureId; why: SafeText }>[];
    }>
  /** The state cannot be read or understood (no right, corrupt, written by a newer version). */
  | Readonly<{ kind: 'unknown'; problem: Problem }>;

/** One thing that lowering did, from the script's own report. */
export type OutcomeItem = Readonly<{
  result: 'restored' | 'already' | 'drift' | 'failed';
  /** What it is about ("sysctl net.ipv4.tcp_synack_retries", "nft table inet opsconsole_shields", "fail2ban sshd maxretry"). */
  what: SafeText;
  /** Values or the tool's words: "2 → 5", "now 7, we wrote 2, it was 5: left alone". */
  detail?: SafeText;
}>;

/**
 * `<run>/<id>.outcome` and `<dir>/<id>/outcome`: what lowering did. `by`: who ran the script. `complete` false: it was cut short
 * (and the next run goes on). `dropped`: the counters right before the wall came down.
 */
export type Outcome = Readonly<{
  id: string;
  by: 'operator' | 'timer' | 'failed-raise' | 'recovery' | 'auto';
  at: UnixMs;
  items: readonly OutcomeItem[];
  dropped?: Dropped;
  complete: boolean;
}>;

/** Raising, as the screen and the command line tell it. */
export type RaiseReport =
  | Readonly<{
      kind: 'up';
      now: Extract<ShieldsNow, { kind: 'up' }>;
      /** True when they were up before: nothing was changed. */
      already: boolean;
      durationMs: number;
      /** Measures that could not be taken, each with why; all others stand. */
      leftOut: readonly Readonly<{ measure: MeasureId; why: SafeText }>[];
      /** What was verified ("counters move", "sshd answers on 192.0.2.1:22 in 41 ms"). */
      verified: readonly SafeText[];
      /** What is not as it should be on this machine now, one sentence each. */
      warnings: readonly SafeText[];
      /** Whom the measures may hurt, one sentence each: the same at every raise, so they are told where there is time. */
      hazards?: readonly SafeText[];
    }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  /** `undone`: everything that was begun has been taken back. */
  | Readonly<{ kind: 'failed'; problem: Problem; undone: boolean }>;

export type LowerReport =
  | Readonly<{ kind: 'down'; outcome: Outcome; already: boolean }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** What raising would do, without having touched anything. `affected`: by source, most flows first. */
export type ShieldsPreview =
  | Readonly<{
      kind: 'ready';
      profile: string;
      /** In order: what would be done, with the exact commands and the change as a diff of values. */
      measures: readonly Readonly<{
        measure: MeasureId;
        says: SafeText;
        /** "net.ipv4.tcp_synack_retries  5 → 2"; lines of the ruleset with "+ ". */
        diff: readonly SafeText[];
        commands: readonly SafeText[];
        hazards: readonly SafeText[];
        /** Why it would be left out on this machine. */
        leftOut?: SafeText;
      }>[];
      affected: readonly Readonly<{ source: SafeText; flows: number; cap: number; safe?: SafeText }>[];
      warnings: readonly SafeText[];
      safe: readonly Readonly<{ net: SafeText; why: SafeText }>[];
    }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** Absent fields come from the session file. `auto`: raised by the watch: no trial, and a manual "down" may block it. */
export type RaiseWish = Readonly<{
  profile?: string;
  trialSeconds?: number;
  holdSeconds?: number;
  auto?: boolean;
  /** Raise although no operator was found (`--yes`). */
  unattended?: boolean;
}>;
