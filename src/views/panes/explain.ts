// What a pane says when it has nothing to show: why, and what to do about it. Never an empty frame.

import type { Line } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { span, wrapWords } from '../parts/lines.ts';
import { withMargin } from './margin.ts';
import type { DrawContext } from './pane.ts';

/** `starting`: the words while the first answer is on its way. */
export function explainStatus(
  status: SourceStatus | undefined,
  starting: SafeText,
  columns: number,
): readonly Line[] {
  return paragraphs(reasonOf(status, starting), columns);
}

/** Undefined where no key starts anything now: it was taken away, or belongs to the trial of the shields. */
export function startKey({ start }: Pick<DrawContext, 'start'>): SafeText | undefined {
  return start === undefined ? safe('Enter') : start.key;
}

/** `words`: what the key does, as in "Enter starts it."; the command does it where no key does. */
export function byStartKey(context: Pick<DrawContext, 'start'>, words: string): SafeText {
  return sanitise(`${startKey(context) ?? ':start'} ${words}`);
}

/** On the frame of a pane whose command waits. */
export function notStarted(readOnly: boolean, key: SafeText | undefined): SafeText {
  if (readOnly) return safe('not started: read-only');
  return key === undefined ? safe('not started') : sanitise(`not started: ${key}`);
}

/** Each line of words broken to the width, behind the margin; a line is of one role. */
export function paragraphs(words: readonly Line[], columns: number): readonly Line[] {
  return withMargin(columns, (width) =>
    words.flatMap((line) => {
      const text = line.map((part) => part.text).join('') as SafeText;
      return wrapWords(text, Math.max(1, width - 1)).map((row): Line => [span(row, line[0]?.role)]);
    }),
  );
}

function reasonOf(status: SourceStatus | undefined, starting: SafeText): readonly Line[] {
  if (status?.kind !== 'unavailable' && status?.kind !== 'retrying') return [[span(starting, 'dim')]];
  const { summary, hint } = status.problem;
  return [[span(sanitise(summary), 'bad')], ...(hint === undefined ? [] : [[span(sanitise(hint), 'dim')]])];
}
