// What stands on the frame of a watch pane: how much changed, how the command ended and how long it took, how old it is.

import type { Line, Span } from '../../core/line.ts';
import { DEFAULT_WATCH_MS } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { groupDigits } from '../../core/units.ts';
import { selectAddressState } from '../../store/select/address-state.ts';
import type { ConsoleState } from '../../store/state.ts';
import { changesOf } from '../../store/watches/changes.ts';
import { shownRun, type WatchPane, watchAddress } from '../../store/watches/watch-pane.ts';
import type { Glyphs } from '../glyphs.ts';
import { addressSign } from '../parts/address-sign.ts';
import { span } from '../parts/lines.ts';
import { sourceState } from '../parts/source-state.ts';
import { notStarted } from './explain.ts';

export function watchEvery(everyMs: number = DEFAULT_WATCH_MS): string {
  if (everyMs % 60_000 === 0) return `every ${everyMs / 60_000} min`;
  return `every ${everyMs / 1000} s`;
}

/** `brief`: without the run time, which gives way to the command in the title. */
type View = Readonly<{
  status: SourceStatus | undefined;
  glyphs: Glyphs;
  startKey?: SafeText | undefined;
  brief?: boolean;
}>;

/** The most pressing first: the end is cut first. */
export function watchState(pane: WatchPane, state: ConsoleState, view: View): Line {
  const source = motion(pane, state, view);
  const isWell = source.every(({ role }) => role === 'good' || role === 'dim');
  const parts: (readonly Span[])[] = [
    exitSpans(pane),
    isWell ? [] : source,
    cutSpans(pane),
    changeSpans(pane),
    targetSpans(pane, state, view.glyphs),
    pane.column > 0 ? [span(sanitise(`from column ${pane.column + 1}`), 'dim')] : [],
    view.brief === true ? [] : tookSpans(pane),
    isWell ? source : [],
  ];
  const dot = span(sanitise(` ${view.glyphs.dot} `), 'dim');
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : [dot, ...part]));
}

function targetSpans(pane: WatchPane, state: ConsoleState, glyphs: Glyphs): readonly Span[] {
  const found = watchAddress(pane);
  if (found === undefined) return [];
  const sign = addressSign(selectAddressState(state, found.net), glyphs);
  const address = span(sanitise(found.net.text), 'accent');
  return sign.text === '' ? [address] : [address, span(safe(' ')), span(sign.text, sign.role)];
}

function changeSpans(pane: WatchPane): readonly Span[] {
  if (pane.last === undefined || pane.before === undefined) return [];
  if (!pane.changes) return [span(safe('changes not shown'), 'dim')];
  if (pane.held !== undefined) return [span(safe('held for the dialog'), 'dim')];
  const { cells, fewer } = changesOf(pane.last, pane.before);
  const gone = fewer === 0 ? [] : [`${groupDigits(fewer)} ${fewer === 1 ? 'line' : 'lines'} gone`];
  const changed = cells === 0 ? [] : [`${groupDigits(cells)} ${cells === 1 ? 'cell' : 'cells'} changed`];
  const words = [...changed, ...gone].join(', ');
  return words === '' ? [span(safe('no change'), 'dim')] : [span(sanitise(words), 'match')];
}

function cutSpans(pane: WatchPane): readonly Span[] {
  const run = shownRun(pane);
  if (run?.cut !== true) return [];
  return [span(sanitise(`cut after ${groupDigits(run.lines.length)} lines`), 'warn')];
}

function exitSpans(pane: WatchPane): readonly Span[] {
  const exit = shownRun(pane)?.exitCode ?? 0;
  return exit === 0 ? [] : [span(sanitise(`exit ${exit}`), 'bad')];
}

function tookSpans(pane: WatchPane): readonly Span[] {
  const took = shownRun(pane)?.durationMs;
  return took === undefined ? [] : [span(sanitise(`${(took / 1000).toFixed(took < 995 ? 2 : 1)} s`), 'dim')];
}

/** Stopped output does not seem to be of now. */
function motion(pane: WatchPane, state: ConsoleState, { status, startKey }: View): readonly Span[] {
  if (pane.started) return sourceState(status, state);
  if (pane.last === undefined) return [span(notStarted(state.readOnly, startKey), 'accent')];
  const age = Math.max(0, Math.round((state.now - pane.last.at) / 1000));
  return [span(sanitise(`stopped, ${age < 120 ? `${age} s` : `${Math.round(age / 60)} min`} old`), 'warn')];
}
