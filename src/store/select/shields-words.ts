// The shields in single lines: what was dropped, who took them down, the notices of the bottom line. One wording for
// the top line, the notices and the pages.

import { formatDuration } from '../../core/duration.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type {
  Dropped,
  MeasureId,
  Outcome,
  RaiseReport,
  ShieldsNow,
  ShieldsState,
} from '../../core/shields.ts';
import { formatCount, groupDigits } from '../../core/units.ts';
import type { NoticeRole } from '../modal-state.ts';

export type Said = Readonly<{ text: SafeText; role: NoticeRole }>;

const PARTS: readonly (readonly [keyof Dropped, string, string])[] = [
  ['syn', 'SYN', 'SYN over the rate'],
  ['connections', 'conn', 'connections over the cap'],
  ['ports', 'ports', 'to ports that are not listed'],
  ['banned', 'banned', 'packets of banned sources'],
];

/** "91,310 SYN, 4,402 conn"; parts that are 0 are left out. Undefined when all are. */
export function droppedBrief(dropped: Dropped): string | undefined {
  const parts = PARTS.filter(([key]) => dropped[key] > 0).map(
    ([key, brief]) => `${countOf(dropped[key])} ${brief}`,
  );
  return parts.length === 0 ? undefined : parts.join(', ');
}

const countOf = (value: number): string => (value < 10_000_000 ? groupDigits(value) : formatCount(value));

export function droppedTotal({ syn, connections, ports, banned }: Dropped): number {
  return syn + connections + ports + banned;
}

/** One line for each kind that dropped something. */
export function droppedLines(dropped: Dropped): readonly SafeText[] {
  const lines = PARTS.filter(([key]) => dropped[key] > 0).map(([key, , words]) =>
    sanitise(`${groupDigits(dropped[key])} ${words}`),
  );
  return lines.length === 0 ? [safe('nothing')] : lines;
}

const ENDED_BY: Readonly<Record<Outcome['by'], string>> = {
  operator: 'an operator lowered them',
  timer: 'they were not kept or renewed, so they came down by themselves',
  'failed-raise': 'raising failed, and what had been done was taken back',
  recovery: 'they were left over from before and were cleared away',
  auto: 'the watch lowered them',
};

export function endedBy(by: Outcome['by']): SafeText {
  return safe(ENDED_BY[by]);
}

/** "12 restored, 1 drifted, 1 failed" */
export function outcomeBrief({ items, complete }: Outcome): string {
  const count = (result: Outcome['items'][number]['result']): number =>
    items.filter((item) => item.result === result).length;
  const parts = [
    [count('restored'), 'restored'],
    [count('already'), 'already as before'],
    [count('drift'), 'changed by others and left alone'],
    [count('failed'), 'NOT restored'],
  ] as const;
  const said = parts.filter(([amount]) => amount > 0).map(([amount, words]) => `${amount} ${words}`);
  if (!complete) said.push('not finished yet');
  return said.length === 0 ? 'nothing had to be restored' : said.join(', ');
}

export function isClean({ items, complete }: Outcome): boolean {
  return complete && items.every(({ result }) => result === 'restored' || result === 'already');
}

/** The measures without those that were left out; only `run` and `include` may stand several times. */
export function standing(
  { measures }: ShieldsState,
  leftOut: readonly Readonly<{ measure: MeasureId }>[],
): ShieldsState['measures'] {
  const gone = new Set(leftOut.map(({ measure }) => measure));
  return measures.filter(({ measure }) => measure === 'run' || measure === 'include' || !gone.has(measure));
}

/** "shields up in 0.4 s: 7 measures · verified: counters move" */
export function raisedBrief(report: Extract<RaiseReport, { kind: 'up' }>): SafeText {
  const { state } = report.now;
  const count = standing(state, report.leftOut).length;
  const took = `${(report.durationMs / 1000).toFixed(1)} s`;
  const measures = `${count} ${count === 1 ? 'measure' : 'measures'}`;
  const verified = report.verified.length === 0 ? '' : ` · verified: ${report.verified.join(', ')}`;
  return sanitise(`shields up in ${took}: ${measures}${verified}`);
}

type Up = Extract<ShieldsNow, { kind: 'up' }>;

/** They went down while somebody watched, and not by this console. */
export function downNotice(before: Up, outcome: Outcome | undefined): Said {
  const known = outcome?.id === before.state.id ? outcome : undefined;
  if (known === undefined)
    return { text: safe('the shields are down; :shields tells what is known'), role: 'warn' };
  return {
    text: sanitise(`shields down: ${endedBy(known.by)} (${outcomeBrief(known)}); :shields tells all`),
    role: isClean(known) ? 'warn' : 'bad',
  };
}

export function recoveredNotice(outcome: Outcome): Said {
  const rest = outcomeBrief(outcome);
  return {
    text: sanitise(`shields of before were cleared away: ${rest}; :shields tells all`),
    role: isClean(outcome) ? 'warn' : 'bad',
  };
}

export function keptNotice(now: ShieldsNow): Said {
  const left = now.kind === 'up' ? ` for ${formatDuration(now.holdLeftSeconds)}` : '';
  return { text: sanitise(`the shields are kept${left}`), role: 'good' };
}

export function renewedNotice(now: ShieldsNow): Said {
  const left = now.kind === 'up' ? `: ${formatDuration(now.holdLeftSeconds)} from now` : '';
  return { text: sanitise(`the hold of the shields is renewed${left}`), role: 'good' };
}
