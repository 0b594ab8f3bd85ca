// Writes the deadline, the only truth about the clocks: the watcher reads it before it acts.

import { command, quoteWord } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { Deadline, ShieldsPlace } from '../../core/shields.ts';
import { printDeadline } from '../../firewall/shields/state.ts';
import type { Host } from '../../host/host.ts';

const COMING_DOWN = 11;
const CANNOT_WRITE = 12;

/** `place`: where this raise's files really are. A failure leaves the old deadline in force. */
export async function writeDeadline(
  host: Host,
  { place, id }: Readonly<{ place: ShieldsPlace; id: string }>,
  deadline: Deadline,
): Promise<Result<void>> {
  const ran = await host.run(
    command(['sh', '-s'], {
      stdin: printWriteDeadline(place, id, deadline),
      privileged: true,
      timeoutMs: 15_000,
      okExits: [COMING_DOWN, CANNOT_WRITE],
    }),
  );
  if (!ran.ok) return ran;
  if (ran.value.exitCode === 0) return ok(undefined);
  if (ran.value.exitCode === COMING_DOWN)
    return fail(problem('refused', 'too late: these shields are coming down'));
  return fail(
    problem('no-space', 'the new end of the shields cannot be written: the old one stays in force', {
      detail: sanitise(ran.value.stderr.trim(), 300),
      hint: 'is the disk full or read-only?',
    }),
  );
}

/**
 * On a full disk there is no room for a second file, but the old one can be overwritten in place: one line, one write,
 * padded with zeros to the length of the old line.
 */
function printWriteDeadline({ dir, run }: ShieldsPlace, id: string, deadline: Deadline): string {
  const [phase = '', uptime = ''] = printDeadline(deadline).trim().split(' ');
  return `LC_ALL=C; export LC_ALL; umask 022
PHASE=${phase} UPTIME=${uptime}
coming_down() { [ -d ${quoteWord(`${run}/${id}.lock/g1`)} ] || [ -d ${quoteWord(`${dir}/${id}/${id}.lock/g1`)} ]; }
! coming_down || exit ${COMING_DOWN}
cd ${quoteWord(`${dir}/${id}`)} || exit ${CANNOT_WRITE}
durable() { if command -v timeout >/dev/null 2>&1; then timeout 5 sync "$@"; else sync "$@"; fi; [ $? = 0 ] || [ $? = 124 ]; }
if printf '%s %s\\n' "$PHASE" "$UPTIME" >deadline.new && durable deadline.new &&
  [ "$(cat deadline.new)" = "$PHASE $UPTIME" ] && mv -f deadline.new deadline; then
  durable .
  # It may have begun just before the new one stood.
  ! coming_down || exit ${COMING_DOWN}
  exit 0
fi
rm -f deadline.new
OLD=
read -r OLD <deadline
NEW="$PHASE $UPTIME"
while [ \${#NEW} -lt \${#OLD} ]; do UPTIME=0$UPTIME NEW="$PHASE 0$UPTIME"; done
printf '%s\\n' "$NEW" 1<>deadline || exit ${CANNOT_WRITE}
[ "$(cat deadline)" = "$NEW" ] || exit ${CANNOT_WRITE}
durable deadline
! coming_down || exit ${COMING_DOWN}
exit 0
`;
}
