// The hosts pane: one row per host, what needs somebody first. Unknown is a dash, never a zero.

import type { Line, Role } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { formatBits, formatCount, formatPercent, UNKNOWN } from '../../core/units.ts';
import { widthOf } from '../../core/width.ts';
import type { HostView } from '../../store/fleet/host-view.ts';
import { HOSTS_HEAD_ROWS, type HostsPane, hostsRows, hostsShown } from '../../store/fleet/hosts-pane.ts';
import { hostsWanted } from '../../store/fleet/wanted.ts';
import { hostInk } from '../../store/select/hosts.ts';
import type { ConsoleState } from '../../store/state.ts';
import { cursorIndex, firstRow } from '../../store/table-cursor.ts';
import { cutLine, span } from '../parts/lines.ts';
import { shieldsBrief } from '../parts/shields-brief.ts';
import { type Cell, type Column, fitColumns, headSpans, rowSpans } from './columns.ts';
import { paragraphs } from './explain.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

const GUTTER = 2;
const NAME_MIN = 8;
const NAME_MAX = 20;
/** Room to say what a number is of. */
const WIDE = 140;

export const drawHosts: DrawPane = (state, spec, context): PaneView => {
  const pane = state.fleet.hosts.get(spec.id);
  const title = [span(safe('hosts'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const views = hostsShown(state, pane);
  const filter = pane.filter === '' ? [] : [span(sanitise(`  filter ${pane.filter}`), 'accent' as const)];
  const names = pane.spec.hosts.length === 0 ? [] : [span(sanitise(`  ${pane.spec.hosts.join(', ')}`))];
  const frame = { title: [...title, ...names, ...filter], state: stateLine(state, pane, { views, context }) };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (views.length === 0) return { ...frame, body: drawNone(pane, context) };
  return { ...frame, body: drawTable(state, pane, { views, context }) };
};

type Drawing = Readonly<{ views: readonly HostView[]; context: DrawContext }>;

function stateLine(state: ConsoleState, pane: HostsPane, { views, context }: Drawing): Line {
  const all = hostsWanted(state.session, pane.spec.hosts).length;
  const away = views.filter(({ reached }) => !reached).length;
  const marks = pane.marks.size;
  const dot = span(sanitise(` ${context.glyphs.dot} `), 'dim');
  return [
    ...(marks === 0
      ? []
      : [span(sanitise(`${context.glyphs.marked} ${marks} marked`), 'accent' as const), dot]),
    ...(away === 0 ? [] : [span(sanitise(`${away} not connected`), 'bad' as const), dot]),
    span(sanitise(pane.filter === '' ? `${all} hosts` : `${views.length} of ${all} hosts`)),
  ];
}

function drawNone({ filter }: HostsPane, { columns, rows }: DrawContext): readonly Line[] {
  const why = filter === '' ? 'this session has none of the hosts that this pane names' : 'no host matches';
  return paragraphs([[span(sanitise(why), 'dim')]], columns).slice(0, rows);
}

function drawTable(state: ConsoleState, pane: HostsPane, { views, context }: Drawing): readonly Line[] {
  const height = hostsRows(context.rows);
  const cursor = cursorIndex(
    pane.cursor,
    views.map(({ id }) => id),
  );
  const top = firstRow(cursor, views.length, height);
  const rows = views.slice(top, top + height);
  const fitted = fitColumns(columnsOf(state, rows, context), rows, Math.max(1, context.columns - GUTTER));
  const lines = rows.map((view, index): Line => {
    const isCursor = top + index === cursor;
    const gutter = [
      span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent'),
      span(pane.marks.has(view.id) ? sanitise(context.glyphs.marked) : safe(' '), 'accent'),
    ];
    const line = cutLine([...gutter, ...rowSpans(fitted, index)], context.columns);
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  const head: Line = [span(safe('  ')), ...headSpans(fitted)];
  const table = [head, ...lines].slice(0, Math.max(HOSTS_HEAD_ROWS, context.rows));
  const about = aboutLines(views[cursor], context.columns);
  // A blank line between; where there is no room the column has to do.
  const left = context.rows - table.length - about.length;
  return left < 1 ? table : [...table, ...Array.from({ length: left }, (): Line => []), ...about];
}

/** What is wrong with the host under the cursor, in full: its column is the last one, and narrow. */
function aboutLines(view: HostView | undefined, columns: number): readonly Line[] {
  if (view?.worst === undefined) return [];
  const { text, role } = view.worst;
  return paragraphs([[span(sanitise(`${view.label}: ${text}`, 400), role)]], columns);
}

const unknown: Cell = { text: safe(UNKNOWN), role: 'dim' };

function columnsOf(
  state: ConsoleState,
  views: readonly HostView[],
  { glyphs, columns }: DrawContext,
): readonly Column<HostView>[] {
  const widest = views.reduce((most, { label }) => Math.max(most, widthOf(label)), NAME_MIN);
  const lines = views.reduce((most, { line }) => Math.max(most, widthOf(line.text)), 6);
  const text = (head: string, rank: number, min: number) => ({
    ...{ head: sanitise(head), rank, min, grow: 0, align: 'left' as const },
  });
  const number = (head: string, rank: number, min: number) => ({
    ...text(head, rank, min),
    align: 'right' as const,
  });
  return [
    {
      ...text('host', 0, Math.min(widest, NAME_MAX)),
      grow: 9,
      cell: ({ id, label }) => ({ text: label, role: hostInk(state.session, id) }),
    },
    { ...text('line', 1, Math.min(lines, 12)), grow: 1, cell: ({ line }) => line },
    { ...(columns < WIDE ? number('load', 4, 5) : number('load/core', 4, 9)), cell: loadCell },
    { ...number('ct', 3, 4), cell: conntrackCell },
    { ...number(`${glyphs.down}`, 5, 9), cell: ({ numbers }) => rateCell(numbers.down) },
    { ...number(`${glyphs.up}`, 7, 9), cell: ({ numbers }) => rateCell(numbers.up) },
    { ...number('banned', 6, 6), cell: ({ banned }) => (banned === undefined ? unknown : counted(banned)) },
    { ...text('shields', 2, 10), grow: 2, cell: (view) => shieldsBrief(view.shields, view.reached) },
    { ...text('what is wrong', 8, 13), grow: 3, cell: ({ worst }) => worst ?? { text: safe('') } },
  ];
}

const counted = (count: number): Cell => ({ text: sanitise(formatCount(count)) });

/** Per core: 1 is all that it can do. */
function loadCell({ perCore }: HostView): Cell {
  if (perCore === undefined) return unknown;
  const role: Role = perCore < 1 ? 'plain' : perCore < 2 ? 'warn' : 'bad';
  return { text: sanitise(`${perCore.toFixed(perCore < 10 ? 2 : 0)}${perCore < 2 ? '' : '!'}`), role };
}

function conntrackCell({ numbers: { conntrack } }: HostView): Cell {
  if (conntrack === undefined) return unknown;
  const role: Role = conntrack >= 0.9 ? 'bad' : conntrack >= 0.7 ? 'warn' : 'plain';
  return { text: sanitise(formatPercent(conntrack)), role };
}

function rateCell(bits: number | undefined): Cell {
  return bits === undefined ? unknown : { text: sanitise(formatBits(bits)) };
}
