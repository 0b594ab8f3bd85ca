// How revert.sh takes back one thing, one sh function per kind of RevertItem. Each may run twice, and leaves alone what is
// no longer as we left it; each ends with `note RESULT DETAIL`. No tool may hang for ever. The walls are in revert-walls.ts.

export const REVERT_KINDS = `
# --- tools, bounded

find_timeout() {
  TIMEOUT=none
  if timeout -k 1 5 true 2>/dev/null; then TIMEOUT=kill
  elif timeout 5 true 2>/dev/null; then TIMEOUT=plain; fi
}

# SECONDS PROGRAM WORDS...
bounded() {
  case $TIMEOUT in
    kill) timeout -k 5 "$@" ;;
    plain) timeout "$@" ;;
    *) shift; "$@" ;;
  esac
}

has() { command -v "$1" >/dev/null 2>&1; }

# SECONDS PROGRAM WORDS...: a program of the operator's, which may start a service: nothing of ours is handed on to it.
foreign() (
  trap - HUP INT QUIT PIPE TERM 0
  umask 022
  cd /
  { echo "$OOM" >/proc/self/oom_score_adj; } 2>/dev/null
  exec </dev/null >/dev/null 2>&1 9<&-
  bounded "$@"
)

# CODE: what it means, for people.
say_exit() {
  case $1 in
    124 | 137) SAID='did not end in time' ;;
    126 | 127) SAID='could not be started' ;;
    *) SAID="ended with $1" ;;
  esac
}

gone_with_boot() {
  [ -n "$ELSEWHERE" ] || return 1
  note already 'gone with the reboot'
}

# TEXT: its words with single spaces in between (the kernel prints tabs).
squeeze() {
  set -- $1
  SQUEEZED="$*"
}

# --- kinds

# Read by a program: the kernel answers a shell's reading byte by byte with the first one only.
read_sysctl() {
  VALUE=$(bounded 5 cat "$SYS" 2>/dev/null || bounded 5 sysctl -n "$1" 2>/dev/null) || return 1
  squeeze "$VALUE"
  VALUE=$SQUEEZED
}

# NAME PATH BEFORE WROTE
back_sysctl() {
  WHAT="sysctl $1" SYS=$2
  if gone_with_boot; then return; fi
  if ! read_sysctl "$1"; then note drift 'cannot be read any more'; return; fi
  squeeze "$3"
  BEFORE=$SQUEEZED
  squeeze "$4"
  WROTE=$SQUEEZED
  if [ "$VALUE" = "$BEFORE" ]; then note already "is $BEFORE"; return; fi
  if [ "$VALUE" != "$WROTE" ]; then
    note drift "now $VALUE, we wrote $WROTE, it was $BEFORE: left alone"
    return
  fi
  SAID=
  { printf '%s\\n' "$3" >"$SYS"; } 2>/dev/null || SAID=$(bounded 5 sysctl -w "$1=$3" 2>&1)
  read_sysctl "$1"
  if [ "$VALUE" = "$BEFORE" ]; then note restored "$WROTE → $BEFORE"; return; fi
  note failed "still $VALUE, it was $BEFORE: \${SAID:-the kernel did not take it}"
}

# JAIL OPTION BEFORE WROTE
back_fail2ban() {
  WHAT="fail2ban $1 $2"
  if gone_with_boot; then return; fi
  if ! has fail2ban-client; then note already 'fail2ban is not there any more'; return; fi
  # It hangs for all items, and those who raise or lower wait for each of them.
  if [ -n "$HUNG" ]; then ONCE=now; note failed 'fail2ban did not answer in time'; return; fi
  # Its warnings go to stderr: they are no value.
  VALUE=$(bounded 15 fail2ban-client get "$1" "$2" 2>/dev/null)
  CODE=$?
  case $CODE in
    0) ;;
    124 | 137) HUNG=yes ONCE=now; note failed 'fail2ban did not answer in time'; return ;;
    *)
      case $(bounded 15 fail2ban-client get "$1" "$2" 2>&1) in
        *'does not exist'*) note drift 'the jail is gone' ;;
        *) note already 'fail2ban is not running: it starts with its own values' ;;
      esac
      return ;;
  esac
  if [ "$VALUE" = "$3" ]; then note already "is $3"; return; fi
  if [ "$VALUE" != "$4" ]; then note drift "now $VALUE, we wrote $4, it was $3: left alone"; return; fi
  SAID=$(bounded 15 fail2ban-client set "$1" "$2" "$3" 2>&1)
  VALUE=$(bounded 15 fail2ban-client get "$1" "$2" 2>/dev/null)
  if [ "$VALUE" = "$3" ]; then note restored "$4 → $3"; return; fi
  note failed "now $VALUE: $SAID"
}

# NAME SECONDS PROGRAM WORDS...
back_command() {
  WHAT="command $1" ONCE=yes
  shift
  foreign "$@"
  CODE=$?
  if [ $CODE = 0 ]; then note restored 'done'; return; fi
  say_exit $CODE
  note failed "$2 $SAID"
}

# LINK FILE, and functions test_N and reload_N. A run that was cut short between the removal and the reload left a mark.
back_include() {
  WHAT="include $1"
  if [ -h "$1" ]; then
    TARGET=$(readlink "$1")
    if [ "$TARGET" != "$2" ]; then note drift "now points to $TARGET: left alone"; return; fi
    [ -z "$MARKS" ] || { : >"$MARKS/$N.removed"; } 2>/dev/null
    SAID=$(rm -f "$1" 2>&1)
    if [ -h "$1" ]; then note failed "cannot be removed: $SAID"; return; fi
  elif [ -e "$1" ]; then
    note drift 'is no link of ours any more: left alone'
    return
  elif [ -z "$MARKS" ] || [ ! -e "$MARKS/$N.removed" ]; then
    note already 'the link was gone'
    return
  fi
  "test_$N"
  CODE=$?
  if [ $CODE != 0 ]; then say_exit $CODE; note failed "removed, but the test $SAID: not reloaded"; return; fi
  "reload_$N"
  CODE=$?
  if [ $CODE != 0 ]; then say_exit $CODE; note failed "removed, but the reload $SAID"; return; fi
  note restored 'removed and reloaded'
}

# Whether status_N says that it is as wished; 99: nobody can tell.
is_service() {
  "status_$N"
  case $1$? in start0 | stop1 | stop2 | stop3 | stop16) return 0 ;; esac
  return 1
}

# NAME start|stop, and functions status_N and act_N. Where its manager cannot be asked here, it is told: it knows.
back_service() {
  WHAT="service $1"
  case $2 in start) SO=runs DONE=started ;; *) SO='does not run' DONE=stopped ;; esac
  if gone_with_boot; then return; fi
  if is_service "$2"; then note already "$SO"; return; fi
  "act_$N"
  CODE=$?
  if [ $CODE = 0 ] || is_service "$2"; then note restored "$DONE"; return; fi
  say_exit $CODE
  note failed "the command to $2 it $SAID"
}

# SECONDS WORDS...: one pinned flow. -G takes no family; newer kernels refuse to change a pinned timeout, which is long anyway.
back_pin() {
  LONG=$1 FAMILY=
  shift
  if [ "$1" = -f ]; then FAMILY="-f $2"; shift 2; fi
  SAID=$(bounded 10 conntrack -G "$@" 2>/dev/null)
  CODE=$?
  case $CODE$SAID in
    0*ESTABLISHED*)
      LIVE=$((LIVE + 1))
      bounded 20 conntrack -U $FAMILY "$@" -t "$LONG" >/dev/null 2>&1
      return ;;
    0*) bounded 20 conntrack -D $FAMILY "$@" >/dev/null 2>&1 && ENDED=$((ENDED + 1)) ;;
    1*) ;;
    *) TROUBLE=$CODE ;;
  esac
}

# Called after the back_pin of its flows.
back_pins() {
  if ! has conntrack; then note failed 'conntrack is not there any more'; return; fi
  if [ -n "$TROUBLE" ]; then say_exit $TROUBLE; note failed "conntrack $SAID"; return; fi
  if [ $((LIVE + ENDED)) = 0 ]; then note already 'all of these flows have ended'; return; fi
  note restored "$LIVE live: kept with a long timeout; $ENDED ended: deleted"
}
`;
