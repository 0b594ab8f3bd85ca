// What came in since the last batch, cheap enough for 100,000 lines a second: newlines are counted in each
// chunk, and only the newest lines, as many as a batch can carry, are kept as bytes and decoded when the
// batch is made.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import type { FileState, LineAway, LogBatch, LogLine } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { Backlog } from './backlog.ts';
import { countNewlines, LINE_BYTES_MAX } from './lines.ts';
import { decodeSegment, NO_BYTES, newAmong, type Piece, type Segment, tailStart } from './segment.ts';
import { readStamp } from './stamp.ts';

const LF = 0x0a;
/** Bytes kept for one batch at most, whatever the lines' lengths. */
const HELD_BYTES_MAX = 8 * 1024 * 1024;

type FileFeed = {
  index: number;
  name: SafeText;
  kind: FileState['kind'];
  bytes: number;
  lines: number;
  /** The unfinished line at the end: its first bytes, its whole length, when it last grew. */
  rest: Buffer;
  restBytes: number;
  restSince: number;
  /** The unfinished line's beginning was shown, and counted as a line. */
  restShown: boolean;
};

export class Feed {
  readonly #files = new Map<string, FileFeed>();
  readonly #max: number;
  /** In front of the first lines, when they are to be chosen by their times. */
  #backlog: Backlog | undefined;
  #segments: Segment[] = [];
  #heldLines = 0;
  #heldBytes = 0;
  #seq = 0;
  #linesTotal = 0;
  #bytesTotal = 0;
  #skipped = 0;
  #changed = false;
  #away: LineAway | undefined;
  #awayTold = 0;

  /** `max`: the most lines that `take` will be asked for. `byTime`: the first ones that it gives are the newest by time. */
  constructor(max: number, byTime = false) {
    this.#max = max;
    if (byTime) this.#backlog = new Backlog({ lines: max, bytes: HELD_BYTES_MAX });
  }

  /** Whether there is anything that the last `take` did not tell. */
  get changed(): boolean {
    return this.#changed;
  }

  /** Whether an unfinished line waits to be shown. */
  get waiting(): boolean {
    for (const file of this.#files.values()) if (file.restBytes > 0) return true;
    return false;
  }

  data(name: string, bytes: Buffer, now: UnixMs): void {
    if (bytes.length === 0) return;
    const file = this.#file(name);
    if (file.kind !== 'open') file.kind = 'open';
    const last = bytes.lastIndexOf(LF);
    if (last < 0) {
      this.#count(file, bytes.length, 0);
      growRest(file, bytes, now);
      return;
    }
    const lines = countNewlines(bytes);
    this.#count(file, bytes.length, newAmong(lines, file.restShown));
    const from = tailStart(bytes, last, { lines, max: this.#max });
    const dropped = from === 0 ? 0 : lines - this.#max;
    this.#skipped += newAmong(dropped, file.restShown);
    const segment: Segment = {
      file: file.index,
      head: dropped === 0 ? file.rest : NO_BYTES,
      headBytes: dropped === 0 ? file.restBytes : 0,
      body: Buffer.from(bytes.subarray(from, last + 1)),
      lines: lines - dropped,
      continued: dropped === 0 && file.restShown,
    };
    this.#keep(segment, now);
    forgetRest(file);
    if (last + 1 < bytes.length) growRest(file, bytes.subarray(last + 1), now);
  }

  /** The reader jumped over this much; the newline of an unfinished line is among `lines`. */
  jumped(name: string, bytes: number, lines: number): void {
    const file = this.#file(name);
    const fresh = newAmong(lines, file.restShown);
    this.#count(file, bytes, fresh);
    this.#skipped += fresh;
    forgetRest(file);
  }

  /** Several files tell of the same outage. */
  away(name: string, ms: number, unknown: boolean): void {
    this.#file(name);
    const last = this.#away;
    const isSame = last !== undefined && last.count > this.#awayTold;
    this.#away = {
      count: isSame ? last.count : this.#awayTold + 1,
      ms: isSame ? Math.max(last.ms, ms) : ms,
      unknown: unknown || (isSame && last.unknown),
    };
    this.#changed = true;
  }

  /** `final`: an unfinished line will not be continued, it is complete as it is. */
  mark(name: string, kind: FileState['kind'], final: boolean): void {
    const file = this.#file(name);
    if (final) {
      this.#showRest(file, unixMs(file.restSince));
      forgetRest(file);
    }
    if (file.kind === kind && kind === 'open') return;
    file.kind = kind;
    this.#changed = true;
  }

  /**
   * Shows unfinished lines that have not grown since `before`, so that a writer without newlines is not mute.
   */
  ripen(before: number): void {
    for (const file of this.#files.values()) {
      if (file.restBytes === 0 || file.restSince > before) continue;
      this.#showRest(file, unixMs(file.restSince));
      forgetRest(file);
      file.restShown = true;
    }
  }

  /** The newest lines that are kept, at most `max`, with all totals. */
  take(max: number, now: UnixMs): Omit<LogBatch, 'run'> {
    const lines = this.#takeFirst(max, now);
    const segments = this.#segments;
    let toDrop = Math.max(0, this.#heldLines - max);
    this.#segments = [];
    this.#heldLines = 0;
    this.#heldBytes = 0;
    this.#changed = false;
    this.#awayTold = this.#away?.count ?? 0;
    for (const segment of segments) {
      const drop = Math.min(toDrop, segment.lines);
      toDrop -= drop;
      this.#skipped += newAmong(drop, segment.continued);
      for (const piece of decodeSegment(segment, drop)) {
        lines.push(toLine(piece, { seq: this.#seq++, file: segment.file, readAt: now }));
      }
    }
    return {
      lines,
      linesTotal: this.#linesTotal,
      bytesTotal: this.#bytesTotal,
      skipped: this.#skipped,
      files: [...this.#files.values()].map(({ name, kind, bytes, lines: count }) => ({
        name,
        kind,
        bytes,
        lines: count,
      })),
      ...(this.#away === undefined ? {} : { away: this.#away }),
    };
  }

  /** After the first lines have gone, lines go by arrival. */
  #takeFirst(max: number, now: UnixMs): LogLine[] {
    if (this.#backlog === undefined) return [];
    const lines = this.#backlog
      .take(max, now)
      .map(({ piece, file }) => toLine(piece, { seq: this.#seq++, file, readAt: now }));
    this.#skipped += this.#backlog.takeSkipped();
    if (lines.length > 0) this.#backlog = undefined;
    return lines;
  }

  #file(name: string): FileFeed {
    const known = this.#files.get(name);
    if (known !== undefined) return known;
    const file: FileFeed = {
      index: this.#files.size,
      name: sanitise(name),
      kind: 'open',
      bytes: 0,
      lines: 0,
      rest: NO_BYTES,
      restBytes: 0,
      restSince: 0,
      restShown: false,
    };
    this.#files.set(name, file);
    this.#changed = true;
    return file;
  }

  #count(file: FileFeed, bytes: number, lines: number): void {
    file.bytes += bytes;
    file.lines += lines;
    this.#bytesTotal += bytes;
    this.#linesTotal += lines;
    this.#changed = true;
  }

  #keep(segment: Segment, now: UnixMs): void {
    if (this.#backlog !== undefined) {
      this.#backlog.add(segment, now);
      return;
    }
    this.#segments.push(segment);
    this.#heldLines += segment.lines;
    this.#heldBytes += segment.head.length + segment.body.length;
    while (this.#segments.length > 1) {
      const [first] = this.#segments;
      if (first === undefined) return;
      if (this.#heldLines - first.lines < this.#max && this.#heldBytes <= HELD_BYTES_MAX) return;
      this.#segments.shift();
      this.#heldLines -= first.lines;
      this.#heldBytes -= first.head.length + first.body.length;
      this.#skipped += newAmong(first.lines, first.continued);
    }
  }

  #showRest(file: FileFeed, now: UnixMs): void {
    if (file.restBytes === 0) return;
    const continued = file.restShown;
    this.#count(file, 0, continued ? 0 : 1);
    const { index, rest: head, restBytes: headBytes } = file;
    this.#keep({ file: index, head, headBytes, body: NO_BYTES, lines: 1, continued }, now);
  }
}

function growRest(file: FileFeed, bytes: Buffer, now: UnixMs): void {
  let start = 0;
  // A hole left by copytruncate can be gigabytes of NUL: it must not fill the place of the line behind it.
  if (file.rest.length === 0) while (start < bytes.length && bytes[start] === 0) start++;
  const room = LINE_BYTES_MAX + 1 - file.rest.length;
  if (room > 0 && start < bytes.length)
    file.rest = Buffer.concat([file.rest, bytes.subarray(start, start + room)]);
  file.restBytes += bytes.length;
  file.restSince = now;
}

function forgetRest(file: FileFeed): void {
  file.rest = NO_BYTES;
  file.restBytes = 0;
  file.restShown = false;
}

function toLine(piece: Piece, place: Pick<LogLine, 'seq' | 'file' | 'readAt'>): LogLine {
  // "…" in front: the line's beginning stands above.
  const text = piece.continued ? sanitise(`…${piece.text}`) : piece.text;
  const stamp = piece.continued ? undefined : readStamp(text, place.readAt);
  return { ...place, ...(stamp === undefined ? {} : { stamp }), text, bytes: piece.bytes };
}
