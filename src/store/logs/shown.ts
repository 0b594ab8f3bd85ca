// Which kept lines a pane shows: all, or those that pass its filters with some context. Found once per chunk and
// filter, so that a flood costs only its new lines.

import type { ReadLine } from '../../core/rows.ts';
import { bothGaps, type Chunk, compareKeys, type Gap, type OrderKey } from './chunks.ts';
import { matches, type Pattern } from './pattern.ts';

export type Filter = Readonly<{ pattern: Pattern; keep: 'in' | 'out'; on: boolean }>;

/** A line passes when it matches any in-filter (or there is none) and no out-filter. `file`: only lines of this file. */
export type Wanted = Readonly<{ filters: readonly Filter[]; context: number; file?: number }>;

/** `order[i]`: place of the i-th shown line among all kept ones; undefined = all are shown. `gapBefore` is keyed by i. */
export type Shown = Readonly<{
  chunks: readonly Chunk[];
  starts: readonly number[];
  length: number;
  order: Int32Array | undefined;
  contextAt: Uint8Array | undefined;
  gapBefore: ReadonlyMap<number, Gap>;
}>;

const CACHED_PATTERNS = 12;
const hitCache = new WeakMap<Chunk, Map<string, Uint8Array>>();
const shownCache = new WeakMap<readonly Chunk[], Map<string, Shown>>();

/** One byte per line of the chunk: 1 where the pattern matches. */
export function hitsIn(chunk: Chunk, pattern: Pattern): Uint8Array {
  const cache = hitCache.get(chunk) ?? new Map<string, Uint8Array>();
  hitCache.set(chunk, cache);
  const known = cache.get(pattern.text);
  if (known !== undefined) return known;
  const hits = Uint8Array.from(chunk.lines, (line) => (matches(pattern, line.text) ? 1 : 0));
  remember(cache, pattern.text, hits);
  return hits;
}

function remember<Value>(cache: Map<string, Value>, key: string, value: Value): void {
  if (cache.size >= CACHED_PATTERNS) for (const oldest of [...cache.keys()].slice(0, 1)) cache.delete(oldest);
  cache.set(key, value);
}

export function shownOf(chunks: readonly Chunk[], wanted: Wanted): Shown {
  const active = wanted.filters.filter((filter) => filter.on);
  const key = JSON.stringify([
    wanted.file ?? -1,
    wanted.context,
    active.map((filter) => [filter.keep, filter.pattern.text]),
  ]);
  const cache = shownCache.get(chunks) ?? new Map<string, Shown>();
  shownCache.set(chunks, cache);
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = makeShown(chunks, { ...wanted, filters: active });
  remember(cache, key, made);
  return made;
}

function makeShown(chunks: readonly Chunk[], wanted: Wanted): Shown {
  const starts: number[] = [];
  let total = 0;
  for (const chunk of chunks) {
    starts.push(total);
    total += chunk.lines.length;
  }
  if (wanted.filters.length === 0 && wanted.file === undefined) {
    const gapBefore = gapsOf(chunks, starts, undefined);
    return { chunks, starts, length: total, order: undefined, contextAt: undefined, gapBefore };
  }
  const pass = passing(chunks, wanted, total);
  const { order, contextAt } = withContext(chunks, pass, wanted);
  return { chunks, starts, length: order.length, order, contextAt, gapBefore: gapsOf(chunks, starts, order) };
}

/** One byte per kept line: 1 = passes the filters. */
function passing(chunks: readonly Chunk[], wanted: Wanted, total: number): Uint8Array {
  const pass = new Uint8Array(total);
  const ins = wanted.filters.filter((filter) => filter.keep === 'in');
  const outs = wanted.filters.filter((filter) => filter.keep === 'out');
  let at = 0;
  for (const chunk of chunks) {
    const inHits = ins.map((filter) => hitsIn(chunk, filter.pattern));
    const outHits = outs.map((filter) => hitsIn(chunk, filter.pattern));
    for (const [index, line] of chunk.lines.entries()) {
      const kept =
        (wanted.file === undefined || line.file === wanted.file) &&
        (inHits.length === 0 || inHits.some((hits) => hits[index] === 1)) &&
        outHits.every((hits) => hits[index] === 0);
      pass[at++] = kept ? 1 : 0;
    }
  }
  return pass;
}

/** Adds up to `context` lines before and after each that passes; with one file wanted, only lines of that file. */
function withContext(
  chunks: readonly Chunk[],
  pass: Uint8Array,
  wanted: Wanted,
): Readonly<{ order: Int32Array; contextAt: Uint8Array | undefined }> {
  const places: number[] = [];
  for (let at = 0; at < pass.length; at++) if (pass[at] === 1) places.push(at);
  if (wanted.context === 0) return { order: Int32Array.from(places), contextAt: undefined };
  const eligible: number[] = [];
  let at = 0;
  for (const chunk of chunks)
    for (const line of chunk.lines) {
      if (wanted.file === undefined || line.file === wanted.file) eligible.push(at);
      at++;
    }
  const show = new Uint8Array(eligible.length);
  for (const [index, place] of eligible.entries())
    if (pass[place] === 1)
      show.fill(
        1,
        Math.max(0, index - wanted.context),
        Math.min(eligible.length, index + wanted.context + 1),
      );
  const order = Int32Array.from(eligible.filter((_, index) => show[index] === 1));
  return { order, contextAt: Uint8Array.from(order, (place) => (pass[place] === 1 ? 0 : 1)) };
}

/** What was not kept, and new starts, are said before the next shown line, summed over hidden ones. */
function gapsOf(
  chunks: readonly Chunk[],
  starts: readonly number[],
  order: Int32Array | undefined,
): ReadonlyMap<number, Gap> {
  const gaps = new Map<number, Gap>();
  for (const [number, chunk] of chunks.entries()) {
    if (chunk.gaps.size === 0) continue;
    for (const [index, line] of chunk.lines.entries()) {
      const gap = chunk.gaps.get(line.seq);
      if (gap === undefined) continue;
      const place = (starts[number] ?? 0) + index;
      const shownAt = order === undefined ? place : firstAtOrAfter(order, place);
      gaps.set(shownAt, bothGaps(gaps.get(shownAt), gap));
    }
  }
  return gaps;
}

function firstAtOrAfter(order: Int32Array, place: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

export type ShownLine = Readonly<{ line: ReadLine; key: OrderKey; chunk: Chunk; index: number }>;

/** The i-th shown line; undefined outside. */
export function lineAt(shown: Shown, index: number): ShownLine | undefined {
  if (index < 0 || index >= shown.length) return undefined;
  const place = shown.order === undefined ? index : (shown.order[index] ?? 0);
  let low = 0;
  let high = shown.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((shown.starts[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  const chunk = shown.chunks[low];
  const inside = place - (shown.starts[low] ?? 0);
  const line = chunk?.lines[inside];
  if (chunk === undefined || line === undefined) return undefined;
  return { line, key: { time: chunk.times[inside] ?? 0, seq: line.seq }, chunk, index: inside };
}

/** Index of the first shown line at or after the key, at most the last; -1 when nothing is shown. */
export function locate(shown: Shown, key: OrderKey): number {
  let low = 0;
  let high = shown.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = lineAt(shown, middle);
    if (found !== undefined && compareKeys(found.key, key) < 0) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, shown.length - 1);
}

/** Is the i-th shown line a hit of the pattern? */
export function isHit(shown: Shown, index: number, pattern: Pattern): boolean {
  const found = lineAt(shown, index);
  return found !== undefined && hitsIn(found.chunk, pattern)[found.index] === 1;
}

/** How many shown lines match, and how many of them up to and including `upTo`. */
export function countHits(
  shown: Shown,
  pattern: Pattern,
  upTo: number,
): Readonly<{ total: number; before: number }> {
  let total = 0;
  let before = 0;
  const visit = (place: number, hit: number): void => {
    total += hit;
    if (place <= upTo) before += hit;
  };
  if (shown.order === undefined) {
    let at = 0;
    for (const chunk of shown.chunks) for (const hit of hitsIn(chunk, pattern)) visit(at++, hit);
  } else for (let at = 0; at < shown.length; at++) visit(at, isHit(shown, at, pattern) ? 1 : 0);
  return { total, before };
}

/** Next hit after (step 1) or before (step -1) `from`, round the end; undefined when no shown line matches. */
export function nextHit(
  shown: Shown,
  pattern: Pattern,
  from: number,
  step: 1 | -1,
): Readonly<{ index: number; wrapped: boolean }> | undefined {
  for (let moved = 1; moved <= shown.length; moved++) {
    const raw = from + step * moved;
    const index = ((raw % shown.length) + shown.length) % shown.length;
    if (isHit(shown, index, pattern)) return { index, wrapped: raw !== index };
  }
  return undefined;
}
