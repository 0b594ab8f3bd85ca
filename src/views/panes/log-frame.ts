// What stands on the frame of a log pane: which files and filters on the left, how it stands on the right.

import type { Line, Span } from '../../core/line.ts';
import type { FileState } from '../../core/rows.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { formatCount, groupDigits } from '../../core/units.ts';
import { cut } from '../../core/width.ts';
import { rateOf } from '../../store/logs/feed.ts';
import {
  cursorIndex,
  cursorLine,
  type LogPane,
  livePattern,
  newSince,
  paneShown,
  pickedAddress,
} from '../../store/logs/log-pane.ts';
import { countHits } from '../../store/logs/shown.ts';
import type { LogCommand } from '../../store/select/log-command.ts';
import { baseName } from '../../store/select/target-log.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Glyphs } from '../glyphs.ts';
import { span } from '../parts/lines.ts';
import { lineIsThere, sourceState } from '../parts/source-state.ts';
import { notStarted } from './explain.ts';

const NAMES_SHOWN = 2;

export function logTitle(pane: LogPane): Line {
  return [span(safe('log'), 'title'), span(safe('  ')), span(nameOf(pane)), ...filterSpans(pane)];
}

/** One file by its path, several by their names. */
export function nameOf(pane: LogPane): SafeText {
  const { files } = pane.feed;
  const { spec } = pane;
  const wanted = [
    ...spec.files,
    ...spec.units.map((unit) => (unit === '*' ? 'journal' : unit)),
    ...(spec.command === undefined ? [] : [spec.command.join(' ')]),
  ];
  const names = files.length > 0 ? files.map(({ name }) => name) : wanted.map((name) => sanitise(name));
  if (names.length === 1) return names[0] ?? safe('');
  const shown = names.slice(0, NAMES_SHOWN).map(baseName).join(', ');
  return sanitise(names.length > NAMES_SHOWN ? `${shown} +${names.length - NAMES_SHOWN}` : shown);
}

/** "+wp-login -bot": numbered when there are several, in brackets when off. */
function filterSpans(pane: LogPane): readonly Span[] {
  return pane.filters.flatMap((filter, index): readonly Span[] => {
    const on = filter.on && pane.filtersOn;
    const sign = filter.keep === 'in' ? '+' : '-';
    const number = pane.filters.length > 1 ? `${index + 1}` : '';
    const text = cut(sanitise(`${number}${sign}${filter.pattern.text}`), 24);
    return [span(safe('  ')), span(on ? text : sanitise(`(${text} off)`), on ? 'accent' : 'dim')];
  });
}

/** The most pressing first: what went wrong with the last key, whether it stands still, where the search is. */
export function logState(
  pane: LogPane,
  state: ConsoleState,
  view: Readonly<{
    status: SourceStatus | undefined;
    command?: LogCommand | undefined;
    glyphs: Glyphs;
    /** Lines since the last frame, on a slow line. */
    came?: number;
    startKey?: SafeText | undefined;
  }>,
): Line {
  const { notice } = pane;
  const parts: (readonly Span[])[] = [
    notice === undefined ? [] : [span(notice, 'warn')],
    (view.came ?? 0) > 0 ? [span(sanitise(`+${groupDigits(view.came ?? 0)}`), 'warn')] : [],
    searchSpans(pane),
    pickSpans(pane),
    filesSpans(pane.feed.files),
    pane.context > 0 && pane.filters.length > 0 ? [span(sanitise(`±${pane.context} lines`), 'dim')] : [],
    pane.column > 0 && !pane.wrap ? [span(sanitise(`from column ${pane.column + 1}`), 'dim')] : [],
    view.command?.phase === 'waiting' ? [span(notStarted(state.readOnly, view.startKey), 'accent')] : [],
    view.command?.phase === 'waiting' && view.command.alone ? [] : motion(pane, state, view.status),
  ];
  const dot = span(sanitise(` ${view.glyphs.dot} `), 'dim');
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [dot, ...part]));
}

function motion(pane: LogPane, state: ConsoleState, status: SourceStatus | undefined): readonly Span[] {
  const source = sourceState(status, state);
  // Its reader waits for the line, and goes on where it was: meanwhile nothing is live.
  const live = status?.kind === 'live' && lineIsThere(state.link);
  if (pane.frozen !== undefined) {
    const fresh = newSince(pane);
    const words = fresh > 0 ? `, ${groupDigits(fresh)} new` : '';
    const frozen = span(sanitise(`frozen${words}`), 'warn');
    return live ? [frozen] : [frozen, span(safe(', ')), ...source];
  }
  // What cannot be read is said before; it is not live because its reader waits for it.
  if (live && pane.feed.files.length > 0 && pane.feed.files.every(({ kind }) => BLIND.has(kind))) return [];
  // A log is live while its reader is: no line is no fault, so the age of the last one is not staleness.
  const rate = rateOf(pane.feed, state.now);
  if (!live) return source;
  const words = rate === undefined ? 'live' : `live, ${rate > 0 && rate < 0.95 ? '<1' : formatCount(rate)}/s`;
  return [span(sanitise(words), 'good')];
}

const BLIND: ReadonlySet<FileState['kind']> = new Set([
  'denied',
  'not-a-file',
  'missing',
  'ended',
  'cut-off',
]);

/** An address chosen by hand may stand far to the right: what an act would take is said here. */
function pickSpans(pane: LogPane): readonly Span[] {
  const line = pane.pick === undefined ? undefined : cursorLine(pane);
  const picked = line === undefined ? undefined : pickedAddress(pane, line);
  return picked === undefined ? [] : [span(sanitise(`takes ${picked.net.text}`), 'accent')];
}

function searchSpans(pane: LogPane): readonly Span[] {
  const pattern = livePattern(pane);
  if (pattern === undefined) return [];
  const shown = paneShown(pane);
  const { total, before } = countHits(shown, pattern, cursorIndex(pane, shown));
  const words = `${cut(sanitise(`/${pattern.text}`), 24)} ${groupDigits(before)} of ${groupDigits(total)}`;
  return [span(sanitise(words), total === 0 ? 'warn' : 'accent')];
}

/** Only what needs saying: files that cannot be read, or have gone; a lane's own state stands on its head. */
function filesSpans(files: readonly FileState[]): readonly Span[] {
  const spans: Span[] = [];
  for (const [kind, role] of [
    ['denied', 'bad'],
    ['not-a-file', 'bad'],
    ['missing', 'warn'],
    ['ended', 'warn'],
    ['cut-off', 'warn'],
    ['rotated', 'dim'],
    ['truncated', 'dim'],
  ] as const) {
    const count = files.filter((file) => file.kind === kind).length;
    if (count === 0) continue;
    const words = files.length === 1 ? FILE_WORDS[kind] : `${count} of ${files.length} ${FILE_WORDS[kind]}`;
    spans.push(span(sanitise(spans.length > 0 ? `, ${words}` : words), role));
  }
  return spans;
}

export const FILE_WORDS: Readonly<Record<FileState['kind'], string>> = {
  open: 'open',
  missing: 'missing',
  denied: 'no permission',
  'not-a-file': 'not a file',
  rotated: 'rotated',
  truncated: 'truncated',
  ended: 'ended',
  'cut-off': 'ended with the line',
};
