// What the kept log lines say of the followed address. Found once per piece of a log and added up, so that a flood
// costs only its new lines.

import { type Net, sizeOf } from '../../core/address.ts';
import type { PaneSpec } from '../../core/pane.ts';
import type { LineReading, ReadLine } from '../../core/rows.ts';
import { isRelated, lineHas } from '../follow/match.ts';
import type { Chunk } from '../logs/chunks.ts';
import { countLines } from '../logs/chunks.ts';
import { watchedOnce } from '../logs/watched.ts';
import type { ConsoleState } from '../state.ts';

/** `kinds`: lines by what they say: "4xx", "failed password". */
export type LogCount = Readonly<{ pane: PaneSpec; lines: number; kinds: ReadonlyMap<string, number> }>;

/**
 * `first`, `last`: by the times written in the lines; undefined when none has one. `undated`: lines without a time.
 * `kept`: lines in which was looked. `others`: other addresses of the network around that stand in these logs.
 */
export type CardLogs = Readonly<{
  lines: number;
  kept: number;
  first: number | undefined;
  last: number | undefined;
  undated: number;
  logs: readonly LogCount[];
  others: number;
}>;

type Found = Readonly<{
  lines: number;
  first: number;
  last: number;
  undated: number;
  kinds: ReadonlyMap<string, number>;
  others: ReadonlySet<string>;
}>;

/** `around`: the network in which other addresses are looked for. */
export function selectCardLogs(state: ConsoleState, net: Net, around: Net): CardLogs {
  const logs: LogCount[] = [];
  const others = new Set<string>();
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [undated, kept] = [0, 0];
  for (const { pane, chunks } of watchedLogs(state)) {
    const kinds = new Map<string, number>();
    let lines = 0;
    kept += countLines(chunks);
    for (const chunk of chunks) {
      const found = foundIn(chunk, net, around);
      lines += found.lines;
      first = Math.min(first, found.first);
      last = Math.max(last, found.last);
      undated += found.undated;
      for (const [kind, count] of found.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
      for (const other of found.others) others.add(other);
    }
    logs.push({ pane, lines, kinds });
  }
  const lines = logs.reduce((sum, log) => sum + log.lines, 0);
  const dated = first <= last;
  return {
    ...{ lines, kept, undated, logs, others: others.size },
    ...(dated ? { first, last } : { first: undefined, last: undefined }),
  };
}

/** The spec as well: the card names the pane. */
function watchedLogs({ session, logs }: ConsoleState) {
  const once = watchedOnce(logs.panes);
  return session.windows
    .flatMap((window) => window.panes)
    .flatMap((pane) => {
      const log = once.get(pane.id);
      return log === undefined ? [] : [{ pane, chunks: log.feed.chunks }];
    });
}

const KEPT = 2;
const cache = new WeakMap<Chunk, Map<string, Found>>();

function foundIn(chunk: Chunk, net: Net, around: Net): Found {
  const known = cache.get(chunk) ?? new Map<string, Found>();
  cache.set(chunk, known);
  const key = `${net.text} ${around.text}`;
  const found = known.get(key) ?? look(chunk, net, around);
  if (known.size > KEPT) known.clear();
  known.set(key, found);
  return found;
}

function look(chunk: Chunk, net: Net, around: Net): Found {
  const kinds = new Map<string, number>();
  const others = new Set<string>();
  const isInside = insideOf(around);
  let [lines, undated] = [0, 0];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const line of chunk.lines) {
    for (const { net: other } of line.reading.all)
      if (isInside(other) && !others.has(other.text) && !isRelated(net, other)) others.add(other.text);
    if (!lineHas(line, net)) continue;
    lines++;
    const stamp = stampOf(line);
    if (stamp === undefined) undated++;
    else [first, last] = [Math.min(first, stamp), Math.max(last, stamp)];
    const kind = kindOf(line.reading);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return { lines, first, last, undated, kinds, others };
}

/** As `contains`, for very many: two comparisons that make no new number. */
function insideOf(outer: Net): (net: Net) => boolean {
  const { family, prefix, value: first } = outer;
  const last = first + sizeOf(outer) - 1n;
  return (net) => net.family === family && net.value >= first && net.value <= last && net.prefix >= prefix;
}

function stampOf(line: ReadLine): number | undefined {
  return line.stamp ?? line.reading.stamp;
}

/** HTTP answers by class; else what the format calls the message. */
export function kindOf({ format, kind, status }: LineReading): string {
  if (status !== undefined && status >= 100 && status < 1000) return `${Math.floor(status / 100)}xx`;
  return format === 'unknown' ? 'other text' : kind.replaceAll('-', ' ');
}
