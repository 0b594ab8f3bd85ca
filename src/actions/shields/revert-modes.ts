// The end of revert.sh: running the items once, the outcome, and the modes wait, down and item. As POSIX sh; what it
// stands on is in revert-prelude.ts.

export const REVERT_MODES = `
# --- the items

note() { RESULT=$1 DETAIL=$2; }

# A mark that lost its content (full disk, killed) still says that the item is done.
recall() {
  [ -n "$MARKS" ] && [ -e "$MARKS/$1" ] || return 1
  LINE=
  { IFS= read -r LINE; } 2>/dev/null <"$MARKS/$1"
  case $LINE in "item "*"$TAB"*) ;; *) LINE="item already\${TAB}item $1\${TAB}done by a run that was cut short" ;; esac
}

add_line() {
  REPORT=$REPORT$LINE$NL
  case $LINE in "item failed"*) SOME_FAILED=yes ;; esac
}

run_item() {
  if recall "$1"; then
    add_line
    return 0
  fi
  RESULT=failed WHAT="item $1" DETAIL='not understood' ONCE= N=$1
  "item_$1"
  LINE="item $RESULT$TAB$WHAT$TAB\${DETAIL%%"$NL"*}"
  if [ "$RESULT" = failed ] && [ -z "$ONCE" ] && [ -z "$2" ]; then
    FAILED="$FAILED $1"
    return 0
  fi
  add_line
  # A single item that failed is tried again when all comes down.
  if [ "$RESULT" = failed ] && { [ "$ONCE" != yes ] || [ "$MODE" = item ]; }; then return 0; fi
  [ -z "$MARKS" ] || { printf '%s\\n' "$LINE" >"$MARKS/$1"; } 2>/dev/null
}

# What failed is tried twice more: the tool may have been busy.
run_items() {
  for ITEM in "$@"; do run_item "$ITEM"; done
  for LAST_TRY in '' yes; do
    [ -n "$FAILED" ] || return 0
    nap
    set -- $FAILED
    FAILED=
    for ITEM in "$@"; do run_item "$ITEM" $LAST_TRY; done
  done
}

backwards() {
  ITEMS= I=$COUNT
  while [ "$I" -gt 0 ]; do ITEMS="$ITEMS $I" I=$((I - 1)); done
}

# --- the outcome

head_lines() {
  AT=$(date +%s 2>/dev/null)
  printf 'opsconsole-shields-outcome 1\\nid %s\\nby %s\\nat %s\\n' "$ID" "$BY" "\${AT:-0}"
}

write_outcome() {
  # The counters were read by a run that was cut short.
  [ -n "$DROPPED" ] || [ -z "$MARKS" ] || { read -r DROPPED; } 2>/dev/null <"$MARKS/dropped"
  # Any user may read what was done.
  umask 022
  TEXT=$(head_lines)$NL\${DROPPED:+"dropped $DROPPED$NL"}\${REPORT}'end '$ID
  for F in "$HERE/outcome" "$RUN/$ID.outcome"; do
    { printf '%s\\n' "$TEXT" >"$F.$$" && mv -f "$F.$$" "$F"; } 2>/dev/null || rm -f "$F.$$" 2>/dev/null
  done
}

give_up_current() {
  CURRENT=
  { read -r CURRENT; } 2>/dev/null <"$DIR/current"
  [ "$CURRENT" != "$ID" ] || rm -f "$DIR/current" 2>/dev/null
}

lower() {
  BY=$1
  settle
  look_at_boot
  if begin; then
    find_timeout
    backwards
    REPORT= FAILED=
    run_items $ITEMS
    give_up_current
    write_outcome
    printf '%s\\n' "$TEXT" 2>/dev/null
    return 0
  fi
  finished || return 4
  give_up_current
  cat "$OUTCOME_FILE" 2>/dev/null
  return 0
}

# --- modes

# A shell that cannot start a program ends: then a fresh one takes its place, in the same process, which needs no new one.
# Its file may be gone; descriptor 9 still has it.
again() {
  trap - 0
  [ -r "$SELF" ] || SELF=/proc/self/fd/9
  exec /bin/sh "$SELF" again "$MODE" "$BY" "$TRIES" "$OOM"
}

protect() {
  trap '' HUP INT QUIT PIPE
  trap 'TERMED=yes' TERM
  if [ -r "$SELF" ]; then exec 9<"$SELF"; fi
  trap again 0
}

somebody_began() { [ -n "$LOCK" ] && [ -d "$LOCK/g1" ]; }

# TERM (systemctl stop, shutdown) lowers at once: nobody would be left to do it.
watch() {
  MODE=wait BY=timer
  protect
  [ "$TRIES" != 0 ] || { read -r OOM; } 2>/dev/null </proc/self/oom_score_adj
  { echo -900 >/proc/self/oom_score_adj; } 2>/dev/null
  settle
  look_at_boot
  # Whoever may use sudo looks whether it lives, and would start another one.
  umask 022
  [ -z "$WORK" ] || { printf '%s\\n' "$$" >"$WORK/$ID.watcher"; } 2>/dev/null
  umask 077
  { printf 'watching %s %s\\n' "$ID" "$$"; } 2>/dev/null
  while ! finished; do
    up_now
    read_due
    if [ -n "$TERMED$ELSEWHERE" ] || [ "$UP" -ge "$DUE" ] || somebody_began; then
      if lower timer; then break; fi
    fi
    nap
  done
  [ -z "$WORK" ] || rm -f "$WORK/$ID.watcher" 2>/dev/null
  trap - 0
  exit 0
}

down() {
  MODE=down BY=$1
  protect
  lower "$BY"
  CODE=$?
  trap - 0
  exit "$CODE"
}

items() {
  MODE=item BY=failed-raise
  for I in "$@"; do
    case $I in '' | 0* | *[!0-9]* | ????*) usage ;; esac
    [ "$I" -le "$COUNT" ] || usage
  done
  trap '' HUP INT QUIT PIPE
  settle
  look_at_boot
  find_timeout
  run_items "$@"
  head_lines
  printf '%s' "$REPORT"
  [ -z "$SOME_FAILED" ] || exit 5
  exit 0
}

usage() {
  printf 'usage: sh %s wait | down operator|timer|failed-raise|recovery|auto | item N...\\n' "$0" >&2
  exit 64
}

main() {
  TRIES=0
  if [ "$1" = again ]; then
    TRIES=$(($4 + 1)) OOM=$5
    set -- "$2" "$3"
    # Somebody waits for the end of \`down\`; the watcher goes on for ever.
    [ "$1" = wait ] || [ "$TRIES" -le 20 ] || exit 4
    spin
  fi
  case $1 in
    wait) watch ;;
    down) case $2 in operator | timer | failed-raise | recovery | auto) down "$2" ;; esac ;;
    item) shift && [ $# -gt 0 ] && items "$@" ;;
  esac
  usage
}
`;
