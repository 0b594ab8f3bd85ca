// From the counts of one pass to the report that crosses the thread boundary: top rows only, as plain data.

import { bitsOf, compareNets, contains, isHost, makeNet, type Net } from '../../core/address.ts';
import type { FlowReport, SourceRow, StateCount } from '../../core/rows.ts';
import { AddressTable, NO_BYTES, PairCounts } from './address-table.ts';

/** Rows of each list in a report. */
export const TOP_ROWS = 200;

/** What a pass counted; the reader adds when and how long. */
export type FlowCounts = Omit<FlowReport, 'at' | 'tookMs'>;

/** What a parser has counted. `sourceStateNames`: of the codes in the tables. */
export type FlowTally = Readonly<{
  total: number;
  unreadable: number;
  sources: AddressTable;
  pairs: PairCounts;
  sourceStateNames: readonly string[];
  stateCounts(): readonly StateCount[];
}>;

/** A parser: takes the table in chunks, and its last line at the end. */
export type FlowReader = FlowTally & Readonly<{ push(chunk: Uint8Array): void; end(): void }>;

/** `own`: our addresses and the private networks directly attached; a source inside one of them is ours. */
export function reportOf(parser: FlowTally, own: readonly Net[]): FlowCounts {
  const { sources, pairs, sourceStateNames: names } = parser;
  const networks = groupByNetwork(sources, pairs);
  const rows = (table: AddressTable, counts: PairCounts, measure: (row: number) => number): SourceRow[] =>
    describe(table, counts, { chosen: topRows(table.length, measure), names, own });
  const sumOfBytes = (row: number): number => sources.bytes[row] ?? NO_BYTES;
  return {
    total: parser.total,
    states: statesOf(parser),
    sources: rows(sources, pairs, (row) => sources.flows[row] ?? 0).sort(byFlows),
    networks: rows(networks.table, networks.pairs, (row) => networks.table.flows[row] ?? 0).sort(byFlows),
    talkers: rows(sources, pairs, sumOfBytes)
      .filter((row) => row.bytes !== undefined)
      .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || compareNets(a.net, b.net)),
    distinct: sources.length,
    unreadable: parser.unreadable,
  };
}

function byFlows(a: SourceRow, b: SourceRow): number {
  return b.flows - a.flows || compareNets(a.net, b.net);
}

function statesOf(parser: FlowTally): StateCount[] {
  return [...parser.stateCounts()].sort(
    (a, b) => b.count - a.count || (a.protocol + a.state < b.protocol + b.state ? -1 : 1),
  );
}

/** IPv4 by /24, IPv6 by /64: what one customer of a hoster usually commands. */
function groupByNetwork(
  sources: AddressTable,
  pairs: PairCounts,
): Readonly<{ table: AddressTable; pairs: PairCounts }> {
  const table = new AddressTable(1);
  const counts = new PairCounts(1);
  const key = new Uint32Array(4);
  const networkOf = new Uint32Array(sources.length);
  for (let row = 0; row < sources.length; row++) {
    const family = sources.families[row] === 4 ? 4 : 6;
    key.set(sources.words.subarray(row * 4, row * 4 + 4));
    if (family === 4) key[3] = (key[3] ?? 0) & 0xffffff00;
    else key.fill(0, 2);
    const network = table.rowOf(family, key);
    networkOf[row] = network;
    table.flows[network] = (table.flows[network] ?? 0) + (sources.flows[row] ?? 0);
    table.members[network] = (table.members[network] ?? 0) + 1;
    const bytes = sources.bytes[row] ?? NO_BYTES;
    if (bytes !== NO_BYTES) table.bytes[network] = Math.max(0, table.bytes[network] ?? 0) + bytes;
    counts.add(network, sources.mainStates[row] ?? 0, sources.mainCounts[row] ?? 0);
  }
  pairs.forEach((row, code, count) => {
    counts.add(networkOf[row] ?? 0, code, count);
  });
  return { table, pairs: counts };
}

type Choice = Readonly<{ chosen: readonly number[]; names: readonly string[]; own: readonly Net[] }>;

function describe(table: AddressTable, pairs: PairCounts, { chosen, names, own }: Choice): SourceRow[] {
  const states = new Map(
    chosen.map((row) => {
      const main = table.mainCounts[row] ?? 0;
      const name = names[table.mainStates[row] ?? 0] ?? 'other';
      return [row, new Map<string, number>(main > 0 ? [[name, main]] : [])];
    }),
  );
  pairs.forEach((row, code, count) => {
    states.get(row)?.set(names[code] ?? 'other', count);
  });
  return chosen.map((row) => {
    const members = table.members[row] ?? 0;
    const net = netOf(table, row, members > 0);
    const bytes = table.bytes[row] ?? NO_BYTES;
    return {
      net,
      flows: table.flows[row] ?? 0,
      states: new Map([...(states.get(row) ?? [])].sort((a, b) => b[1] - a[1])),
      ...(bytes === NO_BYTES ? {} : { bytes }),
      ours: own.some((mine) => contains(mine, net) || (isHost(net) && mine.text === net.text)),
      ...(members > 0 ? { members } : {}),
    };
  });
}

function netOf(table: AddressTable, row: number, network: boolean): Net {
  const family = table.families[row] === 4 ? 4 : 6;
  let value = 0n;
  for (let word = family === 4 ? 3 : 0; word < 4; word++)
    value = (value << 32n) | BigInt(table.words[row * 4 + word] ?? 0);
  return makeNet(family, value, network ? (family === 4 ? 24 : 64) : bitsOf(family));
}

/** The rows with the largest measures, at most TOP_ROWS, in one pass with a small heap (the smallest on top). */
export function topRows(length: number, measure: (row: number) => number): number[] {
  const heap: number[] = [];
  const sizes: number[] = [];
  for (let row = 0; row < length; row++) {
    const size = measure(row);
    if (heap.length < TOP_ROWS) {
      heap.push(row);
      sizes.push(size);
      if (heap.length === TOP_ROWS) for (let at = TOP_ROWS >> 1; at >= 0; at--) sink(heap, sizes, at);
    } else if (size > (sizes[0] ?? 0)) {
      heap[0] = row;
      sizes[0] = size;
      sink(heap, sizes, 0);
    }
  }
  return heap;
}

function sink(heap: number[], sizes: number[], from: number): void {
  let at = from;
  for (;;) {
    let least = at;
    for (const child of [at * 2 + 1, at * 2 + 2])
      if (child < heap.length && (sizes[child] ?? 0) < (sizes[least] ?? 0)) least = child;
    if (least === at) return;
    [heap[at], heap[least]] = [heap[least] ?? 0, heap[at] ?? 0];
    [sizes[at], sizes[least]] = [sizes[least] ?? 0, sizes[at] ?? 0];
    at = least;
  }
}
