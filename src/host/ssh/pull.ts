// A program's output over a line that is narrow, or that may become so: piece by piece, each asked for when the one before has
// come. What is not asked for stays in the program's pipe over there, and not on the line before the answer of an act.
//
// Here: ": 4096" the next piece, at most so long; ": s" forget what has piled up; ": 0" it has ended. There: the bytes, then the
// mark with how many lines and bytes were left out ("0 0": none). Read by nobody, each of these words does nothing in a sh.

import { Pace } from './follow-pace.ts';
import { type Cutter, createCutter } from './frames.ts';

const FIRST_BYTES = 4096;
/** A pipe gives 65,536 at once: half of that tells that more is waiting. */
const PIECE_MAX = 32_768;
/** What comes drop by drop is gathered over there: each piece starts a dd. */
const GATHER_MS = 150;
/** So long behind, and the rest is jumped over. */
const BEHIND_MS = 4000;

export type PullScript = Readonly<{
  /** The program's call, as a job has it. */
  call: string;
  mark: string;
  /** Nobody else uses this lane: with our end of it all ends. */
  alone: boolean;
}>;

/**
 * 6: what we ask, 7: the answers, 3: the program's exit code, 8: its output. A piece is read in the background, so that the
 * end of the line is noticed while the program is silent.
 */
export function pulledBody({ call, mark, alone }: PullScript): string {
  const atEnd = alone ? `{ trap '' TERM; kill -TERM 0; sleep 1; kill -KILL 0; }` : 'break';
  return `{ oc=$( { { { ${call}
} 3>&- 6<&- 7>&-; echo "$?" >&3; } | {
n=${FIRST_BYTES}
exec 8<&0
while :; do
case $n in
0) break ;;
s) { ${SKIP}
echo "${mark} $a $b"; } <&8 & ;;
*) { dd bs="$n" count=1 2>/dev/null; echo "${mark} 0 0"; } <&8 & ;;
esac
read -r x n <&6 || ${atEnd}
done; } 3>&- >&7; } 3>&1 ); } 6<&0 7>&1
( exit "\${oc:-143}" )`;
}

/** Until the program has no more ready than half a pipe, then to the end of the line. */
const SKIP = `a=0 b=0 i=0
while [ $i -lt 400 ]; do i=$((i + 1))
set -- $(dd bs=65536 count=1 2>/dev/null | wc -lc)
a=$((a + $1)) b=$((b + $2)); [ "$2" -ge ${PIECE_MAX} ] || break; done
[ "$b" -eq 0 ] || { IFS= read -r y && a=$((a + 1)) b=$((b + 1)); b=$((b + \${#y})); }`;

export type PullOptions = Readonly<{
  mark: string;
  write(text: string): void;
  onBytes(bytes: Buffer): void;
  /** Absent: what comes too fast is not left out, the program waits. */
  onSkipped?: ((bytes: number, lines: number) => void) | undefined;
  /** It does not end by itself: then drops are gathered. */
  endless: boolean;
  roundTripMs: number;
  /** Calls back once. */
  after?: (ms: number, then: () => void) => void;
  now?: () => number;
}>;

export type Pull = Readonly<{
  push(bytes: Buffer): void;
  /** Asks for nothing more. */
  stop(): void;
  /** Pieces that were asked for. */
  pieces(): number;
}>;

export function createPull(options: PullOptions): Pull {
  const { mark, write, onSkipped, now = () => performance.now(), after = later } = options;
  const pace = new Pace();
  pace.answered(0, options.roundTripMs);
  let size = 0;
  let asked: number | 's' = FIRST_BYTES;
  let askedAt = now();
  let behindSince: number | undefined;
  let isOver = false;
  let pieces = 1;
  const ask = (next: number | 's'): void => {
    if (isOver) return;
    [asked, askedAt, size] = [next, now(), 0];
    pieces++;
    write(`: ${next}\n`);
  };
  const newCutter = (): Cutter =>
    createCutter(mark, (bytes) => {
      size += bytes.length;
      options.onBytes(bytes);
    });
  const answered = (word: string): void => {
    const [lines = 0, bytes = 0] = /^\d{1,9} \d{1,10}$/.test(word) ? word.split(' ').map(Number) : [];
    if (bytes > 0) onSkipped?.(bytes, lines);
    const took = now() - askedAt;
    if (asked === 's') {
      behindSince = undefined;
      ask(pace.slice);
    } else if (size === 0) {
      isOver = true;
      write(': 0\n');
    } else {
      const isFull = size >= Math.min(asked, PIECE_MAX) / 2;
      // Only what was waiting over there says how wide the line is.
      if (isFull && behindSince !== undefined) pace.answered(size, took);
      behindSince = isFull ? (behindSince ?? now()) : undefined;
      const next = Math.min(PIECE_MAX, pace.slice);
      const isBehind = behindSince !== undefined && now() - behindSince > BEHIND_MS;
      if (isBehind && onSkipped !== undefined) ask('s');
      else if (isFull || !options.endless) ask(next);
      else after(Math.max(0, GATHER_MS - took), () => ask(next));
    }
  };
  let cutter = newCutter();
  return {
    push(bytes) {
      let rest = bytes;
      while (rest.length > 0) {
        const cut = cutter.push(rest);
        if (cut === undefined) return;
        answered(cut.word);
        rest = cut.rest;
        cutter = newCutter();
      }
    },
    stop() {
      isOver = true;
    },
    pieces: () => pieces,
  };
}

function later(ms: number, then: () => void): void {
  if (ms <= 0) then();
  else setTimeout(then, ms).unref();
}
