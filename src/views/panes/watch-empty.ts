// What a watch pane says while it has no output to show: what would run, what runs, or why it said nothing.

import type { Line } from '../../core/line.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { SourceStatus } from '../../core/status.ts';
import { RUNS_NOTHING } from '../../store/select/may-run.ts';
import type { WatchPane } from '../../store/watches/watch-pane.ts';
import { span } from '../parts/lines.ts';
import { byStartKey, paragraphs } from './explain.ts';
import type { DrawContext } from './pane.ts';
import { watchEvery } from './watch-frame.ts';

type Origin = Readonly<{
  status: SourceStatus | undefined;
  everyMs: number | undefined;
  command: SafeText;
  readOnly: boolean;
}>;

export function drawEmptyWatch(
  pane: WatchPane,
  origin: Origin,
  room: Pick<DrawContext, 'columns' | 'rows' | 'start'>,
): readonly Line[] {
  return paragraphs(words(pane, origin, room), room.columns).slice(0, Math.max(0, room.rows));
}

function words(
  pane: WatchPane,
  { status, everyMs, command, readOnly }: Origin,
  room: Pick<DrawContext, 'start'>,
): readonly Line[] {
  const every = watchEvery(everyMs);
  if (pane.last !== undefined) {
    const { exitCode } = pane.last;
    const how = exitCode === undefined || exitCode === 0 ? '' : ` and ended with exit ${exitCode}`;
    return [[span(sanitise(`${command} printed nothing${how}.`), how === '' ? 'dim' : 'bad')]];
  }
  if (readOnly) return [[span(sanitise(`Not started: ${command}`))], [span(RUNS_NOTHING, 'warn')]];
  if (!pane.started)
    return [
      [span(sanitise(`Not started: ${command}`))],
      [span(byStartKey(room, `runs it ${every}, and stops it again.`), 'dim')],
      [span(safe('With "start: auto" in the session file it starts by itself.'), 'dim')],
    ];
  if (status?.kind === 'unavailable' || status?.kind === 'retrying') {
    const { summary, hint } = status.problem;
    return [[span(sanitise(summary), 'bad')], ...(hint === undefined ? [] : [[span(sanitise(hint), 'dim')]])];
  }
  return [[span(sanitise(`Running ${command} for the first time …`), 'dim')]];
}
