// The services pane: how each declared service of the host is, since when, what it takes; below, what its keys would run.

import type { Line, Role } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { stepWords } from '../../core/services/commands.ts';
import type { ServiceRow } from '../../core/services/sample.ts';
import { SERVICE_VERBS } from '../../core/services/thing.ts';
import {
  SERVICES_HEAD_ROWS,
  type ServicesPane,
  serviceCursor,
  serviceRows,
  servicesInOrder,
} from '../../store/slices/services.ts';
import type { ConsoleState } from '../../store/state.ts';
import { firstRow } from '../../store/table-cursor.ts';
import { cutLine, span } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { fitColumns, headSpans, rowSpans } from './columns.ts';
import { explainStatus, paragraphs } from './explain.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';
import { SERVICE_ROLES, serviceColumns } from './services-columns.ts';

const GUTTER = 2;

export const drawServices: DrawPane = (state, spec, context): PaneView => {
  const pane = state.services.panes.get(spec.id);
  const title = [span(safe('services'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const frame = { title, state: stateLine(state, context) };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  const rows = servicesInOrder(state.services, pane);
  if (rows.length === 0) return { ...frame, body: drawEmpty(state, context) };
  return { ...frame, body: drawList(state, pane, context) };
};

function stateLine(state: ConsoleState, { glyphs }: DrawContext): Line {
  const { sample } = state.services;
  const source = sourceState(state.sources.services, state);
  if (sample === undefined || sample.rows.length === 0) return source;
  const dot = span(sanitise(` ${glyphs.dot} `));
  const failed = sample.rows.filter(({ reading }) => reading?.state === 'failed').length;
  const running = sample.rows.filter(({ reading }) => reading?.state === 'running').length;
  const count = sample.declared ? `${running} of ${sample.rows.length} run` : 'none declared';
  return [
    ...(failed === 0 ? [] : [span(sanitise(`${failed} failed`), 'bad'), dot]),
    span(sanitise(count)),
    dot,
    ...source,
  ];
}

function drawEmpty(state: ConsoleState, { columns, rows }: DrawContext): readonly Line[] {
  const { sample } = state.services;
  if (sample === undefined)
    return explainStatus(state.sources.services, safe('Asking the services …'), columns).slice(0, rows);
  const elsewhere = [...new Set((state.session.services ?? []).flatMap(({ hosts }) => hosts))];
  const words: readonly Line[] = [
    [span(safe('No service is declared for this host.'))],
    ...(elsewhere.length === 0
      ? []
      : [[span(sanitise(`There are some of ${elsewhere.join(', ')}: ":host NAME" shows them here.`, 200))]]),
    [
      span(
        safe(
          'Name them under "services:" in the session file: { systemd: nginx }, { monit: wiki }, or commands.',
        ),
        'dim',
      ),
    ],
  ];
  return paragraphs(words, columns).slice(0, rows);
}

function drawList(state: ConsoleState, pane: ServicesPane, context: DrawContext): readonly Line[] {
  const all = servicesInOrder(state.services, pane);
  const height = serviceRows(context.rows);
  const cursor = serviceCursor(state.services, pane);
  const top = firstRow(cursor, all.length, height);
  const rows = all.slice(top, top + height);
  const room = Math.max(1, context.columns - GUTTER);
  const fitted = fitColumns(serviceColumns(state.now, rows), rows, room);
  const lines = rows.map((_, index): Line => {
    const isCursor = top + index === cursor;
    const sign = span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent');
    const line = cutLine([sign, span(safe(' ')), ...rowSpans(fitted, index)], context.columns);
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  const body = [[span(safe('  ')), ...headSpans(fitted)], ...lines];
  const foot = context.rows - SERVICES_HEAD_ROWS - height;
  if (foot <= 0) return body.slice(0, context.rows);
  const padding = Array.from(
    { length: Math.max(0, SERVICES_HEAD_ROWS + height - body.length) },
    (): Line => [],
  );
  return [...body, ...padding, ...drawFoot(all[cursor], { ...context, rows: foot })];
}

/** What is wrong with it in full, and the exact commands of its keys. */
function drawFoot(row: ServiceRow | undefined, { columns, rows }: DrawContext): readonly Line[] {
  if (row === undefined) return [];
  const { thing, problem, reading } = row;
  const role: Role = problem === undefined ? SERVICE_ROLES[reading?.state ?? 'unknown'] : 'warn';
  const says = problem?.summary ?? `${row.name}: ${reading?.says ?? 'not asked yet'}`;
  const hint = problem?.hint === undefined ? '' : ` (${problem.hint})`;
  const first: Line = [span(sanitise(`${says}${hint}`, 300), role)];
  const commands =
    thing === undefined
      ? UNDECLARED
      : SERVICE_VERBS.map((verb): Line => {
          const words = stepWords(thing, verb);
          return [
            span(sanitise(`${verb.padEnd(8)} ${words?.join(' ; ') ?? 'no command is declared'}`, 300), 'dim'),
          ];
        });
  return [first, ...commands].slice(0, rows).map((line) => cutLine([span(safe('  ')), ...line], columns));
}

const UNDECLARED: readonly Line[] = [
  [span(safe('a failed unit that the session file does not name: it is only shown'), 'dim')],
];
