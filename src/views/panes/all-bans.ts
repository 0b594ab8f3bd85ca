// The all-bans pane: each banned address once, with the hosts that have it and those that do not. What could not be read is
// named with its age below the table: of such a host nothing is denied.

import type { Line } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { groupDigits } from '../../core/units.ts';
import { fit, widthOf } from '../../core/width.ts';
import { type FleetTable, fleetRowAt } from '../../store/fleet/all-bans.ts';
import {
  ALL_BANS_HEAD_ROWS,
  type AllBansPane,
  allBansCursor,
  allBansHosts,
  allBansRows,
  allBansTable,
  allBansTop,
  detailCursor,
  detailRows,
  openRow,
} from '../../store/fleet/all-bans-pane.ts';
import { type HostKnown, hostsKnown, presenceOf } from '../../store/fleet/presence.ts';
import { hostInk } from '../../store/select/hosts.ts';
import type { ConsoleState } from '../../store/state.ts';
import { firstRow } from '../../store/table-cursor.ts';
import { followSign, lightOf } from '../parts/follow-light.ts';
import { cutLine, span } from '../parts/lines.ts';
import { addressColumns, allBansColumns, detailSpans, type ShownRow } from './all-bans-columns.ts';
import { fitColumns, headSpans, rowSpans } from './columns.ts';
import { paragraphs } from './explain.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

const ADDRESS_MIN = 15;

export const drawAllBans: DrawPane = (state, spec, context): PaneView => {
  const pane = state.fleet.bans.get(spec.id);
  const title = [span(safe('all bans'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const table = allBansTable(state, pane);
  const hosts = hostsKnown(state, allBansHosts(state, pane));
  const drawing: Drawing = { pane, table, hosts, context };
  const frame = { title: [...title, ...titleRest(pane)], state: stateLine(drawing) };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (pane.open !== undefined) return { ...frame, body: drawDetail(state, drawing) };
  if (table.rows.length === 0) return { ...frame, body: drawNone(drawing) };
  return { ...frame, body: drawTable(state, drawing) };
};

type Drawing = Readonly<{
  pane: AllBansPane;
  table: FleetTable;
  hosts: readonly HostKnown[];
  context: DrawContext;
}>;

function titleRest({ open, filter, sort, spec }: AllBansPane): Line {
  if (open !== undefined) return [span(sanitise(`  ${open.text}`))];
  const names = spec.hosts.length === 0 ? '' : `  ${spec.hosts.join(', ')}`;
  const order = sort === 'address' ? '' : `  by ${sort}`;
  return [
    span(sanitise(names, 80)),
    span(sanitise(order), 'dim'),
    span(sanitise(filter === '' ? '' : `  filter ${filter}`), 'accent'),
  ];
}

function stateLine({ pane, table, hosts, context }: Drawing): Line {
  const dot = span(sanitise(` ${context.glyphs.dot} `), 'dim');
  const all = table.merged.starts.length;
  const count =
    pane.filter === '' ? groupDigits(all) : `${groupDigits(table.rows.length)} of ${groupDigits(all)}`;
  const old = hosts.filter(({ doubt }) => doubt !== undefined).length;
  const parts: readonly Line[] = [
    pane.notice === undefined ? [] : [span(pane.notice, 'warn')],
    pane.marks.size === 0
      ? []
      : [span(sanitise(`${context.glyphs.marked} ${groupDigits(pane.marks.size)} marked`), 'accent')],
    old === 0 ? [] : [span(sanitise(`${old} of ${hosts.length} hosts not whole`), 'warn')],
    [span(sanitise(`${count} on ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`))],
  ];
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [dot, ...part]));
}

function drawNone({ pane, hosts, context }: Drawing): readonly Line[] {
  const doubts = hosts.filter(({ doubt }) => doubt !== undefined);
  const none = doubts.length === 0 ? 'nobody is banned on these hosts' : 'no ban is known';
  const words = pane.filter === '' ? none : 'no ban matches the filter';
  const lines: readonly Line[] = [
    [span(sanitise(words), 'dim')],
    ...doubts.map(({ id, doubt }): Line => [span(sanitise(`${id}: ${doubt}`), 'warn')]),
  ];
  return paragraphs(lines, context.columns).slice(0, context.rows);
}

function drawTable(state: ConsoleState, { pane, table, hosts, context }: Drawing): readonly Line[] {
  const height = allBansRows(context.rows);
  const cursor = allBansCursor(pane, table);
  const top = allBansTop(cursor, table.rows.length, height);
  const isLit = lightOf(state);
  const rows: ShownRow[] = [];
  for (let index = top; index < Math.min(table.rows.length, top + height); index++) {
    const row = fleetRowAt(table, index);
    if (row !== undefined) rows.push({ row, says: presenceOf(row, hosts), lit: isLit?.(row.net) === true });
  }
  const gutter = isLit === undefined ? 2 : 3;
  const room = Math.max(1, context.columns - gutter);
  const { sort, reverse } = pane;
  const { glyphs } = context;
  const widest = Math.min(room, addressColumns(rows, ADDRESS_MIN));
  const columns = allBansColumns({ glyphs, sort, reverse, addressColumns: widest });
  const fitted = fitColumns(columns, rows, room);
  const lines = rows.map(({ row, lit }, index): Line => {
    const isCursor = top + index === cursor;
    const signs = [
      span(isCursor ? sanitise(glyphs.cursor) : safe(' '), 'accent'),
      span(pane.marks.has(row.net.text) ? sanitise(glyphs.marked) : safe(' '), 'accent'),
      ...(isLit === undefined ? [] : [followSign(lit, glyphs, 'accent')]),
    ];
    const line = cutLine([...signs, ...rowSpans(fitted, index)], context.columns);
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  const head: Line = [span(sanitise(' '.repeat(gutter))), ...headSpans(fitted)];
  const body = [head, ...lines].slice(0, context.rows);
  const foot = footLine({ pane, table, hosts, context });
  const left = context.rows - ALL_BANS_HEAD_ROWS - height;
  return foot === undefined || left <= 0 ? body : [...padded(body, height), foot];
}

function padded(body: readonly Line[], height: number): readonly Line[] {
  const missing = Math.max(0, ALL_BANS_HEAD_ROWS + height - body.length);
  return [...body, ...Array.from({ length: missing }, (): Line => [])];
}

/** "edge2: 40 s old; edge3: not read yet; +4 more". */
function footLine({ table, hosts, context }: Drawing): Line | undefined {
  if (table.unsearched > 0)
    return [span(sanitise(`${groupDigits(table.unsearched)} elements were not searched`), 'warn')];
  const words = hosts.flatMap(({ id, doubt }) => (doubt === undefined ? [] : [`${id}: ${doubt}`]));
  if (words.length === 0) return undefined;
  const room = context.columns - 2;
  let shown = words.length;
  const text = (): string =>
    `${words.slice(0, shown).join('; ')}${shown < words.length ? `; +${words.length - shown} more` : ''}`;
  while (shown > 1 && widthOf(sanitise(text())) > room) shown--;
  return cutLine([span(safe(' ')), span(sanitise(text()), 'warn')], context.columns);
}

function drawDetail(state: ConsoleState, { pane, table, hosts, context }: Drawing): readonly Line[] {
  const row = openRow(pane, table);
  if (row === undefined) return [];
  const says = presenceOf(row, hosts);
  const height = detailRows(context.rows);
  const cursor = detailCursor(
    pane,
    hosts.map(({ id }) => id),
  );
  const top = firstRow(cursor, says.length, height);
  const widest = hosts.reduce((most, { id }) => Math.max(most, widthOf(sanitise(id))), 4);
  const names = Math.min(widest, Math.max(8, Math.floor(context.columns / 4)));
  const there = says.filter(({ kind }) => kind === 'there' || kind === 'covered').length;
  const head: Line = [span(sanitise(`  on ${there} of ${says.length} hosts`), 'dim')];
  const lines = says.slice(top, top + height).map((one, index): Line => {
    const isCursor = top + index === cursor;
    const line = cutLine(
      [
        span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent'),
        span(safe(' ')),
        span(fit(sanitise(one.host.id), names), hostInk(state.session, one.host.id)),
        span(safe('  ')),
        ...detailSpans(one, context.glyphs),
      ],
      context.columns,
    );
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  return [head, ...lines];
}
