// A watch pane: the last output of its command, with what changed since the run before.

import type { Line, Role, Span } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { cut, sliceColumns, widthOf } from '../../core/width.ts';
import { selectStatus } from '../../store/select/shell.ts';
import type { ConsoleState } from '../../store/state.ts';
import { type Changes, type ColumnRange, changesOf } from '../../store/watches/changes.ts';
import {
  type FoundAddress,
  shownRun,
  type WatchPane,
  watchAddress,
  watchCursor,
  watchTop,
} from '../../store/watches/watch-pane.ts';
import { FOLLOWED, followSign, lightOf } from '../parts/follow-light.ts';
import { spaces, span, widthOfLine } from '../parts/lines.ts';
import { commandText } from '../parts/pane-name.ts';
import { startKey } from './explain.ts';
import { marginOf } from './margin.ts';
import type { DrawContext, DrawPane } from './pane.ts';
import { drawEmptyWatch } from './watch-empty.ts';
import { watchEvery, watchState } from './watch-frame.ts';

/** Lines and blanks around title and state on the frame. */
const FRAME_SIGNS = 5;

export const drawWatch: DrawPane = (state, spec, context) => {
  const pane = state.watches.panes.get(spec.id);
  if (pane === undefined) return { title: [span(safe('watch'), 'title')], state: [], body: [] };
  const status = selectStatus(state, spec);
  const everyMs = spec.refreshMs;
  const command = sanitise(commandText(pane.spec.command), 200);
  const name: Line = [span(safe('watch'), 'title'), span(safe('  ')), span(command)];
  const title: Line = [...name, span(sanitise(`  ${watchEvery(everyMs)}`), 'dim')];
  const look = { status, glyphs: context.glyphs, startKey: startKey(context) };
  const whole = watchState(pane, state, look);
  const fits = (left: Line, right: Line): boolean =>
    widthOfLine(left) + widthOfLine(right) + FRAME_SIGNS <= context.columns;
  // The command stays whole as long as it can: the run time gives way first, then the interval.
  const own: Line = spec.title === undefined ? title : [span(sanitise(spec.title))];
  const brief = fits(own, whole) ? whole : watchState(pane, state, { ...look, brief: true });
  const frame = { title: fits(title, brief) ? title : name, state: brief };
  if (context.rows < 1 || context.columns < 1) return { ...frame, body: [] };
  if ((shownRun(pane)?.lines.length ?? 0) === 0)
    return {
      ...frame,
      body: drawEmptyWatch(pane, { status, everyMs, command, readOnly: state.readOnly }, context),
    };
  return { ...frame, body: linesOf(state, pane, context) };
};

function linesOf(state: ConsoleState, pane: WatchPane, context: DrawContext): readonly Line[] {
  const run = shownRun(pane);
  // While it stands still the run before is not kept: what is on screen is there to be acted on.
  const changes = changesOf(run, pane.changes && pane.held === undefined ? pane.before : undefined);
  const top = watchTop(pane, context.rows);
  const cursor = watchCursor(pane);
  const target = watchAddress(pane);
  const isLit = lightOf(state);
  return (run?.lines ?? []).slice(top, top + context.rows).map((text, row) => {
    const isCursor = top + row === cursor;
    const found = isLit === undefined ? [] : (run?.addresses.get(top + row) ?? []);
    const lit = found.filter(({ net }) => isLit?.(net) === true);
    const look = { isCursor, target: isCursor ? target : undefined, lit };
    return drawWatchLine({ text, ranges: rangesOf(changes, top + row) }, pane, { ...context, ...look });
  });
}

function rangesOf(changes: Changes, line: number): readonly ColumnRange[] {
  return changes.lines.get(line) ?? [];
}

type Changed = Readonly<{ text: SafeText; ranges: readonly ColumnRange[] }>;
type Look = DrawContext &
  Readonly<{ isCursor: boolean; target: FoundAddress | undefined; lit: readonly FoundAddress[] }>;

function drawWatchLine({ text, ranges }: Changed, pane: WatchPane, look: Look): Line {
  const margin = marginOf(look.columns);
  const columns = look.columns - margin;
  const width = widthOf(text);
  const styles: Style[] = [
    ...look.lit.map((found): Style => ({ ...columnsOf(text, found), role: FOLLOWED })),
    ...ranges.map((range): Style => ({ ...range, role: 'match' })),
  ];
  if (look.target !== undefined) styles.push({ ...columnsOf(text, look.target), under: true });
  const wanted = Math.max(width, ...ranges.map(({ to }) => to));
  const filled = `${text}${spaces(wanted - width)}` as SafeText;
  const to = pane.column + columns;
  const shown = spansOf(filled, styles, { from: pane.column, to });
  // What goes on to the right is said in the last column, unless only blanks do.
  const more = width > to && sliceColumns(text, to, width).trim() !== '';
  const line = more
    ? [...spansOf(filled, styles, { from: pane.column, to: to - 1 }), span(safe('…'), 'dim')]
    : shown;
  const whole = [...gutterOf(margin, look), ...line];
  // What changed stands out on the cursor's row, too.
  const isOn = (part: Span): boolean => look.isCursor && look.focused && part.role !== 'match';
  return whole.map((part) => (isOn(part) ? { ...part, on: true } : part));
}

/** The cursor, and behind it the sign of the followed address. */
function gutterOf(margin: number, { isCursor, lit, glyphs }: Look): Line {
  if (margin === 0) return [];
  const cursor = isCursor ? cut(sanitise(glyphs.cursor), margin) : safe('');
  const left = margin - widthOf(cursor);
  if (lit.length === 0 || left === 0) return [span(`${cursor}${spaces(left)}` as SafeText, 'accent')];
  return [span(`${cursor}${spaces(left - 1)}` as SafeText, 'accent'), followSign(true, glyphs)];
}

function columnsOf(text: SafeText, { start, end }: FoundAddress): ColumnRange {
  const from = widthOf(text.slice(0, start));
  return { from, to: from + widthOf(text.slice(start, end)) };
}

type Style = ColumnRange & Readonly<{ role?: Role; under?: boolean }>;

/** The columns of a line, cut wherever a style begins or ends. */
function spansOf(text: SafeText, styles: readonly Style[], part: ColumnRange): readonly Span[] {
  const edges = new Set([part.from, part.to]);
  for (const { from, to } of styles)
    for (const edge of [from, to]) if (edge > part.from && edge < part.to) edges.add(edge);
  const sorted = [...edges].sort((a, b) => a - b);
  return sorted.slice(0, -1).flatMap((from, index): readonly Span[] => {
    const piece = sliceColumns(text, from, sorted[index + 1] ?? from);
    if (piece === '') return [];
    const over = styles.filter((style) => style.from <= from && from < style.to);
    const role = over.find((style) => style.role !== undefined)?.role;
    const under = over.some((style) => style.under === true);
    return [{ text: piece, ...(role === undefined ? {} : { role }), ...(under ? { under } : {}) }];
  });
}
