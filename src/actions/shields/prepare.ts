// Puts the files of a raise on the host, durably and before anything is changed: one sh for all of it. `current` is made last
// and by a hard link, which appears whole or not at all and only once: it is the lock against a second raise.

import { command, quoteWord } from '../../core/plan.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { ShieldsPlace } from '../../core/shields.ts';
import type { Host } from '../../host/host.ts';
import { NOT_OURS, notOurs, REFUSE_NOT_OURS, TRUST } from './trust.ts';

export type PrepareWish = Readonly<{
  id: string;
  place: ShieldsPlace;
  /** By file name; a function where what they say depends on the place that they get. */
  files: PreparedFiles | ((place: ShieldsPlace) => PreparedFiles);
}>;

/** Each ends with a newline, ours if it has none. `mode`: octal, "0600". */
export type PreparedFiles = Readonly<Record<string, Readonly<{ text: string; mode: string }>>>;
type Placed = Omit<PrepareWish, 'files'> & Readonly<{ files: PreparedFiles }>;

const OTHER_ID = 11;
const CANNOT_WRITE = 12;
/** Older folders are of use to nobody; each has a snapshot of the ruleset. */
const KEPT_FOLDERS = 10;

/** `place` of the answer: where the files are now; `dir` is `run` when the durable directory could not be written. */
export async function prepareFiles(
  host: Host,
  wish: PrepareWish,
): Promise<Result<Readonly<{ place: ShieldsPlace }>>> {
  const first = await tryPlace(host, wish, wish.place);
  const isLast = wish.place.dir === wish.place.run;
  if (first.ok || first.problem.code !== 'no-space' || isLast) return first;
  return tryPlace(host, wish, { dir: wish.place.run, run: wish.place.run });
}

function cannotPrepare({ id, place, files }: Placed): string | undefined {
  if (!/^[0-9a-f]{8}$/.test(id)) return 'an id of shields has 8 hex digits';
  if (![place.dir, place.run].every((path) => /^\/[^\0-\x1f\x7f]+$/.test(path)))
    return 'the state directory is not an absolute path';
  for (const [name, { text, mode }] of Object.entries(files)) {
    if (!/^[a-z][a-z0-9.]{0,40}$/.test(name) || name === 'outcome') return 'no name for a state file';
    if (!/^0[0-7]{3}$/.test(mode)) return 'no mode for a state file';
    if (text.includes('\0')) return 'a state file with a NUL';
  }
  return undefined;
}

async function tryPlace(
  host: Host,
  wish: PrepareWish,
  place: ShieldsPlace,
): Promise<Result<Readonly<{ place: ShieldsPlace }>>> {
  const files = typeof wish.files === 'function' ? wish.files(place) : wish.files;
  const placed = { id: wish.id, place, files };
  const refused = cannotPrepare(placed);
  if (refused !== undefined) return fail(problem('bug', refused));
  const ran = await host.run(
    command(['sh', '-s'], {
      stdin: printPrepare(placed, wish.place),
      privileged: true,
      timeoutMs: 30_000,
      okExits: [OTHER_ID, CANNOT_WRITE, NOT_OURS],
    }),
  );
  if (!ran.ok) return ran;
  const said = sanitise(ran.value.stderr.trim(), 300);
  switch (ran.value.exitCode) {
    case 0:
      return ok({ place });
    case OTHER_ID:
      return fail(
        problem('refused', 'other shields are up on this host, or are being raised right now', {
          detail: sanitise(ran.value.stdout.trim(), 80),
          hint: 'opsconsole shields status',
        }),
      );
    case NOT_OURS:
      return fail(notOurs(ran.value.stdout));
    default:
      return fail(
        problem('no-space', `the state of the shields cannot be written to ${sanitise(place.dir, 200)}`, {
          detail: said,
          hint: 'is the disk full or read-only?',
        }),
      );
  }
}

/** `asked`: both places that may hold a `current`. Exported for its test. */
export function printPrepare({ id, place, files }: Placed, asked: ShieldsPlace): string {
  const names = Object.keys(files);
  return [
    'LC_ALL=C; export LC_ALL; umask 022',
    `ID=${id} DIR=${quoteWord(place.dir)} RUN=${quoteWord(place.run)} HERE=${quoteWord(`${place.dir}/${id}`)}`,
    `DURABLE=${quoteWord(asked.dir)}`,
    HELPERS,
    TRUST,
    'mkdir -p "$RUN"',
    'mkdir -p "$DIR" || cannot',
    // What others have put there would be believed: locks, outcomes, a folder of theirs.
    `ours d "$RUN" && ours d "$DIR" || ${REFUSE_NOT_OURS}`,
    'chmod 0755 "$RUN"; chmod 0755 "$DIR" || cannot',
    'refuse_others',
    `mkdir "$HERE" || exit ${CANNOT_WRITE}`,
    'chmod 0755 "$HERE" || cannot',
    ...names.flatMap((name) => printFile(name, files[name]?.text ?? '', files[name]?.mode ?? '0600')),
    `durable ${['', ...names].map((name) => `"$HERE/${name}"`).join(' ')} "$DIR"`,
    'take_current',
    'durable "$DIR"',
    'prune',
    'exit 0',
    '',
  ].join('\n');
}

const HELPERS = `
cannot() { rm -rf "$HERE"; exit ${CANNOT_WRITE}; }
refuse_others() {
  for BASE in "$DURABLE" "$RUN"; do
    if [ -e "$BASE/current" ] || [ -h "$BASE/current" ]; then
      OTHER=
      { IFS= read -r OTHER; } 2>/dev/null <"$BASE/current"
      printf '%.64s\\n' "$OTHER"
      exit ${OTHER_ID}
    fi
  done
}
# A disk that takes long is not a broken one: what counts is that it says no.
durable() {
  if command -v timeout >/dev/null 2>&1; then timeout 10 sync "$@"; else sync "$@"; fi
  case $? in 0|124) ;; *) cannot ;; esac
}
# File systems without hard links take the second way.
take_current() {
  NEW=$HERE/current.new
  printf '%s\\n' "$ID" >"$NEW" && [ "$(cat "$NEW")" = "$ID" ] || cannot
  durable "$NEW"
  if ! ln "$NEW" "$DIR/current" 2>/dev/null; then
    if [ -e "$DIR/current" ]; then rm -rf "$HERE"; refuse_others; exit ${OTHER_ID}; fi
    (set -C; printf '%s\\n' "$ID" >"$DIR/current") || cannot
  fi
  rm -f "$NEW"
  # Another raise may have found the other place just when neither had one.
  for BASE in "$DURABLE" "$RUN"; do
    if [ "$BASE" != "$DIR" ] && { [ -e "$BASE/current" ] || [ -h "$BASE/current" ]; }; then
      rm -rf "$DIR/current" "$HERE"
      exit ${OTHER_ID}
    fi
  done
}
prune() {
  KEPT=0
  for NAME in $(cd "$DIR" && ls -1t); do
    case $NAME in *[!0-9a-f]*|?????????*) continue ;; ????????) ;; *) continue ;; esac
    if [ "$NAME" = "$ID" ] || [ -h "$DIR/$NAME" ] || [ ! -d "$DIR/$NAME" ]; then continue; fi
    KEPT=$((KEPT + 1))
    [ "$KEPT" -ge ${KEPT_FOLDERS} ] || continue
    rm -rf "$DIR/$NAME" "$RUN/$NAME.items" "$RUN/$NAME.lock" "$RUN/$NAME.outcome" "$RUN/$NAME.watcher"
  done
}`;

/** A here-document cannot end too early: its last line is a word that the text does not have. */
function printFile(name: string, text: string, mode: string): readonly string[] {
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  let end = 'END_OF_FILE';
  while (lines.includes(end)) end = `${end}_`;
  return [
    `cat >"$HERE/${name}" <<'${end}' || cannot`,
    ...lines,
    end,
    `chmod ${mode} "$HERE/${name}" || cannot`,
  ];
}
