// What the kept log lines say of the followed address. Found once per piece of a log and added up, so that a flood
// costs only its new lines.

import { type Net, sizeOf } from '../../core/address.ts';
import type { PaneSpec } from '../../core/pane.ts';
import type { LineReading, ReadLine } from '../../core/rows.ts';
import { isRelated, lineHas } from '../follow/match.ts';
import type { Chunk } from '../logs/chunks.ts';
import { countLines } from '../logs/chunks.ts';
import { type LogPane, paneChunks } from '../logs/log-pane.ts';
import { watchedOnce, watchedThing } from '../logs/watched.ts';
import type { ConsoleState } from '../state.ts';

/** `kinds`: lines by what they say: "4xx", "failed password". */
export type LogCount = Readonly<{ pane: PaneSpec; lines: number; kinds: ReadonlyMap<string, number> }>;

/** Lines that a pane shows and that are not among the kept ones any more. `frozen`: it stands still, and holds them. */
export type OlderLines = Readonly<{ lines: number; frozen: boolean }>;

/**
 * `first`, `last`: by the times written in the lines; undefined when none has one. `undated`: lines without a time.
 * `kept`: lines in which was looked; `older`: beside them, undefined when there are none. `others`: other addresses of the network around that stand in these logs.
 */
export type CardLogs = Readonly<{
  lines: number;
  kept: number;
  first: number | undefined;
  last: number | undefined;
  undated: number;
  logs: readonly LogCount[];
  older: OlderLines | undefined;
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
  const sums = new Sums(net, around);
  const logs: LogCount[] = [];
  const once = watchedOnce(state.logs.panes);
  const panes = state.session.windows.flatMap((window) => window.panes);
  let [kept, undated] = [0, 0];
  for (const pane of panes) {
    const log = once.get(pane.id);
    if (log === undefined) continue;
    kept += countLines(log.feed.chunks);
    const found = sums.add(log.feed.chunks);
    undated += found.undated;
    logs.push({ pane, lines: found.lines, kinds: found.kinds });
  }
  const lines = logs.reduce((sum, log) => sum + log.lines, 0);
  const older = olderLines([...state.logs.panes.values()], once, sums);
  return { lines, kept, undated, logs, older, ...sums.span(), others: sums.others.size };
}

type Span = Pick<CardLogs, 'first' | 'last'>;

/** What is found in all logs together; the same lines may be added again. */
class Sums {
  readonly others = new Set<string>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  readonly #net: Net;
  readonly #around: Net;

  constructor(net: Net, around: Net) {
    this.#net = net;
    this.#around = around;
  }

  add(chunks: readonly Chunk[]): Pick<Found, 'lines' | 'undated' | 'kinds'> {
    const kinds = new Map<string, number>();
    let [lines, undated] = [0, 0];
    for (const chunk of chunks) {
      const found = foundIn(chunk, this.#net, this.#around);
      lines += found.lines;
      this.#first = Math.min(this.#first, found.first);
      this.#last = Math.max(this.#last, found.last);
      undated += found.undated;
      for (const [kind, count] of found.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
      for (const other of found.others) this.others.add(other);
    }
    return { lines, undated, kinds };
  }

  span(): Span {
    const dated = this.#first <= this.#last;
    return dated ? { first: this.#first, last: this.#last } : { first: undefined, last: undefined };
  }
}

/**
 * What panes show beside the kept lines that are counted: a frozen one what it held, one with a longer history more.
 * Of several with the same source the one that shows most, because lines cannot be told from those of another pane.
 */
function olderLines(
  panes: readonly LogPane[],
  once: ReturnType<typeof watchedOnce>,
  sums: Sums,
): OlderLines | undefined {
  const counted = new Map([...once.values()].map((log) => [watchedThing(log), log.feed.chunks]));
  const most = new Map<string, OlderLines>();
  for (const pane of panes) {
    const thing = watchedThing(pane);
    const base = counted.get(thing) ?? [];
    const chunks = paneChunks(pane);
    if (countLines(chunks) <= countLines(base)) continue;
    const lines = sums.add(chunks).lines - sums.add(base).lines;
    if (lines > (most.get(thing)?.lines ?? 0)) most.set(thing, { lines, frozen: pane.frozen !== undefined });
  }
  const all = [...most.values()];
  if (all.length === 0) return undefined;
  return {
    lines: all.reduce((sum, { lines }) => sum + lines, 0),
    frozen: all.every(({ frozen }) => frozen),
  };
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
