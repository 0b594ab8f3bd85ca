// The uplinks pane: which way each address leaves, who answers whom, tunnels, WireGuard's peers, tables and the rules that name them.
// One row in full on demand, with the rules that lead to the decision.

import type { Net } from '../../core/address.ts';
import type { Line, Role } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { fit } from '../../core/width.ts';
import { isRelated } from '../../store/follow/match.ts';
import { ageText, type UplinkRow, uplinkRows, uplinkTrouble } from '../../store/select/uplinks.ts';
import {
  findingWords,
  UPLINK_LABEL_COLUMNS,
  UPLINK_MARGIN,
  type UplinkLine,
} from '../../store/select/uplinks-detail.ts';
import type { UplinkItem } from '../../store/select/uplinks-items.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import {
  openUplink,
  type UplinksPane,
  uplinkLines,
  uplinksHeight,
  uplinksShown,
  uplinkUnderCursor,
} from '../../store/slices/uplinks.ts';
import type { ConsoleState } from '../../store/state.ts';
import { cursorIndex, firstRow } from '../../store/table-cursor.ts';
import { followSign } from '../parts/follow-light.ts';
import { cutLine, spaces, span } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { type Column, fitColumns, headSpans, rowSpans } from './columns.ts';
import { explainStatus, paragraphs } from './explain.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';
import {
  ADDRESS_COLUMNS,
  peerColumns,
  reachColumns,
  TABLE_COLUMNS,
  tunnelColumns,
} from './uplinks-columns.ts';

const GUTTER = 2;
const OLD_MS = 30_000;

export const drawUplinks: DrawPane = (state, spec, context): PaneView => {
  const pane = state.uplinks.panes.get(spec.id);
  const title = [span(safe('uplinks'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const open = openUplink(state, pane);
  const name = open === undefined ? [] : [span(safe('  ')), span(sanitise(titleOf(open), 60))];
  const frame = { title: [...title, ...name], state: stateLine(state, context) };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (open !== undefined) return { ...frame, body: drawDetail(state, pane, context) };
  if (uplinkRows(state).length === 0) return { ...frame, body: drawEmpty(state, context) };
  return { ...frame, body: drawList(state, pane, context) };
};

function titleOf(row: UplinkRow): string {
  switch (row.kind) {
    case 'address':
      return row.row.net.text;
    case 'reach':
      return `${row.row.from.text} > ${row.row.to.text}`;
    case 'tunnel':
      return row.row.name;
    case 'peer':
      return `${row.row.dev} ${row.row.key}`;
    case 'table':
      return `table ${row.row.table}`;
  }
}

function stateLine(state: ConsoleState, { glyphs }: DrawContext): Line {
  const source = sourceState(state.sources.uplinks, state);
  if (state.uplinks.sample === undefined) return source;
  const { harms, warnings } = uplinkTrouble(state);
  const dot = sanitise(` ${glyphs.dot} `);
  const said = (count: number, word: string, role: Role): Line =>
    count === 0 ? [] : [span(sanitise(`${count} ${word}`), role), span(dot)];
  return [...said(harms, 'broken', 'bad'), ...said(warnings, 'to check', 'warn'), ...source];
}

function drawEmpty(state: ConsoleState, { columns, rows }: DrawContext): readonly Line[] {
  const { sample } = state.uplinks;
  if (sample === undefined)
    return explainStatus(
      state.sources.uplinks,
      safe('Asking for addresses, rules and tables …'),
      columns,
    ).slice(0, rows);
  const gaps = sample.gaps.map((gap): Line => [span(gap, 'warn')]);
  return paragraphs([[span(safe('No address but its own was found on this host.'))], ...gaps], columns).slice(
    0,
    rows,
  );
}

function drawList(state: ConsoleState, pane: UplinksPane, context: DrawContext): readonly Line[] {
  const { items, cursor } = uplinksShown(state, pane, context.rows);
  const drawn = sectionLines(state, items, Math.max(1, context.columns - GUTTER));
  const followed = selectFollowed(state);
  const lines = items.map((item, at): Line => {
    const line = drawn[at] ?? [];
    if (item.kind === 'blank') return [];
    if (item.kind === 'head') return cutLine([span(safe('  ')), ...line], context.columns);
    const isCursor = at === cursor;
    const sign = span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent');
    const lit = followed !== undefined && netsOf(item.row).some((net) => isRelated(followed, net));
    const whole = cutLine([sign, followSign(lit, context.glyphs, 'accent'), ...line], context.columns);
    return isCursor && context.focused ? whole.map((part) => ({ ...part, on: true })) : whole;
  });
  const height = uplinksHeight(context.rows);
  const foot = context.rows - height;
  if (foot <= 0) return lines.slice(0, context.rows);
  const padding = Array.from({ length: Math.max(0, height - lines.length) }, (): Line => []);
  return [
    ...lines,
    ...padding,
    ...drawFoot(state, uplinkUnderCursor(state, pane), { ...context, rows: foot }),
  ];
}

/** All addresses of a row light up, not only the one that the key takes. */
function netsOf(row: UplinkRow): readonly Net[] {
  if (row.kind === 'reach') return [row.row.to, row.row.from];
  if (row.kind === 'address' && row.row.gateway !== undefined) return [row.row.net, row.row.gateway];
  return row.net === undefined ? [] : [row.net];
}

/** Each section is a table of its own: its columns are as wide as its rows on screen need. */
function sectionLines(state: ConsoleState, items: readonly UplinkItem[], width: number): readonly Line[] {
  const rows = items.flatMap((item) => (item.kind === 'row' ? [item.row] : []));
  const { now } = state;
  const tables = {
    address: tableOf(
      rows.flatMap((one) => (one.kind === 'address' ? [one] : [])),
      ADDRESS_COLUMNS,
      width,
    ),
    reach: tableOf(
      rows.flatMap((one) => (one.kind === 'reach' ? [one] : [])),
      reachColumns(now),
      width,
    ),
    tunnel: tableOf(
      rows.flatMap((one) => (one.kind === 'tunnel' ? [one] : [])),
      tunnelColumns(now),
      width,
    ),
    peer: tableOf(
      rows.flatMap((one) => (one.kind === 'peer' ? [one] : [])),
      peerColumns(now),
      width,
    ),
    table: tableOf(
      rows.flatMap((one) => (one.kind === 'table' ? [one] : [])),
      TABLE_COLUMNS,
      width,
    ),
  };
  return items.map((item): Line => {
    if (item.kind === 'blank') return [];
    return item.kind === 'head'
      ? tables[item.of].head
      : (tables[item.row.kind].lines.get(item.row.key) ?? []);
  });
}

type Drawn = Readonly<{ head: Line; lines: ReadonlyMap<string, Line> }>;

function tableOf<Row extends Readonly<{ key: string }>>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): Drawn {
  const fitted = fitColumns(columns, rows, width);
  return {
    head: headSpans(fitted),
    lines: new Map(rows.map(({ key }, index) => [key, rowSpans(fitted, index)])),
  };
}

/** What is wrong with the row under the cursor, else with the host; and what could not be read. */
function drawFoot(state: ConsoleState, row: UplinkRow | undefined, context: DrawContext): readonly Line[] {
  const { findings = [], gaps = [] } = state.uplinks.sample ?? {};
  const wrong = [...(row?.findings ?? []), ...findings];
  const words = findingWords(wrong).map(({ text, role }): Line => [span(sanitise(text), role)]);
  const unread = [...gaps, ...pingGaps(state)].map((gap): Line => [span(gap, 'warn')]);
  const told = paragraphs(words, context.columns);
  const kept = told.slice(0, Math.max(1, context.rows - Math.min(1, unread.length)));
  return [...kept, ...paragraphs(unread, context.columns)].slice(0, context.rows);
}

/** Pings come from a source of their own: when it has nothing new to say, their rows are old. */
function pingGaps(state: ConsoleState): readonly SafeText[] {
  const { reach } = state.uplinks;
  const status = state.sources['uplinks-reach'];
  const failing = status?.kind === 'unavailable' || status?.kind === 'retrying';
  const since = reach === undefined || reach.rows.length === 0 ? 0 : state.now - reach.at;
  return [
    ...(failing ? [sanitise(`pings: ${status.problem.summary}`, 160)] : []),
    ...(since > OLD_MS ? [sanitise(`pings are ${ageText(since)} old`)] : []),
    ...(reach?.gap === undefined ? [] : [reach.gap]),
  ];
}

function drawDetail(state: ConsoleState, pane: UplinksPane, context: DrawContext): readonly Line[] {
  const lines = uplinkLines(state, pane, context.columns);
  const keys = lines.map(({ key }) => key);
  const at = cursorIndex(pane.lines, keys);
  const first = firstRow(at, keys.length, context.rows);
  return lines
    .slice(first, first + context.rows)
    .map((line, index) => detailLine(line, first + index === at, context));
}

function detailLine({ label, text, role }: UplinkLine, isCursor: boolean, context: DrawContext): Line {
  const sign = isCursor ? sanitise(context.glyphs.cursor) : safe(' ');
  const line = cutLine(
    [
      span(sign, 'accent'),
      span(spaces(UPLINK_MARGIN - 1)),
      span(fit(label, UPLINK_LABEL_COLUMNS), 'dim'),
      span(text, role),
    ],
    context.columns,
  );
  return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
}
