// The part of raise.sh that is the same everywhere, POSIX sh. printRaiseScript sets before it: DIR RUN HOLD BLOCK UNATTENDED
// PORTS ALLOW, and defines template_state, template_revert, template_arm and template_wall, whose @WORDS@ `fill` replaces.
//
// The wall is loaded with its timer not running, so that it lets everything through; then each address is made safe in a
// transaction of its own, so that nft judges each and a bad one spoils nothing; only then the timer is started.

import { TRUST } from '../shields/trust.ts';

export const RAISE_BODY = `
${TRUST}
T='inet opsconsole_shields'
FILE_MAX=200

say() { printf 'opsconsole: %s\\n' "$*" >&2; }
refuse() { say "refused: $*"; exit 3; }
refuse_path() { refuse "$NOT_OURS can be changed by others: chown root, chmod go-w"; }
# Root runs what lies there.
only_ours() { trusted "$BASE/$CURRENT/revert.sh" || refuse_path; }

up_now() {
  UP=
  { read -r UP REST; } 2>/dev/null </proc/uptime
  UP=\${UP%%.*}
  case $UP in '' | *[!0-9]*) say 'no /proc/uptime'; exit 1 ;; esac
}

# BASE and CURRENT: the shields that are up, or CURRENT empty.
find_current() {
  for BASE in "$DIR" "$RUN"; do
    CURRENT=
    [ -e "$BASE/current" ] || continue
    { read -r CURRENT; } 2>/dev/null <"$BASE/current"
    case $CURRENT in
      *[!0-9a-f]* | ?????????*) ;;
      ????????) return 0 ;;
    esac
    say "$BASE/current does not name any shields"
    exit 1
  done
  CURRENT=
}

# What is overdue or of an earlier boot is cleared away first.
up_already() {
  find_current
  [ -n "$CURRENT" ] || return 1
  PHASE= DUE=
  { read -r PHASE DUE; } 2>/dev/null <"$BASE/$CURRENT/deadline"
  DUE=\${DUE%%.*}
  case $DUE in '' | *[!0-9]*) DUE=0 ;; esac
  if grep -q "\\"$BOOT\\"" "$BASE/$CURRENT/state.json" 2>/dev/null && [ "$DUE" -gt "$UP" ]; then return 0; fi
  only_ours
  sh "$BASE/$CURRENT/revert.sh" down recovery >/dev/null || { say "the shields $CURRENT cannot be cleared away"; exit 1; }
  return 1
}

# The newest outcome says who lowered last.
blocked_by_person() {
  NEWEST=0 WHO=
  for OUTCOME in "$DIR"/*/outcome "$RUN"/*.outcome; do
    [ -r "$OUTCOME" ] || continue
    BY= AT=
    while read -r NAME VALUE; do
      case $NAME in by) BY=$VALUE ;; at) AT=$VALUE ;; item | dropped | end) break ;; esac
    done <"$OUTCOME"
    case $AT in '' | *[!0-9]*) continue ;; esac
    if [ "$AT" -ge "$NEWEST" ]; then NEWEST=$AT WHO=$BY; fi
  done
  [ "$WHO" = operator ] && [ "$NEWEST" -gt $(($(date +%s) - BLOCK)) ]
}

# "[::ffff:192.0.2.1%eth0]:22" to 192.0.2.1
bare() { sed -e 's/:[0-9*]*$//' -e 's/^\\[//' -e 's/\\]$//' -e 's/%.*//' -e 's/^::ffff:\\([0-9.]*\\)$/\\1/'; }

# Everybody who is connected to sshd: who of them is logged in cannot be told without more tools than there may be.
look() {
  SSH=$(ss -tlnpH 2>/dev/null | sed -n '/"sshd/p' | awk '{print $4}' | sed 's/.*://' | sort -un)
  [ -n "$SSH" ] || SSH=22
  OPERATORS=$(
    {
      for PORT in $SSH; do ss -tnH state established "( sport = :$PORT )" 2>/dev/null | awk '{print $4}'; done | bare
      printf '%s\\n' "\${SSH_CONNECTION%% *}"
    } | sed '/^[0-9a-fA-F]*[.:][0-9a-fA-F.:]*$/!d' | sort -u | head -n "$FILE_MAX"
  )
  OTHERS=$(
    {
      ip -o addr 2>/dev/null | awk '{print $4}' | sed 's:/.*::'
      { ip route; ip -6 route; } 2>/dev/null | sed -n 's/.* via \\(inet6 \\)*\\([^ ]*\\) .*/\\2/p'
      cat /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null | sed -n 's/^nameserver[ 	]*\\([^ 	#;]*\\).*/\\1/p'
    } | sed -e 's/%.*//' -e '/^127\\./d' -e '/^::1$/d' | sort -u | head -n "$FILE_MAX"
  )
  LISTENING=$PORTS
  [ -n "$LISTENING" ] || LISTENING=$(
    ss -tlnH 2>/dev/null | awk '{print $4}' | sed -e '/^127\\./d' -e '/^\\[::1\\]/d' -e '/^\\[::ffff:127\\./d' -e 's/.*://' | sort -un
  )
  OPEN= PUBLIC=
  for PORT in $LISTENING $SSH; do
    case $PORT in '' | *[!0-9]*) continue ;; esac
    case " $OPEN" in *" $PORT,"*) continue ;; esac
    OPEN="$OPEN$PORT, "
    case " $(printf '%s ' $SSH)" in *" $PORT "*) ;; *) PUBLIC="$PUBLIC$PORT, " ;; esac
  done
  OPEN=\${OPEN%, } PUBLIC=\${PUBLIC%, } CLOSE=$LISTENING
  if [ -z "$PORTS" ] && [ -n "$CLOSES" ] && sent_on; then CLOSE= SENT_ON=yes; fi
}

# Clients ask for other ports than those that listen: closing what does not listen would close these.
# Asking iptables for a table that is not there would make it.
sent_on() {
  {
    briefly nft -t list ruleset
    for SET in ip ip6; do
      grep -qx nat "/proc/net/\${SET}_tables_names" || continue
      briefly "\${SET}tables-legacy-save" -t nat || briefly "\${SET}tables-save" -t nat
    done
  } 2>/dev/null | grep -Eiw 'dnat|redirect' >/dev/null
}
briefly() { if command -v timeout >/dev/null 2>&1; then timeout 5 "$@"; else "$@"; fi; }

# What status is not to take for standing.
leave_ports_out() {
  WHY='connections are sent on here (DNAT): the ports that clients ask for may be others than those that listen'
  SAYS=$(sed -n '/"measure": "unlisted-ports"/{n;s/.*"says": //p;}' "$HERE/state.json")
  printf '[{"measure":"unlisted-ports","says":%s,"why":"%s"}]\\n' "\${SAYS:-""}" "$WHY" >"$HERE/left-out.json"
  say "no port is closed: $WHY"
}

# Without a port that listens it is not known which are public: then none is closed.
fill() {
  sed -e "s/@ID@/$ID/g" -e "s/@BOOT@/$BOOT/g" -e "s/@UP@/$UP/g" -e "s/@DUE@/$DUE/g" -e "s/@AUTO@/$AUTO/g" \\
    -e "s/@RAISED_AT@/$(date +%s)000/g" -e "s:@DIR@:$BASE:g" \\
    -e "\${CLOSE:+s/@OPEN@/$OPEN/g}" -e '/@OPEN@/d' -e "\${PUBLIC:+s/@PUBLIC@/$PUBLIC/g}" -e '/@PUBLIC@/d'
}

write_files() {
  HERE=$BASE/$ID
  mkdir -p "$BASE" && mkdir "$HERE" || return 1
  template_state | fill >"$HERE/state.json" && template_revert | fill >"$HERE/revert.sh" &&
    template_wall | fill >"$HERE/wall.nft" && chmod 0700 "$HERE/revert.sh" && chmod 0600 "$HERE/wall.nft" &&
    printf 'raising %s\\n' "$((UP + 60))" >"$HERE/deadline" &&
    printf '%s\\n' "$ID" >"$HERE/current.new" && [ "$(cat "$HERE/current.new")" = "$ID" ] &&
    [ "$(tail -n 1 "$HERE/revert.sh")" = 'main "$@"; exit' ] || return 1
  sync "$HERE"/* "$HERE" 2>/dev/null || sync
  if ln "$HERE/current.new" "$BASE/current"; then rm -f "$HERE/current.new"; return 0; fi
  return 1
}

place() {
  for BASE in "$DIR" "$RUN"; do
    if write_files 2>/dev/null; then return 0; fi
    rm -rf "$HERE"
    if [ -e "$BASE/current" ]; then say 'others are being raised right now'; exit 1; fi
  done
  say "the state of the shields can be written neither to $DIR nor to $RUN"
  exit 1
}

take_back() {
  say "$*: all is taken back"
  sh "$HERE/revert.sh" down failed-raise >/dev/null
  exit 1
}

family() {
  case $1 in
    '' | *[!0-9a-fA-F.:/]*) return 1 ;;
    *:*) FAMILY=6 ;;
    [0-9]*.*.*.*) FAMILY=4 ;;
    *) return 1 ;;
  esac
}

# One that is within another is refused by nft, but safe already.
add_safe() { family "$1" && nft add element $T "safe$FAMILY" "{ $1 }" 2>/dev/null; }
is_safe() { family "$1" && nft get element $T "safe$FAMILY" "{ $1 }" >/dev/null 2>&1; }

up() {
  [ "$(id -u)" = 0 ] || { say 'this needs root'; exit 1; }
  for TOOL in nft ss sed awk; do
    command -v "$TOOL" >/dev/null || { say "$TOOL is not installed"; exit 1; }
  done
  for BASE in "$DIR" "$RUN"; do ours d "$BASE" || refuse_path; done
  up_now
  BOOT=$(cat /proc/sys/kernel/random/boot_id)
  if up_already; then
    say "the shields are up already, id $CURRENT"
    exit 0
  fi
  if [ "$AUTO" = true ] && blocked_by_person; then refuse 'a person lowered the shields a short while ago'; fi
  CLOSES=$(template_wall | grep @OPEN@) SENT_ON=
  look
  if [ -z "$OPERATORS" ] && [ "$UNATTENDED" = no ]; then
    refuse 'nobody is connected to sshd, so nobody could be protected; --yes goes ahead, and so do allow and unattended: true of the session file'
  fi
  ID=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \\n')
  DUE=$((UP + HOLD))
  place
  trap '' HUP
  template_arm | fill | sh -s >/dev/null || take_back 'the watcher that takes the shields down did not start'
  [ -z "$SENT_ON" ] || leave_ports_out
  nft -c -f "$HERE/wall.nft" || take_back 'nft refuses the wall'
  nft -f "$HERE/wall.nft" || take_back 'the wall cannot be loaded'
  for ADDRESS in $ALLOW $OPERATORS $OTHERS; do add_safe "$ADDRESS"; done
  for ADDRESS in $OPERATORS; do
    if family "$ADDRESS"; then is_safe "$ADDRESS" || take_back "$ADDRESS cannot be made safe"; fi
  done
  TIMER=$((HOLD + 5))s
  nft add element $T armed "{ ipv4 timeout $TIMER, ipv6 timeout $TIMER }" || take_back 'the wall cannot be switched on'
  printf 'held %s\\n' "$DUE" >"$HERE/deadline.new" && sync "$HERE/deadline.new" && mv -f "$HERE/deadline.new" "$HERE/deadline" ||
    take_back 'the end of the hold cannot be written'
  say "shields are up for $((HOLD / 60)) minutes, id $ID; only the packet filter, no other measure of the profile"
  say "safe: $(echo $OPERATORS | head -c 200)"
  say "down: sh $0 down"
}

down() {
  find_current
  [ -n "$CURRENT" ] || { say 'the shields are down already'; exit 0; }
  only_ours
  exec sh "$BASE/$CURRENT/revert.sh" down "$1"
}

main() {
  VERB=\${1:-up} AUTO=false BY=operator
  [ $# -eq 0 ] || shift
  for FLAG in "$@"; do
    case $FLAG in
      --auto) AUTO=true BY=auto ;;
      -y | --yes) UNATTENDED=yes ;;
      *) say "$FLAG is not known here and left out" ;;
    esac
  done
  case $VERB in
    --auto) AUTO=true; up ;;
    up) up ;;
    down) down "$BY" ;;
    *) printf 'usage: sh %s [up [--auto] [--yes] | down [--auto]]\\n' "$0" >&2; exit 64 ;;
  esac
}
`;
