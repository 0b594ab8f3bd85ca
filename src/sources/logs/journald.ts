// How journald units are followed: which journalctl to run.
//
//   journalctl -f -n 500 -o short-iso-precise --all --no-pager -q --unit=ssh.service     (systemd 252, journalctl(1))

import { lineSeconds } from '../../core/hosts.ts';
import type { LogSpec } from '../../core/pane.ts';
import { type Command, command } from '../../core/plan.ts';
import type { Host } from '../../host/host.ts';

/** More than the first batch of a pane can carry is not asked for. */
const TAIL_LINES_MAX = 5000;
/** Without --all a line with one control byte is "[46B blob data]": an attacker could hide in it. We escape it. */
export const HOW = ['-o', 'short-iso-precise', '--all', '--no-pager', '-q'];
const LOOK_TIMEOUT_MS = 5000;
const LOOK_BYTES_MAX = 1_048_576;

/**
 * Looks first whether there is any line yet. Where there is none, `journalctl -f -n` of systemd 252 (Debian 12; its issue
 * 25649) leaves out what comes later, as long as the file stays the same; from a point in time on it leaves out nothing.
 * But `--since` gives all since then, whatever `-n` says, so it is no way to follow a unit that has lines.
 */
export async function followJournal(
  spec: LogSpec,
  host: Pick<Host, 'now' | 'privileged' | 'run' | 'link'>,
  signal: AbortSignal,
): Promise<Command> {
  const { privileged } = host;
  const began = host.now();
  const limits = { timeoutMs: LOOK_TIMEOUT_MS, outputMaxBytes: LOOK_BYTES_MAX, privileged };
  const argv = ['journalctl', '-n', '1', '-o', 'cat', '--no-pager', '-q', ...unitsOf(spec)] as const;
  const newest = await host.run(command(argv, limits), signal);
  // What keeps us from looking keeps us from following, too, and is told then.
  const isEmpty = newest.ok && newest.value.stdout === '';
  const most = linesOver(host);
  return journalCommand(spec, isEmpty ? { privileged, sinceMs: began } : { privileged, most });
}

/** So much of a line, in time, may be what a pane begins with. */
const TAIL_SECONDS = 4;
const LINE_BYTES = 150;
const TAIL_LINES_MIN = 50;

function linesOver({ link }: Pick<Host, 'link'>): number {
  const seconds = lineSeconds(link?.state(), LINE_BYTES);
  if (seconds === 0) return TAIL_LINES_MAX;
  return Math.max(TAIL_LINES_MIN, Math.min(TAIL_LINES_MAX, Math.floor(TAIL_SECONDS / seconds)));
}

/** `most`: of the lines that are there already. */
type JournalFrom = Readonly<{ privileged: boolean; sinceMs?: number; cursor?: string; most?: number }>;

export function journalCommand(
  spec: LogSpec,
  { privileged, sinceMs, cursor, most = TAIL_LINES_MAX }: JournalFrom,
): Command {
  const lines = String(Math.max(1, Math.min(spec.history, most)));
  const since = sinceMs === undefined ? ['-n', lines] : [`--since=@${Math.floor(sinceMs / 1000)}`];
  const from = cursor === undefined ? since : [`--after-cursor=${cursor}`];
  return command(['journalctl', '-f', ...from, ...HOW, ...unitsOf(spec)], {
    timeoutMs: 0,
    outputMaxBytes: Number.MAX_SAFE_INTEGER,
    privileged,
  });
}

export function unitsOf({ units }: LogSpec): readonly string[] {
  return units.includes('*') ? [] : units.map((unit) => `--unit=${unit}`);
}
