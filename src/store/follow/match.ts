// Where the followed address stands: compared as numbers, never as text, and once per piece of a log.

import type { JournalRow } from '../../core/act.ts';
import { isHost, type Net, overlaps, parseNet } from '../../core/address.ts';
import { printCommand } from '../../core/plan.ts';
import type { ReadLine } from '../../core/rows.ts';
import type { Chunk } from '../logs/chunks.ts';

/** The same address, or a network that holds it or lies in it. */
export function isRelated(followed: Net, other: Net): boolean {
  if (followed.family !== other.family) return false;
  if (followed.prefix === other.prefix) return followed.value === other.value;
  return overlaps(followed, other);
}

export function lineHas(line: ReadLine, followed: Net): boolean {
  const { all, chosen } = line.reading;
  return (
    all.some(({ net }) => isRelated(followed, net)) || (chosen !== undefined && isRelated(followed, chosen))
  );
}

const KEPT = 4;
const hitCache = new WeakMap<Chunk, Map<string, Uint8Array>>();

/** One byte per line of the chunk: 1 where the followed address stands. */
export function followHits(chunk: Chunk, followed: Net): Uint8Array {
  const cache = hitCache.get(chunk) ?? new Map<string, Uint8Array>();
  hitCache.set(chunk, cache);
  const known = cache.get(followed.text);
  if (known !== undefined) return known;
  const hits = Uint8Array.from(chunk.lines, (line) => (lineHas(line, followed) ? 1 : 0));
  if (cache.size >= KEPT) cache.clear();
  cache.set(followed.text, hits);
  return hits;
}

type Known = Readonly<{ nets: readonly Net[] }>;
/** By act: the rows are read anew every few seconds, what they ran stays what it was. */
const acts = new Map<string, Known>();
const ACTS_KEPT = 2000;

/** The addresses that an act names, in its summary and in what it ran; in order of appearance. */
export function netsOfAct(row: JournalRow): readonly Net[] {
  const key = `${row.id} ${row.commands.length} ${row.summary}`;
  const known = acts.get(key);
  if (known !== undefined) return known.nets;
  const found = new Map<string, Net>();
  for (const text of [row.summary, ...row.commands.map(printCommand)])
    for (const net of netsIn(text)) found.set(net.text, net);
  if (acts.size >= ACTS_KEPT) acts.clear();
  const nets = [...found.values()];
  acts.set(key, { nets });
  return nets;
}

const WORD = /(?<![\w.:])[0-9A-Fa-f:.]{2,}(?:\/\d{1,3})?/g;
/** What a listing of the journal leaves out of long commands ends like this. */
const CUT = '…';

function* netsIn(text: string): Generator<Net> {
  for (const match of text.matchAll(WORD)) {
    const [word] = match;
    // Half an address would be another one.
    if (!/[.:]/.test(word) || text.startsWith(CUT, match.index + word.length)) continue;
    const parsed = parseNet(word.endsWith('::') ? word : word.replace(/[.:]$/, ''));
    if (parsed.ok && !isEverything(parsed.value.net)) yield parsed.value.net;
  }
}

/** Whether the listing holds only a part of what the act ran, so that it may be on more addresses than are known. */
export function isAbridged(row: JournalRow): boolean {
  return row.commands.some(({ argv, stdin }) => argv[0] === CUT || / characters in all\)$/.test(stdin ?? ''));
}

/** "::/0" in a command names nobody. */
function isEverything(net: Net): boolean {
  return net.prefix === 0 || (isHost(net) && net.value === 0n);
}

export function actTouches(row: JournalRow, followed: Net): boolean {
  return netsOfAct(row).some((net) => isRelated(followed, net));
}
