// Whether a file that root is about to run can be changed by others: looked at by the same sh that would run it, so that it
// costs no program start of ours. ls and not find: its long form is the same everywhere, busybox included.

import { type Command, command } from '../../core/plan.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { sanitise } from '../../core/sanitise.ts';

/** The sh ends with it and says the path. */
export const NOT_OURS = 14;

/**
 * `ours d|- PATH`: plain, of root or of the user who acts, and nobody else may write to it. `trusted SCRIPT`: so are the script,
 * its folder and the folder above. What is not there is for whoever opens it. A parent like /tmp is fine: it is sticky.
 */
export const TRUST = `ME=$(id -u)
ours() {
  [ -e "$2" ] || [ -h "$2" ] || return 0
  LOOKED=$(set -f; set -- $(ls -ldn "$2" 2>/dev/null); printf '%s' "$1 $3")
  case $LOOKED in "$1"????-??-?*" 0" | "$1"????-??-?*" $ME") return 0 ;; esac
  NOT_OURS=$2
  return 1
}
trusted() { ours d "\${1%/*/*}" && ours d "\${1%/*}" && ours - "$1"; }`;

export const REFUSE_NOT_OURS = `{ printf '%s\\n' "$NOT_OURS"; exit ${NOT_OURS}; }`;

const RUN = `LC_ALL=C; export LC_ALL
${TRUST}
trusted "$1" || ${REFUSE_NOT_OURS}
exec sh "$@" </dev/null
`;

/** `sh SCRIPT WORD…`, unless others can change what it would run. */
export function trustedRun(
  words: readonly [string, ...string[]],
  bounds: Pick<Command, 'timeoutMs'> & Partial<Pick<Command, 'outputMaxBytes'>>,
): Command {
  return command(['sh', '-s', '--', ...words], {
    ...bounds,
    stdin: RUN,
    privileged: true,
    okExits: [NOT_OURS],
  });
}

/** `said`: stdout of the sh. */
export function notOurs(said: string): Problem {
  const path = sanitise(said.trim(), 300) || 'the state directory';
  return problem('refused', `${path} is not safe to act on as root: others can change it, or it is a link`, {
    hint: `look what is in it; then chown root ${path}; chmod go-w ${path}; a link in its place must go`,
  });
}
