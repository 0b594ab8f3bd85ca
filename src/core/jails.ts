// The jails of fail2ban as the pane, the command and their tests see them. Unknown is `undefined`, never 0.

import type { Net } from './address.ts';
import type { UnixMs } from './brand.ts';
import type { Finding } from './rows.ts';
import type { SafeText } from './sanitise.ts';

/** `atLeast`: not all of that time was read, so there may be more. */
export type Counted = Readonly<{ count: number; atLeast: boolean }>;
/** In the last hour and the last day. */
export type HourAndDay = Readonly<{ hour: Counted; day: Counted }>;

/** One file that a jail reads, or its journal. `lines` absent: what is written there cannot be counted. */
export type JailLog = Readonly<{
  name: SafeText;
  /** Raw path of a file; absent for a journal. */
  path?: string;
  state: 'read' | 'missing' | 'denied' | 'not-a-file' | 'unknown';
  lines?: HourAndDay;
  lastLineAt?: UnixMs;
}>;

/** `files`: raw paths. `matches`: as fail2ban prints them ("_SYSTEMD_UNIT=ssh.service + _COMM=sshd"). */
export type JailReads =
  | Readonly<{ kind: 'files'; files: readonly string[] }>
  | Readonly<{ kind: 'journal'; matches: string }>
  | Readonly<{ kind: 'unknown' }>;

/**
 * What fail2ban.log tells. `restore-ban`: bans of the database, put back at a start of the server: no new attack.
 * `already-banned`: who is banned still gets through.
 */
export type JailEventKind =
  | 'found'
  | 'ban'
  | 'unban'
  | 'restore-ban'
  | 'increase-ban'
  | 'already-banned'
  | 'ignored';
/** `what`: the address, or whatever else the jail bans. */
export type JailEvent = Readonly<{ at: UnixMs; kind: JailEventKind; what: SafeText; net?: Net }>;

/**
 * `blind`: its log grows and nothing matches. `broken`: what it reads is gone. `quiet`: nothing is written there.
 * `unknown`: what is needed to tell cannot be read.
 */
export type JailHealth = Readonly<{
  kind: 'well' | 'quiet' | 'blind' | 'broken' | 'unknown';
  says: SafeText;
  /** The likely reason, or what to do. */
  todo?: SafeText;
}>;

export type JailRow = Readonly<{
  /** Raw; sanitise before showing. */
  name: string;
  failedNow?: number;
  failedTotal?: number;
  bannedNow?: number;
  bannedTotal?: number;
  reads: JailReads;
  logs: readonly JailLog[];
  /** null = for ever. */
  banSeconds?: number | null;
  findSeconds?: number;
  maxRetry?: number;
  /** Raw names of its actions; empty = it has none and blocks nobody. */
  actions?: readonly string[];
  /** Lines that matched. Absent: fail2ban.log cannot be read or does not hold them. */
  matches?: HourAndDay;
  lastMatchAt?: UnixMs;
  lastBan?: JailEvent;
  /** Bans that the last start of the server put back. */
  restored?: Readonly<{ at: UnixMs; count: number }>;
  /** Newest first, at most JAIL_EVENTS_MAX. */
  events: readonly JailEvent[];
  health: JailHealth;
  findings: readonly Finding[];
}>;
export const JAIL_EVENTS_MAX = 50;

/** `gaps`: what could not be read, a sentence each. `version`: of the server. */
export type JailsSample = Readonly<{
  at: UnixMs;
  version?: SafeText;
  jails: readonly JailRow[];
  gaps: readonly SafeText[];
}>;

const RANKS: Readonly<Record<JailHealth['kind'], number>> = {
  broken: 0,
  blind: 1,
  unknown: 3,
  quiet: 4,
  well: 4,
};

/** How much a jail needs somebody to look at it, 0 first. `findings`: all that are known of it and its sets. */
export function jailRank({ health, actions }: JailRow, findings: readonly Finding[]): number {
  if (findings.some(({ level }) => level === 'harm') || actions?.length === 0) return 0;
  const own = RANKS[health.kind];
  return findings.some(({ level }) => level === 'warning') ? Math.min(own, 2) : own;
}
