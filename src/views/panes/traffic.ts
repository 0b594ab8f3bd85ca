// The traffic pane: rates per interface, rx and tx drawn on one scale, and who moves the bytes.

import type { Line, Role, Span } from '../../core/line.ts';
import type { TrafficSpec } from '../../core/pane.ts';
import type { SourceRow } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { formatBits, formatBytes, formatCount, UNKNOWN } from '../../core/units.ts';
import { fit } from '../../core/width.ts';
import { selectInterfaces } from '../../store/select/traffic.ts';
import { type TrafficRoom, trafficRoom } from '../../store/select/traffic-room.ts';
import { type InterfaceRate, type TrafficView, talkersOf } from '../../store/slices/traffic.ts';
import type { ConsoleState } from '../../store/state.ts';
import { drawLineChart, roundUp, type Series } from '../charts/line-chart.ts';
import { cutRows, fitLine, span, widthOfLine } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { explainStatus, paragraphs } from './explain.ts';
import { withMargin } from './margin.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';
import { drawSourceTable, type NumberColumn } from './source-table.ts';

export const drawTraffic: DrawPane = (state, pane, context): PaneView => {
  const wanted = pane.body.kind === 'traffic' ? pane.body : { kind: 'traffic' as const, interfaces: [] };
  const shown = selectInterfaces(state.traffic, wanted.interfaces);
  const view = state.traffic.views[pane.id];
  const marks = view !== undefined && view.marks.size > 0 ? `  ${view.marks.size} marked` : '';
  const body = bodyOf(state, { shown, wanted, view }, context);
  return {
    title: [
      span(safe('traffic'), 'title'),
      span(sanitise(`  ${shown.map((rate) => rate.name).join(' ')}${marks}`), 'dim'),
    ],
    state: sourceState(state.sources.traffic, state),
    body: cutRows(body, context),
  };
};

type Subject = Readonly<{
  shown: readonly InterfaceRate[];
  wanted: TrafficSpec;
  view: TrafficView | undefined;
}>;

function bodyOf(state: ConsoleState, subject: Subject, context: DrawContext): readonly Line[] {
  const { shown, wanted, view } = subject;
  if (state.traffic.sample === undefined)
    return explainStatus(state.sources.traffic, safe('reading interface counters…'), context.columns);
  if (shown.length === 0) {
    const names = wanted.interfaces.join(', ');
    const text = names === '' ? 'no interface but loopback' : `no interface is named ${names} now`;
    return paragraphs([[span(sanitise(text), 'dim')]], context.columns);
  }
  const room = trafficRoom(context.rows, shown.length);
  const head = withMargin(context.columns, (columns) => {
    const inner = { ...context, columns };
    return [
      ...interfaceLines(shown, room.interfaces, inner),
      ...(room.chart > 0 ? charts(state, shown, { rows: room.chart, context: inner }) : []),
    ];
  });
  return [...head, ...(view === undefined ? [] : talkerTable(state, view, { room, context }))];
}

/** One line each; what does not fit is counted, never silently missing. */
function interfaceLines(
  shown: readonly InterfaceRate[],
  rows: number,
  context: DrawContext,
): readonly Line[] {
  const nameWidth = Math.min(15, Math.max(...shown.map((rate) => rate.name.length)));
  const fits = shown.length > rows ? Math.max(1, rows - 1) : rows;
  const lines = shown.slice(0, fits).map((rate) => interfaceLine(rate, nameWidth, context));
  const hidden = shown.length - fits;
  if (hidden <= 0) return lines;
  if (rows > 1) return [...lines, [span(sanitise(`and ${hidden} more interfaces with less traffic`), 'dim')]];
  return lines.map((line) => {
    const words = widthOfLine(line) + hidden.toString().length + 8 <= context.columns ? ' more' : '';
    return [...line, span(sanitise(`  +${hidden}${words}`), 'dim')];
  });
}

function interfaceLine(rate: InterfaceRate, nameWidth: number, { columns, glyphs }: DrawContext): Line {
  const line: Line = [
    span(fit(sanitise(rate.name), nameWidth), 'strong'),
    span(sanitise(` ${glyphs.down}`), 'chart-a'),
    span(fit(sanitise(formatBits(rate.rxBits)), 10, 'right')),
    span(sanitise(` ${glyphs.up}`), 'chart-b'),
    span(fit(sanitise(formatBits(rate.txBits)), 10, 'right')),
  ];
  const wrong = faults(rate, glyphs.bad);
  const full = [
    ...line,
    span(sanitise(`  ${glyphs.down}${fit(packets(rate.rxPackets), 6, 'right')}`), 'dim'),
    span(sanitise(` ${glyphs.up}${fit(packets(rate.txPackets), 6, 'right')} packets/s`), 'dim'),
    ...wrong,
  ];
  // Faults are worth more than the digits of the rates.
  const brief: Line = [
    span(fit(sanitise(rate.name), nameWidth), 'strong'),
    span(sanitise(` ${glyphs.down}`), 'chart-a'),
    span(axisBits(rate.rxBits)),
    span(sanitise(` ${glyphs.up}`), 'chart-b'),
    span(axisBits(rate.txBits)),
    ...wrong,
  ];
  const forms = [full, [...line, ...wrong], brief];
  return forms.find((form) => widthOfLine(form) <= columns) ?? brief;
}

const packets = (rate: number | undefined): SafeText => sanitise(formatCount(rate));

/** Said only when there are any: a healthy interface needs no zeros, and an unknown one shows that in its rates. */
function faults(rate: InterfaceRate, bad: string): Line {
  if (rate.rxBits === undefined) return [];
  const one = (label: string, value: number | undefined): Line => {
    if (value === 0) return [];
    const known = value !== undefined;
    const shown = known ? `${value < 10 ? value.toFixed(1) : formatCount(value)}/s${bad}` : UNKNOWN;
    const role: Role = known ? 'bad' : 'dim';
    return [span(sanitise(`  ${label} ${shown}`), role)];
  };
  return [...one('drops', rate.drops), ...one('errors', rate.errors)];
}

/** Narrower than this a chart beside another says nothing. */
const CHART_COLUMNS_MIN = 44;

type ChartPlace = Readonly<{ rows: number; context: DrawContext }>;

/** Side by side, all on the scale of the busiest, so that heights compare. */
function charts(
  state: ConsoleState,
  shown: readonly InterfaceRate[],
  { rows, context }: ChartPlace,
): readonly Line[] {
  const count = Math.max(1, Math.min(shown.length, Math.floor(context.columns / CHART_COLUMNS_MIN), 3));
  const columns = Math.floor(context.columns / count) - (count > 1 ? 1 : 0);
  const drawn = shown
    .slice(0, count)
    .map((rate) => ({ name: rate.name, series: seriesOf(state, rate.name, context) }));
  const peak = Math.max(
    ...drawn.flatMap(({ series }) => series.flatMap(({ values }) => values.map((value) => value ?? 0))),
    0,
  );
  const titled = count > 1 && rows >= 4;
  const blocks = drawn.map(({ name, series }): readonly Line[] => {
    const chart = drawLineChart(series, {
      columns,
      rows: titled ? rows - 1 : rows,
      glyphs: context.glyphs,
      format: axisBits,
      max: roundUp(Math.max(peak, 1000)),
    });
    return titled ? [[span(sanitise(name), 'dim')], ...chart] : chart;
  });
  return Array.from({ length: rows }, (_, row) =>
    blocks.flatMap((block, index) =>
      index < blocks.length - 1
        ? [...fitLine(block[row] ?? [], columns), span(safe(' '))]
        : (block[row] ?? []),
    ),
  );
}

function seriesOf(state: ConsoleState, name: string, { glyphs }: DrawContext): readonly Series[] {
  const values = (direction: 'rx' | 'tx'): readonly (number | undefined)[] =>
    state.traffic.history.map((point) =>
      point.unknown.includes(name) ? undefined : (point.rates.get(name)?.[direction] ?? 0),
    );
  return [
    { values: values('rx'), role: 'chart-a', sign: glyphs.down as SafeText },
    { values: values('tx'), role: 'chart-b', sign: glyphs.up as SafeText },
  ];
}

/** 60_000_000 → "60M". */
function axisBits(value: number | undefined): SafeText {
  return sanitise(formatBits(value).replace('b/s', '').replace(' ', '').replace('.0', ''));
}

type TablePlace = Readonly<{ room: TrafficRoom; context: DrawContext }>;

function talkerTable(state: ConsoleState, view: TrafficView, { room, context }: TablePlace): readonly Line[] {
  if (room.table <= 0) return [];
  const rows = talkersOf(state);
  if (rows.length === 0) return paragraphs(noTalkers(state), context.columns);
  return drawSourceTable(
    state,
    {
      title: { long: safe('talker, bytes since its flows began'), short: safe('talker') },
      rows,
      share: { title: safe('share'), of: shareOf(rows) },
      columns: COLUMNS,
      cursor: view.cursor,
      marks: view.marks,
      height: room.table,
      head: room.head > 0,
    },
    context,
  );
}

/** Of the bytes of these talkers: what the others moved is not known. */
function shareOf(rows: readonly SourceRow[]): (row: SourceRow) => number | undefined {
  const total = rows.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  return ({ bytes }) => (bytes === undefined || total === 0 ? undefined : bytes / total);
}

/** Why there are no talkers: not accounted, not counted yet, or really none. */
function noTalkers(state: ConsoleState): readonly Line[] {
  const { sample, flows } = state.conntrack;
  if (sample?.accounting === false) {
    return [
      [span(safe('who moves the bytes is not known: conntrack accounting is off'), 'dim')],
      [span(safe('sysctl net.netfilter.nf_conntrack_acct=1 counts flows that begin after it'), 'dim')],
    ];
  }
  if (flows === undefined) return [[talkersMissing(state.sources.flows)]];
  const text =
    flows.total === 0 ? 'no flows now' : 'no flow has a byte count: they began before accounting was on';
  return [[span(sanitise(text), 'dim')]];
}

/** Short: the conntrack pane says at length what is missing and what helps. */
function talkersMissing(status: SourceStatus | undefined): Span {
  if (status?.kind !== 'unavailable' && status?.kind !== 'retrying')
    return span(safe('counting bytes by source…'), 'dim');
  return span(sanitise(`who moves the bytes: ${status.problem.summary}`), 'warn');
}

const COLUMNS: readonly NumberColumn[] = [
  { title: safe('bytes'), width: 10, text: (row: SourceRow) => sanitise(formatBytes(row.bytes)) },
  { title: safe('flows'), width: 7, text: (row: SourceRow) => sanitise(formatCount(row.flows)) },
];
