// At most once, over a line that may break. A step of an act makes a folder on the far host before it runs, and leaves there how
// it ended. Whoever asks for a lost answer makes the same folder: if that works the step has not run, and never will, however
// late its text arrives (a connection that died may still be delivered minutes later).

import { runFolder } from '../../core/host-system.ts';
import { type Command, command } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Finished, Host } from '../../host/host.ts';

/**
 * `folder`: where the marks are. `notAfter`: seconds since 1970 by the far clock; what arrives later does not run. `when`: a
 * condition in sh that must hold.
 */
export type Claim = Readonly<{ folder: string; name: string; notAfter: number; when?: string | undefined }>;

/** How a step ended whose answer was lost. */
export type Found =
  | Readonly<{ kind: 'ended'; finished: Finished }>
  /** It has not run and cannot any more. */
  | Readonly<{ kind: 'never' }>
  /** It began, and was killed or goes on for too long; or the host had no room for its folder. */
  | Readonly<{ kind: 'unclear' }>;

/** Nobody else's exit codes. */
const NOT_RUN = 179;
const NOT_NOW = 180;

/** Root's alone, and gone with a reboot; the shields have their marks beside it. */
export const claimsFolder = ({ system }: Pick<Host, 'system'>): string => `${runFolder(system)}/acts`;
/** A day: a text that is late for longer cannot come any more. */
export const KEPT_MINUTES = 1440;

/** `trap`: an ended line must not end a step halfway. The marks come before the output, which may have nobody to go to. */
const runUnder = (when: string): string => `D=$1/$2 T=$3 OUT=$4; shift 4
trap '' HUP PIPE
[ -d "\${D%/*}" ] || mkdir -p -m 700 "\${D%/*}" 2>/dev/null
if ! mkdir -m 700 "$D" 2>/dev/null; then [ -d "$D" ] && exit ${NOT_RUN}; exec "$@"; fi
if [ "$(date +%s)" -gt "$T" ]; then echo never >"$D/done"; exit ${NOT_RUN}; fi
if ! { ${when}; }; then echo ${NOT_NOW} >"$D/done"; exit ${NOT_NOW}; fi
echo $$ >"$D/pid"
[ "$OUT" != - ] || OUT=$D/out
"$@" >"$OUT" 2>"$D/err"
CODE=$?
echo $CODE >"$D/code"; mv "$D/code" "$D/done"
[ "$OUT" = /dev/null ] || cat "$OUT"
cat "$D/err" >&2
case $D in *.0) find "\${D%/*}" -mindepth 1 -maxdepth 1 -mmin +${KEPT_MINUTES} -exec rm -rf {} + </dev/null >/dev/null 2>&1 & esac
exit $CODE`;

/** The command, run under a claim. */
export function claimed(wanted: Command, { folder, name, notAfter, when = ':' }: Claim): Command {
  // conntrack prints every entry that it deletes, and says on stderr how many there were.
  const out = wanted.argv[0] === 'conntrack' ? '/dev/null' : '-';
  return {
    ...wanted,
    through: ['sh', '-c', runUnder(when), 'sh', folder, name, String(Math.ceil(notAfter)), out],
  };
}

/** The claim, or the end of its time, came before the step. */
export const wasRefused = (exitCode: number | undefined): boolean => exitCode === NOT_RUN;
/** `Claim.when` does not hold any more. */
export const isOver = (exitCode: number | undefined): boolean => exitCode === NOT_NOW;

/** Prints "never", "unclear" or the exit code, then what the step printed. A step that still runs is waited for. */
const ASK = `D=$1/$2 LEFT=$3
[ -d "$1" ] || mkdir -p -m 700 "$1" 2>/dev/null
if mkdir -m 700 "$D" 2>/dev/null; then echo never >"$D/done"; echo never; exit 0; fi
[ -d "$D" ] || { echo unclear; exit 0; }
GRACE=5
while [ ! -f "$D/done" ]; do
  P=; { read -r P <"$D/pid"; } 2>/dev/null
  if [ -z "$P" ] || ! kill -0 "$P" 2>/dev/null; then GRACE=$((GRACE - 1)); fi
  LEFT=$((LEFT - 1))
  if [ "$LEFT" -le 0 ] || [ "$GRACE" -lt 0 ]; then [ -f "$D/done" ] || { echo unclear; exit 0; }; break; fi
  sleep 0.1 2>/dev/null || { sleep 1; LEFT=$((LEFT - 9)); }
done
cat "$D/done"; cat "$D/out" 2>/dev/null; cat "$D/err" >&2 2>/dev/null
exit 0`;

/** How long a step that still runs is waited for when the line is back, at least. */
const STILL_SECONDS = 30;

export async function askClaim(host: Host, wanted: Command, { folder, name }: Claim): Promise<Result<Found>> {
  const stillSeconds = Math.max(STILL_SECONDS, Math.ceil(wanted.timeoutMs / 1000));
  const ran = await host.run(
    command(['sh', '-c', ASK, 'sh', folder, name, String(stillSeconds * 10)], {
      privileged: true,
      timeoutMs: (stillSeconds + 15) * 1000,
      outputMaxBytes: wanted.outputMaxBytes + 64,
    }),
  );
  if (!ran.ok) return ran;
  const { stdout, stderr, durationMs } = ran.value;
  const newline = stdout.indexOf('\n');
  const said = stdout.slice(0, Math.max(0, newline));
  if (said === 'never') return ok({ kind: 'never' });
  if (!/^\d{1,3}$/.test(said)) return ok({ kind: 'unclear' });
  const finished = { stdout: stdout.slice(newline + 1), stderr, exitCode: Number(said), durationMs };
  return ok({ kind: 'ended', finished });
}

/** How one step of an act ended; 'unclear' as of `Found`. */
export type StepEnd = number | 'never' | 'unclear';

/** FOLDER ACT COUNT: a line for each step of an act that nobody performs any more: its exit code, "never" or "unclear". */
export const ENDS = `N=0
[ -d "$1" ] || mkdir -p -m 700 "$1" 2>/dev/null
while [ "$N" -lt "$3" ]; do
  D=$1/$2.$N N=$((N + 1))
  if mkdir -m 700 "$D" 2>/dev/null; then echo never >"$D/done"; fi
  if [ -f "$D/done" ]; then cat "$D/done"; else echo unclear; fi
done
exit 0`;

/** As the host would have answered it. */
export function answerOf({ argv, okExits = [] }: Command, finished: Finished): Result<Finished> {
  const { exitCode, stderr, stdout } = finished;
  if (exitCode === 0 || okExits.includes(exitCode)) return ok(finished);
  const detail = sanitise(stderr.trim() || stdout.trim(), 4096);
  const said = sanitise(detail.split('\n').at(-1) ?? '', 300);
  const tool = sanitise(argv[0].replace(/^.*\//, ''), 60);
  const words = said === '' ? `${tool} ended with status ${exitCode}` : `${tool}: ${said}`;
  return fail(problem('bad-exit', words, { argv, detail, exitCode }));
}
