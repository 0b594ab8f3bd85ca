// The table of addresses that conntrack and traffic panes share: cursor, mark, state of the address, then numbers.

import type { Line, Span } from '../../core/line.ts';
import type { SourceRow } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatPercent } from '../../core/units.ts';
import { fit, widthOf } from '../../core/width.ts';
import { type AddressState, selectAddressState } from '../../store/select/address-state.ts';
import type { ConsoleState } from '../../store/state.ts';
import { cursorIndex, firstRow, type TableCursor } from '../../store/table-cursor.ts';
import { drawBar } from '../charts/bars.ts';
import type { Glyphs } from '../glyphs.ts';
import { addressSign } from '../parts/address-sign.ts';
import { FOLLOWED, followSign, lightOf } from '../parts/follow-light.ts';
import { fitLine, span, widthOfLine } from '../parts/lines.ts';
import type { DrawContext } from './pane.ts';

/** A column of numbers, right-aligned. The first ones stay longest when the pane is narrow. */
export type NumberColumn = Readonly<{
  title: SafeText;
  width: number;
  text: (row: SourceRow) => SafeText;
}>;

export type SourceTable = Readonly<{
  title: Readonly<{ long: SafeText; short: SafeText }>;
  rows: readonly SourceRow[];
  columns: readonly NumberColumn[];
  /** What the row has of all there is, 0 to 1; drawn where there is room. */
  share: Readonly<{ title: SafeText; of: (row: SourceRow) => number | undefined }>;
  cursor: TableCursor;
  marks: ReadonlyMap<string, unknown>;
  /** Lines of rows on screen; the column titles come on top when `head`. */
  height: number;
  head: boolean;
}>;

/** Cursor and mark; then the sign of the address ("999×") and a blank. */
const GUTTER_WIDTH = 2;
const SIGN_WIDTH = 5;
const ADDRESS_MIN = SIGN_WIDTH + 15;
/** Wider, and the eye loses the row on its way to the numbers. */
const ADDRESS_MAX = SIGN_WIDTH + 39;
const PERCENT_WIDTH = 7;
const BAR_MIN = 6;
const BAR_MAX = 30;

export function drawSourceTable(
  state: ConsoleState,
  table: SourceTable,
  context: DrawContext,
): readonly Line[] {
  const shown = fittingColumns(table.columns, context.columns);
  const numbers = shown.reduce((sum, column) => sum + column.width + 1, 0);
  const free = Math.max(0, context.columns - GUTTER_WIDTH - numbers);
  const room = free - ADDRESS_MAX >= PERCENT_WIDTH + BAR_MIN ? ADDRESS_MAX : free;
  const bar = Math.min(BAR_MAX, free - room - PERCENT_WIDTH);
  const at = cursorIndex(
    table.cursor,
    table.rows.map((row) => row.net.text),
  );
  const top = firstRow(at, table.rows.length, table.height);
  const lines = table.rows.slice(top, top + table.height).map((row, index) => {
    const under = top + index === at;
    const marked = table.marks.has(row.net.text);
    const line: Line = [
      span((under ? context.glyphs.cursor : ' ') as SafeText, 'accent'),
      span((marked ? context.glyphs.marked : ' ') as SafeText, 'accent'),
      ...addressCell(state, row, { room, under, glyphs: context.glyphs }),
      ...shown.map((column) => span(fit(column.text(row), column.width + 1, 'right'))),
    ];
    const share = bar > 0 ? shareCell(table.share.of(row), bar, context.glyphs) : [];
    if (!under || !context.focused) return [...line, ...share];
    // Inverse only where keys act: one cursor on the screen. An inverse bar would say the opposite.
    const width = bar > 0 ? widthOfLine(line) : context.columns;
    return [...fitLine(line, width).map((part) => ({ ...part, on: true })), ...share];
  });
  const head = headLine(table, shown, GUTTER_WIDTH + room);
  const over = bar > 0 ? [span(fit(table.share.title, PERCENT_WIDTH, 'right'), 'dim')] : [];
  return table.head ? [[...head, ...over], ...lines] : lines;
}

function shareCell(share: number | undefined, columns: number, glyphs: Glyphs): Line {
  const percent = span(fit(sanitise(formatPercent(share)), PERCENT_WIDTH - 1, 'right'));
  return [percent, span(safe(' ')), ...drawBar(share, { columns, glyphs, role: 'chart-a' })];
}

/** The title stands over the addresses; where it does not fit, its short form does. */
function headLine(table: SourceTable, shown: readonly NumberColumn[], room: number): Line {
  const indent = Math.min(GUTTER_WIDTH + SIGN_WIDTH, room);
  const title = widthOf(table.title.long) <= room - indent ? table.title.long : table.title.short;
  return [
    span(fit(sanitise(' '.repeat(indent) + title), room), 'dim'),
    ...shown.map((column) => span(fit(column.title, column.width + 1, 'right'), 'dim')),
  ];
}

function fittingColumns(columns: readonly NumberColumn[], width: number): readonly NumberColumn[] {
  let left = width - GUTTER_WIDTH - ADDRESS_MIN;
  const shown: NumberColumn[] = [];
  for (const column of columns) {
    left -= column.width + 1;
    if (left < 0) break;
    shown.push(column);
  }
  return shown;
}

type Place = Readonly<{ room: number; under: boolean; glyphs: Glyphs }>;

function addressCell(state: ConsoleState, row: SourceRow, { room, under, glyphs }: Place): readonly Span[] {
  const known = selectAddressState(state, row.net);
  const sign = addressSign(known, glyphs);
  const lit = lightOf(state)?.(row.net) === true;
  const members = row.members !== undefined && row.members > 1 ? ` (${row.members})` : '';
  const ours = row.ours ? ' ours' : '';
  const left = Math.max(0, room - SIGN_WIDTH);
  const address = fit(sanitise(row.net.text), Math.min(widthOf(row.net.text), left));
  const rest = fit(sanitise(`${members}${ours}${noteOf(known)}`), left - widthOf(address));
  return [
    span(fit(sign.text, Math.min(SIGN_WIDTH - 1, room), 'right'), sign.role),
    ...(room < SIGN_WIDTH ? [] : [followSign(lit, glyphs, sign.role)]),
    { text: address, role: lit ? FOLLOWED : sign.role, ...(under ? { under: true } : {}) },
    span(rest, row.ours ? 'warn' : 'dim'),
  ];
}

function noteOf(known: AddressState): string {
  if (known.kind === 'safe') return ` ${known.why}`;
  return known.kind === 'banned' && !known.proved ? ' not proved' : '';
}
