// The journal pane: what was done, by whom and with what result, newest first; one act in full on demand.

import type { JournalRow } from '../../core/act.ts';
import type { Line, Role } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { unreachable } from '../../core/unreachable.ts';
import { fit } from '../../core/width.ts';
import { actTouches } from '../../store/follow/match.ts';
import { consoleNow } from '../../store/hosts/on-host.ts';
import {
  DETAIL_LABEL_COLUMNS,
  DETAIL_MARGIN,
  dateText,
  journalDetail,
  operatorName,
  stateWords,
  timeText,
} from '../../store/select/journal-detail.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import {
  JOURNAL_HEAD_ROWS,
  type JournalPane,
  journalCursor,
  journalTop,
} from '../../store/slices/journal.ts';
import type { ConsoleState } from '../../store/state.ts';
import { FOLLOWED, followSign } from '../parts/follow-light.ts';
import { cutLine, spaces, span } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { type Column, fitColumns, headSpans, rowSpans } from './columns.ts';
import { said } from './log-empty.ts';
import type { DrawContext, DrawPane, PaneView } from './pane.ts';

const GUTTER = 2;

export const drawJournal: DrawPane = (state, spec, context): PaneView => {
  const pane = state.journal.panes.get(spec.id);
  const title = [span(safe('journal'), 'title')];
  if (pane === undefined) return { title, state: [], body: [] };
  const rows = state.journal.rows ?? [];
  const open = pane.open === undefined ? undefined : rows.find(({ id }) => id === pane.open);
  const frame = {
    title: open === undefined ? title : [...title, span(safe('  ')), span(open.summary)],
    state: stateLine(state, context),
  };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if (open !== undefined) return { ...frame, body: drawDetail(open, pane, context) };
  if (rows.length === 0) return { ...frame, body: said(emptyJournal(state), context) };
  return { ...frame, body: drawList(state, pane, context) };
};

function stateLine(state: ConsoleState, context: DrawContext): Line {
  const { problem, rows } = state.journal;
  const source = sourceState(state.sources.journal, { now: state.now });
  if (problem !== undefined) return [span(sanitise(problem.summary), 'bad')];
  if (rows === undefined || rows.length === 0) return source;
  const acts = sanitise(`${rows.length} ${rows.length === 1 ? 'act' : 'acts'} ${context.glyphs.dot} `);
  return [span(acts), ...source];
}

function emptyJournal(state: ConsoleState): readonly Line[] {
  const { problem, rows } = state.journal;
  const status = state.sources.journal;
  const silent = status?.kind === 'unavailable' || (status?.kind === 'retrying' && rows === undefined);
  const trouble = problem ?? (silent ? status.problem : undefined);
  if (trouble !== undefined)
    return [
      [span(sanitise(trouble.summary), 'bad')],
      ...(trouble.hint === undefined ? [] : [[span(sanitise(trouble.hint))]]),
      [span(safe('Without a journal nothing is changed, unless you say so in the dialog.'), 'warn')],
    ];
  if (rows === undefined) return [[span(safe('Reading the journal …'), 'dim')]];
  return [
    [span(safe('Nothing was done yet.'))],
    [
      span(
        safe('Every ban, unban, cut and tightening is written here, with its commands and how to undo it.'),
        'dim',
      ),
    ],
  ];
}

function drawList(state: ConsoleState, pane: JournalPane, context: DrawContext): readonly Line[] {
  const all = state.journal.rows ?? [];
  const height = Math.max(1, context.rows - JOURNAL_HEAD_ROWS);
  const top = journalTop(pane, all, height);
  const cursor = journalCursor(pane, all);
  const rows = all.slice(top, top + height);
  const fitted = fitColumns(journalColumns(state), rows, Math.max(1, context.columns - GUTTER));
  const lines = rows.map((row, index): Line => {
    const isCursor = top + index === cursor;
    const cursorSign = span(isCursor ? sanitise(context.glyphs.cursor) : safe(' '), 'accent');
    const gutter = [cursorSign, followSign(isLitAct(state, row), context.glyphs, 'accent')];
    const line = cutLine([...gutter, ...rowSpans(fitted, index)], context.columns);
    return isCursor && context.focused ? line.map((part) => ({ ...part, on: true })) : line;
  });
  return [[span(safe('  ')), ...headSpans(fitted)], ...lines].slice(0, context.rows);
}

/** An act on the followed address. */
function isLitAct(state: ConsoleState, row: JournalRow): boolean {
  const followed = selectFollowed(state);
  return followed !== undefined && actTouches(row, followed);
}

function journalColumns(state: ConsoleState): readonly Column<JournalRow>[] {
  // The journal goes by the clock of this machine.
  const today = dateText(consoleNow(state)).slice(0, 10);
  return [
    {
      head: safe('time'),
      rank: 1,
      min: 8,
      grow: 1,
      align: 'left',
      cell: ({ at }) => {
        const date = dateText(at);
        return date.startsWith(today)
          ? { text: timeText(at) }
          : { text: sanitise(date.slice(5, 16)), short: sanitise(date.slice(5, 10)) };
      },
    },
    {
      head: safe('operator'),
      rank: 3,
      min: 8,
      grow: 4,
      align: 'left',
      cell: ({ operator }) => ({ text: operatorName(operator) }),
    },
    {
      head: safe('what'),
      rank: 0,
      min: 12,
      grow: 2,
      align: 'left',
      cell: (row) => ({
        text: row.undoes === undefined ? row.summary : sanitise(`undo: ${row.summary}`),
        ...(isLitAct(state, row) ? { role: FOLLOWED } : {}),
      }),
    },
    {
      head: safe('state'),
      rank: 2,
      min: 8,
      grow: 3,
      align: 'left',
      cell: (row) => ({ text: stateText(row), short: SHORT_STATE[row.state], role: roleOf(row.state) }),
    },
    {
      head: safe('result'),
      rank: 4,
      min: 24,
      grow: 5,
      align: 'left',
      cell: ({ result }) => ({ text: result, role: 'dim' }),
    },
  ];
}

function stateText(row: JournalRow): ReturnType<typeof safe> {
  return row.canUndo ? sanitise(`${stateWords(row)}, can undo`) : stateWords(row);
}

const SHORT_STATE: Readonly<Record<JournalRow['state'], ReturnType<typeof safe>>> = {
  intended: safe('begun'),
  done: safe('done'),
  unproved: safe('unproved'),
  failed: safe('failed'),
  undone: safe('undone'),
  refused: safe('refused'),
};

function roleOf(state: JournalRow['state']): Role {
  switch (state) {
    case 'done':
      return 'good';
    case 'undone':
      return 'dim';
    case 'intended':
    case 'unproved':
    case 'refused':
      return 'warn';
    case 'failed':
      return 'bad';
    default:
      return unreachable(state);
  }
}

function drawDetail(row: JournalRow, pane: JournalPane, context: DrawContext): readonly Line[] {
  const lines = journalDetail(row, context.columns);
  const first = Math.max(0, Math.min(pane.scroll, lines.length - context.rows));
  return lines.slice(first, first + context.rows).map((line): Line => {
    const role = line.code ? 'strong' : line.label === 'state' ? roleOf(row.state) : 'plain';
    const margin = spaces(DETAIL_MARGIN);
    return cutLine(
      [span(margin), span(fit(line.label, DETAIL_LABEL_COLUMNS), 'dim'), span(line.text, role)],
      context.columns,
    );
  });
}
