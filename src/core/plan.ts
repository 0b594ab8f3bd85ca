// The exact commands of an act, made by pure planners, shown to the operator, run only by actions/perform.

import type { Problem } from './problem.ts';
import type { SafeText } from './sanitise.ts';

/**
 * One program start: no shell, LC_ALL=C, absolute path resolved by the Host.
 * `okExits`: exit codes besides 0 that are not failures (conntrack -D answers 1 for "nothing to delete").
 * `privileged`: needs root; the Host puts `sudo -n` before it when we are not. `cwd`, `env`: of the operator's own commands
 * only; where it runs, and variables instead of the Host's small and constant ones. `through`: words that stand before it when
 * it is started, of acts on a host whose answer may be lost; problems go on to name `argv`. `urgent`: of an act; over a line it comes
 * before what is only looked at.
 */
export type Command = Readonly<{
  argv: readonly [string, ...string[]];
  stdin?: string;
  timeoutMs: number;
  outputMaxBytes: number;
  okExits?: readonly number[];
  privileged?: boolean;
  cwd?: string;
  env?: Readonly<Record<string, string>>;
  through?: readonly [string, ...string[]];
  urgent?: boolean;
}>;

/** One step of a plan. `shown`: what the operator reads, when it is not simply the argv (a batch: first lines and a count). */
export type Step = Readonly<{ command: Command; shown?: readonly SafeText[] }>;

export type Risk = 'harmless' | 'reversible' | 'disruptive';

export type ActionId = 'ban' | 'unban' | 'cut' | 'tighten' | 'service' | 'undo';
/** `allow`: of the command line only, for cron. */
export type PlanAction = ActionId | 'allow';
/** What the journal records: acts, the shields, which come down by themselves, and what others tell us that they did. */
export type JournalAction = PlanAction | 'shields' | 'noted';

/** Everything the operator may want to read before saying yes. `notes`: consequences and hazards, one sentence each. */
export type Plan = Readonly<{
  action: PlanAction;
  summary: SafeText;
  steps: readonly Step[];
  undo: readonly Step[];
  notes: readonly SafeText[];
  risk: Risk;
}>;

/** What reading back showed after the steps. `missing`: in words, what is not as wished. */
export type Proof =
  | Readonly<{ kind: 'proved'; says: SafeText }>
  | Readonly<{ kind: 'unproved'; missing: readonly SafeText[] }>;

export type Outcome =
  | Readonly<{ kind: 'done'; durationMs: number; proof: Proof }>
  | Readonly<{ kind: 'refused'; reasons: readonly SafeText[] }>
  | Readonly<{ kind: 'failed'; problem: Problem; stepIndex: number; undone: boolean }>
  /** The line to the host broke and did not come back: what ran is checked at the next connection. */
  | Readonly<{ kind: 'unknown'; problem: Problem; stepIndex: number }>;

/** Copyable text of a command, quoted for POSIX sh. */
export function printCommand(command: Command): string {
  const argv = command.argv.map(quoteWord).join(' ');
  if (command.stdin === undefined) return argv;
  return `${argv} <<'EOF'\n${command.stdin}${command.stdin.endsWith('\n') ? '' : '\n'}EOF`;
}

export function quoteWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Defaults for the short commands that make up nearly all plans. */
export function command(
  argv: readonly [string, ...string[]],
  extra: Omit<Partial<Command>, 'argv'> = {},
): Command {
  return { argv, timeoutMs: 10_000, outputMaxBytes: 1_048_576, ...extra };
}
