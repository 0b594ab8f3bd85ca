// The text of a log line as a pane shows it. As written; or, beside a column of times, without the time that is written
// in it and with the address that an act would take in front, below each other for all lines of the pane.

import type { Net } from '../../core/address.ts';
import type { LineReading, ReadLine } from '../../core/rows.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Chunk } from './chunks.ts';
import { type LineBox, textColumns } from './line-box.ts';

type Found = LineReading['all'][number];

/**
 * `lead`: the address in front and its place on the row, blanks included; cut where there is no room, and then it
 * stays in the text as well. `all`: addresses in `text`.
 */
export type LineText = Readonly<{
  lead: Readonly<{ net: Net; columns: number }> | undefined;
  text: SafeText;
  all: readonly Found[];
}>;

/** Room for v4; where longer ones are, as much as the longest takes: any is whole on a screen of 80 columns. */
const LEAD_COLUMNS = 16;
const LEAD_MAX = 40;
const TEXT_WISHED = 22;
/** With less room behind it the address stays where it is written. */
const TEXT_MIN = 12;

/** Where the readers of `sources/logs/stamp` find a time. Only asked of lines that have one. */
const STAMPS: readonly RegExp[] = [
  /^(?:<\d{1,3}>1? ?)?(?:[A-Z][a-z]{2} )?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?:?(?: |$)/,
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?(?: \d{4}(?= ))?(?: |$)/,
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? \d{4}\] /,
  /^\d{9,10}\.\d{3} +/,
  // With the two dashes of nobody's name in front: they say nothing.
  /(?: - -)? \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\](?= ")/,
];

/** `target`: the address that an act would take, when it is not the one that the format names. */
export function lineText(line: ReadLine, box: LineBox, target: Net | undefined): LineText {
  const { all } = line.reading;
  if (box.stamps === 'written') return { lead: undefined, text: line.text, all };
  const lead = leadOf(target, box);
  const stamp = line.stamp ?? line.reading.stamp;
  const bare = without({ text: line.text, all }, stamp === undefined ? undefined : stampIn(line.text));
  if (lead === undefined) return { lead, ...bare };
  const first = bare.all.find(({ start }) => start === 0);
  const again = first?.net.text === lead.net.text && lead.net.text.length < lead.columns;
  const rest = again ? without(bare, { start: 0, end: afterBlank(bare.text, first.end) }) : bare;
  return { lead, ...rest };
}

function leadOf(net: Net | undefined, box: LineBox): LineText['lead'] {
  if (net === undefined) return undefined;
  const room = textColumns(box);
  if (room < LEAD_COLUMNS + TEXT_MIN) return undefined;
  const most = Math.max(LEAD_COLUMNS, Math.min(LEAD_MAX, room - TEXT_WISHED));
  const wanted = 1 + Math.max(net.text.length, box.address ?? 0);
  return { net, columns: Math.min(most, Math.max(LEAD_COLUMNS, wanted)) };
}

type Range = Readonly<{ start: number; end: number }>;

function stampIn(text: string): Range | undefined {
  for (const pattern of STAMPS) {
    const match = pattern.exec(text);
    if (match !== null) return { start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}

function afterBlank(text: string, at: number): number {
  return text.charAt(at) === ' ' ? at + 1 : at;
}

type Bare = Readonly<{ text: SafeText; all: readonly Found[] }>;

/** Addresses behind the cut move with the text; one inside it has no place any more. */
function without({ text, all }: Bare, range: Range | undefined): Bare {
  if (range === undefined) return { text, all };
  const { start, end } = range;
  return {
    text: (text.slice(0, start) + text.slice(end)) as SafeText,
    all: all
      .filter((found) => found.end <= start || found.start >= end)
      .map((found) =>
        found.start >= end
          ? { ...found, start: found.start - (end - start), end: found.end - (end - start) }
          : found,
      ),
  };
}

const ofChunk = new WeakMap<Chunk, number>();
const ofChunks = new WeakMap<readonly Chunk[], number>();

/** Of all lines that are kept, not of those on the screen: the columns stand still while it moves. */
export function longestAddress(chunks: readonly Chunk[]): number {
  const known = ofChunks.get(chunks);
  if (known !== undefined) return known;
  const longest = chunks.reduce((most, chunk) => Math.max(most, longestIn(chunk)), 0);
  ofChunks.set(chunks, longest);
  return longest;
}

function longestIn(chunk: Chunk): number {
  const known = ofChunk.get(chunk);
  if (known !== undefined) return known;
  const longest = chunk.lines.reduce(
    (most, { reading }) => Math.max(most, reading.chosen?.text.length ?? 0),
    0,
  );
  ofChunk.set(chunk, longest);
  return longest;
}
