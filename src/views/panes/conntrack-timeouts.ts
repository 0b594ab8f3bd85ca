// The timeouts view of the conntrack pane: now, kernel default and presets side by side, and what each would do.

import type { Preset } from '../../core/act.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Line, Role } from '../../core/line.ts';
import type { TimeoutRow } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import { UNKNOWN } from '../../core/units.ts';
import { cut, fit, widthOf } from '../../core/width.ts';
import { presetChanges, presetNow, presetValue } from '../../store/select/conntrack.ts';
import type { ConntrackView } from '../../store/slices/conntrack.ts';
import type { ConsoleState } from '../../store/state.ts';
import { cursorIndex, firstRow } from '../../store/table-cursor.ts';
import { cutRows, fitLine, spaces, span, wrapWords } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { explainStatus } from './explain.ts';
import { withMargin } from './margin.ts';
import type { DrawContext, PaneView } from './pane.ts';

const PRESETS: readonly Preset[] = ['default', 'modest', 'siege'];
/** What this kernel starts with is the first to go: the words below the table name it where it differs. */
const NARROW_PRESETS: readonly Preset[] = ['modest', 'siege'];
const NARROW = 56;
const NUMBER_WIDTH = 9;
const NARROW_NUMBER_WIDTH = 6;

export function drawTimeouts(state: ConsoleState, view: ConntrackView, context: DrawContext): PaneView {
  const rows = state.conntrack.timeouts;
  const body =
    rows.length === 0
      ? explainStatus(state.sources.timeouts, safe('reading the timeouts…'), context.columns)
      : [...table(rows, view, context)];
  return {
    title: [span(safe('conntrack'), 'title'), span(safe('  timeouts'), 'dim')],
    state: sourceState(state.sources.timeouts, state),
    body: cutRows(body, context),
  };
}

function table(rows: readonly TimeoutRow[], view: ConntrackView, context: DrawContext): readonly Line[] {
  const at = cursorIndex(
    view.timeouts,
    rows.map((row) => row.name),
  );
  const about = withMargin(context.columns, (columns) => explanation(rows, rows[at], columns));
  // What a preset does is worth more than a long list, but never the whole pane.
  const aboutRows = Math.min(about.length, Math.max(0, Math.floor((context.rows - 1) / 2)));
  const height = Math.max(1, context.rows - 1 - aboutRows);
  const narrow = context.columns < NARROW;
  const presets = narrow ? NARROW_PRESETS : PRESETS;
  const numbers = narrow ? NARROW_NUMBER_WIDTH : NUMBER_WIDTH;
  const nameWidth = Math.max(8, context.columns - 2 - (presets.length + 1) * (numbers + 1));
  const head: Line = [
    span(fit(safe('  timeout'), nameWidth + 2), 'dim'),
    ...['now', ...presets].map((title) => span(fit(sanitise(title), numbers + 1, 'right'), 'dim')),
  ];
  const top = firstRow(at, rows.length, height);
  const shown = rows.slice(top, top + height).map((row, index) => {
    const under = top + index === at;
    const line = timeoutLine(row, { under, nameWidth, presets, numbers, context });
    return under && context.focused
      ? fitLine(line, context.columns).map((part) => ({ ...part, on: true }))
      : line;
  });
  const words = [...about.slice(0, aboutRows)];
  // What does not fit is not cut in silence.
  if (about.length > aboutRows && aboutRows > 0)
    words[aboutRows - 1] = [
      ...(words[aboutRows - 1] ?? []),
      span(context.glyphs.ellipsis as SafeText, 'warn'),
    ];
  return [head, ...shown, ...words];
}

function timeoutLine(
  row: TimeoutRow,
  place: Readonly<{
    under: boolean;
    nameWidth: number;
    presets: readonly Preset[];
    numbers: number;
    context: DrawContext;
  }>,
): Line {
  const { glyphs } = place.context;
  const changed = row.current !== undefined && row.current !== row.kernelDefault;
  const name = cut(shortName(row.name), place.nameWidth);
  const role: Role = changed ? 'accent' : 'plain';
  return [
    span(`${place.under ? glyphs.cursor : ' '} ` as SafeText),
    { text: name, ...(place.under ? { under: true } : {}) },
    span(spaces(place.nameWidth - widthOf(name))),
    span(fit(seconds(row.current), place.numbers + 1, 'right'), role),
    ...place.presets.map((preset) =>
      span(fit(seconds(presetValue(row, preset)), place.numbers + 1, 'right'), 'dim'),
    ),
  ];
}

/** Which preset is in force, what the others would change, and the hazard of the timeout under the cursor. */
function explanation(
  rows: readonly TimeoutRow[],
  row: TimeoutRow | undefined,
  columns: number,
): readonly Line[] {
  const now = presetNow(rows);
  const lines: Line[] = [
    [
      span(safe('now: '), 'dim'),
      span(sanitise(now === undefined ? 'a mixture of its own' : `the ${now} preset`), 'strong'),
    ],
  ];
  for (const preset of PRESETS) {
    if (preset === now) continue;
    const { shorter, longer } = presetChanges(rows, preset);
    const parts = [
      ...(shorter > 0 ? [`${shorter} shorter`] : []),
      ...(longer > 0 ? [`${longer} longer`] : []),
      ...effect(rows, preset),
    ];
    lines.push(...labelled(preset, sanitise(parts.join(', ')), columns));
  }
  if (row !== undefined && row.hazard !== '')
    for (const text of wrapWords(sanitise(`${shortName(row.name)}, when shortened: ${row.hazard}`), columns))
      lines.push([span(text, 'warn')]);
  return lines;
}

/** `label: words`, the words going on below themselves. */
function labelled(label: string, words: SafeText, columns: number): readonly Line[] {
  const head = sanitise(`${label}: `);
  return wrapWords(words, Math.max(1, columns - head.length)).map((text, index) => [
    index === 0 ? span(head, 'accent') : span(spaces(head.length)),
    span(text),
  ]);
}

/** The change that operators feel: what an idle session, and a half-open flow, would live. */
function effect(rows: readonly TimeoutRow[], preset: Preset): readonly string[] {
  const words: string[] = [];
  for (const [name, what] of [
    ['nf_conntrack_tcp_timeout_established', 'idle sessions end after'],
    ['nf_conntrack_tcp_timeout_syn_recv', 'half-open flows after'],
    ['tcp.established', 'idle sessions end after'],
    ['tcp.opening', 'half-open flows after'],
  ] as const) {
    const row = rows.find((one) => one.name === name);
    if (row === undefined || row.current === presetValue(row, preset)) continue;
    words.push(`${what} ${formatDuration(presetValue(row, preset))}`);
  }
  return words;
}

function seconds(value: number | undefined): SafeText {
  return sanitise(value === undefined ? UNKNOWN : formatDuration(value));
}

/** "nf_conntrack_tcp_timeout_syn_recv" → "tcp syn recv". */
function shortName(name: string): SafeText {
  return sanitise(
    name
      .replace(/^nf_conntrack_/, '')
      .replace(/_?timeout_?/, ' ')
      .replaceAll('_', ' ')
      .trim(),
  );
}
