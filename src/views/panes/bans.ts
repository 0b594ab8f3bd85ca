// The bans pane: every member of every ban set in one table, with the time left and whether a rule really drops it.

import { formatAge } from '../../core/duration.ts';
import type { Line, Span } from '../../core/line.ts';
import { memberNet } from '../../core/members.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import { type BansPane, cursorAt, markKey, paneTable, topAt } from '../../store/bans/bans-pane.ts';
import { countItems, type Item, itemAt, type Table } from '../../store/bans/table.ts';
import { roomOf } from '../../store/slices/bans.ts';
import type { ConsoleState } from '../../store/state.ts';
import { followSign, type Light, lightOf } from '../parts/follow-light.ts';
import { cutLine, spaces, span, widthOfLine } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { bansColumns, type MemberItem, wordColumns } from './bans-columns.ts';
import { drawBanDetail } from './bans-detail.ts';
import { emptyBans, unlistedLine, unsearchedLine } from './bans-empty.ts';
import { harmLines, harmOnFrame } from './bans-findings.ts';
import { type Fitted, fitColumns, headSpans, rowSpans } from './columns.ts';
import { paragraphs } from './explain.ts';
import { said } from './log-empty.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

/** Cursor and mark; while an address is followed, its sign behind them. */
const GUTTER = 2;
const FOLLOW_GUTTER = 3;
/** Of a frame's line: dashes and blanks around title and state. */
const FRAME_COLUMNS = 7;
/** In a narrower pane the words on the frame are shorter. */
const WIDE = 60;
const ADDRESS_MIN = 15;
const SET_MIN = 10;
/** The names of sets begin with this part of the width. */
const SET_SHARE = 4;
const NAMES_SHOWN = 2;
/** A listing that disagrees with its set's count is said to be old after this long. */
const OLD_LISTING_MS = 10_000;

export const drawBans: DrawPane = (state, spec, context): PaneView => {
  const pane = state.bans.panes.get(spec.id);
  if (pane === undefined) return { title: [span(safe('bans'), 'title')], state: [], body: [] };
  const table = paneTable(pane, state.bans);
  const onFrame = stateOf(state, pane, { table, context });
  const room = context.columns - widthOfLine(onFrame) - FRAME_COLUMNS;
  const frame = { title: titleOf(pane, table, room), state: onFrame };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (countItems(table) === 0)
    return {
      ...frame,
      body: said([...emptyBans(state, pane, table), ...harmLines(table, context.glyphs)], context),
    };
  return { ...frame, body: drawTable(state, pane, { table, context }) };
};

type Drawing = Readonly<{ table: Table; context: DrawContext }>;

function drawTable(state: ConsoleState, pane: BansPane, { table, context }: Drawing): readonly Line[] {
  const room = roomOf(state.bans, pane, context.rows);
  const height = room.table;
  const top = topAt(pane, table, height);
  const cursor = cursorAt(pane, table);
  const items: Item[] = [];
  for (let index = top; index < Math.min(countItems(table), top + height); index++) {
    const item = itemAt(table, index);
    if (item !== undefined) items.push(item);
  }
  const members = items.filter((item): item is MemberItem => item.kind === 'row');
  const target = pane.marks.size > 0 ? undefined : items[cursor - top];
  const isLit = lightOf(state);
  const gutter = isLit === undefined ? GUTTER : FOLLOW_GUTTER;
  const columns = bansColumns({
    state,
    isLit,
    glyphs: context.glyphs,
    sort: pane.sort,
    reverse: pane.reverse,
    addressColumns: addressColumns(members, context.columns - gutter),
    setColumns: setColumns(members, context.columns - gutter),
    wordColumns: wordColumns(members, context.columns, context.glyphs),
    cursor: target?.kind === 'row' ? target : undefined,
  });
  const fitted = fitColumns(columns, members, Math.max(1, context.columns - gutter));
  const rows = items.map((item, index) =>
    drawItem(state, item, { pane, context, fitted, isCursor: top + index === cursor, members, isLit }),
  );
  const head: readonly Line[] = members.length === 0 ? [] : [[span(spaces(gutter)), ...headSpans(fitted)]];
  const body = [...head, ...rows].slice(0, context.rows);
  const about = room.detail === 0 ? [] : drawBanDetail(state, items[cursor - top], { room, context });
  const foot = room.foot === 0 ? undefined : footLine(state, table, context);
  const left = foot === undefined ? [] : firstOf(paragraphs([foot], context.columns), context);
  return [...body, ...about, ...left];
}

type ItemDrawing = Readonly<{
  pane: BansPane;
  context: DrawContext;
  fitted: readonly Fitted<MemberItem>[];
  isCursor: boolean;
  members: readonly MemberItem[];
  isLit: Light | undefined;
}>;

function drawItem(state: ConsoleState, item: Item, drawing: ItemDrawing): Line {
  const { pane, context, fitted, isCursor, members, isLit } = drawing;
  const { glyphs } = context;
  const marked =
    item.kind === 'row' &&
    pane.marks.size > 0 &&
    pane.marks.has(markKey(item.part.set.key, memberNet(item.part.members, item.row)));
  const gutter: readonly Span[] = [
    span(isCursor ? sanitise(glyphs.cursor) : safe(' '), 'accent'),
    span(marked ? sanitise(glyphs.marked) : safe(' '), 'accent'),
    ...(isLit === undefined ? [] : [followSign(isLitItem(item, isLit), glyphs, 'accent')]),
  ];
  const cells =
    item.kind === 'set' ? unlistedLine(state, item, glyphs) : rowSpans(fitted, members.indexOf(item));
  const line = cutLine([...gutter, ...cells], context.columns);
  return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
}

function isLitItem(item: Item, isLit: Light): boolean {
  return item.kind === 'row' && isLit(memberNet(item.part.members, item.row));
}

function addressColumns(members: readonly MemberItem[], columns: number): number {
  const widest = members.reduce(
    (most, { part, row }) => Math.max(most, memberNet(part.members, row).text.length),
    ADDRESS_MIN,
  );
  return Math.max(1, Math.min(widest, columns));
}

/** Names that end alike are told apart by their whole; not at the price of all else. */
function setColumns(members: readonly MemberItem[], columns: number): number {
  const widest = members.reduce((most, { part }) => Math.max(most, widthOf(part.name)), SET_MIN);
  return Math.min(widest, Math.max(SET_MIN, Math.floor(columns / SET_SHARE)));
}

/** One line; what is left out ends in a sign, within the width. */
function firstOf([first, ...others]: readonly Line[], { columns, glyphs }: DrawContext): readonly Line[] {
  if (first === undefined) return [];
  if (others.length === 0) return [first];
  const sign = span(sanitise(glyphs.ellipsis), first.at(-1)?.role ?? 'warn');
  return [[...cutLine(first, columns - widthOf(sign.text)), sign]];
}

/** What the table does not show although it should, else which of its sets does not hold. */
function footLine(state: ConsoleState, table: Table, { glyphs }: DrawContext): Line | undefined {
  if (table.unsearched > 0) return unsearchedLine(table.unsearched);
  const { gaps } = state.bans;
  const harms = harmLines(table, glyphs);
  const others = gaps.length + harms.length - 1;
  const [gap] = gaps;
  if (gap !== undefined) {
    const more = others > 0 ? ` (+${others} more)` : '';
    return [span(sanitise(`not shown: ${gap}${more}`), 'warn')];
  }
  // A sentence that is cut at the edge must not take the count of the others with it.
  return others > 0 ? [span(sanitise(`(+${others} more) `), 'bad'), ...(harms[0] ?? [])] : harms[0];
}

/** "bans  f2b-http, sshguard +4", the order unless it is the usual one, and the filter. */
function titleOf(pane: BansPane, table: Table, room: number): Line {
  const names: SafeText[] = [];
  for (const { name } of [...table.unlisted, ...table.parts]) if (!names.includes(name)) names.push(name);
  const order = pane.sort === 'set' ? '' : `  by ${pane.sort}`;
  const filter = pane.filter === '' ? '' : `  filter ${pane.filter}`;
  const forms = [NAMES_SHOWN, 1].map((count) => namesText(names, count)).concat(`  ${names.length} sets`);
  const fits = forms.find((form) => widthOf(sanitise(`bans${form}${order}${filter}`)) <= room);
  return [
    span(safe('bans'), 'title'),
    span(sanitise(names.length === 0 ? '' : (fits ?? ''))),
    ...(order === '' ? [] : [span(sanitise(order), 'dim')]),
    ...(filter === '' ? [] : [span(sanitise(filter), 'accent')]),
  ];
}

function namesText(names: readonly SafeText[], shown: number): string {
  const more = names.length > shown ? ` +${names.length - shown}` : '';
  return `  ${names.slice(0, shown).join(', ')}${more}`;
}

function stateOf(state: ConsoleState, pane: BansPane, { table, context }: Drawing): Line {
  const { bans } = state;
  const marks = pane.marks.size;
  const total = table.parts.reduce((sum, { members }) => sum + members.length, 0);
  const count =
    pane.filter === '' ? groupDigits(total) : `${groupDigits(table.rows)} of ${groupDigits(total)}`;
  const old = oldListing(state, table);
  const parts: readonly (readonly Span[])[] = [
    pane.notice === undefined ? [] : [span(pane.notice, 'warn')],
    marks > 0 ? [span(sanitise(`${context.glyphs.marked} ${groupDigits(marks)} marked`), 'accent')] : [],
    old === undefined ? [] : [span(old, 'warn')],
    harmOnFrame(table, context.glyphs, context.columns < WIDE),
    bans.at === undefined || table.parts.length === 0
      ? []
      : [span(sanitise(`${count} ${elements(total, context.columns)}`))],
    sourceState(state.sources.bans, state),
  ];
  const dot = span(sanitise(` ${context.glyphs.dot} `), 'dim');
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [dot, ...part]));
}

function elements(total: number, columns: number): string {
  if (columns < WIDE) return total === 1 ? 'row' : 'rows';
  return total === 1 ? 'element' : 'elements';
}

/** Big sets are not listed again by themselves: when the count says otherwise, the age of the listing is said. */
function oldListing(state: ConsoleState, table: Table): SafeText | undefined {
  const old = table.parts.find(
    ({ set, members }) =>
      set.count !== undefined && set.count !== members.length && state.now - members.at > OLD_LISTING_MS,
  );
  if (old === undefined) return undefined;
  return sanitise(`${old.name} listed ${formatAge(state.now - old.members.at)}`);
}
