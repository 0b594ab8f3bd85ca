// How revert.sh empties the anchor opsconsole/shields: its rules, then its tables; never a state, nor anything outside of it. As
// POSIX sh. `pfctl -s rules` ends with 0 also when it could not look, so what it says counts, not how it ends.

export const REVERT_PF = `
# --- pf

in_anchor() { bounded 20 pfctl -a opsconsole/shields "$@"; }

# Lines of pfctl -v -s rules: the counters of a rule stand below it.
count_pf() {
  case $1 in
    'block '* | 'pass '*)
      PART=\${1##*"opsconsole-$ID-"}
      PART=\${PART%%'"'*} ;;
    *'[ Evaluations: '*)
      set -- \${1#*'Packets: '}
      case $1 in '' | *[!0-9]*) return ;; esac
      case $PART in
        connections) N_CONNECTIONS=$((N_CONNECTIONS + $1)) ;;
        ports) N_PORTS=$((N_PORTS + $1)) ;;
        banned) N_BANNED=$((N_BANNED + $1)) ;;
      esac ;;
  esac
}

# RULES: what it holds. False: it could not be looked at.
look_at_anchor() {
  RULES=$(in_anchor -s rules 2>&1)
  CODE=$?
  case $RULES in
    *'nchor does not exist'*) RULES= CODE=0 ;;
    *pfctl:*) return 1 ;;
  esac
  [ $CODE = 0 ]
}

back_pf() {
  WHAT='pf anchor opsconsole/shields'
  if ! look_at_anchor; then say_exit $CODE; note failed "pfctl $SAID: $RULES"; return; fi
  case $RULES in
    '') ;;
    *"opsconsole-$ID-"*) ;;
    *) note drift 'its rules are not ours: left alone'; return ;;
  esac
  FOUND=$RULES$(in_anchor -s Tables 2>/dev/null)
  if [ -z "$FOUND" ]; then note already 'it was empty: gone with a reboot, or never filled'; return; fi
  if [ -n "$RULES" ]; then
    N_SYN=0 N_CONNECTIONS=0 N_PORTS=0 N_BANNED=0 PART=
    COUNTED=$(in_anchor -v -s rules 2>/dev/null)
    IFS=$NL
    set -- $COUNTED
    IFS=" $TAB$NL"
    for LINE in "$@"; do count_pf "$LINE"; done
    keep_dropped
  fi
  SAID=$(in_anchor -F rules 2>&1; in_anchor -F Tables 2>&1)
  if ! look_at_anchor || [ -n "$RULES" ]; then note failed "still there: $SAID"; return; fi
  if [ -n "$(in_anchor -s Tables 2>/dev/null)" ]; then note failed "its tables are still there: $SAID"; return; fi
  note restored 'emptied'
}
`;
