// The reaper's words: a POSIX sh that outlives us and ends what we have started. Nothing but builtins and `sleep`, so that
// it still works where no process can be forked: then the trap at its end kills at once.

/**
 * Lines on stdin: `add SID START`, `end SID START` (HUP, a grace, KILL), `kill SID START`. At the end of stdin every session
 * that was added and not ended is ended. START: field 22 of /proc/SID/stat, so that a number that the kernel has given to
 * somebody else meanwhile is never hit; `-` where there is no /proc.
 *
 * Without /proc a list of processes says who belongs to it; where that gives sessions no numbers, their first group does.
 *
 * In `$( )` patterns of a case stand in brackets of their own: pdksh counts them.
 *
 * A process's name may hold blanks, brackets and newlines: only what follows the last ")" is read.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT QUIT TERM TSTP TTIN TTOU PIPE USR1 USR2 ALRM
sessions=
look_at() {
  text=
  { while IFS= read -r part || [ -n "$part" ]; do text="$text $part"; done <"/proc/$1/stat"; } 2>/dev/null
  case $text in *')'*) ;; *) return 1 ;; esac
  set -- \${text##*)}
  [ $# -ge 20 ] || return 1
  state=$1 session=$4
  shift 19
  began=$1
}
find_members() {
  found=
  wanted=' '
  if [ ! -r "/proc/$$/stat" ]; then
    for pair; do wanted="$wanted\${pair%%:*} "; done
    found=$(ps -A -o pid= -o sess= -o pgid= -o stat= 2>/dev/null | while read -r pid session group state; do
      case $state in (Z*) continue ;; esac
      case $wanted in (*" $session "* | *" $group "*) echo "$pid" ;; esac
    done)
    return
  fi
  for pair; do
    if look_at "\${pair%%:*}" && [ "$began" != "\${pair#*:}" ]; then continue; fi
    wanted="$wanted\${pair%%:*} "
  done
  [ "$wanted" = ' ' ] && return
  for entry in /proc/[0-9]*; do
    pid=\${entry#/proc/}
    look_at "$pid" || continue
    case $wanted in *" $session "*) ;; *) continue ;; esac
    case $state in Z | X | x) ;; *) found="$found $pid" ;; esac
  done
}
send() {
  how=$1
  shift
  for pid; do kill "-$how" "$pid" 2>/dev/null; done
}
kill_all() {
  rounds=0
  while [ $rounds -lt 20 ]; do
    rounds=$((rounds + 1))
    find_members "$@"
    [ -n "$found" ] || return 0
    send KILL $found
  done
}
end_all() {
  [ $# -gt 0 ] || return 0
  find_members "$@"
  [ -n "$found" ] || return 0
  send HUP $found
  send CONT $found
  rounds=0
  while [ $rounds -lt 7 ]; do
    rounds=$((rounds + 1))
    sleep 0.1 </dev/null 2>/dev/null || sleep 1 </dev/null 2>/dev/null
    find_members "$@"
    [ -n "$found" ] || return 0
  done
  kill_all "$@"
}
forget() {
  kept=
  for pair in $sessions; do [ "$pair" = "$1" ] || kept="$kept $pair"; done
  sessions=$kept
}
trap 'kill_all $sessions' EXIT
while read -r verb sid start; do
  case $verb in
    add) sessions="$sessions $sid:$start" ;;
    end) end_all "$sid:$start"; forget "$sid:$start" ;;
    kill) kill_all "$sid:$start" ;;
  esac
done
end_all $sessions
sessions=
`;
