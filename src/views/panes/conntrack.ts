// The conntrack pane: how full the table is and how fast it fills, what the kernel refused, and who fills it.

import { formatAge, formatDuration } from '../../core/duration.ts';
import type { Line, Role, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { formatBytes, formatCount, formatPercent, groupDigits, UNKNOWN } from '../../core/units.ts';
import { halfOpenOf, selectFullInMs, selectOwnFlood } from '../../store/select/conntrack.ts';
import { type ConntrackRoom, conntrackRoom } from '../../store/select/conntrack-room.ts';
import { type ConntrackState, type ConntrackView, conntrackRows } from '../../store/slices/conntrack.ts';
import type { ConsoleState } from '../../store/state.ts';
import { drawBar } from '../charts/bars.ts';
import { drawLineChart, roundUp } from '../charts/line-chart.ts';
import { cutRows, span, widthOfLine } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { rates } from './conntrack-rates.ts';
import { drawTimeouts } from './conntrack-timeouts.ts';
import { explainStatus, paragraphs } from './explain.ts';
import { withMargin } from './margin.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';
import { drawSourceTable, type NumberColumn } from './source-table.ts';

export const drawConntrack: DrawPane = (state, pane, context): PaneView => {
  const view = state.conntrack.views[pane.id];
  if (view === undefined) return { title: [span(safe('conntrack'), 'title')], state: [], body: [] };
  if (view.mode === 'timeouts') return drawTimeouts(state, view, context);
  const body = bodyOf(state, view, context);
  return {
    title: titleOf(view, state.conntrack.sample?.keeper === 'pf'),
    state: stateOf(state, context),
    body: cutRows(body, context),
  };
};

function titleOf(view: ConntrackView, isPf: boolean): Line {
  const what = `${isPf ? '  states of pf' : ''}${view.grouped ? '  by network' : ''}`;
  const marks = view.marks.size > 0 ? `  ${view.marks.size} marked` : '';
  return [span(safe('conntrack'), 'title'), span(sanitise(`${what}${marks}`), 'dim')];
}

/** A report comes every few seconds; older than this its age is said. */
const FLOWS_AGE_MS = 5000;

/** The counters and the flow report have ages of their own: the report is the expensive, older one. */
function stateOf(state: ConsoleState, { glyphs }: DrawContext): Line {
  const dot = ` ${glyphs.dot} `;
  const report = state.conntrack.flows;
  const line = sourceState(state.sources.conntrack, state);
  const age = report === undefined ? 0 : state.now - report.at;
  return age < FLOWS_AGE_MS ? line : [span(sanitise(`flows ${formatAge(age)}${dot}`), 'dim'), ...line];
}

function bodyOf(state: ConsoleState, view: ConntrackView, context: DrawContext): readonly Line[] {
  const { conntrack, sources } = state;
  const { sample } = conntrack;
  if (sample === undefined)
    return explainStatus(sources.conntrack, safe('reading connection tracking…'), context.columns);
  const room = conntrackRoom(context.rows);
  const hasFlows = (conntrack.flows?.total ?? 0) > 0;
  const head = withMargin(context.columns, (columns) => {
    const inner = { ...context, columns };
    return [
      gauge(state, inner),
      ...(room.chart > 0 ? trend(conntrack, room, inner) : []),
      ...(room.rates > 0 ? [rates(conntrack, inner)] : []),
      ...(room.states > 0 && hasFlows ? [statesOrFlood(conntrack, inner)] : []),
    ];
  });
  return [...head, ...flowTable(state, view, { room, context })];
}

/** "186,420 of 262,144  ████░░  71%  full in 4m". */
function gauge({ conntrack, now }: ConsoleState, { columns, glyphs }: DrawContext): Line {
  const { count, max } = conntrack.sample ?? {};
  const share = count === undefined || !max ? undefined : count / max;
  const role: Role = share === undefined ? 'dim' : share >= 0.9 ? 'bad' : share >= 0.7 ? 'warn' : 'good';
  const number = (value: number | undefined): string => (value === undefined ? UNKNOWN : groupDigits(value));
  const left = [span(sanitise(`${number(count)} of ${number(max)}  `), 'strong')];
  const right = [span(sanitise(formatPercent(share)), role), ...pace(conntrack, now)];
  const bar = Math.min(60, columns - widthOfLine(left) - widthOfLine(right) - 2);
  if (bar >= 4)
    return [...left, ...drawBar(share, { columns: bar, glyphs, role }), span(safe('  ')), ...right];
  // How soon it is full is worth more than the last digits, and than the count.
  const brief = span(sanitise(`${formatCount(count)} of ${formatCount(max)}  `), 'strong');
  const forms = [
    [...left, ...right],
    [brief, ...right],
  ];
  return forms.find((form) => widthOfLine(form) <= columns) ?? right;
}

/** A forecast from old numbers would be a false one. */
const FORECAST_AGE_MS = 10_000;

function pace(conntrack: ConntrackState, now: number): readonly Span[] {
  if (now - (conntrack.sample?.at ?? 0) > FORECAST_AGE_MS) return [];
  const ms = selectFullInMs(conntrack);
  if (ms === undefined) return [];
  if (ms === 0) return [span(safe('  FULL: new flows are dropped'), 'alarm')];
  return [
    span(sanitise(`  full in ${formatDuration(Math.max(1, ms / 1000))}`), ms < 600_000 ? 'bad' : 'warn'),
  ];
}

/** A handful of flows is no mountain. */
const SCALE_MIN = 10;

/** Scaled to the table's size once a quarter is in use; below that the shape would drown. */
function trend(conntrack: ConntrackState, room: ConntrackRoom, context: DrawContext): readonly Line[] {
  const values = conntrack.history.map((point) => point.count);
  const peak = values.reduce((top: number, value) => Math.max(top, value ?? 0), 0);
  const limit = conntrack.sample?.max;
  const max = limit !== undefined && peak >= limit / 4 ? limit : roundUp(Math.max(peak, SCALE_MIN));
  return drawLineChart([{ values, role: 'chart-a' }], {
    columns: context.columns,
    rows: room.chart,
    glyphs: context.glyphs,
    format: axisNumber,
    max,
  });
}

function axisNumber(value: number): SafeText {
  return sanitise(
    value >= 1000 && value < 10_000 ? `${Number((value / 1000).toFixed(1))}k` : formatCount(value),
  );
}

/** Protocols and states; when one of our own hosts fills the table, that is said instead: it changes what to do. */
function statesOrFlood(conntrack: ConntrackState, { glyphs, columns }: DrawContext): Line {
  const flood = selectOwnFlood(conntrack);
  if (flood !== undefined) {
    const flows = formatCount(flood.flows);
    return [
      span(
        sanitise(`${glyphs.bad} our own ${flood.net.text} fills the table: ${flows} flows go out from it`),
        'bad',
      ),
    ];
  }
  const items: Line[] = [];
  let protocol = '';
  const states = [...(conntrack.flows?.states ?? [])];
  const sums = new Map<string, number>();
  for (const one of states) sums.set(one.protocol, (sums.get(one.protocol) ?? 0) + one.count);
  states.sort((a, b) => (sums.get(b.protocol) ?? 0) - (sums.get(a.protocol) ?? 0) || b.count - a.count);
  for (const one of states) {
    const before =
      one.protocol === protocol
        ? span(safe(', '), 'dim')
        : span(sanitise(`${protocol === '' ? '' : '  '}${one.protocol} `), 'accent');
    const count = span(sanitise(formatCount(one.count)));
    items.push([before, span(sanitise(`${stateWord(one.state)} `), 'dim'), count]);
    protocol = one.protocol;
  }
  return whole(items, columns, glyphs.ellipsis);
}

/** As many items as fit: a number that is cut would be another number. */
function whole(items: readonly Line[], columns: number, ellipsis: string): Line {
  const all = items.flat();
  if (widthOfLine(all) <= columns) return all;
  const line: Span[] = [];
  for (const item of items) {
    if (widthOfLine(line) + widthOfLine(item) + 2 > columns) break;
    line.push(...item);
  }
  return [...line, span(sanitise(` ${ellipsis}`), 'dim')];
}

/** "SYN_RECV" → "syn recv": capitals with underscores are the kernel's, not for reading. */
function stateWord(state: string): string {
  return state.toLowerCase().replaceAll('_', ' ');
}

type TablePlace = Readonly<{ room: ConntrackRoom; context: DrawContext }>;

function flowTable(state: ConsoleState, view: ConntrackView, { room, context }: TablePlace): readonly Line[] {
  const report = state.conntrack.flows;
  if (room.table <= 0) return [];
  if (report === undefined)
    return explainStatus(state.sources.flows, safe('counting flows by source…'), context.columns);
  if (report.total === 0) {
    const text = safe('no flows: nothing was tracked lately, or no firewall rule asks for tracking');
    return paragraphs([[span(text, 'dim')]], context.columns);
  }
  const rows = conntrackRows(state.conntrack, view);
  const kind = view.grouped ? 'network' : 'source';
  const distinct = report.distinct ?? rows.length;
  const of =
    !view.grouped && distinct > rows.length ? `  top ${rows.length} of ${formatCount(distinct)}` : '';
  return drawSourceTable(
    state,
    {
      title: { long: sanitise(`${kind}${of}`), short: sanitise(kind) },
      rows,
      share: { title: safe('share'), of: (row) => row.flows / report.total },
      columns: report.talkers.length > 0 ? [...COLUMNS, BYTES] : COLUMNS,
      cursor: view.flows,
      marks: view.marks,
      height: room.table,
      head: room.head > 0,
    },
    context,
  );
}

const count = (title: SafeText, width: number, value: NumberColumn['text']): NumberColumn => ({
  title,
  width,
  text: value,
});

const COLUMNS: readonly NumberColumn[] = [
  count(safe('flows'), 7, (row) => sanitise(formatCount(row.flows))),
  count(safe('syn'), 7, (row) => sanitise(formatCount(halfOpenOf(row)))),
  count(safe('estab'), 7, (row) => sanitise(formatCount(row.states.get('ESTABLISHED') ?? 0))),
  count(safe('other'), 7, (row) =>
    sanitise(formatCount(row.flows - halfOpenOf(row) - (row.states.get('ESTABLISHED') ?? 0))),
  ),
];
const BYTES = count(safe('bytes'), 10, (row) => sanitise(formatBytes(row.bytes)));
