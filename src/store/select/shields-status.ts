// The page behind `:shields`: how the shields stand now, and what raising and lowering last did. Written anew for every
// frame while it is open, because its clocks run.

import { formatClock } from '../../core/duration.ts';
import type { ShieldsNow } from '../../core/shields.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { Page, PageLine } from '../modal-state.ts';
import { runningPrograms } from '../slices/programs.ts';
import type { ConsoleState } from '../state.ts';
import { selectLineLines } from './line.ts';
import { operatorName, type ShieldsUp, selectShields, whyNoShields } from './shields.ts';
import {
  BLANK,
  leftOutSection,
  measuresSection,
  outcomeLines,
  problemLines,
  raisedDetails,
  raisedPage,
  section,
  text,
} from './shields-pages.ts';
import { droppedLines } from './shields-words.ts';

/** The lines of any page, as they are now. */
export function selectPageLines(state: ConsoleState, page: Page): readonly PageLine[] {
  if (page.lines === 'line') return selectLineLines(state);
  return page.lines === 'shields' ? statusLines(state) : page.lines;
}

function statusLines(state: ConsoleState): readonly PageLine[] {
  const shown = selectShields(state);
  const { now } = state.shields;
  switch (shown.kind) {
    case 'unread':
      return [text('The shields have not been looked at yet.')];
    case 'unknown':
      return now?.kind === 'unknown' ? problemLines(now.problem) : [];
    case 'raising':
    case 'lowering':
      return [text(`${shown.kind} the shields: ${shown.doing ?? 'starting'}`, 'strong')];
    case 'down':
      return [
        text('The shields are down.', 'strong'),
        ...howTo(state, 'down'),
        ...failedLines(state),
        ...lastLines(state, now),
      ];
    case 'up':
      return now?.kind === 'up' ? upLines(state, now, shown) : [];
    default:
      return unreachable(shown);
  }
}

/** The last try to raise them from here, when it failed. */
function failedLines({ shields: { raised } }: ConsoleState): readonly PageLine[] {
  if (raised === undefined || raised.kind === 'up') return [];
  const { title, lines } = raisedPage(raised);
  return typeof lines === 'string' ? [] : section(`${title}, the last time`, lines);
}

const WALLS: Readonly<Record<ShieldsUp['wall'], PageLine>> = {
  standing: text('The rules stand and drop.', 'good'),
  gone: text(
    'Somebody else removed the table: NOTHING is dropped. Lower them, then raise them again.',
    'bad',
  ),
  expired: text('The timer of the rules ran out: NOTHING is dropped. Renewing arms them again.', 'bad'),
  none: text('This profile has no rule in the packet filter.'),
  unknown: text('The packet filter cannot be read here, so what they drop is unknown.', 'warn'),
};

function upLines(
  state: ConsoleState,
  now: Extract<ShieldsNow, { kind: 'up' }>,
  shown: ShieldsUp,
): readonly PageLine[] {
  const { raised } = state.shields;
  const ours = raised?.kind === 'up' && raised.now.state.id === now.state.id ? raised : undefined;
  const who = now.state.auto ? 'the watch' : operatorName(now.state.by, true);
  const dropped = shown.dropped === undefined ? [] : droppedLines(shown.dropped).map((line) => text(line));
  return [
    text(`SHIELDS UP for ${formatClock(shown.sinceSeconds)}, raised by ${who}.`, 'strong'),
    clockLine(shown),
    WALLS[shown.wall],
    ...howTo(state, 'up'),
    ...section('Dropped so far', dropped),
    ...(ours === undefined
      ? [...leftOutSection(now.leftOut ?? []), ...measuresSection(now.state)]
      : raisedDetails(ours)),
  ];
}

function clockLine(shown: ShieldsUp): PageLine {
  const left = formatClock(Math.abs(shown.leftSeconds));
  if (shown.leftSeconds < 0) return text(`They should have come down ${left} ago.`, 'bad');
  if (shown.phase === 'raising')
    return text(`They are being raised; unfinished in ${left}, they are taken back.`);
  return shown.phase === 'trial'
    ? text(
        `Trial: they come down in ${left} unless they are kept, then in ${formatClock(shown.holdSeconds)}.`,
      )
    : text(`Kept: they come down in ${left} unless they are renewed.`);
}

function howTo(state: ConsoleState, way: 'up' | 'down'): readonly PageLine[] {
  const why = whyNoShields(state);
  if (why !== undefined) return [text(why, 'dim')];
  return way === 'up'
    ? [text(':shields keep, :shields renew [DURATION], :shields down', 'dim')]
    : [text(':shields preview shows what raising would do, :shields up [PROFILE] does it', 'dim')];
}

/** What leaving the console means for the shields and for programs. */
export function selectQuitWords(state: ConsoleState): readonly PageLine[] {
  return [...shieldsQuitWords(state), ...programsQuitWords(state)];
}

function programsQuitWords(state: ConsoleState): readonly PageLine[] {
  const count = runningPrograms(state);
  if (count === 0) return [];
  const words =
    count === 1
      ? 'The program that runs in a pane will be ended.'
      : `${count} programs in panes will be ended.`;
  return [text(words, 'warn')];
}

function shieldsQuitWords(state: ConsoleState): readonly PageLine[] {
  const shown = selectShields(state);
  if (shown.kind === 'raising' || shown.kind === 'lowering')
    return [text(`${shown.kind} the shields is finished first`, 'warn')];
  if (shown.kind !== 'up' || shown.leftSeconds < 0) return [];
  const left = formatClock(shown.leftSeconds);
  if (shown.phase !== 'trial') return [text(`The shields stay up and come down in ${left}.`, 'warn')];
  return [text(`The shields are in trial and come down in ${left} unless kept.`, 'warn')];
}

/** The report of the last lowering: this console's, else what the host knows. */
function lastLines(state: ConsoleState, now: ShieldsNow | undefined): readonly PageLine[] {
  const { lowered } = state.shields;
  const own = lowered?.kind === 'down' ? lowered.outcome : undefined;
  const hosts = now?.kind === 'down' ? now.last : undefined;
  const last = own !== undefined && (hosts === undefined || own.at >= hosts.at) ? own : hosts;
  return last === undefined ? [] : [BLANK, text('The last time:', 'accent'), ...outcomeLines(last)];
}
