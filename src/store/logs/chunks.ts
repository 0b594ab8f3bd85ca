// The lines of a feed as immutable chunks: appending copies at most one chunk, a frozen pane keeps old chunks
// by reference, and what is computed from a chunk (filter hits, address counts) is computed once.

import type { LineAway, ReadLine } from '../../core/rows.ts';

export const CHUNK_LINES = 256;

/**
 * What is said on a row before a line: lines that were not kept, that the source was started again there, and that the line to
 * the host was away.
 */
export type Gap = Readonly<{ skipped: number; again: boolean; away?: Omit<LineAway, 'count'> | undefined }>;

/**
 * `times[i]`: the time by which line i is ordered among several files; 0 in a feed that keeps the order of arrival.
 * `gaps`: seq of a line → what is said before it.
 */
export type Chunk = Readonly<{
  lines: readonly ReadLine[];
  times: readonly number[];
  gaps: ReadonlyMap<number, Gap>;
}>;

/** Orders lines: by time, then by arrival. */
export type OrderKey = Readonly<{ time: number; seq: number }>;

const NO_GAPS: ReadonlyMap<number, Gap> = new Map();

type Entry = Readonly<{ line: ReadLine; time: number }>;

export function compareKeys(a: OrderKey, b: OrderKey): number {
  return a.time - b.time || a.seq - b.seq;
}

export function lastKey(chunk: Chunk): OrderKey {
  const end = chunk.lines.length - 1;
  return { time: chunk.times[end] ?? 0, seq: chunk.lines[end]?.seq ?? -1 };
}

export function countLines(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.lines.length, 0);
}

/** What an append needs besides the old chunks. `sealed`: the last chunk must stay as it is (a frozen pane shows it). */
export type Arrival = Readonly<{
  lines: readonly ReadLine[];
  times: readonly number[];
  /** Before the first of `lines`. */
  gap: Gap;
  history: number;
  sealed: boolean;
}>;

/** New lines, already in order among themselves or not, take their places by (time, seq); old chunks leave at the front. */
export function append(chunks: readonly Chunk[], arrival: Arrival): readonly Chunk[] {
  const first = arrival.lines[0];
  if (first === undefined) return chunks;
  const kept = [...chunks];
  const gaps = new Map<number, Gap>();
  if (arrival.gap.skipped > 0 || arrival.gap.again || arrival.gap.away !== undefined)
    gaps.set(first.seq, arrival.gap);
  const fresh = arrival.lines.map((line, index): Entry => ({ line, time: arrival.times[index] ?? 0 }));
  sortEntries(fresh);
  const pulled = arrival.sealed ? [] : pullLater(kept, fresh[0] ?? { line: first, time: 0 });
  for (const chunk of pulled) for (const [seq, gap] of chunk.gaps) gaps.set(seq, gap);
  const merged = mergeEntries(pulled.flatMap(entriesOf), fresh);
  for (let at = 0; at < merged.length; at += CHUNK_LINES)
    kept.push(makeChunk(merged.slice(at, at + CHUNK_LINES), gaps));
  return dropOld(kept, arrival.history);
}

/** Takes off the end every chunk that a new line must be mixed into, and a last one that still has room. */
function pullLater(kept: Chunk[], first: Entry): readonly Chunk[] {
  const key = { time: first.time, seq: first.line.seq };
  const pulled: Chunk[] = [];
  for (;;) {
    const last = kept.at(-1);
    if (last === undefined) break;
    const mixes = compareKeys(lastKey(last), key) > 0;
    const hasRoom = pulled.length === 0 && last.lines.length < CHUNK_LINES;
    if (!mixes && !hasRoom) break;
    pulled.unshift(last);
    kept.pop();
    if (!mixes) break;
  }
  return pulled;
}

function entriesOf(chunk: Chunk): readonly Entry[] {
  return chunk.lines.map((line, index) => ({ line, time: chunk.times[index] ?? 0 }));
}

function compareEntries(a: Entry, b: Entry): number {
  return a.time - b.time || a.line.seq - b.line.seq;
}

function sortEntries(entries: Entry[]): void {
  const sorted = entries.every(
    (entry, index) => index === 0 || compareEntries(entries[index - 1] ?? entry, entry) <= 0,
  );
  if (!sorted) entries.sort(compareEntries);
}

function mergeEntries(old: readonly Entry[], fresh: readonly Entry[]): readonly Entry[] {
  const lastOld = old.at(-1);
  const firstFresh = fresh[0];
  if (lastOld === undefined || firstFresh === undefined || compareEntries(lastOld, firstFresh) <= 0)
    return [...old, ...fresh];
  const merged: Entry[] = [];
  let at = 0;
  for (const entry of fresh) {
    for (let next = old[at]; next !== undefined && compareEntries(next, entry) <= 0; next = old[at]) {
      merged.push(next);
      at++;
    }
    merged.push(entry);
  }
  return [...merged, ...old.slice(at)];
}

function makeChunk(entries: readonly Entry[], gaps: ReadonlyMap<number, Gap>): Chunk {
  const own = new Map<number, Gap>();
  if (gaps.size > 0)
    for (const { line } of entries) {
      const gap = gaps.get(line.seq);
      if (gap !== undefined) own.set(line.seq, gap);
    }
  return {
    lines: entries.map((entry) => entry.line),
    times: entries.map((entry) => entry.time),
    gaps: own.size > 0 ? own : NO_GAPS,
  };
}

/** Whole chunks leave while at least `history` lines stay; so a little more than `history` may be kept. */
function dropOld(chunks: readonly Chunk[], history: number): readonly Chunk[] {
  let total = countLines(chunks);
  let from = 0;
  for (const chunk of chunks) {
    if (total - chunk.lines.length < history || from === chunks.length - 1) break;
    total -= chunk.lines.length;
    from++;
  }
  return from === 0 ? chunks : chunks.slice(from);
}

/** Two that are said on one row. */
export function bothGaps(one: Gap | undefined, other: Gap): Gap {
  if (one === undefined) return other;
  const away = one.away ?? other.away;
  return {
    skipped: one.skipped + other.skipped,
    again: one.again || other.again,
    ...(away === undefined ? {} : { away }),
  };
}

/** The same chunk with `gap` more lines said to be missing before its first line. */
export function withGap(chunk: Chunk, gap: number): Chunk {
  const first = chunk.lines[0];
  if (first === undefined || gap <= 0) return chunk;
  const gaps = new Map(chunk.gaps);
  gaps.set(first.seq, bothGaps(gaps.get(first.seq), { skipped: gap, again: false }));
  return { ...chunk, gaps };
}
