// The jails pane: which jails of fail2ban see something, which are blind, what they ban with. One jail in full on demand.

import type { Line } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { cut, fit } from '../../core/width.ts';
import { isRelated } from '../../store/follow/match.ts';
import { JAIL_LABEL_COLUMNS, JAIL_MARGIN, whenText, wrongWords } from '../../store/select/jail-detail.ts';
import { type JailView, jailViews } from '../../store/select/jails.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import {
  detailLines,
  detailPlace,
  JAILS_HEAD_ROWS,
  type JailsPane,
  jailRows,
  openJail,
} from '../../store/slices/jails.ts';
import type { ConsoleState } from '../../store/state.ts';
import { cursorIndex, firstRow } from '../../store/table-cursor.ts';
import { followSign } from '../parts/follow-light.ts';
import { cutLine, spaces, span } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { fitColumns, headSpans, rowSpans } from './columns.ts';
import { explainStatus, paragraphs } from './explain.ts';
import { jailColumns } from './jails-columns.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

const GUTTER = 2;

export const drawJails: DrawPane = (state, spec, context): PaneView => {
  const pane = state.jails.panes.get(spec.id);
  const title = [span(safe('jails'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const open = openJail(state, pane);
  const frame = {
    title: open === undefined ? title : [...title, span(safe('  ')), span(cut(open.label, 60))],
    state: stateLine(state, pane, context),
  };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (open !== undefined) return { ...frame, body: drawDetail(state, pane, context) };
  const views = jailViews(state, pane.order);
  if (views.length === 0) return { ...frame, body: drawEmpty(state, context) };
  return { ...frame, body: drawList(state, { pane, views }, context) };
};

function stateLine(state: ConsoleState, pane: JailsPane, { glyphs }: DrawContext): Line {
  const { sample } = state.jails;
  const status = state.sources.jails;
  const source = sourceState(status, state);
  if (sample === undefined || sample.jails.length === 0) return source;
  const bad = jailViews(state, pane.order).filter(({ rank }) => rank < 2).length;
  const count = `${sample.jails.length} ${sample.jails.length === 1 ? 'jail' : 'jails'}`;
  const dot = sanitise(` ${glyphs.dot} `);
  return [
    ...(bad === 0
      ? []
      : [span(sanitise(`${bad} ${bad === 1 ? 'fails' : 'fail'}`), 'bad' as const), span(dot)]),
    span(sanitise(count)),
    span(dot),
    ...(status?.kind === 'unavailable'
      ? [span(sanitise(`as of ${whenText(sample.at, state.now)} `), 'warn' as const)]
      : []),
    ...source,
  ];
}

function drawEmpty(state: ConsoleState, { columns, rows }: DrawContext): readonly Line[] {
  const gaps = state.jails.sample?.gaps ?? [];
  const lines =
    gaps.length === 0
      ? explainStatus(state.sources.jails, safe('Asking fail2ban …'), columns)
      : paragraphs(
          gaps.map((gap) => [span(gap, 'warn')]),
          columns,
        );
  return lines.slice(0, rows);
}

type List = Readonly<{ pane: JailsPane; views: readonly JailView[] }>;

function drawList(state: ConsoleState, { pane, views }: List, context: DrawContext): readonly Line[] {
  const height = jailRows(context.rows);
  const cursor = cursorIndex(
    pane.cursor,
    views.map(({ row }) => row.name),
  );
  const top = firstRow(cursor, views.length, height);
  const rows = views.slice(top, top + height);
  const room = Math.max(1, context.columns - GUTTER);
  const fitted = fitColumns(jailColumns(state, { views: rows, columns: room }), rows, room);
  const followed = selectFollowed(state);
  const lines = rows.map(({ row }, index): Line => {
    const isCursor = top + index === cursor;
    const net = row.lastBan?.net;
    const lit = followed !== undefined && net !== undefined && isRelated(followed, net);
    const sign = span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent');
    const gutter = [sign, followSign(lit, context.glyphs, 'accent')];
    const line = cutLine([...gutter, ...rowSpans(fitted, index)], context.columns);
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  const body = [[span(safe('  ')), ...headSpans(fitted)], ...lines];
  const foot = context.rows - JAILS_HEAD_ROWS - height;
  if (foot <= 0) return body.slice(0, context.rows);
  const padding = Array.from({ length: Math.max(0, JAILS_HEAD_ROWS + height - body.length) }, (): Line => []);
  return [...body, ...padding, ...drawFoot(state, views[cursor], { ...context, rows: foot })];
}

/** What there is to say of the jail under the cursor, and what could not be read. */
function drawFoot(state: ConsoleState, view: JailView | undefined, context: DrawContext): readonly Line[] {
  const words =
    view === undefined ? [] : wrongWords(view).map(({ text, role }): Line => [span(sanitise(text), role)]);
  const gaps = (state.jails.sample?.gaps ?? []).map((gap): Line => [span(gap, 'warn')]);
  const told = paragraphs(words, context.columns);
  const kept = told.slice(0, Math.max(1, context.rows - Math.min(1, gaps.length)));
  const last = kept.at(-1);
  const cutOff =
    kept.length < told.length && last !== undefined
      ? [
          ...kept.slice(0, -1),
          cutLine([...last, span(sanitise(context.glyphs.ellipsis), 'warn')], context.columns),
        ]
      : kept;
  return [...cutOff, ...paragraphs(gaps, context.columns)].slice(0, context.rows);
}

function drawDetail(state: ConsoleState, pane: JailsPane, context: DrawContext): readonly Line[] {
  const lines = detailLines(state, pane, context.columns);
  const { at, first } = detailPlace(pane, lines, context.rows);
  return lines.slice(first, first + context.rows).map(({ label, text, role }, index): Line => {
    const isCursor = first + index === at;
    const sign = isCursor ? sanitise(context.glyphs.cursor) : safe(' ');
    const line = cutLine(
      [
        span(sign, 'accent'),
        span(spaces(JAIL_MARGIN - 1)),
        span(fit(label, JAIL_LABEL_COLUMNS), 'dim'),
        span(text, role),
      ],
      context.columns,
    );
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
}
