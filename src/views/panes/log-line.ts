// One log line as rows: gutter (cursor, mark, state of the address), time, and the line as it was written with its
// addresses coloured and the hits of a search marked.

import { formatAge, formatDuration } from '../../core/duration.ts';
import type { Line, Role, Span } from '../../core/line.ts';
import type { ReadLine } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits, UNKNOWN } from '../../core/units.ts';
import { cut, fit, graphemes, widthOf } from '../../core/width.ts';
import type { Gap } from '../../store/logs/chunks.ts';
import { wrapText } from '../../store/logs/geometry.ts';
import { type LineBox, stampColumns, textColumns } from '../../store/logs/line-box.ts';
import { type LineText, lineText } from '../../store/logs/line-text.ts';
import { type Pattern, rangesOf } from '../../store/logs/pattern.ts';
import type { AddressState } from '../../store/select/address-state.ts';
import type { Glyphs } from '../glyphs.ts';
import { addressSign } from '../parts/address-sign.ts';
import { FOLLOWED, followSign, type Light } from '../parts/follow-light.ts';
import { repeat, spaces, span } from '../parts/lines.ts';

/** What is the same for all lines of one drawing. `column`: first column shown when lines are not wrapped. */
export type LineLook = Readonly<{
  box: LineBox;
  column: number;
  glyphs: Glyphs;
  now: number;
  pattern: Pattern | undefined;
  stateOf: (net: ReadLine['reading']['all'][number]['net']) => AddressState;
  /** Undefined while no address is followed. */
  isLit: Light | undefined;
}>;

/** What is particular to the line. `target`: the address an act would take; underlined on the cursor line only. */
export type LineMarks = Readonly<{
  cursor: boolean;
  focused: boolean;
  marked: boolean;
  context: boolean;
  target: ReadLine['reading']['all'][number] | undefined;
}>;

type Piece = Readonly<{ start: number; end: number; cutLeft: boolean; cutRight: boolean }>;
type Style = Readonly<{ start: number; end: number; role?: Role; under?: boolean }>;

export function drawLogLine(line: ReadLine, marks: LineMarks, look: LineLook): readonly Line[] {
  const shown = lineText(line, look.box, marks.target?.net);
  const columns = textColumns(look.box) - (shown.lead?.columns ?? 0);
  const styles = stylesOf(shown, marks, look);
  const base: Role = marks.context ? 'dim' : 'plain';
  const on = marks.cursor && marks.focused;
  const indent = [span(spaces(look.box.columns - columns))];
  return piecesOf(shown.text, columns, look).map((piece, row) => {
    const head = row === 0 ? [...gutter(line, marks, look), ...leadSpans(shown, marks, look)] : indent;
    const drawn = [...head, ...spansOf(shown.text, piece, { styles, base, glyphs: look.glyphs })];
    return on ? drawn.map((part) => ({ ...part, on: true })) : drawn;
  });
}

function gutter(line: ReadLine, marks: LineMarks, look: LineLook): readonly Span[] {
  const { glyphs } = look;
  const net = marks.target?.net;
  const sign = net === undefined ? undefined : addressSign(look.stateOf(net), glyphs);
  const cursor = marks.cursor ? sanitise(glyphs.cursor) : safe(' ');
  return [
    span(cursor, 'accent'),
    span(marks.marked ? sanitise(glyphs.marked) : safe(' '), 'accent'),
    ...stampSpans(line, look),
    span(fit(sign?.text ?? safe(''), 4, 'right'), sign?.role ?? 'plain'),
    followSign(isLitLine(line, look), glyphs),
  ];
}

/** Wherever in the line it stands: it may be cut off. */
function isLitLine({ reading }: ReadLine, { isLit }: LineLook): boolean {
  if (isLit === undefined) return false;
  return reading.all.some(({ net }) => isLit(net)) || (reading.chosen !== undefined && isLit(reading.chosen));
}

/** The address in front, in the colour of its state. */
function leadSpans({ lead }: LineText, marks: LineMarks, look: LineLook): readonly Span[] {
  if (lead === undefined) return [];
  const { kind } = look.stateOf(lead.net);
  const address: Span = {
    text: cut(sanitise(lead.net.text), lead.columns - 1),
    role: look.isLit?.(lead.net) === true ? FOLLOWED : kind === 'new' ? 'plain' : kind,
    ...(marks.cursor ? { under: true } : {}),
  };
  return [address, span(spaces(lead.columns - widthOf(address.text)))];
}

function stampSpans(line: ReadLine, look: LineLook): readonly Span[] {
  const { stamps } = look.box;
  if (stamps === 'written' || stamps === 'none') return [];
  const stamp = line.stamp ?? line.reading.stamp;
  const columns = stampColumns(stamps) - 1;
  const text =
    stamp === undefined ? UNKNOWN : stamps === 'relative' ? formatAge(look.now - stamp) : clock(stamp);
  return [span(fit(sanitise(text), columns, 'right'), 'dim'), span(safe(' '))];
}

/** Local time of the console, so that logs in several zones can be compared. */
function clock(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** Addresses by their state, hits of the search above them. */
function stylesOf({ text, all }: LineText, marks: LineMarks, look: LineLook): readonly Style[] {
  const addresses = all.map((found): Style => {
    const state = look.stateOf(found.net);
    const known = state.kind === 'new' ? 'plain' : state.kind;
    const role = look.isLit?.(found.net) === true ? FOLLOWED : known;
    const under = marks.cursor && found.net.text === marks.target?.net.text;
    return { start: found.start, end: found.end, role, under };
  });
  const hits = look.pattern === undefined ? [] : rangesOf(look.pattern, text);
  return [...hits.map((hit): Style => ({ ...hit, role: 'match' })), ...addresses];
}

function piecesOf(text: SafeText, columns: number, look: LineLook): readonly Piece[] {
  if (look.box.wrap)
    return wrapText(text, columns).map((piece) => ({ ...piece, cutLeft: false, cutRight: false }));
  return [window(text, look.column, columns)];
}

/** Columns `from` to `from + columns` as places in the string; one column at a cut end is left for "…". */
function window(text: SafeText, from: number, columns: number): Piece {
  const width = widthOf(text);
  const cutLeft = from > 0 && width > 0;
  const cutRight = width > from + columns;
  const first = cutLeft ? from + 1 : from;
  const last = from + columns - (cutRight ? 1 : 0);
  return { start: indexAt(text, first), end: indexAt(text, last), cutLeft, cutRight };
}

/** Where in the string the column begins; a wide character that straddles it is left out. */
function indexAt(text: SafeText, column: number): number {
  if (widthOf(text) === text.length && !/[^\x20-\x7e]/.test(text)) return Math.min(text.length, column);
  let at = 0;
  let index = 0;
  for (const piece of graphemes(text)) {
    if (at + piece.width > column) break;
    at += piece.width;
    index += piece.text.length;
  }
  return index;
}

type Painting = Readonly<{ styles: readonly Style[]; base: Role; glyphs: Glyphs }>;

function spansOf(text: SafeText, piece: Piece, painting: Painting): readonly Span[] {
  const { styles, base, glyphs } = painting;
  const { start, end } = piece;
  const edges = new Set([start, end]);
  for (const style of styles)
    for (const edge of [style.start, style.end]) if (edge > start && edge < end) edges.add(edge);
  const cuts = [...edges].sort((a, b) => a - b);
  const spans: Span[] = piece.cutLeft ? [span(sanitise(glyphs.ellipsis), 'dim')] : [];
  for (const [index, from] of cuts.entries()) {
    const to = cuts[index + 1];
    if (to === undefined) break;
    const over = styles.filter((style) => style.start <= from && style.end >= to);
    const role = over.find((style) => style.role !== 'plain')?.role ?? base;
    const part: Span = { text: text.slice(from, to) as SafeText, role };
    spans.push(over.some((style) => style.under === true) ? { ...part, under: true } : part);
  }
  return piece.cutRight ? [...spans, span(sanitise(glyphs.ellipsis), 'dim')] : spans;
}

/** What came while the line was away follows, or is counted as skipped, where nothing else is said. */
function awayWords({ ms, unknown }: NonNullable<Gap['away']>): string {
  if (ms === 0) return 'the file went away, its last lines may be missing';
  const words = `the line was down ${formatDuration(Math.max(1, Math.round(ms / 1000)))}`;
  return unknown ? `${words}, a file went away then: lines may be missing` : words;
}

/** The row that says what is missing, or why lines repeat, where it is so. No line of a log is drawn like it. */
export function drawGap({ skipped, again, away }: Gap, columns: number, glyphs: Glyphs): Line {
  const parts = [
    ...(away === undefined ? [] : [awayWords(away)]),
    ...(again ? ['started again, lines may repeat'] : []),
    ...(skipped > 0 ? [`${groupDigits(skipped)} ${skipped === 1 ? 'line' : 'lines'} skipped`] : []),
  ];
  const words = sanitise(` ${parts.join(', ')} `);
  const rest = Math.max(0, columns - widthOf(words) - 2);
  const row = sanitise(`${repeat(glyphs.horizontal, 2)}${words}${repeat(glyphs.horizontal, rest)}`);
  return [span(cut(row, columns), 'warn')];
}
