// The part of revert.sh that is the same for all shields: clocks, lock, marks, outcome and modes, as POSIX sh (dash,
// busybox, bash --posix, FreeBSD sh). What it does with them is in revert-modes.ts,
// the functions that take back single things are in revert-kinds.ts.
//
// Everything is a function and the last line calls `main`, because sh reads a script piece by piece and its file may be
// deleted meanwhile. Waiting starts no program but `sleep`: an attack may leave no room for processes. What must be known to
// another runner is the name of a directory, not the content of a file: names can still be made on a full memory disk.

/** Values that printRevertScript sets before it: ID DIR RUN BOOT TRIAL_END RAISED COUNT LOCK_WAIT CLOCK. */
export const REVERT_PRELUDE = `
NL='
'
TAB='\t'
IFS=" $TAB$NL"
set -f
HERE=$DIR/$ID
UP=$RAISED
SELF=$0
MODE= HUNG= TERMED= REPORT= DROPPED= FAILED= SOME_FAILED= WORK= LOCK= MARKS= TIMEOUT= ELSEWHERE= OOM=0

# --- clocks: uptime, which no step of the clock changes

read_boottime() {
  BOOTED=$(sysctl -n kern.boottime 2>/dev/null)
  case $BOOTED in '{ sec = '*) BOOTED=\${BOOTED#'{ sec = '} BOOTED=\${BOOTED%%,*} ;; esac
}

# BSD: whoever sets the clock moves kern.boottime by as much. Twice, lest it is set in between.
read_uptime() {
  UP_READ=
  if [ "$CLOCK" = proc ]; then { read -r UP_READ UP_REST; } 2>/dev/null </proc/uptime; return; fi
  read_boottime
  UP_BOOTED=$BOOTED UP_NOW=$(date +%s 2>/dev/null)
  read_boottime
  case $BOOTED$UP_NOW in *[!0-9]*) return ;; esac
  [ -n "$BOOTED" ] && [ -n "$UP_NOW" ] && [ "$BOOTED" = "$UP_BOOTED" ] && UP_READ=$((UP_NOW - BOOTED))
}

# What cannot be read is counted: this is called once a second.
up_now() {
  read_uptime
  UP_READ=\${UP_READ%%.*}
  case $UP_READ in '' | *[!0-9]*) UP=$((UP + 1)) ;; *) UP=$UP_READ ;; esac
}

# Without a program: for when none can be started.
spin() {
  up_now
  SPIN=$UP
  while [ "$UP" = "$SPIN" ]; do up_now; done
}

nap() { sleep 1 2>/dev/null || spin; }

# What cannot be understood is no deadline: then the end of the trial counts, which is the earlier one.
read_due() {
  PHASE= DUE= REST=
  { read -r PHASE DUE REST; } 2>/dev/null <"$HERE/deadline" || PHASE=
  case $PHASE$REST in raising | trial | held) ;; *) DUE= ;; esac
  case $DUE in *.*[!0-9]*) DUE= ;; *.*) DUE=\${DUE%%.*} ;; esac
  case $DUE in '' | *[!0-9]* | ?????????????*) DUE=$TRIAL_END ;; esac
  [ "$DUE" -le $((UP + 31622400)) ] || DUE=$TRIAL_END
}

# On BSD nothing names the boot; the anchor of pf, which no boot outlives, says by itself whether it is ours.
look_at_boot() {
  ELSEWHERE=
  [ "$CLOCK" = proc ] || return 0
  BOOT_NOW=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
  [ -z "$BOOT_NOW" ] || [ "$BOOT_NOW" = "$BOOT" ] || ELSEWHERE=yes
}

# --- where locks and marks are: in memory, else in the state directory, else nowhere (every item may run twice)

settle() {
  for WORK in "$RUN" "$HERE"; do
    MARKS=$WORK/$ID.items LOCK=$WORK/$ID.lock
    # After a boot it is made here: any user must be able to look into it.
    [ -d "$WORK" ] || { umask 022; mkdir -p "$WORK" 2>/dev/null; umask 077; }
    mkdir -p "$MARKS" 2>/dev/null
    if mkdir "$MARKS/probe.$$" 2>/dev/null; then
      rmdir "$MARKS/probe.$$" 2>/dev/null
      return 0
    fi
  done
  WORK= MARKS= LOCK=
}

# OUTCOME_FILE: an outcome that has its last line.
finished() {
  for OUTCOME_FILE in "$RUN/$ID.outcome" "$HERE/outcome"; do
    LAST=
    { while read -r LINE; do LAST=$LINE; done; } 2>/dev/null <"$OUTCOME_FILE"
    [ "$LAST" != "end $ID" ] || return 0
  done
  return 1
}

# --- the lock: directory gN is the Nth claim, its only entry "PID.START.BY"; the newest claim counts

born_of() {
  BORN=0 STAT=
  [ -r /proc/self/stat ] || { kill -0 "$1" 2>/dev/null; return; }
  { read -r STAT; } 2>/dev/null <"/proc/$1/stat" || return 1
  set -- \${STAT##*') '}
  case $1 in Z | X | x) return 1 ;; esac
  BORN=\${20}
}

claim() {
  mkdir "$LOCK/g$1" 2>/dev/null || return 1
  born_of $$
  mkdir "$LOCK/g$1/$$.$BORN.$BY" 2>/dev/null
  { printf '%s\\n' "$$" >"$LOCK/pid"; } 2>/dev/null
  [ ! -d "$LOCK/g$(($1 + 1))" ]
}

find_holder() {
  GEN=1 HOLDER= HOLDER_BORN= HOLDER_BY=
  while [ -d "$LOCK/g$((GEN + 1))" ]; do GEN=$((GEN + 1)); done
  set +f
  for ENTRY in "$LOCK/g$GEN"/[0-9]*.*.*; do
    [ -d "$ENTRY" ] || continue
    ENTRY=\${ENTRY##*/}
    HOLDER=\${ENTRY%%.*} ENTRY=\${ENTRY#*.}
    HOLDER_BORN=\${ENTRY%%.*} HOLDER_BY=\${ENTRY#*.}
  done
  set -f
}

holder_lives() { born_of "$HOLDER" && [ "$BORN" = "$HOLDER_BORN" ]; }

# For the watcher: somebody may have kept them since it looked last, a machine under load may take seconds until here.
still_due() {
  if [ "$MODE" != wait ] || [ -n "$TERMED$ELSEWHERE" ] || [ -d "$LOCK/g1" ]; then return 0; fi
  up_now
  read_due
  [ "$UP" -ge "$DUE" ]
}

# True: it is ours to lower. False: another runner did it, or is still at it after LOCK_WAIT, or it is not yet time.
begin() {
  [ -n "$LOCK" ] || return 0
  WAITED=0 NOBODY=0 SEEN=
  mkdir -p "$LOCK" 2>/dev/null
  still_due || return 1
  while ! finished; do
    if claim 1; then return 0; fi
    [ -d "$LOCK/g1" ] || return 0
    find_holder
    # Each claim has some seconds to say whose it is.
    [ "$GEN" = "$SEEN" ] || SEEN=$GEN NOBODY=0
    if [ -z "$HOLDER" ]; then
      NOBODY=$((NOBODY + 1))
    elif ! holder_lives; then
      NOBODY=99
    elif [ "$HOLDER" = "$$" ]; then
      return 0
    fi
    if [ "$NOBODY" -gt 3 ]; then
      # Who began it is who lowered.
      BY=\${HOLDER_BY:-$BY}
      if claim $((GEN + 1)); then
        finished || return 0
        return 1
      fi
      NOBODY=0
    fi
    WAITED=$((WAITED + 1))
    [ "$WAITED" -le "$LOCK_WAIT" ] || return 1
    nap
  done
  return 1
}
`;
