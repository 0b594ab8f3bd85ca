// The state of one log pane and what is derived from it: which chunks, which lines, where the cursor is.

import type { LogSpec } from '../../core/pane.ts';
import type { ReadLine } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { type Chunk, compareKeys, lastKey, type OrderKey, withGap } from './chunks.ts';
import { EMPTY_FEED, type Feed } from './feed.ts';
import { firstThatFits, topFor } from './geometry.ts';
import { type LineBox, type StampMode, stampsIn } from './line-box.ts';
import { longestAddress } from './line-text.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { type Filter, lineAt, locate, type Shown, shownOf } from './shown.ts';

/** What a frozen pane holds on to: the chunks at that moment and the total, for "N new". */
export type Frozen = Readonly<{ chunks: readonly Chunk[]; total: number }>;

/** Where the pane was, to come back when a search is given up. */
export type Place = Readonly<{
  frozen: Frozen | undefined;
  cursor: OrderKey | undefined;
  top: OrderKey | undefined;
}>;

/** `frozen` undefined = following: the cursor is on the last line. `pick`: which of the line's addresses Tab chose. */
export type LogPane = Place &
  Readonly<{
    spec: LogSpec;
    feed: Feed;
    filters: readonly Filter[];
    filtersOn: boolean;
    /** Lines shown around each line that passes the filters. */
    context: number;
    search: Pattern | undefined;
    /** While the search prompt is open: what is typed so far, when it is a pattern, and where to return to. */
    typing: Readonly<{ pattern: Pattern | undefined; from: Place }> | undefined;
    pick: number | undefined;
    /** First column of the text that is shown, when lines are not wrapped. */
    column: number;
    wrap: boolean;
    stamps: StampMode;
    marks: ReadonlySet<number>;
    /** Side by side: which column has the cursor. */
    lane: number;
    notice: SafeText | undefined;
  }>;

/** A filter of the session file that is no pattern is left out and said. */
export function newLogPane(spec: LogSpec): LogPane {
  const filters: Filter[] = [];
  let notice: SafeText | undefined;
  for (const { pattern, keep, on } of spec.filters) {
    const compiled = compilePattern(pattern);
    if (compiled.ok) filters.push({ pattern: compiled.value, keep, on });
    else notice ??= sanitise(`filter ${pattern} of the session file: ${compiled.problem.summary}`, 200);
  }
  return {
    spec,
    feed: EMPTY_FEED,
    frozen: undefined,
    cursor: undefined,
    top: undefined,
    filters,
    filtersOn: true,
    context: 0,
    search: undefined,
    typing: undefined,
    pick: undefined,
    column: 0,
    wrap: spec.wrap,
    stamps: 'clock',
    marks: new Set(),
    lane: 0,
    notice,
  };
}

export function placeOf(pane: LogPane): Place {
  return { frozen: pane.frozen, cursor: pane.cursor, top: pane.top };
}

export function sideBySide(pane: LogPane): boolean {
  return pane.spec.merge === 'side-by-side' && pane.feed.files.length > 1;
}

/** The column with the cursor; files may have gone since it was chosen. */
export function laneOf(pane: LogPane): number {
  return Math.max(0, Math.min(pane.lane, pane.feed.files.length - 1));
}

const LANE_MIN_COLUMNS = 24;

/** Which files have a column of their own now, and how wide each is; one column is left between two. */
export function lanesOf(
  pane: LogPane,
  columns: number,
): Readonly<{ lanes: readonly number[]; columns: number }> {
  const files = pane.feed.files.length;
  const fit = Math.max(1, Math.min(files, Math.floor((columns + 1) / (LANE_MIN_COLUMNS + 1))));
  const first = Math.max(0, Math.min(files - fit, laneOf(pane) - (fit >> 1)));
  const lanes = Array.from({ length: fit }, (_, index) => first + index);
  return { lanes, columns: Math.max(1, Math.floor((columns - (fit - 1)) / fit)) };
}

/** The box of the lines that the cursor moves in: the whole body, or one column under its head. */
export function lineBox(pane: LogPane, size: Readonly<{ columns: number; rows: number }>): LineBox {
  const lanes = sideBySide(pane);
  const columns = lanes ? lanesOf(pane, size.columns).columns : size.columns;
  const rows = lanes ? Math.max(1, size.rows - 1) : size.rows;
  const stamps = stampsIn(columns, pane.stamps);
  return { columns, rows, wrap: pane.wrap, stamps, address: longestAddress(paneChunks(pane)) };
}

/** The pattern whose hits are shown: the one being typed, else the one searched for. */
export function livePattern(pane: LogPane): Pattern | undefined {
  return pane.typing === undefined ? pane.search : (pane.typing.pattern ?? pane.search);
}

const joinedCache = new WeakMap<Frozen, Readonly<{ live: readonly Chunk[]; joined: readonly Chunk[] }>>();

/** The chunks to show: what a frozen pane held, then the live ones; what left in between is said as a gap. */
export function paneChunks(pane: LogPane): readonly Chunk[] {
  const { frozen, feed } = pane;
  if (frozen === undefined) return feed.chunks;
  const known = joinedCache.get(frozen);
  if (known !== undefined && known.live === feed.chunks) return known.joined;
  const joined = join(frozen, feed);
  joinedCache.set(frozen, { live: feed.chunks, joined });
  return joined;
}

function join(frozen: Frozen, feed: Feed): readonly Chunk[] {
  const first = feed.chunks[0];
  if (first === undefined) return frozen.chunks;
  const shared = frozen.chunks.indexOf(first);
  if (shared >= 0) return [...frozen.chunks.slice(0, shared), ...feed.chunks];
  const heldEnd = frozen.chunks.at(-1);
  const fresh =
    heldEnd === undefined
      ? feed.chunks
      : feed.chunks.filter((chunk) => compareKeys(lastKey(chunk), lastKey(heldEnd)) > 0);
  const said = fresh.reduce((sum, chunk) => {
    const gaps = [...chunk.gaps.values()].reduce((all, { skipped }) => all + skipped, 0);
    return sum + chunk.lines.length + gaps;
  }, feed.pendingGap);
  const missing = feed.total - frozen.total - said;
  const head = fresh[0];
  return head === undefined ? frozen.chunks : [...frozen.chunks, withGap(head, missing), ...fresh.slice(1)];
}

/** The lines of the pane, or of one of its columns. */
export function paneShown(pane: LogPane, lane?: number): Shown {
  const file = lane ?? (sideBySide(pane) ? laneOf(pane) : undefined);
  const filters = pane.filtersOn ? pane.filters : [];
  const wanted = { filters, context: pane.context };
  return shownOf(paneChunks(pane), file === undefined ? wanted : { ...wanted, file });
}

/** Index of the cursor among the shown lines; -1 when nothing is shown. */
export function cursorIndex(pane: LogPane, shown: Shown): number {
  if (pane.frozen === undefined || pane.cursor === undefined) return shown.length - 1;
  return locate(shown, pane.cursor);
}

export function cursorLine(pane: LogPane): ReadLine | undefined {
  const shown = paneShown(pane);
  return lineAt(shown, cursorIndex(pane, shown))?.line;
}

/** Index of the line at the top of the box. */
export function topIndex(pane: LogPane, shown: Shown, box: LineBox): number {
  if (shown.length === 0) return 0;
  if (pane.frozen === undefined) return firstThatFits(shown, shown.length - 1, box);
  const top = pane.top === undefined ? shown.length - 1 : locate(shown, pane.top);
  return topFor(shown, top, cursorIndex(pane, shown), box);
}

/** Lines read since the pane was frozen, kept or not. */
export function newSince(pane: LogPane): number {
  return pane.frozen === undefined ? 0 : pane.feed.total - pane.frozen.total;
}

/** The address that an act would take from the line: what Tab picked, else what the format names. */
export function pickedAddress(pane: LogPane, line: ReadLine): ReadLine['reading']['all'][number] | undefined {
  const { all, chosen } = line.reading;
  if (pane.pick !== undefined) return all[pane.pick];
  if (chosen === undefined) return undefined;
  return all.find((found) => found.net.text === chosen.text) ?? { net: chosen, start: 0, end: 0 };
}
