// How revert.sh takes back one thing, one sh function per kind of RevertItem. Each may run twice, and leaves alone what is
// no longer as we left it. They set RESULT, WHAT and DETAIL; their last line is the result. No tool may hang for ever.

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

keep_dropped() {
  DROPPED="$N_SYN $N_CONNECTIONS $N_PORTS $N_BANNED"
  [ -z "$MARKS" ] || { printf '%s\\n' "$DROPPED" >"$MARKS/dropped"; } 2>/dev/null
}

count_nft() {
  N_SYN=0 N_CONNECTIONS=0 N_PORTS=0 N_BANNED=0
  while [ $# -gt 1 ]; do
    case $1 in
      counter) COUNTER=$2 ;;
      packets)
        case $2 in *[!0-9]*) ;; *)
          case $COUNTER in
            syn) N_SYN=$2 ;;
            connections) N_CONNECTIONS=$2 ;;
            ports) N_PORTS=$2 ;;
            banned) N_BANNED=$2 ;;
          esac ;;
        esac ;;
    esac
    shift
  done
  keep_dropped
}

back_nft() {
  WHAT='nft table inet opsconsole_shields'
  if gone_with_boot; then return; fi
  SAID=$(bounded 20 nft list counters table inet opsconsole_shields 2>&1)
  CODE=$?
  case $CODE$SAID in
    1*'No such file'*) note already 'it was gone: somebody else removed it, or it was never there'; return ;;
    0*) COUNTED=$SAID ;;
    *) say_exit $CODE; note failed "nft $SAID"; return ;;
  esac
  case $SAID in *"id=$ID\\""*) ;; *) SAID=$(bounded 20 nft -t list table inet opsconsole_shields 2>&1) ;; esac
  case $SAID in *"id=$ID\\""*) ;; *) note drift 'it is not ours: left alone'; return ;; esac
  count_nft $COUNTED
  SAID=$(bounded 20 nft delete table inet opsconsole_shields 2>&1)
  CODE=$?
  if [ $CODE = 0 ]; then note restored 'deleted'; return; fi
  if bounded 20 nft list counters table inet opsconsole_shields >/dev/null 2>&1; then
    say_exit $CODE
    note failed "nft delete $CODE: $SAID"
    return
  fi
  note restored 'deleted'
}

# Lines of iptables -nvxL; the comment of a rule is the last word before its end.
count_iptables() {
  set -- $1
  case $1 in '' | *[!0-9]*) return ;; esac
  PACKETS=$1
  while [ $# -gt 1 ]; do
    if [ "$2" = '*/' ]; then
      case $1 in
        syn) N_SYN=$((N_SYN + PACKETS)) ;;
        connections) N_CONNECTIONS=$((N_CONNECTIONS + PACKETS)) ;;
        ports) N_PORTS=$((N_PORTS + PACKETS)) ;;
        banned) N_BANNED=$((N_BANNED + PACKETS)) ;;
      esac
      return
    fi
    shift
  done
}

unhook() {
  TURN=0
  while [ $TURN -lt 16 ] && bounded 20 "$@" 2>/dev/null; do TURN=$((TURN + 1)) TOUCHED=yes; done
}

# The timers first: from then on nothing is dropped, whatever fails after.
back_iptables() {
  WHAT='iptables chains OC_SHIELD, OC_SHIELD_IN'
  if gone_with_boot; then return; fi
  N_SYN=0 N_CONNECTIONS=0 N_PORTS=0 N_BANNED=0 TOUCHED= LEFT=
  for T in iptables ip6tables; do
    has $T || continue
    case $(bounded 20 $T -w 5 -t raw -S OC_SHIELD 2>/dev/null) in
      *"opsconsole shields v1 id=$ID "* | '' | '-N OC_SHIELD') ;;
      *) note drift 'they are not ours: left alone'; return ;;
    esac
    LISTED=$(bounded 20 $T -w 5 -t raw -nvxL OC_SHIELD 2>/dev/null; bounded 20 $T -w 5 -nvxL OC_SHIELD_IN 2>/dev/null)
    IFS=$NL
    set -- $LISTED
    IFS=" $TAB$NL"
    for LINE in "$@"; do count_iptables "$LINE"; done
  done
  keep_dropped
  for S in oc_armed4 oc_armed6; do bounded 20 ipset flush $S 2>/dev/null; done
  for T in iptables ip6tables; do
    has $T || continue
    unhook $T -w 5 -t raw -D PREROUTING -j OC_SHIELD
    unhook $T -w 5 -D INPUT -j OC_SHIELD_IN
    for WHERE in '-t raw' ''; do
      CHAIN=OC_SHIELD_IN
      [ -z "$WHERE" ] || CHAIN=OC_SHIELD
      bounded 20 $T -w 5 $WHERE -F $CHAIN 2>/dev/null
      bounded 20 $T -w 5 $WHERE -X $CHAIN 2>/dev/null && TOUCHED=yes
      bounded 20 $T -w 5 $WHERE -S $CHAIN >/dev/null 2>&1 && LEFT="$LEFT $T $CHAIN"
    done
  done
  for S in oc_armed4 oc_armed6 oc_safe4 oc_safe6 oc_banned4 oc_banned6 oc_ports oc_capports; do
    bounded 20 ipset destroy $S 2>/dev/null && TOUCHED=yes
    bounded 20 ipset -n list $S >/dev/null 2>&1 && LEFT="$LEFT $S"
  done
  if [ -n "$LEFT" ]; then note failed "still there:$LEFT"; return; fi
  if [ -n "$TOUCHED" ]; then note restored 'deleted'; return; fi
  note already 'they were gone: somebody else removed them, or they were never there'
}

# JAIL OPTION BEFORE WROTE
back_fail2ban() {
  WHAT="fail2ban $1 $2"
  if gone_with_boot; then return; fi
  VALUE=$(bounded 15 fail2ban-client get "$1" "$2" 2>&1)
  CODE=$?
  case $CODE in
    0) ;;
    124 | 137) note failed 'fail2ban did not answer in time'; return ;;
    127) note failed 'fail2ban-client is not there any more'; return ;;
    *)
      case $VALUE in
        *'does not exist'*) note drift "the jail is gone" ;;
        *) note already 'fail2ban is not running: it starts with its own value' ;;
      esac
      return ;;
  esac
  if [ "$VALUE" = "$3" ]; then note already "is $3"; return; fi
  if [ "$VALUE" != "$4" ]; then note drift "now $VALUE, we wrote $4, it was $3: left alone"; return; fi
  SAID=$(bounded 15 fail2ban-client set "$1" "$2" "$3" 2>&1)
  VALUE=$(bounded 15 fail2ban-client get "$1" "$2" 2>&1)
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

# SECONDS WORDS...: one pinned flow.
back_pin() {
  SECONDS_WANTED=$1
  shift
  case $(bounded 10 conntrack -G "$@" 2>/dev/null) in
    *ESTABLISHED*) bounded 20 conntrack -U "$@" -t "$SECONDS_WANTED" >/dev/null 2>&1 && LIVE=$((LIVE + 1)) && return ;;
    '') return ;;
  esac
  bounded 20 conntrack -D "$@" >/dev/null 2>&1 && ENDED=$((ENDED + 1))
}

# Called after the back_pin of its flows.
back_pins() {
  if ! has conntrack; then note failed 'conntrack is not there any more'; return; fi
  if [ $((LIVE + ENDED)) = 0 ]; then note already 'all of these flows have ended'; return; fi
  note restored "$LIVE live, with a long timeout; $ENDED ended, deleted"
}
`;
