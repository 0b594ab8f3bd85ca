// Starts the watcher, `revert.sh wait`, outside our process, group and session, and waits until it lives. Nothing is changed
// before it does.

import { command, quoteWord } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ShieldsPlace } from '../../core/shields.ts';
import type { Host } from '../../host/host.ts';
import { NOT_OURS, notOurs, REFUSE_NOT_OURS, TRUST } from './trust.ts';

/** systemd: a service of its own, restarted when killed. detached: a process in a session of its own. */
export type WatcherKind = 'systemd' | 'detached';

const NOT_ALIVE = 13;

export async function armWatcher(
  host: Host,
  { place, id }: Readonly<{ place: ShieldsPlace; id: string }>,
): Promise<Result<WatcherKind>> {
  const ran = await host.run(
    command(['sh', '-s'], {
      stdin: printArm(place, id),
      privileged: true,
      timeoutMs: 40_000,
      okExits: [NOT_ALIVE, NOT_OURS],
    }),
  );
  if (!ran.ok) return ran;
  if (ran.value.exitCode === NOT_OURS) return fail(notOurs(ran.value.stdout));
  const kind = ran.value.stdout.trim();
  if (ran.value.exitCode === 0 && (kind === 'systemd' || kind === 'detached')) return ok(kind);
  return fail(
    problem('timed-out', 'the watcher that takes the shields down did not start', {
      detail: sanitise(ran.value.stderr.trim(), 300),
      hint: 'nothing was changed; can this host start processes?',
    }),
  );
}

/**
 * systemd's manager is process 1: a service of it would be in process 1's namespaces. So from a namespace of ours (a test,
 * the playground, a container) the watcher is a process of that namespace. KillMode=process: a service that the operator's
 * own `down` command starts must not end with the watcher.
 */
export function printArm({ dir, run }: ShieldsPlace, id: string): string {
  return `LC_ALL=C; export LC_ALL; umask 022
ID=${quoteWord(id)} SCRIPT=${quoteWord(`${dir}/${id}/revert.sh`)}
IN_MEMORY=${quoteWord(`${run}/${id}.watcher`)} ON_DISK=${quoteWord(`${dir}/${id}/${id}.watcher`)}
lives() {
  for FILE in "$IN_MEMORY" "$ON_DISK"; do
    WATCHER=
    if [ -r "$FILE" ]; then read -r WATCHER <"$FILE"; fi
    case $WATCHER in ''|*[!0-9]*) continue ;; esac
    kill -0 "$WATCHER" 2>/dev/null && return 0
  done
  return 1
}
# SECONDS: not every sleep knows parts of a second.
await() {
  LEFT=$(($1 * 20))
  until lives; do
    LEFT=$((LEFT - 1))
    [ "$LEFT" -gt 0 ] || return 1
    sleep 0.05 2>/dev/null || { sleep 1; LEFT=$((LEFT - 19)); }
  done
}
same_world() {
  for KIND in net mnt pid user; do
    [ "$(readlink /proc/self/ns/$KIND)" = "$(readlink /proc/1/ns/$KIND)" ] || return 1
  done
}
bounded() { if command -v timeout >/dev/null 2>&1; then timeout 8 "$@"; else "$@"; fi; }
service() {
  bounded systemd-run --quiet --unit="opsconsole-shields-$ID" \\
    --description="opsconsole: takes the shields $ID down" "$@" \\
    /bin/sh "$SCRIPT" wait </dev/null >/dev/null
}
LEAVE='for FILE in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/systemd/cgroup.procs; do
  { echo $$ >"$FILE"; } 2>/dev/null
done
exec "$@"'
${TRUST}
trusted "$SCRIPT" || ${REFUSE_NOT_OURS}
# Left by a watcher that was killed: its number may be somebody else's by now.
rm -f "$IN_MEMORY" "$ON_DISK"
if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1 && same_world; then
  # An old systemd does not know all of these properties. Three seconds between restarts never reach its limit of five in ten.
  service --collect --property=Restart=on-failure --property=RestartSec=3 --property=KillMode=process \\
    --property=TimeoutStopSec=300 --property=IgnoreSIGPIPE=no --property=StandardInput=null \\
    --property=StandardOutput=null --property=StandardError=null || service &&
    await 5 && { echo systemd; exit 0; }
fi
# logind may end what a session has started (KillUserProcesses) with the line: the watcher leaves the session first.
set -- /bin/sh "$SCRIPT" wait
case $(cat /proc/self/cgroup 2>/dev/null) in */session-*.scope*) set -- /bin/sh -c "$LEAVE" sh "$@" ;; esac
if command -v setsid >/dev/null 2>&1; then
  # busybox has no -f: then the shell goes to the background.
  setsid -f "$@" </dev/null >/dev/null 2>&1 ||
    setsid "$@" </dev/null >/dev/null 2>&1 &
elif command -v daemon >/dev/null 2>&1; then
  # FreeBSD has daemon(8).
  daemon -f "$@" </dev/null >/dev/null 2>&1
elif command -v perl >/dev/null 2>&1; then
  # OpenBSD has neither, but perl.
  perl -MPOSIX -e 'fork and exit; POSIX::setsid(); exec @ARGV' "$@" </dev/null >/dev/null 2>&1
else
  nohup "$@" </dev/null >/dev/null 2>&1 &
fi
await 10 && { echo detached; exit 0; }
exit ${NOT_ALIVE}
`;
}
