// How revert.sh takes the wall down, nft or iptables: only ours, and not before its counters were read, so that the
// outcome can say what it stopped. As POSIX sh.

export const REVERT_WALLS = `
# --- walls

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
  # With a set beside it nft 1.0.6 fetches that one only; without, the elements of all sets of all tables.
  SAID=$(bounded 20 nft 'list counters table inet opsconsole_shields; list set inet opsconsole_shields armed' 2>&1)
  CODE=$?
  # A foreign table has no such set, but is there.
  if [ $CODE != 0 ]; then
    SAID=$(bounded 20 nft list counters table inet opsconsole_shields 2>&1)
    CODE=$?
  fi
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
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  PACKETS=$1
  while [ $# -gt 1 ]; do
    if [ "$2" = '*/' ]; then
      case $1 in
        syn) N_SYN=$((N_SYN + PACKETS)) ;;
        connections) N_CONNECTIONS=$((N_CONNECTIONS + PACKETS)) ;;
        ports) N_PORTS=$((N_PORTS + PACKETS)) ;;
        banned) N_BANNED=$((N_BANNED + PACKETS)) ;;
      esac
      return 0
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
  N_SYN=0 N_CONNECTIONS=0 N_PORTS=0 N_BANNED=0 COUNTED= TOUCHED= LEFT=
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
    for LINE in "$@"; do count_iptables "$LINE" && COUNTED=yes; done
  done
  [ -z "$COUNTED" ] || keep_dropped
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
`;
