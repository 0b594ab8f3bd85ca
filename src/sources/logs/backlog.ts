// What several files hold when a pane is opened: of all their lines the newest by the time written in them. Files
// are read one after the other, so by arrival the last one would take all the room.
//
// Each file gives its last lines, never some from its middle: within a file the order is that of the file, a line
// without a time belongs to the one before it, and a time in the future counts as now. A file in which no time is known
// cannot be compared; it gets an even share, and what the others leave.

import type { UnixMs } from '../../core/brand.ts';
import { decodeSegment, newAmong, type Piece, type Segment, withoutFirst } from './segment.ts';
import { readStamp } from './stamp.ts';

/** Held lines over this many times what can be shown are let go: rarely, because looking costs, but bounded. */
const SLACK = 4;

/** `times[i]` of line i, rising; NaN = none known so far; undefined = not looked at. */
type Held = { segment: Segment; times: Float64Array | undefined };
type Tail = { held: Held[]; lines: number; latest: number | undefined };

export type DatedPiece = Readonly<{ piece: Piece; file: number; time: number }>;
export type BacklogLimits = Readonly<{ lines: number; bytes: number }>;

export class Backlog {
  readonly #limits: BacklogLimits;
  readonly #tails = new Map<number, Tail>();
  #lines = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(limits: BacklogLimits) {
    this.#limits = limits;
  }

  get heldBytes(): number {
    return this.#bytes;
  }

  /** New lines that were let go since this was asked last. */
  takeSkipped(): number {
    const skipped = this.#skipped;
    this.#skipped = 0;
    return skipped;
  }

  add(segment: Segment, now: UnixMs): void {
    const tail = this.#tails.get(segment.file) ?? { held: [], lines: 0, latest: undefined };
    this.#tails.set(segment.file, tail);
    tail.held.push({ segment, times: undefined });
    tail.lines += segment.lines;
    this.#lines += segment.lines;
    this.#bytes += bytesOf(segment);
    const { lines, bytes } = this.#limits;
    if (this.#lines <= SLACK * lines && this.#bytes <= bytes) return;
    // Also while there is one file only: what is let go says when the lines behind it were written.
    this.#date(now);
    this.#keep(lines);
    // Well below, so that the next few bytes do not ask for it again.
    const least = this.#bytes > bytes ? bytes * 0.75 : bytes;
    while (this.#bytes > least && this.#lines > 1) {
      const wished = Math.floor((this.#lines * least) / this.#bytes);
      this.#keep(Math.max(1, Math.min(this.#lines - 1, wished)));
    }
  }

  /** At most `max` pieces in the order of their times; equal ones in the order of their files. */
  take(max: number, now: UnixMs): readonly DatedPiece[] {
    if (this.#tails.size > 1) this.#date(now);
    this.#keep(max);
    const all: DatedPiece[] = [];
    for (const [file, tail] of this.#tails) {
      for (const { segment, times } of tail.held) {
        // A continued line that says nothing more is no piece.
        let at = segment.lines;
        const pieces = [...decodeSegment(segment, 0)];
        at -= pieces.length;
        for (const piece of pieces) {
          const time = times?.[at++] ?? now;
          all.push({ piece, file, time: Number.isNaN(time) ? now : time });
        }
      }
    }
    if (this.#tails.size > 1) all.sort((a, b) => a.time - b.time);
    return all;
  }

  #date(now: UnixMs): void {
    for (const tail of this.#tails.values()) date(tail, now);
  }

  #keep(max: number): void {
    if (this.#lines <= max) return;
    for (const [tail, lines] of shares([...this.#tails.values()], max)) this.#cut(tail, tail.lines - lines);
  }

  #cut(tail: Tail, lines: number): void {
    let left = lines;
    let first = tail.held[0];
    while (left > 0 && first !== undefined) {
      const { segment, times } = first;
      const drop = Math.min(left, segment.lines);
      left -= drop;
      tail.lines -= drop;
      this.#lines -= drop;
      this.#bytes -= bytesOf(segment);
      this.#skipped += newAmong(drop, segment.continued);
      if (drop === segment.lines) tail.held.shift();
      else {
        const rest = withoutFirst(segment, drop);
        this.#bytes += bytesOf(rest);
        tail.held[0] = { segment: rest, times: times?.slice(drop) };
      }
      first = tail.held[0];
    }
  }
}

function bytesOf({ head, body }: Segment): number {
  return head.length + body.length;
}

/** Looks at what came since. Lines before the first time of their file belong to that one. */
function date(tail: Tail, now: UnixMs): void {
  for (const [index, held] of tail.held.entries()) {
    if (held.times !== undefined) continue;
    const times = writtenTimes(held.segment, now);
    held.times = times;
    for (let at = 0; at < times.length; at++) {
      const time = times[at] ?? Number.NaN;
      if (tail.latest === undefined && !Number.isNaN(time)) {
        for (const { times: earlier } of tail.held.slice(0, index)) earlier?.fill(time);
        times.fill(time, 0, at);
      }
      const known = Number.isNaN(time) ? tail.latest : Math.max(time, tail.latest ?? time);
      tail.latest = known;
      times[at] = known ?? Number.NaN;
    }
  }
}

function writtenTimes(segment: Segment, now: UnixMs): Float64Array {
  const times = new Float64Array(segment.lines).fill(Number.NaN);
  const pieces = [...decodeSegment(segment, 0)];
  const from = segment.lines - pieces.length;
  for (const [index, { text, continued }] of pieces.entries()) {
    const stamp = continued ? undefined : readStamp(text, now);
    if (stamp !== undefined) times[from + index] = Math.min(stamp, now);
  }
  return times;
}

/** How many of its last lines each file gives, `max` together. */
function shares(tails: readonly Tail[], max: number): ReadonlyMap<Tail, number> {
  const [only] = tails;
  if (only !== undefined && tails.length === 1) return new Map([[only, max]]);
  const isDated = (tail: Tail): boolean => tail.latest !== undefined;
  const even = Math.floor(max / tails.length);
  const undated = tails.filter((tail) => !isDated(tail));
  const given = new Map(undated.map((tail) => [tail, Math.min(tail.lines, even)]));
  const spoken = [...given.values()].reduce((sum, lines) => sum + lines, 0);
  let left = max - spoken;
  for (const [tail, lines] of newest(tails.filter(isDated), left)) {
    given.set(tail, lines);
    left -= lines;
  }
  for (const tail of undated) {
    const lines = given.get(tail) ?? 0;
    const more = Math.min(left, tail.lines - lines);
    given.set(tail, lines + more);
    left -= more;
  }
  return given;
}

/** Times rise within a file, so the newest of all are the last ones of each. Of equal ones the later file's stay. */
function newest(tails: readonly Tail[], max: number): ReadonlyMap<Tail, number> {
  const all = Float64Array.from(tails.flatMap(timesOf)).sort();
  if (all.length <= max) return new Map(tails.map((tail) => [tail, tail.lines]));
  const cut = max > 0 ? (all[all.length - max] ?? 0) : Number.POSITIVE_INFINITY;
  const counts = tails.map((tail) => {
    const times = timesOf(tail);
    const above = times.filter((time) => time > cut).length;
    return { tail, above, equal: times.filter((time) => time === cut).length };
  });
  let room = max - counts.reduce((sum, { above }) => sum + above, 0);
  const given = new Map<Tail, number>();
  for (const { tail, above, equal } of counts.reverse()) {
    const also = Math.min(room, equal);
    room -= also;
    given.set(tail, above + also);
  }
  return given;
}

function timesOf(tail: Tail): readonly number[] {
  return tail.held.flatMap(({ times }) => (times === undefined ? [] : [...times]));
}
